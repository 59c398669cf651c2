"""Snapshots of disks.

Refusals as in the references of CreateSnapshot, ModifySnapshotAttribute and DeleteSnapshot (alibabacloud.com, ECS
developer reference, 2025-01 to 2026-01; AlibabaCloudDocs/ecs, API Reference/Snapshots). The last says that an unknown
id is ignored, and also lists InvalidSnapshotId.NotFound for it: here it is refused. Not simulated: that the first
hour of an instance allows no snapshot, nor an instance that was never started.
"""

from simulator.cloud.errors import CloudError, ForbiddenError, invalid_parameter
from simulator.cloud.names import NO_LABELS, Labels, check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import LOCAL_CATEGORIES, Disk, Snapshot

#: Manual snapshots of one disk (ECS Limits, 2021)
MAX_MANUAL = 256
MAX_RETENTION_DAYS = 65536


def create(cloud: Cloud, disk_id: str, labels: Labels = NO_LABELS, *, retention_days: int | None = None) -> Snapshot:
    """Begin a snapshot: progressing for the estate's `timings.snapshot` seconds, then accomplished.

    Raises InvalidDiskId.NotFound, InvalidSnapshotName.Malformed, InvalidDescription.Malformed (404),
    InvalidRetentionDays.Malformed, and as `check_disk` does.
    """
    disk = cloud.disk(disk_id)
    _check_texts(labels.name, labels.description)
    _check_retention(retention_days)
    check_disk(cloud, disk)
    snapshot = Snapshot(
        id=cloud.ids.new("s", disk_id, labels.name),
        name=labels.name,
        description=labels.description,
        disk_id=disk_id,
        source_type=disk.type,
        source_size_gib=disk.size_gib,
        status="progressing",
        retention_days=retention_days,
        encrypted=disk.encrypted,
        kms_key_id=disk.kms_key_id,
        created_at=cloud.clock.now(),
        tags=dict(labels.tags),
    )
    cloud.begins(snapshot, cloud.estate.timings.snapshot)
    cloud.estate.snapshots.append(snapshot)
    return snapshot


def modify(
    cloud: Cloud, snapshot_id: str, name: str | None, description: str | None, retention_days: int | None
) -> None:
    """Change what is given.

    Retention can only get longer; we assume that this holds for a snapshot without an end too. Raises
    NoAttributeToModify, InvalidSnapshotId.NotFound, InvalidSnapshotName.Malformed, InvalidDescription.Malformed (404),
    InvalidRetentionDays.Malformed, InvalidOperation.DecreaseRetentionDaysUnsupported.
    """
    if name is None and description is None and retention_days is None:
        raise CloudError("NoAttributeToModify", "No attribute to be modified in this request.")
    snapshot = cloud.snapshot(snapshot_id)
    _check_texts(name or "", description or "")
    _check_retention(retention_days)
    old = snapshot.retention_days
    if retention_days is not None and (old is None or retention_days < old):
        raise CloudError(
            "InvalidOperation.DecreaseRetentionDaysUnsupported",
            "The requested operation to decrease retention days for the snapshot is not supported.",
        )
    snapshot.name = snapshot.name if name is None else name
    snapshot.description = snapshot.description if description is None else description
    snapshot.retention_days = retention_days or old
    snapshot.modified_at = cloud.clock.now()
    snapshot.keep()
    if snapshot.ready_at is not None:
        cloud.awaits(snapshot.ready_at)


def delete(cloud: Cloud, snapshot_id: str, *, force: bool = False) -> None:
    """Delete a snapshot, or cancel one that is progressing.

    Raises InvalidSnapshotId.NotFound, and without `force` SnapshotCreatedDisk.
    """
    snapshot = cloud.snapshot(snapshot_id)
    if used(cloud, snapshot) and not force:
        raise ForbiddenError("SnapshotCreatedDisk", "The snapshot has been used to create disk(s).")
    cloud.estate.snapshots.remove(snapshot)


def used(cloud: Cloud, snapshot: Snapshot) -> bool:
    """Whether disks were made from the snapshot."""
    return any(cloud.estate.disks.find(disk_id) for disk_id in snapshot.disk_ids)


def of_disk(cloud: Cloud, disk_id: str) -> list[Snapshot]:
    """Return the snapshots of a disk, in any status."""
    return [snapshot for snapshot in cloud.estate.snapshots if snapshot.disk_id == disk_id]


