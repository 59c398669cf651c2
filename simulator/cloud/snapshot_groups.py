"""Snapshot-consistent groups: snapshots of several disks at one moment.

Refusals as in the references of CreateSnapshotGroup and DescribeSnapshotGroups (alibabacloud.com, ECS developer
reference, 2025-02 and 2026-01); the limits are those of the SDK text (ecs20140526 7.11.8). Not documented: the code for
a group that does not exist (here InvalidSnapshotGroupId.NotFound), and that for a disk of another instance than
InstanceId (here InvalidDiskId.NotFound).
"""

from dataclasses import dataclass

from simulator.cloud import snapshots
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError
from simulator.cloud.names import Labels, check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import Disk, Snapshot, SnapshotGroup

#: Disks of a snapshot-consistent group (SDK text of CreateSnapshotGroup)
MAX_DISKS = 128
MAX_TIB = 256
_GIB_OF_TIB = 1024
_CATEGORIES = frozenset({"cloud_essd", "cloud_auto", "cloud_essd_entry"})


@dataclass(frozen=True)
class Deleted:
    """The result for one snapshot of a deleted group; `refusal` is None if it was deleted too."""

    snapshot_id: str
    refusal: CloudError | None


def create(
    cloud: Cloud,
    *,
    instance_id: str | None,
    disk_ids: list[str],
    excluded_disk_ids: list[str],
    labels: Labels,
) -> SnapshotGroup:
    """Begin a snapshot of each disk, all or none: of an instance's disks, or of `disk_ids`.

    Raises MissingParamter.InstanceId, InvalidInstanceId.NotFound, InvalidDiskId.NotFound,
    InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict, InvalidDiskIds.NotInSameZone, InvalidInstance.NoDisk,
    NumberExceed.TooManyDisks, CapacityExceed.TooManyDisks, InvalidParameter.Name, InvalidDescription.Malformed (404),
    and for each disk as `snapshots.check_disk` does; other disks than ESSDs: DiskCategory.OperationNotSupported.
    """
    check_name(labels.name, "InvalidParameter.Name", "Name")
    check_description(labels.description, "InvalidDescription.Malformed", 404)
    disks = _chosen(cloud, instance_id, disk_ids, excluded_disk_ids)
    _check_disks(cloud, disks)
    parts = [snapshots.create(cloud, disk.id) for disk in disks]
    group = SnapshotGroup(
        id=cloud.ids.new("ssg", disks[0].id, labels.name),
        name=labels.name,
        description=labels.description,
        instance_id=instance_id,
        snapshot_ids=[snapshot.id for snapshot in parts],
        status="progressing",
        created_at=cloud.clock.now(),
        tags=dict(labels.tags),
    )
    cloud.begins(group, cloud.estate.timings.snapshot)
    cloud.estate.snapshot_groups.append(group)
    return group


def modify(cloud: Cloud, group_id: str, name: str | None, description: str | None) -> None:
    """Change what is given.

    Raises InvalidSnapshotGroupId.NotFound, InvalidParameter.Name, InvalidDescription.Malformed (404).
    """
    group = cloud.snapshot_group(group_id)
    check_name(name or "", "InvalidParameter.Name", "Name")
    check_description(description or "", "InvalidDescription.Malformed", 404)
    group.name = group.name if name is None else name
    group.description = group.description if description is None else description


def delete(cloud: Cloud, group_id: str) -> list[Deleted]:
    """Delete a group and its snapshots, but not those of existing disks. Raises InvalidSnapshotGroupId.NotFound."""
    group = cloud.snapshot_group(group_id)
    cloud.estate.snapshot_groups.remove(group)
    return [Deleted(snapshot.id, _deletion(cloud, snapshot)) for snapshot in members(cloud, group)]


def members(cloud: Cloud, group: SnapshotGroup) -> list[Snapshot]:
    """Return the group's snapshots that still exist."""
    snapshots = (cloud.estate.snapshots.find(snapshot_id) for snapshot_id in group.snapshot_ids)
    return [snapshot for snapshot in snapshots if snapshot is not None]


def _deletion(cloud: Cloud, snapshot: Snapshot) -> CloudError | None:
    try:
        snapshots.delete(cloud, snapshot.id)
    except CloudError as refusal:
        return refusal
    return None


def _chosen(cloud: Cloud, instance_id: str | None, disk_ids: list[str], excluded: list[str]) -> list[Disk]:
    if disk_ids and excluded:
        raise CloudError(
            "InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict",
            "The use of parameter 'ExcludeDiskIds' and 'DiskIds' at the same time is not supported.",
        )
    if instance_id is None:
        if not disk_ids:
            raise CloudError("MissingParamter.InstanceId", "The specified InstanceId should not be null.")
        return [cloud.disk(disk_id) for disk_id in dict.fromkeys(disk_ids)]
    cloud.instance(instance_id)
    own = {disk.id: disk for disk in cloud.estate.disks if disk.instance_id == instance_id}
    for disk_id in (*disk_ids, *excluded):
        if disk_id not in own:
            raise NotFoundError("InvalidDiskId.NotFound", "The specified DiskId does not exist.")
    chosen = disk_ids or [disk_id for disk_id in own if disk_id not in excluded]
    if not chosen:
        raise ForbiddenError("InvalidInstance.NoDisk", "There is no disk mounted on the instance.")
    return [own[disk_id] for disk_id in dict.fromkeys(chosen)]


def _check_disks(cloud: Cloud, disks: list[Disk]) -> None:
    if len({disk.zone_id for disk in disks}) > 1:
        raise CloudError("InvalidDiskIds.NotInSameZone", "The specified disks are not in the same availability zone.")
    if len(disks) > MAX_DISKS:
        raise ForbiddenError("NumberExceed.TooManyDisks", "The number of all disks in the request exceeds.")
    if sum(disk.size_gib for disk in disks) > MAX_TIB * _GIB_OF_TIB:
        raise ForbiddenError("CapacityExceed.TooManyDisks", "The capacity of all disks in the request exceeds.")
    for disk in disks:
        if disk.category not in _CATEGORIES:
            raise CloudError(
                "DiskCategory.OperationNotSupported",
                "The operation is not supported to the specified disk due to its disk category.",
            )
        snapshots.check_disk(cloud, disk)
