"""Snapshots: they take their time, and some disks have none."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.sdk import Api, refused

DISK = "d-bp1web1sys000000001"


def _snapshot(api: Api, snapshot_id: str) -> dict[str, Any]:
    found = api("ecs:DescribeSnapshots", SnapshotIds=f'["{snapshot_id}"]')["Snapshots"]["Snapshot"]
    return dict(found[0])


def test_a_snapshot_is_progressing_then_accomplished(quick: Estate, api: Api) -> None:
    snapshot_id = api("ecs:CreateSnapshot", DiskId=DISK, SnapshotName="before", RetentionDays=30)["SnapshotId"]
    answer = api.until(
        "ecs:DescribeSnapshots",
        lambda answer: answer["Snapshots"]["Snapshot"][0]["Status"] == "accomplished",
        SnapshotIds=f'["{snapshot_id}"]',
    )
    snapshot = answer["Snapshots"]["Snapshot"][0]
    wanted = {
        "Progress": "100%",
        "Available": True,
        "RetentionDays": 30,
        "SourceDiskId": DISK,
        "SourceDiskSize": "40",
        "SourceDiskType": "system",
        "SnapshotType": "user",
    }
    assert {key: snapshot[key] for key in wanted} == wanted
    assert snapshot["CreationTime"].startswith("2026-11-30T01:00:"), "the model clock's time, in UTC"


class TestWhileProgressing:
    """With snapshots that take an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.snapshot = 3600
        return quick

    def test_it_is_not_available(self, api: Api) -> None:
        snapshot = _snapshot(api, api("ecs:CreateSnapshot", DiskId=DISK)["SnapshotId"])
        assert (snapshot["Status"], snapshot["Progress"], snapshot["Available"]) == ("progressing", "0%", False)
        assert 3590 <= snapshot["RemainTime"] <= 3600
        assert "RetentionDays" not in snapshot

    def test_another_of_the_same_disk_is_refused(self, api: Api) -> None:
        api("ecs:CreateSnapshot", DiskId=DISK)
        with refused("IncorrectDiskStatus.CreatingSnapshot", 403):
            api("ecs:CreateSnapshot", DiskId=DISK)
        api("ecs:CreateSnapshot", DiskId="d-bp1web1dat000000001")


class TestDisksWithout:
    """Disks and instances that can have no snapshot."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.disks[1].category = "ephemeral_ssd"
        quick.disks[15].ever_attached = False
        web_2, web_3 = quick.instances[1:3]
        web_2.status, web_3.locks = "Stopping", ["security"]
        model = quick.snapshots[0]
        quick.snapshots.extend(
            model.model_copy(update={"id": f"s-{n}", "disk_id": "d-bp1app1dat000000002"}) for n in range(256)
        )
        return quick

    @pytest.mark.parametrize(
        ("disk_id", "code", "status"),
        [
            ("d-none", "InvalidDiskId.NotFound", 404),
            ("d-bp1web1dat000000001", "DiskCategory.OperationNotSupported", 400),
            ("d-bp1spare00000000001", "IncorrectDiskStatus.NeverAttached", 403),
            ("d-bp1web2sys000000001", "IncorrectInstanceStatus", 403),
            ("d-bp1web3sys000000001", "InstanceLockedForSecurity", 403),
            ("d-bp1app1dat000000002", "QuotaExceed.Snapshot", 400),
        ],
    )
    def test_refused(self, api: Api, disk_id: str, code: str, status: int) -> None:
        with refused(code, status):
            api("ecs:CreateSnapshot", DiskId=disk_id)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RetentionDays": 0}, "InvalidRetentionDays.Malformed"),
        ({"RetentionDays": 65537}, "InvalidRetentionDays.Malformed"),
        ({"SnapshotName": "x"}, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "auto-1"}, "InvalidSnapshotName.Malformed"),
        ({"Description": "https://x"}, "InvalidDescription.Malformed"),
        ({"Category": "gold"}, "InvalidCategory.Malformed"),
    ],
)
def test_what_is_no_snapshot(api: Api, parameters: dict[str, Any], code: str) -> None:
    with refused(code):
        api("ecs:CreateSnapshot", DiskId=DISK, **parameters)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"Status": "failed"}, ["uploads-try"]),
        ({"DiskId": DISK}, ["before-relaunch"]),
        ({"InstanceId": "i-bp1app20000000000001"}, ["auto2.0_20261128"]),
        ({"SnapshotType": "auto"}, ["auto2.0_20261128"]),
        ({"SourceDiskType": "Data"}, ["uploads-try"]),
        ({"SnapshotIds": "[]"}, []),
        ({"SnapshotName": "before-relaunch"}, ["before-relaunch"]),
    ],
)
def test_filters(api: Api, filters: dict[str, str], names: list[str]) -> None:
    found = api("ecs:DescribeSnapshots", **filters)["Snapshots"]["Snapshot"]
    assert [snapshot["SnapshotName"] for snapshot in found] == names


def test_change_and_delete(api: Api) -> None:
    snapshot_id = "s-bp1web1old000000001"
    api("ecs:ModifySnapshotAttribute", SnapshotId=snapshot_id, SnapshotName="kept", RetentionDays=90)
    snapshot = _snapshot(api, snapshot_id)
    assert (snapshot["SnapshotName"], snapshot["RetentionDays"]) == ("kept", 90)
    api("ecs:DeleteSnapshot", SnapshotId=snapshot_id, Force=True)
    with refused("InvalidSnapshotId.NotFound", 404):
        api("ecs:DeleteSnapshot", SnapshotId=snapshot_id)
