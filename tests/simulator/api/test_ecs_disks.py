"""Disks: made, attached, detached, grown and released, each in its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from simulator.server import Simulator
from tests.simulator.api.examples.ecs_disks import CACHE_1, DATA, SNAPSHOT, SPARE, SYSTEM, ZONE_H, disk, snapshot
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.sdk import Api, refused

HOUR = 3600.0


def _disk(api: Api, disk_id: str) -> dict[str, Any]:
    disks = api("ecs:DescribeDisks", DiskIds=f'["{disk_id}"]')["Disks"]["Disk"]
    return dict(disks[0])


def _until(api: Api, disk_id: str, status: str) -> dict[str, Any]:
    answer = api.until(
        "ecs:DescribeDisks", lambda answer: answer["Disks"]["Disk"][0]["Status"] == status, DiskIds=f'["{disk_id}"]'
    )
    return dict(answer["Disks"]["Disk"][0])


def _new(api: Api, **parameters: Any) -> str:
    created = api("ecs:CreateDisk", **{"ZoneId": ZONE_H, "DiskCategory": "cloud_efficiency", "Size": 20, **parameters})
    disk_id = str(created["DiskId"])
    _until(api, disk_id, "Available")
    return disk_id


def _names(answer: dict[str, Any]) -> list[str]:
    return [item["DiskName"] for item in answer["Disks"]["Disk"]]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"InstanceId": WEB_1}, ["web-1-system", "web-1-data"]),
        ({"InstanceId": WEB_1, "DiskType": "data"}, ["web-1-data"]),
        ({"Status": "Available"}, ["spare"]),
        ({"Status": "ReIniting"}, []),
        ({"Category": "cloud"}, ["legacy-1-system"]),
        ({"Category": "elastic_ephemeral_disk_premium"}, []),
        ({"DiskIds": '["d-bp1spare00000000001", "d-none"]', "ZoneId": ZONE_H}, ["spare"]),
        ({"DiskIds": "[]"}, []),
        ({"DiskName": "spare", "ZoneId": "cn-hangzhou-b"}, []),
        ({"Status": "Available", "Portable": True, "DeleteWithInstance": False}, ["spare"]),
        ({"InstanceId": WEB_1, "DeleteWithInstance": True}, ["web-1-system"]),
        ({"InstanceId": WEB_1, "Portable": False}, ["web-1-system"]),
        ({"InstanceId": WEB_1, "EnableAutoSnapshot": False}, []),
        ({"EnableAutomatedSnapshotPolicy": True}, []),
        ({"DeleteAutoSnapshot": True}, []),
        ({"MultiAttach": "Enabled"}, []),
        ({"Status": "Available", "MultiAttach": "Disabled", "EnableShared": False}, ["spare"]),
        ({"Encrypted": True}, []),
        ({"Status": "Available", "Encrypted": False}, ["spare"]),
        ({"Status": "Available", "DiskChargeType": "PostPaid", "DiskType": "all", "Category": "all"}, ["spare"]),
        ({"PerformanceLevel": "PL1"}, []),
        ({"KMSKeyId": "key"}, []),
        ({"SnapshotId": "s-none"}, []),
        ({"AutoSnapshotPolicyId": "sp-none"}, []),
        ({"Tag": [{"Key": "none"}]}, []),
        ({"LockReason": "financial"}, ["cache-1-system"]),
        ({"Filter": [{"Key": "CreationStartTime", "Value": "2026-11-30T00:00Z"}]}, ["ftp-1-system"]),
        (
            {
                "Status": "Available",
                "Filter": [
                    {"Key": "CreationStartTime", "Value": "2020-01-01T00:00:00Z"},
                    {"Key": "CreationEndTime", "Value": "2026-11-29T00:00:00Z"},
                ],
            },
            ["spare"],
        ),
    ],
)
def test_filters(simulator: Simulator, quick: Estate, api: Api, filters: dict[str, Any], names: list[str]) -> None:
    disk("d-bp1cachesys00000001", locks=["financial"])(quick)
    disk("d-bp1ftp1sys000000001", created_at=quick.now)(quick)
    simulator.simulation.reset(quick)
    assert _names(api("ecs:DescribeDisks", **filters)) == names


def test_an_attached_disk(api: Api) -> None:
    disk = _disk(api, "d-bp1app1dat000000001")
    assert (disk["Size"], disk["Device"], disk["Status"], disk["Type"]) == (500, "/dev/xvdb", "In_use", "data")
    assert disk["Attachments"]["Attachment"][0]["InstanceId"] == disk["InstanceId"]


def test_a_life(api: Api) -> None:
    disk_id = _new(api, DiskName="data", Tag=[{"Key": "a", "Value": "b"}])
    disk = _disk(api, disk_id)
    assert (disk["Type"], disk["Portable"], disk["InstanceId"], disk["Device"]) == ("data", True, "", "")
    assert disk["Tags"] == {"Tag": [{"TagKey": "a", "TagValue": "b"}]}
    with refused("IncorrectDiskStatus.NeverAttached", 403):
        api("ecs:CreateSnapshot", DiskId=disk_id)

    api("ecs:AttachDisk", DiskId=disk_id, InstanceId=CACHE_1)
    attached = _until(api, disk_id, "In_use")
    assert (attached["InstanceId"], attached["Device"], attached["DeleteWithInstance"]) == (
        CACHE_1,
        "/dev/xvdb",
        False,
    )
    api("ecs:CreateSnapshot", DiskId=disk_id)
    with refused("IncorrectDiskStatus", 403):
        api("ecs:DeleteDisk", DiskId=disk_id)

    api("ecs:DetachDisk", DiskId=disk_id, InstanceId=CACHE_1)
    detached = _until(api, disk_id, "Available")
    assert (detached["InstanceId"], detached["Device"]) == ("", "")
    assert detached["DetachedTime"].startswith("2026-11-30T01:")
    api.until(
        "ecs:DescribeSnapshots",
        lambda answer: answer["Snapshots"]["Snapshot"][0]["Status"] == "accomplished",
        DiskId=disk_id,
    )

    api("ecs:DeleteDisk", DiskId=disk_id)
    assert _names(api("ecs:DescribeDisks", DiskIds=f'["{disk_id}"]')) == []
    snapshots = api("ecs:DescribeSnapshots", DiskId=disk_id)["Snapshots"]["Snapshot"]
    assert len(snapshots) == 1, "a manual snapshot outlives its disk"


class TestWhilePassing:
    """Where everything about disks takes an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.disk = HOUR
        return quick

    def test_a_new_disk(self, simulator: Simulator, api: Api) -> None:
        disk_id = str(api("ecs:CreateDisk", ZoneId=ZONE_H, Size=5)["DiskId"])
        assert _disk(api, disk_id)["Status"] == "Creating"
        with refused("IncorrectDiskStatus", 403):
            api("ecs:AttachDisk", DiskId=disk_id, InstanceId=CACHE_1)
        simulator.simulation.clock.advance(HOUR)
        assert _disk(api, disk_id)["Status"] == "Available"

    def test_attaching_and_detaching(self, simulator: Simulator, api: Api) -> None:
        api("ecs:AttachDisk", DiskId=SPARE, InstanceId=CACHE_1)
        attaching = _disk(api, SPARE)
        assert (attaching["Status"], attaching["InstanceId"]) == ("Attaching", "")
        for action in ("ecs:AttachDisk", "ecs:DetachDisk"):
            with refused("IncorrectDiskStatus", 403):
                api(action, DiskId=SPARE, InstanceId=CACHE_1)
        simulator.simulation.clock.advance(HOUR)
        assert _disk(api, SPARE)["InstanceId"] == CACHE_1
        api("ecs:DetachDisk", DiskId=SPARE, InstanceId=CACHE_1)
        detaching = _disk(api, SPARE)
        assert (detaching["Status"], detaching["InstanceId"]) == ("Detaching", CACHE_1)
        simulator.simulation.clock.advance(HOUR)
        assert _disk(api, SPARE)["Status"] == "Available"