def in_progress(cloud: Cloud, disk_id: str) -> bool:
    """Whether a snapshot of the disk is being made."""
    return any(snapshot.status == "progressing" for snapshot in of_disk(cloud, disk_id))


def progress_percent(cloud: Cloud, snapshot: Snapshot) -> int:
    """Return the progress, 0 to 100."""
    if snapshot.status != "progressing" or snapshot.ready_at is None:
        return 0 if snapshot.status == "failed" else 100
    whole = (snapshot.ready_at - snapshot.created_at).total_seconds()
    elapsed = (cloud.clock.now() - snapshot.created_at).total_seconds()
    return min(99, int(100 * elapsed / whole)) if whole else 99


def remaining_seconds(cloud: Cloud, snapshot: Snapshot) -> int:
    """Return the seconds until it is accomplished."""
    if snapshot.status != "progressing" or snapshot.ready_at is None:
        return 0
    return max(0, int((snapshot.ready_at - cloud.clock.now()).total_seconds()))


def check_service(cloud: Cloud) -> None:
    """Raise InvalidAccountStatus.SnapshotServiceUnavailable."""
    if not cloud.estate.snapshot_service:
        raise ForbiddenError(
            "InvalidAccountStatus.SnapshotServiceUnavailable", "Snapshot service has not been opened yet."
        )


def check_category(disk: Disk) -> None:
    """Check that the disk can have snapshots: local ones cannot (DiskCategory.OperationNotSupported)."""
    if disk.category in LOCAL_CATEGORIES:
        raise CloudError(
            "DiskCategory.OperationNotSupported",
            "The operation is not supported to the specified disk due to its disk category.",
        )


def check_disk(cloud: Cloud, disk: Disk) -> None:
    """Check that a manual snapshot of the disk can be made now.

    Raises InvalidAccountStatus.SnapshotServiceUnavailable, DiskCategory.OperationNotSupported,
    IncorrectDiskStatus.NeverAttached, DiskInArrears, IncorrectDiskStatus.Transferring, IncorrectDiskStatus,
    InstanceLockedForSecurity, IncorrectInstanceStatus (400), IncorrectDiskStatus.CreatingSnapshot,
    QuotaExceed.Snapshot.
    """
    check_service(cloud)
    check_category(disk)
    if not disk.ever_attached:
        raise ForbiddenError(
            "IncorrectDiskStatus.NeverAttached", "The specified disk has never been attached to any instance."
        )
    if "financial" in disk.locks:
        raise ForbiddenError("DiskInArrears", "The specified operation is denied as your disk has expired.")
    _check_status(cloud, disk)
    own = of_disk(cloud, disk.id)
    if any(snapshot.status == "progressing" for snapshot in own):
        raise ForbiddenError("IncorrectDiskStatus.CreatingSnapshot", "A previous snapshot creation is in process.")
    if sum(snapshot.type == "user" for snapshot in own) >= MAX_MANUAL:
        raise ForbiddenError("QuotaExceed.Snapshot", "The snapshot quota exceeds.")


def _check_status(cloud: Cloud, disk: Disk) -> None:
    if disk.transferring(cloud.clock.now()):
        raise ForbiddenError(
            "IncorrectDiskStatus.Transferring",
            "The specified device is transferring, you can retry after the process is finished.",
        )
    if disk.status not in ("In_use", "Available"):
        raise ForbiddenError("IncorrectDiskStatus", "The current disk status does not support this operation.")
    if disk.instance_id:
        instance = cloud.instance(disk.instance_id)
        if "security" in instance.locks:
            raise ForbiddenError("InstanceLockedForSecurity", "The disk attached instance is locked due to security.")
        if not instance.operable:
            raise CloudError(
                "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
            )


def _check_texts(name: str, description: str) -> None:
    check_name(name, "InvalidSnapshotName.Malformed", "SnapshotName")
    check_description(description, "InvalidDescription.Malformed", 404)
    # Names with this prefix are reserved for automatic snapshots.
    if name.startswith("auto"):
        raise invalid_parameter("SnapshotName", "InvalidSnapshotName.Malformed")


def _check_retention(days: int | None) -> None:
    if days is not None and not 1 <= days <= MAX_RETENTION_DAYS:
        raise invalid_parameter("RetentionDays", "InvalidRetentionDays.Malformed")
