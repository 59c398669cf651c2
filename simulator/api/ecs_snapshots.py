"""ECS: snapshots of disks."""

from collections.abc import Callable

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.creation_times import creation_times
from simulator.api.paging import by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import snapshots
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, dry_run_passed
from simulator.cloud.names import Labels
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import Snapshot

MAX_IDS = 100
Condition = Callable[[Snapshot], bool]


@action(
    ECS,
    "CreateSnapshot",
    "DiskId SnapshotName Description RetentionDays Category Tag",
    remembers_token=True,
    raises="InvalidDiskId.NotFound InvalidSnapshotName.Malformed InvalidDescription.Malformed "
    "InvalidRetentionDays.Malformed InvalidSnapshotCategory.Malformed "
    "InvalidAccountStatus.SnapshotServiceUnavailable DiskCategory.OperationNotSupported "
    "IncorrectDiskStatus.NeverAttached DiskInArrears IncorrectDiskStatus.Transferring IncorrectDiskStatus "
    "InstanceLockedForSecurity IncorrectInstanceStatus IncorrectDiskStatus.CreatingSnapshot QuotaExceed.Snapshot "
    "MissingParameter.TagKey",
    resources="disk/{DiskId} snapshot/*",
)
def create_snapshot(cloud: Cloud, call: Call) -> Answer:
    """Begin a snapshot of a disk; the snapshot exists at once, and is progressing.

    One at a time and at most 256 manual ones a disk; RetentionDays 1..65536.
    """
    category = _category(call)
    if category == "archive":
        raise _no_category()
    group_id = resource_groups.named(cloud, call)
    snapshot = snapshots.create(
        cloud,
        call.text("DiskId"),
        Labels(call.optional("SnapshotName") or "", call.optional("Description") or "", call.tags()),
        retention_days=call.integer("RetentionDays"),
    )
    snapshot.category = "flash" if category == "flash" else "standard"
    snapshot.resource_group_id = group_id
    return {"SnapshotId": snapshot.id}


@action(
    ECS,
    "DescribeSnapshots",
    "SnapshotIds DiskId InstanceId SnapshotName Status SnapshotType SourceDiskType SnapshotLinkId Usage Category "
    "Encrypted KMSKeyId Filter Tag DryRun MaxResults NextToken PageNumber PageSize",
    raises="InvalidSnapshotIds.Malformed InvalidStatus.NotFound InvalidSnapshotType.NotFound InvalidSourceDiskType "
    "InvalidUsage InvalidSnapshotCategory.Malformed InvalidSnapshotLinkId.NotFound InvalidFilterKey.NotFound "
    "InvalidFilterValue MissingParameter.TagKey",
    resources="snapshot/*",
)
def describe_snapshots(cloud: Cloud, call: Call) -> Answer:
    """Snapshots; PageSize and MaxResults at most 100, 10 by default.

    DryRun=true answers DryRunOperation (400). An empty SnapshotIds array matches nothing.
    """
    conditions = _conditions(cloud, call)
    ids = call.json_list("SnapshotIds", "InvalidSnapshotIds.Malformed", most=10 * MAX_IDS)
    if ids is not None and len(ids) > MAX_IDS:
        raise ForbiddenError("InvalidSnapshotIds.Malformed", "The amount of specified snapshot Ids exceeds the limit.")
    if call.flag("DryRun"):
        raise dry_run_passed()
    snapshots = cloud.estate.snapshots.among(ids)
    for passes in conditions:
        snapshots = [snapshot for snapshot in snapshots if passes(snapshot)]
    page = by_either(call, snapshots, maximum=100, token_maximum=100)
    return {"Snapshots": {"Snapshot": [_snapshot(cloud, item) for item in page.items]}, **page.fields}


@action(
    ECS,
    "ModifySnapshotAttribute",
    "SnapshotId SnapshotName Description RetentionDays",
    raises="NoAttributeToModify InvalidSnapshotId.NotFound InvalidSnapshotName.Malformed "
    "InvalidDescription.Malformed InvalidRetentionDays.Malformed "
    "InvalidOperation.DecreaseRetentionDaysUnsupported",
    resources="snapshot/{SnapshotId}",
)
def modify_snapshot_attribute(cloud: Cloud, call: Call) -> None:
    """Change name or description, or extend the retention, which counts from the creation."""
    snapshots.modify(
        cloud,
        call.text("SnapshotId"),
        call.given("SnapshotName"),
        call.given("Description"),
        call.integer("RetentionDays"),
    )


@action(
    ECS,
    "DeleteSnapshot",
    "SnapshotId Force",
    raises="InvalidSnapshotId.NotFound SnapshotCreatedDisk",
    resources="snapshot/{SnapshotId}",
)
def delete_snapshot(cloud: Cloud, call: Call) -> None:
    """Delete a snapshot at once; one that disks were made from only with Force."""
    snapshots.delete(cloud, call.text("SnapshotId"), force=call.flag("Force") or False)


