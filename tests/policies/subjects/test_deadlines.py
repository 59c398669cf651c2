"""A result holds until the first moment at which time alone makes another verdict of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.core.clock import read_schedule
from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SHARED_SECURITY_GROUP
from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.subjects.deadlines import deadlines
from tests.policies.attested import attest
from tests.policies.prepared import BEFORE_FREEZE, START, UNKNOWN, Draft, prepared
from tests.policies.rules.waiver.test_in_order import waived, waiver

NOON = "2026-12-11T12:00:00+08:00"
AN_HOUR = timedelta(hours=1)
DECISION = {
    "reason": "agreed",
    "owner": "ann@example.com",
    "approvedBy": "bob@example.com",
    "approvedAt": "2026-12-01T09:00:00+08:00",
}


def valid_until(draft: Draft) -> str | None:
    return document(draft.evaluation(), all_rules())["validUntil"]


def outcomes(draft: Draft) -> dict[tuple[str, str], Outcome]:
    return {(item.rule_id, item.subject.id): item.outcome for item in draft.evaluation().results}


def _web(draft: Draft) -> dict[str, Any]:
    return draft.facts(MIGRATING_INSTANCE, "i-web")


def _exclusion(**times: str) -> Draft:
    draft = prepared()
    _web(draft)["disks"].append(
        {
            "diskId": "d-scratch",
            "type": "data",
            "category": "cloud_efficiency",
            "sizeGib": 20.0,
            "device": "/dev/xvdb",
            "excluded": {**DECISION, "expires": "2026-12-20T09:00:00+08:00", **times},
        }
    )
    return draft


def _evidence() -> Draft:
    draft = prepared()
    draft.facts(MIGRATION)["evidenceMaxAgeHours"] = 27.0
    return draft


def _left_behind() -> Draft:
    """All have moved, i-web has another address, and a week after the window ends at noon."""
    draft = prepared()
    migration = draft.facts(MIGRATION)
    migration["waves"][0].update(window={"start": "2026-12-03T02:00:00+08:00", "latest": "2026-12-04T12:00:00+08:00"})
    migration["waves"][0]["moved"] = True
    for name in ("i-web", "i-app"):
        draft.facts(MIGRATING_INSTANCE, name)["moved"] = True
    migration["formerAddresses"] = ["10.0.0.1"]
    return draft


def _word(**times: str) -> Draft:
    return attest(prepared(), "licence-review", **times)


def _go() -> Draft:
    """A word that nobody needs any longer to the end of the window, as all have moved."""
    draft = _left_behind()
    return attest(draft, "address-lists", statedAt="2026-12-05T09:00:00+08:00", validUntil=NOON)


# What time alone changes at noon, and the rule that tells it.
AT_NOON: dict[str, tuple[Callable[[], Draft], str]] = {
    "the exclusion of a disk ends": (lambda: _exclusion(expires=NOON), "backup-snapshot-of-every-disk"),
    "the exclusion of a disk begins": (lambda: _exclusion(approvedAt=NOON), "backup-snapshot-of-every-disk"),
    "a waiver ends": (lambda: waived(waiver(expires=NOON)), "waiver-in-order"),
    "a waiver begins": (lambda: waived(waiver(approvedAt=NOON)), "waiver-in-order"),
    "evidence grows too old": (_evidence, "guest-evidence-current"),
    "an attestation begins": (lambda: _word(statedAt=NOON), "attestation-in-order"),
    "an attestation ends": (_go, "attestation-in-order"),
    "what is left behind is due": (_left_behind, "after-address-lists-reviewed"),
}


@pytest.mark.parametrize("name", AT_NOON)
def test_a_result_holds_until_time_changes_it(name: str) -> None:
    make, rule_id = AT_NOON[name]
    draft = make()
    draft.now = datetime.fromisoformat(NOON) - AN_HOUR
    until = valid_until(draft)
    assert until is not None
    assert datetime.fromisoformat(until) == datetime.fromisoformat(NOON)
    before = outcomes(draft)
    draft.now += 2 * AN_HOUR
    after = outcomes(draft)
    assert rule_id in {key[0] for key in before if before[key] != after[key]}


@pytest.mark.parametrize("kind", ["opened", "lost"])
@pytest.mark.parametrize("key", ["approvedAt", "expires"])
def test_accepted_differences_begin_and_end(kind: str, key: str) -> None:
    """tests/policies/test_mapped_groups.py holds the rules to the same times."""
    draft = prepared()
    decision = {**DECISION, "expires": "2026-12-20T09:00:00+08:00", key: NOON}
    facts = {"classicSecurityGroupId": "sg-other", "groups": [], "accepted": {kind: decision}}
    draft.add(SHARED_SECURITY_GROUP, "sg-other", facts, draft.one(MIGRATION).urn)
    assert valid_until(draft) == NOON


@pytest.mark.parametrize("key", ["approvedAt", "expires"])
def test_an_approval_of_an_unused_service_bounds_the_validity(key: str) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["bucketPolicies"]
    decision = {**DECISION, "expires": "2026-12-20T09:00:00+08:00", key: NOON}
    unread = {"service": "oss", "reason": "Denied.", "unused": True, "approval": decision}
    draft.facts(MIGRATION)["unreadLists"] = [unread]
    assert valid_until(draft) == NOON
    before, draft.now = draft.now, datetime.fromisoformat(NOON) + AN_HOUR
    rule = "network-bucket-policies-prepared"
    ends = draft.result(rule, "i-web").outcome
    draft.now = before
    assert {ends, draft.result(rule, "i-web").outcome} == {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}


def test_a_task_that_was_seen_is_seen_from_then_on() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["scheduled"] = {"by": "ann@example.com", "at": NOON}
    _web(draft)["scheduledMoves"] = []
    draft.now = datetime.fromisoformat(NOON) - AN_HOUR
    assert valid_until(draft) == NOON
    assert draft.result("schedule-move-is-scheduled", "i-web").outcome is Outcome.FAIL
    draft.now += 2 * AN_HOUR
    assert draft.result("schedule-move-is-scheduled", "i-web").outcome is Outcome.PASS


def test_a_task_that_was_seen_long_ago_is_not_any_more() -> None:
    draft = prepared()
    seen_at = datetime.fromisoformat(NOON) - timedelta(days=90)
    draft.facts(MIGRATION)["waves"][0]["scheduled"] = {"by": "ann@example.com", "at": seen_at.isoformat()}
    _web(draft)["scheduledMoves"] = []
    draft.now = datetime.fromisoformat(NOON) - AN_HOUR
    assert valid_until(draft) == NOON
    assert draft.result("schedule-move-is-scheduled", "i-web").outcome is Outcome.PASS
    draft.now += 2 * AN_HOUR
    assert draft.result("schedule-move-is-scheduled", "i-web").outcome is Outcome.FAIL


def test_a_waiver_that_is_in_use_ends() -> None:
    draft = waived(waiver(expires=NOON))
    evaluation = draft.evaluation()
    assert any(item.waiver is not None for item in evaluation.results)
    assert valid_until(draft) == NOON


def test_evidence_of_what_has_moved_grows_no_older() -> None:
    draft = _evidence()
    for name in ("i-web", "i-app"):
        draft.facts(MIGRATING_INSTANCE, name)["moved"] = True
    assert valid_until(draft) == START


@pytest.mark.parametrize("bad", [UNKNOWN, None, "soon", "2026-12-11T12:00:00", [], 7.0, "9999-12-31T23:00:00+08:00"])
def test_unreadable_times_hide_no_other_deadline(bad: object) -> None:
    draft = _exclusion(expires=NOON)
    migration = draft.facts(MIGRATION)
    migration["attestations"] = [bad, {"statedAt": bad, "validUntil": bad}]
    migration["waivers"] = bad
    migration["waves"][0]["scheduled"] = bad
    _web(draft)["guest"] = bad
    draft.facts(MIGRATING_INSTANCE, "i-app")["guest"]["collectedAt"] = bad
    draft.facts(MIGRATING_INSTANCE, "i-app")["disks"] = bad
    facts = {"classicSecurityGroupId": "sg-other", "groups": bad, "accepted": bad}
    draft.add(SHARED_SECURITY_GROUP, "sg-other", facts, draft.one(MIGRATION).urn)
    assert valid_until(draft) == NOON


def test_without_a_migration_there_is_none() -> None:
    plan = Draft([], BEFORE_FREEZE).plan()
    assert deadlines(plan, read_schedule(BEFORE_FREEZE, plan)) == ()
