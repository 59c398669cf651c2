"""ECS: automatic snapshot policies. Not simulated: the snapshots that they take, and their copies in other regions."""

import json
from collections.abc import Iterable

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import auto_snapshot_policies as policies
from simulator.cloud.errors import CloudError, NotSimulatedError, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import AutoSnapshotPolicy, SnapshotCopies

_COPIES = "EnableCrossRegionCopy TargetCopyRegions CopiedSnapshotsRetentionDays CopyEncryptionConfiguration"


@action(
    ECS,
    "CreateAutoSnapshotPolicy",
    f"regionId autoSnapshotPolicyName timePoints repeatWeekdays retentionDays AssociationType Tag {_COPIES}",
    raises="ParameterInvalid InvalidSnapshotPolicyName.Malformed InvalidAccountStatus.SnapshotServiceUnavailable "
    "AutoSnapshotPolicy.QuotaExceed MissingParameter.TagKey",
    resources="snapshotpolicy/*",
)
def create_auto_snapshot_policy(cloud: Cloud, call: Call) -> Answer:
    """Create a policy: timePoints ["0".."23"] in UTC+8, repeatWeekdays ["1".."7"], retentionDays -1 or 1..65535.

    At most 100 per region.
    """
    _check_region(cloud, call)
    copies = _copies(call, SnapshotCopies())
    if call.optional("AssociationType") not in (None, "AssociatedWithDisk"):
        raise NotSimulatedError("automatic snapshot policies that are associated by tags")
    group_id = resource_groups.named(cloud, call)
    policy = policies.create(
        cloud,
        name=call.optional("autoSnapshotPolicyName") or "",
        time_points=_mandatory_list(call, "timePoints"),
        weekdays=_mandatory_list(call, "repeatWeekdays"),
        retention_days=_mandatory_days(call),
        tags=call.tags(),
    )
    policy.resource_group_id, policy.copies = group_id, copies
    return {"AutoSnapshotPolicyId": policy.id}


@action(
    ECS,
    "ModifyAutoSnapshotPolicyEx",
    f"regionId autoSnapshotPolicyId autoSnapshotPolicyName timePoints repeatWeekdays retentionDays {_COPIES}",
    raises="ParameterInvalid",
    resources="snapshotpolicy/{autoSnapshotPolicyId}",
)
def modify_auto_snapshot_policy_ex(cloud: Cloud, call: Call) -> None:
    """Change a policy; retentionDays -1 or 1..65536."""
    _check_region(cloud, call)
    policy = cloud.auto_snapshot_policy(call.text("autoSnapshotPolicyId"))
    copies = _copies(call, policy.copies)
    policies.modify(
        cloud,
        policy.id,
        name=call.optional("autoSnapshotPolicyName"),
        time_points=_list(call, "timePoints"),
        weekdays=_list(call, "repeatWeekdays"),
        retention_days=call.integer("retentionDays"),
    )
    policy.copies = copies


@action(
    ECS,
    "DeleteAutoSnapshotPolicy",
    "regionId autoSnapshotPolicyId",
    raises="ParameterInvalid",
    resources="snapshotpolicy/{autoSnapshotPolicyId}",
)
def delete_auto_snapshot_policy(cloud: Cloud, call: Call) -> None:
    """Delete a policy; it then no longer applies to any disk."""
    _check_region(cloud, call)
    policies.delete(cloud, call.text("autoSnapshotPolicyId"))


