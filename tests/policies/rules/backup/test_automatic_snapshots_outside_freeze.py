from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import START, UNKNOWN, Draft, expect, prepared

RULE = "backup-automatic-snapshots-outside-freeze"
POLICY: dict[str, Any] = {
    "autoSnapshotPolicyId": "sp-1",
    "diskIds": ["d-web"],
    "timePoints": ["3"],
    "repeatWeekdays": ["6"],  # The window begins on a Saturday at 2:00 in UTC+8; 40 GiB are blocked for 1.6 hours.
}


def policy(**fields: Any) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["autoSnapshotPolicies"] = [{**POLICY, **fields}]
    return draft


@pytest.mark.parametrize(
    "fields",
    [{"timePoints": ["2"]}, {"timePoints": ["1", "3"], "repeatWeekdays": ["5", "6"]}, {}],
)
def test_fail_when_it_is_due_meanwhile(fields: dict[str, Any]) -> None:
    words = ("sp-1 is due at 2026-12-12T0", "d-web", "about 1.6 h", "CancelAutoSnapshotPolicy --diskIds '[\"d-web\"]'")
    expect(policy(**fields), RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize(
    "fields",
    [{"timePoints": ["1", "4"]}, {"repeatWeekdays": ["5", "7"]}, {"timePoints": []}, {"repeatWeekdays": []}],
)
def test_pass_when_it_is_due_before_or_after(fields: dict[str, Any]) -> None:
    expect(policy(**fields), RULE, "i-web", Outcome.PASS, "sp-1")


def test_pass_in_the_moment_in_which_the_disks_are_free_again() -> None:
    for hour, outcome in (("3", Outcome.FAIL), ("4", Outcome.PASS)):
        draft = policy(timePoints=[hour])
        draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["sizeGib"] = 50.0  # Two hours.
        expect(draft, RULE, "i-web", outcome)


def test_pass_when_the_window_begins_past_its_hour() -> None:
    draft = policy(timePoints=["2"])
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = "2026-12-12T02:00:00.000001+08:00"
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_blocks_from_a_week_before_the_window() -> None:
    draft = policy()
    draft.now = datetime.fromisoformat(START) - timedelta(hours=168, seconds=1)
    assert not expect(draft, RULE, "i-web", Outcome.FAIL).blocking
    draft.now += timedelta(seconds=1)
    assert expect(draft, RULE, "i-web", Outcome.FAIL).blocking


def test_fail_within_a_week_however_large_the_disks_are() -> None:
    draft = policy(repeatWeekdays=["5"])
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["sizeGib"] = 1e9
    expect(draft, RULE, "i-web", Outcome.FAIL, "2026-12-18T03:00+08:00")


@pytest.mark.parametrize("key", sorted(POLICY))
def test_unknown_when_a_fact_of_the_policy_is_not_known(key: str) -> None:
    expect(policy(**{key: UNKNOWN}), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_when_window_or_policies_are_not_known() -> None:
    draft = policy()
    draft.facts(MIGRATION)["waves"][0]["window"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "window")
    draft = prepared()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["autoSnapshotPolicies"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "autoSnapshotPolicies")


def test_not_applicable_without_a_policy_and_after_the_move() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "No automatic snapshot policy")
    draft = policy()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "has moved")
