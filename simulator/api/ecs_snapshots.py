"""ECS: snapshots."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import snapshots
from simulator.cloud.errors import dry_run_passed
from simulator.cloud.state import Cloud
from simulator.model.ecs import Snapshot


@action(
    ECS,
    "CreateSnapshot",
    "DiskId SnapshotName Description RetentionDays Category Tag",
    remembers_token=True,
    raises="InvalidCategory.Malformed InvalidDiskId.NotFound InvalidSnapshotName.Malformed "
    "InvalidDescription.Malformed InvalidRetentionDays.Malformed DiskCategory.OperationNotSupported "
    "IncorrectDiskStatus.NeverAttached IncorrectDiskStatus.CreatingSnapshot IncorrectInstanceStatus "
    "InstanceLockedForSecurity QuotaExceed.Snapshot MissingParameter.TagKey",
    resources="disk/{DiskId}",
)
def create_snapshot(cloud: Cloud, call: Call) -> Answer:
    """Begin a snapshot of a disk; it is there at once, progressing."""
    call.choice("Category", ("standard", "flash"), "InvalidCategory.Malformed")
    snapshot = snapshots.create(
        cloud,
        call.text("DiskId"),
        call.optional("SnapshotName") or "",
        call.optional("Description") or "",
        call.integer("RetentionDays"),
        call.tags(),
    )
    return {"SnapshotId": snapshot.id}


@action(
    ECS,
    "DescribeSnapshots",
    "SnapshotIds DiskId InstanceId SnapshotName Status SnapshotType SourceDiskType Tag DryRun "
    "MaxResults NextToken PageNumber PageSize",
    raises="InvalidSnapshotIds.Malformed InvalidStatus.ValueNotSupported MissingParameter.TagKey",
    resources="snapshot/*",
)
def describe_snapshots(cloud: Cloud, call: Call) -> Answer:
    """Snapshots; PageSize and MaxResults at most 100, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.json_list("SnapshotIds", "InvalidSnapshotIds.Malformed")
    instance_id = call.optional("InstanceId")
    disk_ids = {disk.id for disk in cloud.estate.disks if disk.instance_id == instance_id}
    status = call.choice("Status", ("progressing", "accomplished", "failed", "all"), "InvalidStatus.ValueNotSupported")
    found = [
        snapshot
        for snapshot in cloud.estate.snapshots
        if (ids is None or snapshot.id in ids)
        and (instance_id is None or snapshot.disk_id in disk_ids)
        and status in (None, "all", snapshot.status)
        and call.optional("DiskId") in (None, snapshot.disk_id)
        and call.optional("SnapshotName") in (None, snapshot.name)
        and call.optional("SnapshotType") in (None, "all", snapshot.type)
        and call.optional("SourceDiskType") in (None, snapshot.source_type.capitalize(), snapshot.source_type)
        and has_tags(snapshot.tags, call.tags())
    ]
    page = by_either(call, found, maximum=100, token_maximum=100)
    return {"Snapshots": {"Snapshot": [_snapshot(cloud, item) for item in page.items]}, **page.fields}


@action(
    ECS,
    "ModifySnapshotAttribute",
    "SnapshotId SnapshotName Description RetentionDays",
    raises="InvalidSnapshotId.NotFound InvalidSnapshotName.Malformed InvalidDescription.Malformed "
    "InvalidRetentionDays.Malformed",
    resources="snapshot/{SnapshotId}",
)
def modify_snapshot_attribute(cloud: Cloud, call: Call) -> Answer:
    """Change name, description or retention of a snapshot."""
    snapshots.modify(
        cloud,
        call.text("SnapshotId"),
        call.given("SnapshotName"),
        call.given("Description"),
        call.integer("RetentionDays"),
    )
    return {}


@action(
    ECS, "DeleteSnapshot", "SnapshotId Force", raises="InvalidSnapshotId.NotFound", resources="snapshot/{SnapshotId}"
)
def delete_snapshot(cloud: Cloud, call: Call) -> Answer:
    """Delete a snapshot."""
    snapshots.delete(cloud, call.text("SnapshotId"))
    return {}


def _snapshot(cloud: Cloud, snapshot: Snapshot) -> Answer:
    accomplished = snapshot.status == "accomplished"
    remaining = snapshot.ready_at - cloud.clock.now() if snapshot.ready_at else None
    answer: Answer = {
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "Description": snapshot.description,
        "Status": snapshot.status,
        "Progress": f"{snapshots.progress_percent(cloud, snapshot)}%",
        "RemainTime": max(0, int(remaining.total_seconds())) if remaining else 0,
        "Available": accomplished,
        "CreationTime": seconds(snapshot.created_at),
        "LastModifiedTime": seconds(snapshot.created_at),
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskSize": str(snapshot.source_size_gib),
        "SourceDiskType": snapshot.source_type,
        "SnapshotType": snapshot.type,
        "Category": "standard",
        "Usage": "none",
        "Encrypted": False,
        "InstantAccess": False,
        "RegionId": cloud.estate.region_id,
        "Tags": ecs_tags(snapshot.tags),
    }
    if snapshot.retention_days is not None:
        answer["RetentionDays"] = snapshot.retention_days
    return answer
