from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SNAPSHOT, SNAPSHOT_GROUP
from tests.policies.prepared import BEFORE_FREEZE, UNKNOWN, Draft, expect, prepared

RULE = "backup-snapshot-of-every-disk"


def _disk(draft: Draft) -> dict[str, Any]:
    disk = draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]
    assert isinstance(disk, dict)
    return disk


def _live(draft: Draft) -> dict[str, Any]:
    snapshot = draft.facts(MIGRATION)["snapshots"]["d-web"][0]
    assert isinstance(snapshot, dict)
    return snapshot


def test_pass_with_a_fresh_snapshot_of_each_disk() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "s-d-web")


def test_pass_with_a_snapshot_that_only_the_cloud_knows() -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_when_a_preview_finds_a_snapshot_in_the_state_that_the_cloud_does_not_show() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.FAIL, "the cloud does not show it", "backups: {retentionDays: 30, round: 2}")


def test_pending_with_a_snapshot_that_this_very_update_made() -> None:
    """Or that somebody deleted: the state alone does not tell, so from the freeze on it does not count."""
    draft = prepared()
    draft.facts(MIGRATION)["dryRun"] = False
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "either this update made it, or it has been deleted since")
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.PENDING)


def test_fail_with_a_snapshot_to_which_no_disk_can_be_rolled_back() -> None:
    draft = prepared()
    _live(draft)["available"] = False
    expect(draft, RULE, "i-web", Outcome.FAIL, "s-d-web of the system disk", "is not available", "round: 2")


def test_unknown_when_it_is_not_known_whether_a_snapshot_is_available() -> None:
    draft = prepared()
    _live(draft)["available"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "available")


def test_pass_with_a_snapshot_of_an_older_answer() -> None:
    draft = prepared()
    del _live(draft)["available"]
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_it_is_not_known_whether_this_is_a_preview() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    draft.facts(MIGRATION)["dryRun"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "dryRun")


def test_unknown_without_a_system_disk() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["type"] = "data"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "no system disk")


def test_pass_with_a_snapshot_kept_for_ever() -> None:
    draft = prepared()
    _live(draft)["retentionDays"] = 0.0
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_pending_while_a_snapshot_is_only_declared() -> None:
    draft = prepared(exists=False)
    expect(draft, RULE, "i-web", Outcome.PENDING, "pulumi up")
    # One that is kept for ever.
    del draft.facts(SNAPSHOT, "d-web")["retentionDays"]
    expect(draft, RULE, "i-web", Outcome.PENDING, "pulumi up")


# The freeze begins on 2026-12-11 at 2:00; the data is copied on 2026-12-20 at 3:36, and a day longer it is needed.
@pytest.mark.parametrize(
    ("created", "retention_days", "outcome", "words"),
    [
        ("2026-12-10T02:00:00+08:00", 30.0, Outcome.PASS, "fresh enough"),
        ("2026-12-10T01:59:59+08:00", 30.0, Outcome.FAIL, "more than 24 h old"),
        # Clocks differ: now is 2026-12-11, 10:00.
        ("2026-12-11T10:15:00+08:00", 30.0, Outcome.PASS, "fresh enough"),
        ("2026-12-11T10:15:01+08:00", 30.0, Outcome.UNKNOWN, "future"),
        ("2026-12-10T03:36:00+08:00", 11.0, Outcome.PASS, "kept long enough"),
        ("2026-12-10T03:35:59+08:00", 11.0, Outcome.FAIL, "retentionDays: 12"),
        ("2026-12-10T12:00:00+08:00", 65_536.0, Outcome.PASS, "kept long enough"),
        ("2026-12-10T12:00:00+08:00", 1e12, Outcome.PASS, "kept long enough"),
    ],
)
def test_pass_to_the_second(created: str, retention_days: float, outcome: Outcome, words: str) -> None:
    draft = prepared()
    _live(draft).update(createdAt=created, retentionDays=retention_days)
    expect(draft, RULE, "i-web", outcome, words)


