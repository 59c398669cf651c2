"""ECS: snapshot-consistent groups."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import Size, by_token
from simulator.api.registry import ECS, action
from simulator.api.shapes import has_tags, seconds, vpc_tags
from simulator.cloud import snapshot_groups, snapshots
from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.cloud.names import Labels
from simulator.cloud.snapshot_groups import Deleted
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import Snapshot, SnapshotGroup

_STATUSES = ("progressing", "accomplished", "failed")
_MAX_INSTANT_ACCESS_DAYS = 65535


@action(
    ECS,
    "CreateSnapshotGroup",
    "InstanceId DiskId ExcludeDiskId Name Description InstantAccess InstantAccessRetentionDays Tag",
    remembers_token=True,
    raises="InvalidParameter.Name InvalidDescription.Malformed InvalidRetentionDays.Malformed "
    "MissingParamter.InstanceId InvalidInstanceId.NotFound InvalidDiskId.NotFound "
    "InvalidParam.ExcludeDiskIdsAndDiskIds.Conflict InvalidInstance.NoDisk InvalidDiskIds.NotInSameZone "
    "NumberExceed.TooManyDisks CapacityExceed.TooManyDisks InvalidAccountStatus.SnapshotServiceUnavailable "
    "DiskCategory.OperationNotSupported IncorrectDiskStatus.NeverAttached DiskInArrears "
    "IncorrectDiskStatus.Transferring IncorrectDiskStatus InstanceLockedForSecurity IncorrectInstanceStatus "
    "IncorrectDiskStatus.CreatingSnapshot QuotaExceed.Snapshot MissingParameter.TagKey",
    resources="instance/{InstanceId} disk/{DiskId}",
)
def create_snapshot_group(cloud: Cloud, call: Call) -> Answer:
    """Begin snapshots of all disks of an instance but ExcludeDiskId.N, or of DiskId.N in one zone: all or none.

    ESSDs only (cloud_essd, cloud_auto, cloud_essd_entry); at most 128 disks and 256 TiB. InstantAccess has no effect,
    as documented.
    """
    call.flag("InstantAccess")
    days = call.integer("InstantAccessRetentionDays")
    if days is not None and not 1 <= days <= _MAX_INSTANT_ACCESS_DAYS:
        raise CloudError("InvalidRetentionDays.Malformed", "The specified RetentionDays is not valid.")
    resource_group_id = resource_groups.named(cloud, call)
    group = snapshot_groups.create(
        cloud,
        instance_id=call.optional("InstanceId"),
        disk_ids=call.repeated("DiskId"),
        excluded_disk_ids=call.repeated("ExcludeDiskId"),
        labels=Labels(call.optional("Name") or "", call.optional("Description") or "", call.tags()),
    )
    group.resource_group_id = resource_group_id
    return {"SnapshotGroupId": group.id}


@action(
    ECS,
    "DescribeSnapshotGroups",
    "InstanceId SnapshotGroupId Status Name Tag MaxResults NextToken",
    raises="InvalidStatus.ValueNotSupported MissingParameter.TagKey",
    resources="snapshotgroup/*",
)
def describe_snapshot_groups(cloud: Cloud, call: Call) -> Answer:
    """Return snapshot-consistent groups with their snapshots.

    MaxResults 1..100, 10 by default; Status.N and SnapshotGroupId.N are lists.
    """
    statuses, ids = call.repeated("Status"), call.repeated("SnapshotGroupId")
    if not set(statuses) <= set(_STATUSES):
        raise ForbiddenError(
            "InvalidStatus.ValueNotSupported",
            "The specified parameter status is not valid. The expected status is progressing, accomplished or failed.",
        )
    tags = call.tags()
    groups = [
        group
        for group in cloud.estate.snapshot_groups.among(ids or None)
        if call.optional("InstanceId") in (None, group.instance_id)
        and call.optional("Name") in (None, group.name)
        and (not statuses or group.status in statuses)
        and has_tags(group.tags, tags)
    ]
    page = by_token(call, passing(groups, resource_groups.of_group(cloud, call)), Size(maximum=100))
    return {"SnapshotGroups": {"SnapshotGroup": [_group(cloud, group) for group in page.items]}, **page.fields}


@action(
    ECS,
    "ModifySnapshotGroup",
    "SnapshotGroupId Name Description",
    raises="InvalidSnapshotGroupId.NotFound InvalidParameter.Name InvalidDescription.Malformed",
    resources="snapshotgroup/{SnapshotGroupId}",
)
def modify_snapshot_group(cloud: Cloud, call: Call) -> None:
    """Change name or description."""
    snapshot_groups.modify(cloud, call.text("SnapshotGroupId"), call.given("Name"), call.given("Description"))


@action(
    ECS,
    "DeleteSnapshotGroup",
    "SnapshotGroupId",
    raises="InvalidSnapshotGroupId.NotFound",
    resources="snapshotgroup/{SnapshotGroupId}",
)
def delete_snapshot_group(cloud: Cloud, call: Call) -> Answer:
    """Delete a group and its snapshots, and answer what became of each; those that disks were made from stay."""
    progress = [_deleted(item) for item in snapshot_groups.delete(cloud, call.text("SnapshotGroupId"))]
    return {"OperationProgressSet": {"OperationProgress": progress}}


def _group(cloud: Cloud, group: SnapshotGroup) -> Answer:
    members = [_member(cloud, snapshot) for snapshot in snapshot_groups.members(cloud, group)]
    return {
        "SnapshotGroupId": group.id,
        "Name": group.name,
        "Description": group.description,
        "InstanceId": group.instance_id or "",
        "Status": group.status,
        "CreationTime": seconds(group.created_at),
        "Snapshots": {"Snapshot": members},
        "ResourceGroupId": group.resource_group_id or "",
        "Tags": vpc_tags(group.tags),
    }


def _member(cloud: Cloud, snapshot: Snapshot) -> Answer:
    return {
        "SnapshotId": snapshot.id,
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskType": snapshot.source_type,
        "Progress": f"{snapshots.progress_percent(cloud, snapshot)}%",
        "Available": snapshot.status == "accomplished",
        "InstantAccess": False,
        "Tags": vpc_tags(snapshot.tags),
    }


def _deleted(item: Deleted) -> Answer:
    refusal = item.refusal
    return {
        # The reference names only Success.
        "OperationStatus": "Success" if refusal is None else "Failed",
        "ErrorCode": refusal.code if refusal else "",
        "ErrorMsg": refusal.message if refusal else "",
        "RelatedItemSet": {"RelatedItem": [{"Name": "SnapshotId", "Value": item.snapshot_id}]},
    }
