from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SNAPSHOT, SNAPSHOT_GROUP
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "backup-within-quota"


def with_snapshots(number: int, kind: str = "user") -> Draft:
    """A first preview, with so many snapshots of the disk of i-web there already."""
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["snapshots"] = {"d-web": snapshots(number, kind)}
    return draft


def snapshots(number: int, kind: str = "user") -> list[dict[str, Any]]:
    return [{"snapshotId": f"s-{index}", "snapshotType": kind} for index in range(number)]


def test_pass_with_one_place_left() -> None:
    expect(with_snapshots(255), RULE, "i-web", Outcome.PASS)


def test_pass_where_a_policy_took_them() -> None:
    expect(with_snapshots(256, "auto"), RULE, "i-web", Outcome.PASS)


def test_fail_at_the_quota() -> None:
    expect(with_snapshots(256), RULE, "i-web", Outcome.FAIL, "256 manual snapshots", "DescribeSnapshots --DiskId d-web")


def test_fail_at_the_quota_for_a_group_too() -> None:
    draft = with_snapshots(256)
    draft.remove(SNAPSHOT, "d-web")
    draft.add(SNAPSHOT_GROUP, "i-web", {"id": UNKNOWN, "diskIds": ["d-web", "d-more"]})
    expect(draft, RULE, "i-web", Outcome.FAIL, "d-web")


def test_pass_where_the_full_disk_gets_none() -> None:
    draft = with_snapshots(0)
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts["disks"].append({**facts["disks"][0], "diskId": "d-full", "type": "data"})
    draft.facts(MIGRATION)["snapshots"] = {"d-full": snapshots(256)}
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_the_disk_of_a_snapshot_is_not_known() -> None:
    draft = prepared(exists=False)
    draft.facts(SNAPSHOT, "d-web")["diskId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "diskId")


@pytest.mark.parametrize("of_disk", [UNKNOWN, [{"snapshotType": UNKNOWN}]])
def test_unknown_when_the_snapshots_that_are_there_are_not_known(of_disk: object) -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["snapshots"] = {"d-web": of_disk}
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "snapshots.d-web")
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_not_applicable_once_they_are_made() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_not_applicable_once_it_has_moved() -> None:
    draft = with_snapshots(256)
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "has moved")
