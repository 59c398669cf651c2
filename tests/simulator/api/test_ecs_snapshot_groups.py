"""Snapshot-consistent groups: of an instance's disks at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.ecs_disks import DATA, SYSTEM, ZONE_H
from tests.simulator.api.examples.ecs_snapshot_groups import BATCH_DISK, essds
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """With ESSDs."""
    essds(quick)
    return quick


def _groups(api: Api, **filters: Any) -> list[dict[str, Any]]:
    return list(api("ecs:DescribeSnapshotGroups", **filters)["SnapshotGroups"]["SnapshotGroup"])


def _accomplished(api: Api, **parameters: Any) -> dict[str, Any]:
    """A group that is accomplished."""
    group_id = api("ecs:CreateSnapshotGroup", **parameters)["SnapshotGroupId"]
    answer = api.until(
        "ecs:DescribeSnapshotGroups",
        lambda answer: answer["SnapshotGroups"]["SnapshotGroup"][0]["Status"] == "accomplished",
        SnapshotGroupId=[group_id],
    )
    return dict(answer["SnapshotGroups"]["SnapshotGroup"][0])


def _disks(group: dict[str, Any]) -> list[str]:
    return [item["SourceDiskId"] for item in group["Snapshots"]["Snapshot"]]


@pytest.mark.parametrize(
    ("chosen", "disks"),
    [
        ({"InstanceId": WEB_1}, [SYSTEM, DATA]),
        ({"InstanceId": WEB_1, "ExcludeDiskId": [SYSTEM]}, [DATA]),
        ({"InstanceId": WEB_1, "DiskId": [DATA, DATA]}, [DATA]),
    ],
)
def test_the_disks_of_an_instance(api: Api, chosen: dict[str, Any], disks: list[str]) -> None:
    group = _accomplished(api, Name="both", **chosen)
    assert (_disks(group), group["InstanceId"]) == (disks, WEB_1)
    assert {item["Progress"] for item in group["Snapshots"]["Snapshot"]} == {"100%"}


@pytest.mark.parametrize("disks", [[DATA], [DATA, BATCH_DISK]])
def test_disks_that_are_named_alone(api: Api, disks: list[str]) -> None:
    """The provider's plan is empty only where a group of named disks names no instance."""
    group = _accomplished(api, DiskId=disks)
    assert (_disks(group), group["InstanceId"]) == (disks, "")


def test_it_is_all_or_none(api: Api) -> None:
    with refused("DiskCategory.OperationNotSupported"):
        api("ecs:CreateSnapshotGroup", DiskId=[DATA, "d-bp1mon1sys000000001"])
    assert _groups(api) == []
    assert api("ecs:DescribeSnapshots", DiskId=DATA)["Snapshots"]["Snapshot"] == []


def test_filters_and_changes(api: Api) -> None:
    both = _accomplished(api, InstanceId=WEB_1, Name="both", Tag=[{"Key": "a", "Value": "b"}])
    other = _accomplished(api, DiskId=[BATCH_DISK], Name="other")
    both_id, other_id = both["SnapshotGroupId"], other["SnapshotGroupId"]
    assert both["Tags"] == {"Tag": [{"Key": "a", "Value": "b"}]}
    for filters, ids in (
        ({}, [both_id, other_id]),
        ({"InstanceId": WEB_1}, [both_id]),
        ({"Name": "other"}, [other_id]),
        ({"SnapshotGroupId": [other_id, "ssg-none"]}, [other_id]),
        ({"Status": ["progressing"]}, []),
        ({"Status": ["progressing", "accomplished"]}, [both_id, other_id]),
        ({"Tag": [{"Key": "a"}]}, [both_id]),
        ({"MaxResults": 1}, [both_id]),
    ):
        assert [group["SnapshotGroupId"] for group in _groups(api, **filters)] == ids
    api("ecs:ModifySnapshotGroup", SnapshotGroupId=both_id, Name="renamed")
    api("ecs:ModifySnapshotGroup", SnapshotGroupId=both_id, Description="second")
    group = _groups(api, SnapshotGroupId=[both_id])[0]
    assert (group["Name"], group["Description"]) == ("renamed", "second")


def test_its_snapshots_go_with_it_but_for_those_that_are_used(api: Api) -> None:
    group = _accomplished(api, InstanceId=WEB_1)
    system, data = (item["SnapshotId"] for item in group["Snapshots"]["Snapshot"])
    api("ecs:CreateDisk", ZoneId=ZONE_H, DiskCategory="cloud_essd", SnapshotId=data)
    progress = api("ecs:DeleteSnapshotGroup", SnapshotGroupId=group["SnapshotGroupId"])["OperationProgressSet"]
    outcomes = {
        item["RelatedItemSet"]["RelatedItem"][0]["Value"]: (item["OperationStatus"], item["ErrorCode"])
        for item in progress["OperationProgress"]
    }
    assert outcomes == {system: ("Success", ""), data: ("Failed", "SnapshotCreatedDisk")}
    assert _groups(api) == []
    left = api("ecs:DescribeSnapshots", SnapshotIds=f'["{system}", "{data}"]')["Snapshots"]["Snapshot"]
    assert [item["SnapshotId"] for item in left] == [data]


def test_a_snapshot_of_it_can_be_deleted_alone(api: Api) -> None:
    group = _accomplished(api, InstanceId=WEB_1)
    api("ecs:DeleteSnapshot", SnapshotId=group["Snapshots"]["Snapshot"][0]["SnapshotId"])
    assert _disks(_groups(api)[0]) == [DATA]


def test_tags(api: Api) -> None:
    group_id = _accomplished(api, InstanceId=WEB_1)["SnapshotGroupId"]
    tag = {"ResourceType": "snapshotgroup", "ResourceId": [group_id]}
    api("ecs:TagResources", **tag, Tag=[{"Key": "a", "Value": "b"}])
    assert _groups(api)[0]["Tags"] == {"Tag": [{"Key": "a", "Value": "b"}]}
    api("ecs:UntagResources", **tag, TagKey=["a"])
    assert _groups(api)[0]["Tags"] == {"Tag": []}
