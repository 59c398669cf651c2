"""What differs between two results, each difference once and under its name."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

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


NOW, SINCE = datetime.fromisoformat(READY["now"]), "2026-12-13T00:00:00+08:00"
# By the outcome on the base, a line; by that of the change, a column: new, gone, newly waived, or told nowhere.
STANDINGS = """
                absent FAIL UNKNOWN PENDING PASS NOT_APPLICABLE WAIVED
absent          -      new  new     -       -    -              waived
FAIL            gone   -    -       gone    gone gone           waived
UNKNOWN         gone   -    -       gone    gone gone           waived
PENDING         -      new  new     -       -    -              waived
PASS            -      new  new     -       -    -              waived
NOT_APPLICABLE  -      new  new     -       -    -              waived
WAIVED          -      new  new     -       -    -              -
"""
HEAD, *LINES = [line.split() for line in STANDINGS.strip().splitlines()]


def with_one(outcome: str, **values: Any) -> dict[str, Any]:
    """Return the broken stack's result with one finding alone, of that outcome; none for `absent`."""
    result = deepcopy(BROKEN)

    def only_one(items: list[Any]) -> list[Any]:
        terms = {**WAIVER} if outcome == "WAIVED" else None
        item = {**first_that_fails(items), "outcome": outcome, "waiver": terms, **values}
        return [] if outcome == "absent" else [item]

    with_findings(result, only_one)
    return result


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(before, after, cell) for before, *cells in LINES for after, cell in zip(HEAD, cells, strict=True)],
)
def test_a_finding_is_new_gone_or_newly_waived_by_its_two_outcomes(before: str, after: str, expected: str) -> None:
    comparison = compare(with_one(before), with_one(after))
    told = {"new": comparison.new, "gone": comparison.gone, "waived": comparison.newly_waived}
    assert [name for name, items in told.items() if items] == ([] if expected == "-" else [expected])
    for item in (item for items in told.values() for item in items):
        assert (item.before or "absent", item.after or "absent") == (before, after)
        assert item.subject == first_that_fails(list(findings(BROKEN)))["subject"]["id"]


@pytest.mark.parametrize(
    ("before", "after", "reported"),
    [
        (("FAIL", False), ("FAIL", True), True),
        (("UNKNOWN", False), ("FAIL", True), True),
        (("FAIL", False), ("UNKNOWN", True), True),
        (("FAIL", True), ("FAIL", True), False),
        (("FAIL", False), ("FAIL", False), False),
        (("PASS", False), ("FAIL", True), False),
        (("absent", False), ("FAIL", True), False),
    ],
)
def test_a_finding_blocks_since_the_change_where_it_was_there_before(
    before: tuple[str, bool], after: tuple[str, bool], reported: bool
) -> None:
    comparison = compare(with_one(before[0], blocking=before[1]), with_one(after[0], blocking=after[1]))
    assert len(comparison.blocking_since) == reported
    for item in comparison.blocking_since:
        assert (item.before, item.after, item.blocking) == (before[0], after[0], True)


def of_the_stack(name: str) -> dict[str, Any]:
    """Return a result with one finding about the whole stack of that name."""
    result = deepcopy(BROKEN)

    def only_one(items: list[Any]) -> list[Any]:
        [item, *_] = [item for item in items if item["outcome"] == "FAIL" and item["subject"]["kind"] == "migration"]
        return [item]

    with_findings(result, only_one)
    result["migration"]["id"] = name
    return result