def test_pending_while_an_old_snapshot_may_still_be_renewed() -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    draft.now = BEFORE_FREEZE
    _live(draft).update(createdAt="2026-11-20T00:00:00Z", retentionDays=60.0)
    expect(draft, RULE, "i-web", Outcome.PENDING, "a newer one is needed")


def test_fail_with_an_old_snapshot_in_the_freeze() -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    _live(draft)["createdAt"] = "2026-12-09T00:00:00+08:00"
    expect(draft, RULE, "i-web", Outcome.FAIL, "freeze began")


def test_fail_without_any_snapshot() -> None:
    draft = prepared(exists=False)
    draft.remove(SNAPSHOT, "d-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, "d-web", "none is declared", "backups: {retentionDays: 30")


def test_fail_when_one_of_two_disks_has_none() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"].append({**_disk(draft), "diskId": "d-data", "type": "data"})
    expect(draft, RULE, "i-web", Outcome.FAIL, "d-data")


@pytest.mark.parametrize("status", ["progressing", "failed"])
def test_fail_with_a_snapshot_that_is_not_accomplished(status: str) -> None:
    draft = prepared()
    _live(draft)["status"] = status
    expect(draft, RULE, "i-web", Outcome.FAIL, "not accomplished")


def test_fail_with_a_snapshot_that_is_released_too_soon() -> None:
    draft = prepared()
    _live(draft)["retentionDays"] = 7.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "kept for only 7 days", "retentionDays: 11")


def test_fail_with_a_declared_snapshot_that_is_released_too_soon() -> None:
    draft = prepared(exists=False)
    draft.facts(SNAPSHOT, "d-web")["retentionDays"] = 20.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "kept for only 20 days")


def test_fail_with_a_local_disk() -> None:
    draft = prepared()
    _disk(draft)["category"] = "ephemeral_ssd"
    expect(draft, RULE, "i-web", Outcome.FAIL, "local disk", "exclude: [{disk: d-web")


def test_unknown_without_disks() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_without_a_window_or_a_freeze() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["latest"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "the window")
    draft = prepared()
    del draft.facts(MIGRATION)["freezeHours"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "the beginning of the freeze")


def test_unknown_when_the_age_is_not_known() -> None:
    draft = prepared()
    _live(draft)["createdAt"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "createdAt")


def test_unknown_with_a_snapshot_from_the_future() -> None:
    draft = prepared()
    _live(draft)["createdAt"] = "2026-12-12T00:00:00+08:00"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "future")


DECISION = {
    "reason": "only a cache",
    "owner": "app team",
    "approvedBy": "ops",
    "approvedAt": "2026-12-01T09:00:00+08:00",
    "expires": "2026-12-19T09:00:00+08:00",
}


def test_pass_with_a_local_disk_that_somebody_has_excluded() -> None:
    draft = prepared()
    _disk(draft).update(category="ephemeral_ssd", excluded=DECISION)
    text = "only a cache (app team, approved by ops until 2026-12-19T09:00+08:00)"
    expect(draft, RULE, "i-web", Outcome.PASS, text)


@pytest.mark.parametrize(
    "decision",
    [
        UNKNOWN,
        {},
        {"reason": "only a cache", "owner": "app team"},
        {**DECISION, "owner": ""},
        {**DECISION, "approvedBy": "App Team"},
        {**DECISION, "expires": "2026-12-11T10:00:00+08:00"},
        {**DECISION, "expires": "2027-12-11T10:00:00+08:00"},
    ],
)
def test_unknown_when_it_is_not_known_who_excluded_a_disk(decision: object) -> None:
    draft = prepared()
    _disk(draft)["excluded"] = decision
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_pending_with_a_consistent_group_that_is_only_declared() -> None:
    draft = prepared(exists=False)
    draft.remove(SNAPSHOT, "d-web")
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": UNKNOWN, "diskIds": ["d-web"]})
    expect(draft, RULE, "i-web", Outcome.PENDING, "in a group of its instance's disks")
    for other in (["d-other"], UNKNOWN):
        draft.facts(SNAPSHOT_GROUP)["diskIds"] = other
        expect(draft, RULE, "i-web", Outcome.FAIL, "has no snapshot")