def _conditions(cloud: Cloud, call: Call) -> list[Condition]:
    """Return the conditions of the filters that are given."""
    conditions = [
        *_equal(call, "DiskId", "disk_id"),
        *_equal(call, "SnapshotName", "name"),
        *_equal(call, "KMSKeyId", "kms_key_id"),
        *_listed(call, "Status", ("progressing", "accomplished", "failed"), lambda item: item.status),
        *_listed(call, "SnapshotType", ("auto", "user"), lambda item: item.type),
        *_listed(call, "SourceDiskType", ("system", "data"), lambda item: item.source_type),
        *_listed(call, "Usage", ("image", "disk", "image_disk", "none"), lambda item: _usage(cloud, item)),
    ]
    if category := _category(call):
        conditions.append(lambda snapshot: snapshot.category == category)
    if link_id := call.optional("SnapshotLinkId"):
        if not any(_link_id(snapshot) == link_id for snapshot in cloud.estate.snapshots):
            raise NotFoundError("InvalidSnapshotLinkId.NotFound", "The specified snapshot link is not found.")
        conditions.append(lambda snapshot: _link_id(snapshot) == link_id)
    if instance_id := call.optional("InstanceId"):
        disk_ids = {disk.id for disk in cloud.estate.disks if disk.instance_id == instance_id}
        conditions.append(lambda snapshot: snapshot.disk_id in disk_ids)
    if call.flag("Encrypted"):
        conditions.append(lambda snapshot: snapshot.encrypted)
    if created := creation_times(call):
        conditions.append(lambda snapshot: created(snapshot.created_at))
    if tags := call.tags():
        conditions.append(lambda snapshot: has_tags(snapshot.tags, tags))
    if within := resource_groups.of_group(cloud, call):
        conditions.append(within)
    return conditions


def _equal(call: Call, parameter: str, attribute: str) -> list[Condition]:
    value = call.optional(parameter)
    return [] if value is None else [lambda snapshot: getattr(snapshot, attribute) == value]


_UNLISTED = {
    "Status": "InvalidStatus.NotFound",
    "SnapshotType": "InvalidSnapshotType.NotFound",
    "SourceDiskType": "InvalidSourceDiskType",
    "Usage": "InvalidUsage",
}


def _listed(call: Call, parameter: str, values: tuple[str, ...], own: Callable[[Snapshot], str]) -> list[Condition]:
    """One of `values`, in any case, or "all"."""
    listed = (call.optional(parameter) or "all").lower()
    if listed == "all":
        return []
    if listed not in values:
        raise NotFoundError(_UNLISTED[parameter], f"The specified {parameter} is not found.")
    return [lambda snapshot: own(snapshot) == listed]


def _category(call: Call) -> str | None:
    """Return what the caller asks for, in small letters; archived snapshots are only looked for here."""
    category = (call.optional("Category") or "").lower()
    if category not in ("", "standard", "flash", "archive"):
        raise _no_category()
    return category or None


def _no_category() -> CloudError:
    return CloudError("InvalidSnapshotCategory.Malformed", "The specified Category is not valid.", 403)


def _usage(cloud: Cloud, snapshot: Snapshot) -> str:
    return "disk" if snapshots.used(cloud, snapshot) else "none"


def _link_id(snapshot: Snapshot) -> str:
    """Return the id of the chain that all snapshots of a disk form."""
    return f"sl-{snapshot.disk_id.removeprefix('d-')}"


def _snapshot(cloud: Cloud, snapshot: Snapshot) -> Answer:
    answer: Answer = {
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "SnapshotLinkId": _link_id(snapshot),
        "Description": snapshot.description,
        "Status": snapshot.status,
        "Progress": f"{snapshots.progress_percent(cloud, snapshot)}%",
        "RemainTime": snapshots.remaining_seconds(cloud, snapshot),
        "Available": snapshot.status == "accomplished",
        "CreationTime": seconds(snapshot.created_at),
        "LastModifiedTime": seconds(snapshot.modified_at or snapshot.created_at),
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskSize": str(snapshot.source_size_gib),
        "SourceDiskType": snapshot.source_type,
        "SourceStorageType": "disk",
        "SnapshotType": snapshot.type,
        "Category": snapshot.category,
        "Usage": _usage(cloud, snapshot),
        "Encrypted": snapshot.encrypted,
        "KMSKeyId": snapshot.kms_key_id,
        "InstantAccess": False,
        "RegionId": cloud.estate.region_id,
        "ResourceGroupId": snapshot.resource_group_id or "",
        "Tags": ecs_tags(snapshot.tags),
    }
    if snapshot.retention_days is not None:
        answer["RetentionDays"] = snapshot.retention_days
    return answer
