"""Snapshots: they take their time, and some go by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.ecs_disks import DATA, all_of, snapshot
from tests.simulator.sdk import Api, refused

DISK = "d-bp1web1sys000000001"
DAY = 86400.0


def _snapshot(api: Api, snapshot_id: str) -> dict[str, Any]:
    snapshots = api("ecs:DescribeSnapshots", SnapshotIds=f'["{snapshot_id}"]')["Snapshots"]["Snapshot"]
    return dict(snapshots[0])


def _ids(api: Api, **filters: Any) -> list[str]:
    return [item["SnapshotId"] for item in api("ecs:DescribeSnapshots", **filters)["Snapshots"]["Snapshot"]]


def _accomplished(api: Api, **parameters: Any) -> str:
    """A snapshot that is accomplished."""
    snapshot_id = str(api("ecs:CreateSnapshot", DiskId=DISK, **parameters)["SnapshotId"])
    api.until(
        "ecs:DescribeSnapshots",
        lambda answer: answer["Snapshots"]["Snapshot"][0]["Status"] == "accomplished",
        SnapshotIds=f'["{snapshot_id}"]',
    )
    return snapshot_id


def test_a_snapshot_is_accomplished_in_the_end(api: Api) -> None:
    snapshot = _snapshot(api, _accomplished(api, SnapshotName="before", RetentionDays=30))
    expected = {
        "Progress": "100%",
        "RemainTime": 0,
        "Available": True,
        "RetentionDays": 30,
        "SourceDiskId": DISK,
        "SourceDiskSize": "40",
        "SourceDiskType": "system",
        "SnapshotType": "user",
        "Usage": "none",
    }
    assert {key: snapshot[key] for key in expected} == expected
    assert snapshot["CreationTime"].startswith("2026-11-30T01:00:"), "the model clock's time, in UTC"


class TestWhileProgressing:
    """With snapshots that take an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.snapshot = 3600
        return quick

    def test_it_is_not_available(self, simulator: Simulator, api: Api) -> None:
        snapshot_id = api("ecs:CreateSnapshot", DiskId=DISK)["SnapshotId"]
        snapshot = _snapshot(api, snapshot_id)
        assert (snapshot["Status"], snapshot["Progress"], snapshot["Available"]) == ("progressing", "0%", False)
        assert 3590 <= snapshot["RemainTime"] <= 3600
        assert "RetentionDays" not in snapshot
        simulator.simulation.clock.advance(1800)
        assert _snapshot(api, snapshot_id)["Progress"] == "50%"

    def test_another_of_the_same_disk_is_refused(self, api: Api) -> None:
        api("ecs:CreateSnapshot", DiskId=DISK)
        with refused("IncorrectDiskStatus.CreatingSnapshot", 403):
            api("ecs:CreateSnapshot", DiskId=DISK)
        api("ecs:CreateSnapshot", DiskId=DATA)

    def test_it_can_be_called_off(self, api: Api) -> None:
        api("ecs:DeleteSnapshot", SnapshotId=api("ecs:CreateSnapshot", DiskId=DISK)["SnapshotId"])
        api("ecs:CreateSnapshot", DiskId=DISK)

    def test_retention_does_not_end_it(self, simulator: Simulator, quick: Estate, api: Api) -> None:
        quick.timings.snapshot = 3 * DAY
        simulator.simulation.reset(quick)
        snapshot_id = str(api("ecs:CreateSnapshot", DiskId=DISK, RetentionDays=1)["SnapshotId"])
        simulator.simulation.clock.advance(2 * DAY)
        assert _snapshot(api, snapshot_id)["Status"] == "progressing"
        simulator.simulation.clock.advance(2 * DAY)
        assert _ids(api, SnapshotIds=f'["{snapshot_id}"]') == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"Status": "failed"}, ["uploads-try"]),
        ({"Status": "all", "DiskId": DISK}, ["before-relaunch"]),
        ({"InstanceId": "i-bp1app20000000000001"}, ["auto2.0_20261128"]),
        ({"SnapshotType": "auto"}, ["auto2.0_20261128"]),
        ({"SourceDiskType": "Data"}, ["uploads-try"]),
        ({"SnapshotIds": "[]"}, []),
        ({"SnapshotIds": '["s-none", "s-bp1web1old000000001"]'}, ["before-relaunch"]),
        ({"SnapshotName": "before-relaunch"}, ["before-relaunch"]),
        ({"SnapshotLinkId": "sl-bp1web1sys000000001"}, ["before-relaunch"]),
        ({"Usage": "image"}, []),
        ({"Category": "Flash"}, []),
        ({"DiskId": DISK, "Category": "Standard", "Usage": "none", "Encrypted": False}, ["before-relaunch"]),
        ({"Encrypted": True}, []),
        ({"KMSKeyId": "key"}, []),
        ({"Tag": [{"Key": "none"}]}, []),
        ({"Filter": [{"Key": "CreationEndTime", "Value": "2026-11-01T00:00Z"}]}, ["before-relaunch"]),
        ({"Filter": [{"Key": "CreationStartTime", "Value": "2026-11-27T10:00:00Z"}]}, ["auto2.0_20261128"]),
    ],
)
def test_filters(api: Api, filters: dict[str, str], names: list[str]) -> None:
    snapshots = api("ecs:DescribeSnapshots", **filters)["Snapshots"]["Snapshot"]
    assert [item["SnapshotName"] for item in snapshots] == names