def test_fail_when_a_preview_finds_a_group_that_has_no_snapshot_of_the_disk() -> None:
    """Another list of disks is an update that makes no call (provider 1.285.0): the state says that it is in."""
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": "ssg-1", "diskIds": ["d-web"]})
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.FAIL, "ssg-1", "the cloud does not show it", "retentionDays: 30, round: 2}")


def test_pending_with_a_group_that_this_very_update_made() -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    draft.facts(MIGRATION)["dryRun"] = False
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": "ssg-1", "diskIds": ["d-web"]})
    expect(draft, RULE, "i-web", Outcome.FAIL, "ssg-1", "either this update made it, or it has been deleted since")
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.PENDING, "ssg-1")


def test_fail_with_a_failed_snapshot_of_a_group_and_the_next_round_fixes_it() -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": "ssg-1", "diskIds": ["d-web"]})
    _live(draft)["status"] = "failed"
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.FAIL, "its status is failed", "backups: {retentionDays: 30, round: 2}")


def test_fail_with_a_failed_snapshot_that_is_in_the_state_too() -> None:
    """The cloud's word counts: that it is in the state would be PENDING in an update."""
    draft = prepared()
    draft.facts(MIGRATION)["dryRun"] = False
    _live(draft)["status"] = "failed"
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.FAIL, "its status is failed")


@pytest.mark.parametrize(
    ("group_id", "is_preview", "outcome"),
    [
        ("ssg-1", True, Outcome.FAIL),
        # It is declared anew, or this update may have made it: then it may have another snapshot of the disk.
        (UNKNOWN, True, Outcome.PENDING),
        ("ssg-1", False, Outcome.PENDING),
    ],
)
def test_a_group_counts_beside_a_failed_snapshot_only_where_its_own_were_not_read(
    group_id: object, is_preview: bool, outcome: Outcome
) -> None:
    draft = prepared()
    draft.remove(SNAPSHOT, "d-web")
    draft.facts(MIGRATION)["dryRun"] = is_preview
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": group_id, "diskIds": ["d-web"]})
    _live(draft)["status"] = "failed"
    draft.now = BEFORE_FREEZE
    result = expect(draft, RULE, "i-web", outcome)
    assert "the cloud does not show it" not in result.reason


def test_the_fix_keeps_a_snapshot_until_a_newer_one_can_be_taken() -> None:
    draft = prepared(exists=False)
    draft.remove(SNAPSHOT, "d-web")
    backups = draft.facts(MIGRATION)["backups"]
    del backups["retentionDays"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "backups: {retentionDays: 30}")
    # The data is copied on 2026-12-20 at 3:36, and now it is 2026-11-23, 10:00.
    backups["keepDaysAfterWindow"] = 40.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "backups: {retentionDays: 67}")


def test_retention_and_age_of_a_snapshot_come_from_the_config() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["backups"]["keepDaysAfterWindow"] = 60.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "kept for only 30 days")
    draft.facts(MIGRATION)["backups"]["keepDaysAfterWindow"] = 1e12
    expect(draft, RULE, "i-web", Outcome.FAIL, "kept for only 30 days")
    draft = prepared()
    draft.facts(MIGRATION)["backups"]["maxAgeHours"] = 12.0
    _live(draft)["createdAt"] = "2026-12-10T13:59:00+08:00"
    expect(draft, RULE, "i-web", Outcome.FAIL, "more than 12 h old")
    draft.facts(MIGRATION)["backups"]["maxAgeHours"] = 1e12
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_it_is_not_known_how_long_or_how_fresh() -> None:
    for key in ("keepDaysAfterWindow", "maxAgeHours"):
        draft = prepared()
        draft.facts(MIGRATION)["backups"][key] = UNKNOWN
        expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)