@action(
    ECS,
    "DescribeAutoSnapshotPolicyEx",
    "AutoSnapshotPolicyId AutoSnapshotPolicyName Tag PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="snapshotpolicy/*",
)
def describe_auto_snapshot_policy_ex(cloud: Cloud, call: Call) -> Answer:
    """Policies; PageSize at most 100, 10 by default."""
    policy_id, tags = call.optional("AutoSnapshotPolicyId"), call.tags()
    matching = [
        policy
        for policy in cloud.estate.auto_snapshot_policies.among([policy_id] if policy_id else None)
        if call.optional("AutoSnapshotPolicyName") in (None, policy.name) and has_tags(policy.tags, tags)
    ]
    page = by_number(call, passing(matching, resource_groups.of_group(cloud, call)), maximum=100)
    counts = policies.disk_counts(cloud)
    answers = [_policy(cloud, policy, counts[policy.id]) for policy in page.items]
    return {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": answers}, **page.fields}


@action(
    ECS,
    "ApplyAutoSnapshotPolicy",
    "regionId autoSnapshotPolicyId diskIds",
    raises="ParameterInvalid InvalidDiskId.NotFound DiskCategory.OperationNotSupported "
    "InvalidAccountStatus.SnapshotServiceUnavailable",
    resources="disk/{diskIds} snapshotpolicy/{autoSnapshotPolicyId}",
)
def apply_auto_snapshot_policy(cloud: Cloud, call: Call) -> None:
    """Apply a policy to the disks of the JSON array diskIds; it replaces the policy that they have."""
    _check_region(cloud, call)
    policies.apply(cloud, call.text("autoSnapshotPolicyId"), _mandatory_list(call, "diskIds"))


@action(
    ECS,
    "CancelAutoSnapshotPolicy",
    "regionId autoSnapshotPolicyId diskIds",
    raises="ParameterInvalid InvalidDiskId.NotFound",
    resources="disk/{diskIds}",
)
def cancel_auto_snapshot_policy(cloud: Cloud, call: Call) -> None:
    """Remove the named policy, or any policy, from disks; a disk without one is no error."""
    _check_region(cloud, call)
    policies.cancel(cloud, call.optional("autoSnapshotPolicyId"), _mandatory_list(call, "diskIds"))


def _check_region(cloud: Cloud, call: Call) -> None:
    """Check regionId, which these actions spell so and refuse with their own code.

    RegionId is as good: Alibaba's own provider (1.285.0) sends it when an instance's policy changes.
    """
    if (call.optional("RegionId") or call.text("regionId")) != cloud.estate.region_id:
        raise policies.invalid("RegionId")


def _copies(call: Call, before: SnapshotCopies) -> SnapshotCopies:
    """Return the settings of copies in other regions; what the call does not set stays as it was.

    Raises ParameterInvalid (403): copies without a region, a retention of other days than -1 or 1..65535.
    """
    fields = {
        "enabled": call.flag("EnableCrossRegionCopy"),
        "regions": _list(call, "TargetCopyRegions"),
        "retention_days": call.integer("CopiedSnapshotsRetentionDays"),
        "encrypted": call.flag("CopyEncryptionConfiguration.Encrypted"),
        "kms_key_id": call.given("CopyEncryptionConfiguration.KMSKeyId"),
    }
    copies = before.model_copy(update={name: value for name, value in fields.items() if value is not None})
    if copies.enabled and not copies.regions:
        raise policies.invalid("TargetCopyRegions")
    if copies.retention_days != -1 and not 1 <= copies.retention_days <= policies.MAX_RETENTION_DAYS:
        raise policies.invalid("CopiedSnapshotsRetentionDays")
    return copies


def _list(call: Call, name: str) -> list[str] | None:
    """Return a JSON array of texts; raises ParameterInvalid (403)."""
    try:
        return call.json_list(name)
    except CloudError:
        raise policies.invalid(name) from None


def _mandatory_list(call: Call, name: str) -> list[str]:
    call.text(name)
    return _list(call, name) or []


def _mandatory_days(call: Call) -> int:
    days = call.integer("retentionDays")
    if days is None:
        raise missing_parameter("retentionDays")
    return days


def _policy(cloud: Cloud, policy: AutoSnapshotPolicy, disk_count: int) -> Answer:
    copies = policy.copies
    # Left out where nothing is set: the provider (1.285.0) reads any text of regions as JSON, and takes any encryption
    # for one that the program has to declare.
    fields: Answer = {}
    if copies.regions:
        fields["TargetCopyRegions"] = json.dumps(copies.regions)
    if copies.encrypted or copies.kms_key_id:
        fields["CopyEncryptionConfiguration"] = {"Encrypted": copies.encrypted, "KMSKeyId": copies.kms_key_id}
    return {
        "AutoSnapshotPolicyId": policy.id,
        "AutoSnapshotPolicyName": policy.name,
        "AssociationType": "AssociatedWithDisk",
        "Type": "Custom",
        "Status": "Normal",
        "TimePoints": _json(policy.time_points),
        "RepeatWeekdays": _json(policy.repeat_weekdays),
        "RetentionDays": policy.retention_days,
        "EnableCrossRegionCopy": copies.enabled,
        **fields,
        "CopiedSnapshotsRetentionDays": copies.retention_days,
        "DiskNums": disk_count,
        "VolumeNums": 0,
        "CreationTime": seconds(policy.created_at),
        "RegionId": cloud.estate.region_id,
        "ResourceGroupId": policy.resource_group_id or "",
        "Tags": ecs_tags(policy.tags),
    }


def _json(numbers: Iterable[int]) -> str:
    """Return the array of texts as it was given."""
    return json.dumps([str(number) for number in numbers])