class TestWhileTransferring:
    """While the data of a disk is being copied in the background, for four hours."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        for disk_id in (DATA, SPARE):
            disk(disk_id, transferring_until=quick.now + timedelta(hours=4))(quick)
        return quick

    @pytest.mark.parametrize(
        ("action", "parameters", "code"),
        [
            ("CreateSnapshot", {"DiskId": DATA}, "IncorrectDiskStatus.Transferring"),
            ("AttachDisk", {"DiskId": SPARE, "InstanceId": CACHE_1}, "IncorrectDiskStatus"),
            ("DetachDisk", {"DiskId": DATA, "InstanceId": WEB_1}, "IncorrectDiskStatus"),
            ("ResizeDisk", {"DiskId": DATA, "NewSize": 200}, "IncorrectDiskStatus"),
            ("ModifyDiskSpec", {"DiskId": DATA, "DiskCategory": "cloud_ssd"}, "IncorrectDiskStatus"),
            ("DeleteDisk", {"DiskId": SPARE}, "IncorrectDiskStatus"),
        ],
    )
    def test_it_cannot_be_operated_until_then(
        self, simulator: Simulator, api: Api, action: str, parameters: dict[str, Any], code: str
    ) -> None:
        with refused(code, 403):
            api(f"ecs:{action}", **parameters)
        simulator.simulation.clock.advance(4 * HOUR)
        api(f"ecs:{action}", **parameters)


@pytest.mark.parametrize(
    ("parameters", "smallest", "largest"),
    [
        ({"DiskCategory": "cloud"}, 5, 2000),
        ({"DiskCategory": "cloud_efficiency"}, 20, 32768),
        ({"DiskCategory": "cloud_ssd"}, 20, 32768),
        ({"DiskCategory": "cloud_auto"}, 1, 65536),
        ({"DiskCategory": "cloud_essd_entry"}, 10, 32768),
        ({"DiskCategory": "cloud_essd"}, 20, 65536),
        ({"DiskCategory": "cloud_essd", "PerformanceLevel": "PL0"}, 1, 65536),
        ({"DiskCategory": "cloud_essd", "PerformanceLevel": "PL2"}, 461, 65536),
        ({"DiskCategory": "cloud_essd", "PerformanceLevel": "PL3"}, 1261, 65536),
    ],
)
def test_sizes(api: Api, parameters: dict[str, Any], smallest: int, largest: int) -> None:
    for size in (smallest, largest):
        disk_id = str(api("ecs:CreateDisk", ZoneId=ZONE_H, Size=size, **parameters)["DiskId"])
        disk = _disk(api, disk_id)
        assert (disk["Size"], disk["Category"]) == (size, parameters["DiskCategory"])
        level = parameters.get("PerformanceLevel", "PL1")
        assert disk["PerformanceLevel"] == (level if disk["Category"] == "cloud_essd" else "")
    for size in (smallest - 1, largest + 1):
        with pytest.raises(Exception, match=r"InvalidDiskSize|InvalidDataDiskSize|PerformanceLevelNotMatch"):
            api("ecs:CreateDisk", ZoneId=ZONE_H, Size=size, **parameters)


@pytest.mark.parametrize(("size", "expected"), [({}, 40), ({"Size": 20}, 40), ({"Size": 60}, 60)])
def test_a_disk_from_a_snapshot(
    simulator: Simulator, quick: Estate, api: Api, size: dict[str, int], expected: int
) -> None:
    snapshot()(quick)
    simulator.simulation.reset(quick)
    parameters = {"ZoneId": ZONE_H, "DiskCategory": "cloud_ssd", "SnapshotId": SNAPSHOT, **size}
    disk_id = str(api("ecs:CreateDisk", **parameters)["DiskId"])
    assert (_disk(api, disk_id)["Size"], _disk(api, disk_id)["SourceSnapshotId"]) == (expected, SNAPSHOT)
    _until(api, disk_id, "Available")
    used = api("ecs:DescribeSnapshots", Usage="disk")["Snapshots"]["Snapshot"]
    assert [item["SnapshotId"] for item in used] == [SNAPSHOT]
    with refused("SnapshotCreatedDisk", 403):
        api("ecs:DeleteSnapshot", SnapshotId=SNAPSHOT)
    api("ecs:DeleteDisk", DiskId=disk_id)
    assert api("ecs:DescribeSnapshots", Usage="disk")["Snapshots"]["Snapshot"] == []
    api("ecs:DeleteSnapshot", SnapshotId=SNAPSHOT)


def test_a_token_makes_one_disk(api: Api) -> None:
    ids = {api("ecs:CreateDisk", ZoneId=ZONE_H, Size=5, ClientToken="once")["DiskId"] for _ in range(2)}
    assert len(ids) == 1
    with refused("IdempotentParameterMismatch"):
        api("ecs:CreateDisk", ZoneId=ZONE_H, Size=6, ClientToken="once")


def test_a_key_is_used_while_it_is_enabled(simulator: Simulator, quick: Estate, api: Api) -> None:
    quick.kms_keys.append(KmsKey(id="key-hzz0000000001", tags={}))
    simulator.simulation.reset(quick)
    encryption = {"DiskCategory": "cloud_essd", "Encrypted": True, "KMSKeyId": "key-hzz0000000001"}
    disk_id = _new(api, **encryption)
    [disk] = api("ecs:DescribeDisks", KMSKeyId="key-hzz0000000001")["Disks"]["Disk"]
    assert (disk["DiskId"], disk["Encrypted"]) == (disk_id, True)


def test_a_key_pair_for_a_data_disk_has_no_effect(simulator: Simulator, api: Api) -> None:
    api("ecs:AttachDisk", DiskId=SPARE, InstanceId=CACHE_1, KeyPairName="shop", **{"Password": "Not-a-secret-1"})
    assert "Not-a-secret-1" not in str(simulator.requests()) + str(simulator.state())


def test_growing(api: Api) -> None:
    api("ecs:ResizeDisk", DiskId=DATA, NewSize=200)
    api("ecs:ResizeDisk", DiskId=SYSTEM, NewSize=2048, Type="online")
    api("ecs:ResizeDisk", DiskId=SPARE, NewSize=41)
    assert [_disk(api, disk_id)["Size"] for disk_id in (DATA, SYSTEM, SPARE)] == [200, 2048, 41]


def test_other_attributes(api: Api) -> None:
    texts = {"DiskName": "renamed", "Description": "second"}
    flags = {"DeleteWithInstance": True, "DeleteAutoSnapshot": True, "EnableAutoSnapshot": False}
    api("ecs:ModifyDiskAttribute", DiskIds=[DATA, SPARE], **texts, **flags)
    for disk_id in (DATA, SPARE):
        changed = _disk(api, disk_id)
        assert {key: changed[key] for key in (*texts, *flags)} == {**texts, **flags}
    api("ecs:ModifyDiskAttribute", DiskId=DATA, Description="")
    assert _disk(api, DATA)["Description"] == ""
    with refused("InvalidDiskId.NotFound", 404):
        api("ecs:ModifyDiskAttribute", DiskIds=[SPARE, "d-none"], DiskName="all-or-none")
    assert _disk(api, SPARE)["DiskName"] == "renamed"


def test_other_performance(api: Api) -> None:
    def changed(**parameters: Any) -> tuple[str, str, int | None, bool]:
        task = "TaskId" in api("ecs:ModifyDiskSpec", DiskId=SPARE, **parameters)
        now = _disk(api, SPARE)
        return now["Category"], now["PerformanceLevel"], now.get("ProvisionedIops"), task

    assert changed(DiskCategory="cloud_auto") == ("cloud_auto", "", 0, True)
    assert changed(ProvisionedIops=500) == ("cloud_auto", "", 500, False)
    assert changed(DiskCategory="cloud_essd") == ("cloud_essd", "PL1", None, True)
    api("ecs:ResizeDisk", DiskId=SPARE, NewSize=500)
    with refused("DryRunOperation"):
        api("ecs:ModifyDiskSpec", DiskId=SPARE, PerformanceLevel="PL2", DryRun=True)
    assert _disk(api, SPARE)["PerformanceLevel"] == "PL1"
    assert changed(PerformanceLevel="PL2") == ("cloud_essd", "PL2", None, False)
    assert changed(PerformanceLevel="PL1") == ("cloud_essd", "PL1", None, False)
    assert changed(DiskCategory="cloud_efficiency") == ("cloud_efficiency", "", None, True)


def test_automatic_snapshots_go_with_their_disk_where_it_says_so(simulator: Simulator, quick: Estate, api: Api) -> None:
    snapshot(SPARE, type="auto")(quick)
    snapshot(SPARE, id="s-manual")(quick)
    disk(SPARE, delete_auto_snapshot=True)(quick)
    simulator.simulation.reset(quick)
    api("ecs:DeleteDisk", DiskId=SPARE)
    left = api("ecs:DescribeSnapshots", DiskId=SPARE)["Snapshots"]["Snapshot"]
    assert [item["SnapshotId"] for item in left] == ["s-manual"]


def test_devices(api: Api) -> None:
    first, second = _new(api), _new(api)
    api("ecs:AttachDisk", DiskId=SPARE, InstanceId=CACHE_1, Device="/dev/xvdc")
    for disk_id in (first, second):
        api("ecs:AttachDisk", DiskId=disk_id, InstanceId=CACHE_1)
    devices = [_until(api, disk_id, "In_use")["Device"] for disk_id in (first, SPARE, second)]
    assert devices == ["/dev/xvdb", "/dev/xvdc", "/dev/xvdd"]
