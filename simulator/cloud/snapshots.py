"""Snapshots of disks; refusals as in the CreateSnapshot reference (AlibabaCloudDocs/ecs, API Reference/Snapshots)."""

from simulator.cloud.errors import CloudError, ForbiddenError, invalid_parameter
from simulator.cloud.names import check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import Snapshot

# Manual snapshots of one disk (ECS Limits, 2021).
MAX_MANUAL = 256
MAX_RETENTION_DAYS = 65536
_LOCAL_CATEGORIES = frozenset({"ephemeral_ssd"})


def create(
    cloud: Cloud, disk_id: str, name: str, description: str, retention_days: int | None, tags: dict[str, str]
) -> Snapshot:
    """Begin a snapshot: progressing for the estate's `timings.snapshot` seconds, then accomplished.

    Raises InvalidDiskId.NotFound, InvalidSnapshotName.Malformed, InvalidDescription.Malformed, InvalidRetentionDays,
    DiskCategory.OperationNotSupported, IncorrectDiskStatus.NeverAttached, IncorrectDiskStatus.CreatingSnapshot,
    IncorrectInstanceStatus, InstanceLockedForSecurity, QuotaExceed.Snapshot.
    """
    disk = cloud.disk(disk_id)
    _check_texts(name, description)
    _check_retention(retention_days)
    _check_disk(cloud, disk_id)
    snapshot = Snapshot(
        id=cloud.ids.new("s", disk_id, name),
        name=name,
        description=description,
        disk_id=disk_id,
        source_type=disk.type,
        source_size_gib=disk.size_gib,
        status="progressing",
        retention_days=retention_days,
        created_at=cloud.clock.now(),
        tags=tags,
    )
    cloud.begins(snapshot, cloud.estate.timings.snapshot)
    cloud.estate.snapshots.append(snapshot)
    return snapshot


def modify(
    cloud: Cloud, snapshot_id: str, name: str | None, description: str | None, retention_days: int | None
) -> None:
    """Change what is given; raises as `create` does, and InvalidSnapshotId.NotFound."""
    snapshot = cloud.snapshot(snapshot_id)
    _check_texts(name or "", description or "")
    _check_retention(retention_days)
    snapshot.name = snapshot.name if name is None else name
    snapshot.description = snapshot.description if description is None else description
    snapshot.retention_days = retention_days or snapshot.retention_days


def delete(cloud: Cloud, snapshot_id: str) -> None:
    """Delete a snapshot; raises InvalidSnapshotId.NotFound."""
    cloud.estate.snapshots.remove(cloud.snapshot(snapshot_id))


def progress_percent(cloud: Cloud, snapshot: Snapshot) -> int:
    """How far it is, 0 to 100."""
    if snapshot.ready_at is None:
        return 0 if snapshot.status == "failed" else 100
    whole = (snapshot.ready_at - snapshot.created_at).total_seconds()
    done = (cloud.clock.now() - snapshot.created_at).total_seconds()
    return min(99, int(100 * done / whole)) if whole else 99


def _check_texts(name: str, description: str) -> None:
    check_name(name, "InvalidSnapshotName.Malformed", "SnapshotName")
    check_description(description, "InvalidDescription.Malformed")
    # Names that begin so are kept for automatic snapshots.
    if name.startswith("auto"):
        raise invalid_parameter("SnapshotName", "InvalidSnapshotName.Malformed")


def _check_retention(days: int | None) -> None:
    if days is not None and not 1 <= days <= MAX_RETENTION_DAYS:
        raise invalid_parameter("RetentionDays", "InvalidRetentionDays.Malformed")


def _check_disk(cloud: Cloud, disk_id: str) -> None:
    disk = cloud.disk(disk_id)
    if disk.category in _LOCAL_CATEGORIES:
        raise CloudError("DiskCategory.OperationNotSupported", "The disk category does not support the operation.")
    if not disk.ever_attached:
        raise ForbiddenError(
            "IncorrectDiskStatus.NeverAttached", "The specified disk has never been attached to any instance."
        )
    if disk.instance_id:
        instance = cloud.instance(disk.instance_id)
        if instance.status not in ("Running", "Stopped"):
            raise ForbiddenError("IncorrectInstanceStatus", "The instance is neither Running nor Stopped.")
        if "security" in instance.locks:
            raise ForbiddenError("InstanceLockedForSecurity", "The instance is locked due to security.")
    own = [snapshot for snapshot in cloud.estate.snapshots if snapshot.disk_id == disk_id]
    if any(snapshot.status == "progressing" for snapshot in own):
        raise ForbiddenError("IncorrectDiskStatus.CreatingSnapshot", "A previous snapshot creation is in process.")
    if sum(snapshot.type == "user" for snapshot in own) >= MAX_MANUAL:
        raise CloudError("QuotaExceed.Snapshot", "The snapshot quota of the disk exceeds.")