def test_a_local_snapshot_is_said_to_be_one(api: Api) -> None:
    snapshot_id = api("ecs:CreateSnapshot", DiskId=DISK, SnapshotName="local", Category="flash")["SnapshotId"]
    [snapshot] = api("ecs:DescribeSnapshots", Category="Flash")["Snapshots"]["Snapshot"]
    assert (snapshot["SnapshotId"], snapshot["Category"]) == (snapshot_id, "flash")
    with refused("InvalidSnapshotCategory.Malformed", 403):
        api("ecs:CreateSnapshot", DiskId=DISK, Category="archive")


def test_change_and_delete(api: Api) -> None:
    snapshot_id = _accomplished(api, SnapshotName="before", Description="first")
    api("ecs:ModifySnapshotAttribute", SnapshotId=snapshot_id, SnapshotName="kept", Description="")
    assert (_snapshot(api, snapshot_id)["SnapshotName"], _snapshot(api, snapshot_id)["Description"]) == ("kept", "")
    api("ecs:DeleteSnapshot", SnapshotId=snapshot_id, Force=True)
    with refused("InvalidSnapshotId.NotFound", 404):
        api("ecs:DeleteSnapshot", SnapshotId=snapshot_id)


class TestRetention:
    """A snapshot is released when its days have passed, counted from its creation."""

    @pytest.mark.parametrize("kind", ["user", "auto"])
    @pytest.mark.parametrize("status", ["accomplished", "failed"])
    def test_of_a_snapshot_of_the_estate(
        self, simulator: Simulator, quick: Estate, api: Api, kind: str, status: str
    ) -> None:
        all_of(
            snapshot(id="s-short", type=kind, status=status, retention_days=2),
            snapshot(id="s-long", type=kind, status=status, retention_days=3),
            snapshot(id="s-kept", type=kind, status=status),
        )(quick)
        simulator.simulation.reset(quick)
        left = []
        for _ in range(4):
            left.append(_ids(api, DiskId=DATA))
            simulator.simulation.clock.advance(DAY)
        assert left == [["s-short", "s-long", "s-kept"]] * 2 + [["s-long", "s-kept"], ["s-kept"]]

    def test_of_a_new_one_and_prolonged(self, simulator: Simulator, api: Api) -> None:
        short, long = _accomplished(api, RetentionDays=1), _accomplished(api, RetentionDays=1)
        api("ecs:ModifySnapshotAttribute", SnapshotId=long, RetentionDays=10)
        simulator.simulation.clock.advance(DAY)
        ids = f'["{short}", "{long}"]'
        assert _ids(api, SnapshotIds=ids) == [long]
        simulator.simulation.clock.advance(8 * DAY)
        assert _ids(api, SnapshotIds=ids) == [long]
        simulator.simulation.clock.advance(DAY)
        assert _ids(api, SnapshotIds=ids) == []

    def test_it_gets_no_shorter(self, api: Api) -> None:
        snapshot_id = _accomplished(api, RetentionDays=10)
        with refused("InvalidOperation.DecreaseRetentionDaysUnsupported"):
            api("ecs:ModifySnapshotAttribute", SnapshotId=snapshot_id, RetentionDays=9)
        api("ecs:ModifySnapshotAttribute", SnapshotId=snapshot_id, RetentionDays=10)
