"""What differs between two results, each difference once and under its name."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from policies.core.plan import MIGRATION, Plan, Resource
from policies.results import findings
from preflight.plan.comparing import compare
from preflight.plan.text import other_account
from tests.policies.result_files import with_findings
from tests.preflight.results import recorded_result
from tests.preflight.stepped import HOSTILE

READY, BROKEN = recorded_result("first"), recorded_result("broken")
WAIVER = {
    "insteadOf": "FAIL",
    "scope": "instances",
    "reason": "Known",
    "owner": "a@example.com",
    "approvedBy": "b@example.com",
    "approvedAt": "2026-11-20T00:00:00+08:00",
    "expires": "2026-12-02T00:00:00+08:00",
}


def without_instance(result: dict[str, Any], key: Any) -> dict[str, Any]:
    """Return a result from which one instance is gone."""
    result["instances"] = [item for item in result["instances"] if item["key"] != key]
    for group in result["results"]:
        if group["about"] == "instances":
            group["instances"] = [item for item in group["instances"] if item != key]
    return result


def waived(result: dict[str, Any], **terms: str) -> dict[str, Any]:
    """Return a result in which the first finding is waived."""
    changed = deepcopy(result)

    def waive(findings: list[Any]) -> None:
        first_that_fails(findings).update(outcome="WAIVED", blocking=False, waiver={**WAIVER, **terms})

    with_findings(changed, waive)
    return changed


def first_that_fails(findings: list[Any]) -> dict[str, Any]:
    return next(item for item in findings if item["outcome"] == "FAIL" and item["blocking"])


def test_a_result_differs_in_nothing_from_itself() -> None:
    for result in (READY, BROKEN, recorded_result("waves"), waived(BROKEN, expires="2027-01-01T00:00:00+08:00")):
        comparison = compare(result, result)
        assert comparison.before == comparison.after
        fields = comparison.model_dump(exclude={"before", "after"})
        assert fields == dict.fromkeys(fields, ())


def test_new_findings_are_gone_ones_of_the_reverse_comparison() -> None:
    there, back = compare(READY, BROKEN), compare(BROKEN, READY)
    assert len(there.new) == len(back.gone) == len(list(findings(BROKEN, "FAIL", "UNKNOWN"))) > 0
    assert {(item.rule, item.subject) for item in there.new} == {(item.rule, item.subject) for item in back.gone}
    assert (there.gone, back.new) == ((), ())
    assert (there.before.readiness, there.after.readiness) == (READY["judgement"]["readiness"], "NOT READY")


def test_gone_findings_show_the_present_outcome_of_their_rule() -> None:
    back = compare(BROKEN, READY)
    assert {(item.before, item.after) for item in back.gone} & {("FAIL", "PASS"), ("FAIL", "PENDING")}
    assert None not in {item.after for item in back.gone if item.name != "the stack"}
    one = READY["instances"][0]["key"]
    fewer = deepcopy(BROKEN)
    left = next(item for item in fewer["instances"] if item["key"] == one)
    alone = compare(BROKEN, without_instance(fewer, left["key"]))
    mine = [item for item in alone.gone if item.subject == left["subject"]["id"]]
    assert mine
    assert {item.after for item in mine} == {None}


def test_a_base_of_another_account_is_reported() -> None:
    other = deepcopy(READY)
    other["run"]["accountId"] = "9999999999999999"
    assert "another account: 9999999999999999" in other_account(compare(other, READY))
    assert other_account(compare(READY, READY)) == ""


def test_a_finding_that_is_waived_is_newly_waived_and_not_gone() -> None:
    comparison = compare(BROKEN, waived(BROKEN))
    assert [(item.before, item.after) for item in comparison.newly_waived] == [("FAIL", "WAIVED")]
    assert (comparison.new, comparison.gone) == ((), ())
    [decision] = comparison.decisions
    assert (decision.kind, decision.standing) == ("waiver", "new")
    back = compare(waived(BROKEN), BROKEN)
    assert [(item.before, item.after) for item in back.new] == [("WAIVED", "FAIL")]
    assert [item.standing for item in back.decisions] == ["gone"]


def test_a_waiver_that_ends_soon_is_told_though_it_is_not_new() -> None:
    comparison = compare(waived(BROKEN), waived(BROKEN))
    assert [item.standing for item in comparison.decisions] == ["about to end"]


def test_findings_that_block_since_the_change_are_reported() -> None:
    before = deepcopy(BROKEN)
    with_findings(before, lambda items: first_that_fails(items).update(blocking=False))
    [blocking] = compare(before, BROKEN).blocking_since
    assert (blocking.rule, blocking.blocking) == (first_that_fails(list(findings(BROKEN)))["rule"], True)
    assert compare(BROKEN, before).blocking_since == ()


def test_dates_that_moved_are_reported_and_the_same_moment_in_another_offset_is_not() -> None:
    after = deepcopy(READY)
    [wave] = after["waves"]
    start = datetime.fromisoformat(wave["window"]["start"])
    wave["window"]["start"] = start.astimezone(tz=None).isoformat()
    assert compare(READY, after).dates == ()
    wave["window"]["start"] = (start + timedelta(days=1)).isoformat()
    [moved] = compare(READY, after).dates
    assert moved.what == f"start of wave {wave['name']}"
    assert moved.before == start.isoformat()


def test_added_and_removed_instances_are_reported_by_name() -> None:
    grown = recorded_result("first", times=2)
    assert len(compare(READY, grown).instances_added) == len(READY["instances"])
    assert compare(grown, READY).instances_removed == compare(READY, grown).instances_added


def test_attestations_are_reported_by_the_facts_and_texts_of_others_are_data() -> None:
    entry = {
        "kind": "application-go",
        "instanceIds": ["i-1"],
        "owner": HOSTILE,
        "statement": "Yes",
        "statedAt": "2026-11-01T00:00:00+08:00",
        "validUntil": "2026-12-01T00:00:00+08:00",
    }
    newer = {**entry, "statedAt": "2026-11-30T10:00:00+08:00", "validUntil": "2027-02-01T00:00:00+08:00"}
    longer = {**entry, "validUntil": "2027-02-01T00:00:00+08:00"}
    plan = Plan([Resource(MIGRATION, "urn:pulumi:s::p::t::m", "m", None, {"attestations": [entry, newer, longer, {}]})])
    decisions = compare(READY, READY, plan).decisions
    assert [item.standing for item in decisions] == ["about to end", "new"]
    assert all(item.who.isprintable() for item in decisions)
