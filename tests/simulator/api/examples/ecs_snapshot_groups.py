"""Examples for simulator/api/ecs_snapshot_groups.py."""

from __future__ import annotations

from datetime import timedelta

from simulator.model.ecs_storage import SnapshotGroup
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.examples.ecs_disks import DATA, SPARE, SYSTEM, all_of, disk, instance, snapshot
from tests.simulator.api.examples.ecs_snapshots import without_service
from tests.simulator.api.sample_ids import SNAPSHOT, WEB_1

GROUP = "ssg-bp1group000000000001"
BOTH = {"InstanceId": WEB_1}
BATCH_DISK = "d-bp1batchsys00000001"


def essds(estate: Estate) -> None:
    """The disks of an instance, and one that is not attached, are ESSDs."""
    for disk_id in (SYSTEM, DATA, SPARE, BATCH_DISK):
        disk(disk_id, category="cloud_essd", performance_level="PL1")(estate)


def with_essds(given: Given) -> Given:
    """That, and ESSDs."""
    return all_of(essds, given)


def group(estate: Estate) -> None:
    """A group of one snapshot."""
    estate.snapshot_groups.append(
        SnapshotGroup(id=GROUP, name="both", instance_id=WEB_1, snapshot_ids=[SNAPSHOT], created_at=estate.now, tags={})
    )


def many(estate: Estate) -> None:
    """An instance of 129 ESSDs."""
    essds(estate)
    model = estate.disks.find(DATA)
    assert model
    estate.disks.extend(model.model_copy(update={"id": f"d-{number}"}) for number in range(127))


def manual_snapshots(estate: Estate) -> None:
    """A disk with 256 manual snapshots."""
    essds(estate)
    own = estate.snapshots.find(SNAPSHOT)
    assert own
    estate.snapshots.extend(own.model_copy(update={"id": f"s-{number}"}) for number in range(255))


def transferring(estate: Estate) -> None:
    """The data of a disk is being copied in the background."""
    essds(estate)
    disk(DATA, transferring_until=estate.now + timedelta(hours=4))(estate)


EXAMPLES = (
    Example(
        "ecs:CreateSnapshotGroup",
        {**BOTH, "Name": "both", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("InvalidParameter.Name", {**BOTH, "Name": "1"}, 400, essds),
            Refusal("InvalidDescription.Malformed", {**BOTH, "Description": "http://x"}, 404, essds),
            Refusal("InvalidRetentionDays.Malformed", {**BOTH, "InstantAccessRetentionDays": 65536}, 400, essds),
            Refusal("MissingParamter.InstanceId", {}),
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404),
            Refusal("InvalidDiskId.NotFound", {"DiskId": ["d-none"]}, 404),
            Refusal("InvalidDiskId.NotFound", {**BOTH, "DiskId": [SPARE]}, 404, essds),
            Refusal(
                "InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict",
                {**BOTH, "DiskId": [DATA], "ExcludeDiskId": [SYSTEM]},
                400,
                essds,
            ),
            Refusal("InvalidInstance.NoDisk", {**BOTH, "ExcludeDiskId": [SYSTEM, DATA]}, 403, essds),
            Refusal("InvalidDiskIds.NotInSameZone", {"DiskId": [SYSTEM, SPARE]}, 400, essds),
            Refusal("NumberExceed.TooManyDisks", BOTH, 403, many),
            Refusal("CapacityExceed.TooManyDisks", BOTH, 403, with_essds(disk(DATA, size_gib=256 * 1024))),
            Refusal("InvalidAccountStatus.SnapshotServiceUnavailable", BOTH, 403, with_essds(without_service)),
            Refusal("DiskCategory.OperationNotSupported", BOTH),
            Refusal("IncorrectDiskStatus.NeverAttached", BOTH, 403, with_essds(disk(DATA, ever_attached=False))),
            Refusal("DiskInArrears", BOTH, 403, with_essds(disk(DATA, locks=["financial"]))),
            Refusal("IncorrectDiskStatus.Transferring", BOTH, 403, transferring),
            Refusal("IncorrectDiskStatus", BOTH, 403, with_essds(disk(DATA, status="Detaching"))),
            Refusal("InstanceLockedForSecurity", BOTH, 403, with_essds(instance(WEB_1, locks=["security"]))),
            Refusal("IncorrectInstanceStatus", BOTH, 400, with_essds(instance(WEB_1, status="Starting"))),
            Refusal(
                "IncorrectDiskStatus.CreatingSnapshot", BOTH, 403, with_essds(snapshot(DATA, status="progressing"))
            ),
            Refusal("QuotaExceed.Snapshot", BOTH, 403, manual_snapshots),
            Refusal("MissingParameter.TagKey", {**BOTH, "Tag": [{"Value": "b"}]}, 400, essds),
        ),
        essds,
    ),
    Example(
        "ecs:DeleteSnapshotGroup",
        {"SnapshotGroupId": GROUP},
        (Refusal("InvalidSnapshotGroupId.NotFound", {"SnapshotGroupId": "ssg-none"}, 404),),
        group,
    ),
    Example(
        "ecs:DescribeSnapshotGroups",
        {"InstanceId": WEB_1, "Status": ["accomplished", "failed"]},
        (
            Refusal("InvalidStatus.ValueNotSupported", {"Status": ["lost"]}, 403),
            Refusal("InvalidParameter", {"MaxResults": 101}),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
        ),
        group,
    ),
    Example(
        "ecs:ModifySnapshotGroup",
        {"SnapshotGroupId": GROUP, "Name": "renamed", "Description": "changed"},
        (
            Refusal("InvalidSnapshotGroupId.NotFound", {"SnapshotGroupId": "ssg-none", "Name": "new"}, 404),
            Refusal("InvalidParameter.Name", {"SnapshotGroupId": GROUP, "Name": "1"}, 400, group),
            Refusal("InvalidDescription.Malformed", {"SnapshotGroupId": GROUP, "Description": "http://x"}, 404, group),
        ),
        group,
    ),
)