def test_a_finding_about_the_stack_is_the_same_under_another_name() -> None:
    comparison = compare(of_the_stack("main"), of_the_stack("review"))
    assert (comparison.new, comparison.gone) == ((), ())
    [new] = compare(with_one("absent"), of_the_stack("review")).new
    assert (new.name, new.subject) == ("the stack", "review")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (SINCE, SINCE, []),
        (SINCE, "2026-12-12T16:00:00+00:00", []),
        (SINCE, "2026-12-14T00:00:00+08:00", [(SINCE, "2026-12-14T00:00:00+08:00")]),
        (None, SINCE, []),
        (SINCE, None, []),
    ],
)
def test_a_rule_that_becomes_mandatory_at_another_time_is_a_date_that_moved(
    before: str | None, after: str | None, expected: list[tuple[str, str]]
) -> None:
    comparison = compare(with_one("FAIL", mandatoryFrom=before), with_one("FAIL", mandatoryFrom=after))
    rule = first_that_fails(list(findings(BROKEN)))["rule"]
    assert [(item.what, item.before, item.after) for item in comparison.dates] == [
        (f"{rule} mandatory from", *dates) for dates in expected
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_rule_is_mandatory_from_the_first_of_its_findings(order: int) -> None:
    times = [SINCE, "2026-12-12T00:00:00+08:00", "2026-12-14T00:00:00+08:00"][::order]

    def with_times(*times: str) -> dict[str, Any]:
        result = deepcopy(BROKEN)

        def dated(items: list[Any]) -> list[Any]:
            mine = [item for item in items if item["rule"] == first_that_fails(items)["rule"]][: len(times)]
            return [{**item, "outcome": "FAIL", "mandatoryFrom": at} for item, at in zip(mine, times, strict=True)]

        with_findings(result, dated)
        return result

    [moved] = compare(with_times(*times), with_times(SINCE)).dates
    assert (moved.before, moved.after) == ("2026-12-12T00:00:00+08:00", SINCE)


def test_a_wave_that_is_gone_or_new_has_its_dates_on_one_side() -> None:
    after = deepcopy(READY)
    after["waves"][0]["name"] = "renamed"
    window = READY["waves"][0]["window"]
    dates = {(item.what, item.before, item.after) for item in compare(READY, after).dates}
    assert ("start of wave all", window["start"], None) in dates
    assert ("start of wave renamed", None, window["start"]) in dates
    assert len(dates) == 6


@pytest.mark.parametrize(
    ("expires", "standing"),
    [
        (NOW - timedelta(seconds=1), "ended"),
        (NOW, "ended"),
        (NOW + timedelta(seconds=1), "about to end"),
        (NOW + timedelta(days=7), "about to end"),
        (NOW + timedelta(days=7, seconds=1), None),
    ],
)
def test_a_waiver_is_about_to_end_for_seven_days(expires: datetime, standing: str | None) -> None:
    result = waived(BROKEN, expires=expires.isoformat())
    result["now"] = NOW.isoformat()
    expected = [] if standing is None else [standing]
    assert [item.standing for item in compare(result, result).decisions] == expected
    # One that covers nothing is known by the config alone.
    assert [item.standing for item in compare(READY, READY, with_waivers(expires=expires)).decisions] == expected


def with_waivers(*, expires: datetime, approved: datetime = NOW - timedelta(days=3), **more: Any) -> Plan:
    entry = {
        "rule": "backup-snapshot-of-every-disk",
        "all": True,
        "reason": "Known",
        "owner": "a@example.com",
        "approvedBy": "b@example.com",
        "approvedAt": approved.isoformat(),
        "expires": expires.isoformat(),
        **more,
    }
    return Plan([Resource(MIGRATION, "urn:pulumi:s::p::t::m", "m", None, {"waivers": [entry, {}]})])


@pytest.mark.parametrize(
    ("approved", "standing"),
    [(NOW - timedelta(seconds=1), []), (NOW, []), (NOW + timedelta(seconds=1), ["new"])],
)
def test_a_waiver_that_covers_nothing_is_new_if_it_was_approved_since_the_base(
    approved: datetime, standing: list[str]
) -> None:
    plan = with_waivers(expires=NOW + timedelta(days=60), approved=approved)
    decisions = compare(READY, READY, plan).decisions
    assert [item.standing for item in decisions] == standing
    assert [item.who for item in decisions] == ["a@example.com, approved by b@example.com"] * len(standing)


def test_a_waiver_that_covers_a_finding_is_told_once() -> None:
    result = waived(BROKEN, expires=(NOW + timedelta(days=2)).isoformat())
    result["now"] = NOW.isoformat()
    rule = next(item["rule"] for item in findings(result) if item["outcome"] == "WAIVED")
    plan = with_waivers(expires=NOW + timedelta(days=2), rule=rule)
    assert [item.standing for item in compare(result, result, plan).decisions] == ["about to end"]


def test_a_side_tells_what_a_what_if_would_be() -> None:
    what_if = deepcopy(READY)
    what_if["judgement"].update(readiness="NOT JUDGED", hypothetical="READY")
    comparison = compare(what_if, READY)
    assert comparison.before.readiness == "READY"


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
