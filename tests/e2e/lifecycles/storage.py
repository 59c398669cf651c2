"""Disks, their snapshots, and automatic snapshot policies."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from tests.e2e.lifecycles import Read, Resource

INSTANCE = "i-bp1cache100000000001"

RESOURCES = (
    Resource(
        "disk",
        "alicloud:ecs/ecsDisk:EcsDisk",
        {
            "zoneId": "cn-hangzhou-h",
            "category": "cloud_essd",
            "size": 500,
            "diskName": "data",
            "description": "first",
            "tags": {"team": "shop"},
        },
        changed={
            "size": 600,
            "performanceLevel": "PL2",
            "diskName": "renamed",
            "description": "second",
            "deleteAutoSnapshot": True,
            "enableAutoSnapshot": False,
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "attachment",
        "alicloud:ecs/ecsDiskAttachment:EcsDiskAttachment",
        {"diskId": "${disk.id}", "instanceId": INSTANCE},
        # The provider gives both a default, and reads neither.
        unread=("bootable", "deleteWithInstance"),
    ),
    Resource(
        "plain",
        "alicloud:ecs/ecsDisk:EcsDisk",
        {"zoneId": "cn-hangzhou-b", "size": 20},
        changed={"category": "cloud_auto"},
    ),
    Resource(
        "fast",
        "alicloud:ecs/ecsDisk:EcsDisk",
        {
            "zoneId": "cn-hangzhou-b",
            "category": "cloud_auto",
            "size": 100,
            "provisionedIops": 100,
            "burstingEnabled": True,
            "encrypted": True,
            "kmsKeyId": "key-of-the-team",
        },
        changed={"provisionedIops": 200, "burstingEnabled": False, "deleteWithInstance": True},
    ),
    Resource(
        "snapshot",
        "alicloud:ecs/ecsSnapshot:EcsSnapshot",
        {
            "diskId": "${attachment.diskId}",
            "snapshotName": "before",
            "description": "first",
            "retentionDays": 30,
            "tags": {"team": "shop"},
        },
        changed={
            "snapshotName": "renamed",
            "description": "second",
            "retentionDays": 60,
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "group",
        "alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup",
        {
            "instanceId": INSTANCE,
            "diskIds": ["${attachment.diskId}"],
            "snapshotGroupName": "both",
            "description": "first",
            "tags": {"team": "shop"},
        },
        changed={"snapshotGroupName": "renamed", "description": "second", "tags": {"team": "web"}},
        after=("snapshot",),
        unread=("diskIds",),
    ),
    Resource(
        "policy",
        "alicloud:ecs/autoSnapshotPolicy:AutoSnapshotPolicy",
        {
            "autoSnapshotPolicyName": "nightly",
            "timePoints": ["1", "22"],
            "repeatWeekdays": ["1", "3"],
            "retentionDays": 7,
            "tags": {"team": "shop"},
        },
        changed={
            "autoSnapshotPolicyName": "renamed",
            "timePoints": ["2"],
            "repeatWeekdays": ["1", "7", "3"],
            "retentionDays": -1,
            "copiedSnapshotsRetentionDays": 2,
            "enableCrossRegionCopy": True,
            "targetCopyRegions": ["cn-beijing"],
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "policy-attachment",
        "alicloud:ecs/ecsAutoSnapshotPolicyAttachment:EcsAutoSnapshotPolicyAttachment",
        {"autoSnapshotPolicyId": "${policy.id}", "diskId": "${disk.id}"},
    ),
)

READS = (
    Read(
        "disks",
        "alicloud:ecs/getEcsDisks:getEcsDisks",
        {"ids": ["${disk.id}"], "category": "cloud_essd", "diskType": "data", "zoneId": "cn-hangzhou-h"},
        {"disks": [{"size": 500, "diskName": "data", "tags": {"team": "shop"}, "performanceLevel": "PL1"}]},
    ),
    Read(
        "snapshots",
        "alicloud:ecs/getEcsSnapshots:getEcsSnapshots",
        {"ids": ["${snapshot.id}"], "status": "accomplished", "snapshotType": "user"},
        {"snapshots": [{"snapshotName": "before", "retentionDays": 30, "sourceDiskSize": "500"}]},
    ),
    Read(
        "policies",
        "alicloud:ecs/getAutoSnapshotPolicies:getAutoSnapshotPolicies",
        {"ids": ["${policy.id}"]},
        {"policies": [{"autoSnapshotPolicyName": "nightly", "timePoints": ["1", "22"], "retentionDays": 7}]},
    ),
)


def given(estate: Estate) -> None:
    """The key that a disk is encrypted with."""
    estate.kms_keys.append(KmsKey(id="key-of-the-team", tags={}))
