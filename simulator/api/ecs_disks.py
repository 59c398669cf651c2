"""ECS: disks.

Not simulated: multi-attached, regional and elastic ephemeral disks, storage sets and clusters, subscription disks made
by CreateDisk (InstanceId), and attaching and detaching system disks.
"""

from collections.abc import Callable

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.creation_times import creation_times
from simulator.api.filters import passing
from simulator.api.paging import by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, minutes, seconds
from simulator.cloud import disks
from simulator.cloud.errors import (
    CloudError,
    ForbiddenError,
    NotFoundError,
    NotSimulatedError,
    dry_run_passed,
    missing_parameter,
)
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import Disk

MAX_IDS = 100
_NEVER = "2999-09-08T16:00Z"
_STATUSES = ("In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting", "All")
# Categories that DescribeDisks accepts although the simulator has no such disks.
_OTHER_CATEGORIES = (
    "all",
    "cloud_regional_disk_auto",
    "elastic_ephemeral_disk_standard",
    "elastic_ephemeral_disk_premium",
)
# Filters on an attribute, the most selective first, with the values that mean any.
_EQUAL = {
    "InstanceId": "instance_id",
    "SnapshotId": "source_snapshot_id",
    "AutoSnapshotPolicyId": "auto_snapshot_policy_id",
    "DiskName": "name",
    "KMSKeyId": "kms_key_id",
    "DiskType": "type",
    "Category": "category",
    "Status": "status",
    "ZoneId": "zone_id",
    "DiskChargeType": "charge_type",
    "PerformanceLevel": "performance_level",
}
_ALL = {"DiskType": "all", "Category": "all", "Status": "All"}
Condition = Callable[[Disk], bool]


@action(
    ECS,
    "CreateDisk",
    "ZoneId DiskCategory Size SnapshotId PerformanceLevel DiskName Description Encrypted KMSKeyId ProvisionedIops "
    "BurstingEnabled MultiAttach Tag",
    raises="InvalidZoneId.NotFound InvalidDiskCategory.ValueNotSupported InvalidPerformanceLevel.Malformed "
    "InvalidDiskName.Malformed InvalidDescription.Malformed InvalidParameter.EncryptedIllegal "
    "InvalidParameter.KMSKeyId.NotFound InvalidParameter.KMSKeyId.CMKNotEnabled "
    "InvalidSnapshotId.NotFound InvalidSnapshotId.NotReady InvalidSnapshotId.NotDataDiskSnapshot "
    "InvalidEncrypted.NotMatchSnapshot InvalidDiskSize.NotSupported InvalidDataDiskSize.ValueNotSupported "
    "OperationDenied.PerformanceLevelNotMatch ProvisionedIopsForDiskCategoryUnsupported "
    "InvalidProvisionedIops.LimitExceed BurstingEnabledForDiskCategoryUnsupported InvalidParameter.MultiAttach "
    "MissingParameter.TagKey",
    resources="disk/*",
    remembers_token=True,
)
def create_disk(cloud: Cloud, call: Call) -> Answer:
    """Create a pay-as-you-go data disk in a zone; Creating, then Available.

    Sizes in GiB: cloud 5..2000, cloud_efficiency and cloud_ssd 20..32768, cloud_essd PL0 1.., PL1 20.., PL2 461.., PL3
    1261..65536, cloud_auto 1..65536, cloud_essd_entry 10..32768; with SnapshotId at least that of the snapshot.
    """
    _refuse_multi_attach(call)
    group_id = resource_groups.named(cloud, call)
    disk = disks.create(
        cloud,
        disks.NewDisk(
            zone_id=call.text("ZoneId"),
            category=call.optional("DiskCategory") or "cloud",
            size_gib=call.integer("Size"),
            snapshot_id=call.optional("SnapshotId"),
            performance_level=call.optional("PerformanceLevel"),
            name=call.optional("DiskName") or "",
            description=call.optional("Description") or "",
            encrypted=call.flag("Encrypted") or False,
            kms_key_id=call.optional("KMSKeyId") or "",
            provisioned_iops=call.integer("ProvisionedIops"),
            bursting_enabled=call.flag("BurstingEnabled") or False,
            tags=call.tags(),
        ),
    )
    disk.resource_group_id = group_id
    return {"DiskId": disk.id}


@action(
    ECS,
    "DeleteDisk",
    "DiskId",
    raises="InvalidDiskId.NotFound DiskTypeViolation IncorrectDiskStatus.Initializing DiskNotPortable "
    "IncorrectDiskStatus DiskCreatingSnapshot",
    resources="disk/{DiskId}",
)
def delete_disk(cloud: Cloud, call: Call) -> None:
    """Release an Available data disk at once; manual snapshots stay, automatic ones as DeleteAutoSnapshot says."""
    disks.delete(cloud, call.text("DiskId"))


@action(
    ECS,
    "AttachDisk",
    "DiskId InstanceId Device Bootable DeleteWithInstance KeyPairName Password",
    raises="InvalidInstanceId.NotFound InvalidDiskId.NotFound InvalidDisk.DiskNotBootable InstanceLockedForSecurity "
    "IncorrectInstanceStatus DiskInArrears DiskNotPortable IncorrectDiskStatus ResourcesNotInSameZone "
    "InstanceDiskLimitExceeded InvalidDevice.Malformed InvalidDevice.InUse",
    resources="disk/{DiskId} instance/{InstanceId}",
)
def attach_disk(cloud: Cloud, call: Call) -> None:
    """Attach an Available data disk to a Running or Stopped instance of its zone; Attaching, then In_use.

    At most 16 data disks an instance. An attached disk is not released with its instance by default. KeyPairName and
    Password are of system disks, and have no effect.
    """
    disks.attach(
        cloud,
        call.text("DiskId"),
        call.text("InstanceId"),
        device=call.optional("Device"),
        bootable=call.flag("Bootable") or False,
        delete_with_instance=call.flag("DeleteWithInstance") or False,
    )


@action(
    ECS,
    "DetachDisk",
    "DiskId InstanceId DeleteWithInstance",
    raises="InvalidInstanceId.NotFound InvalidDiskId.NotFound InvalidDisk.AlreadyDetached DependencyViolation "
    "InstanceLockedForSecurity IncorrectInstanceStatus DiskNotPortable IncorrectDiskStatus",
    resources="disk/{DiskId} instance/{InstanceId}",
)
def detach_disk(cloud: Cloud, call: Call) -> None:
    """Detach a data disk from a Running or Stopped instance; Detaching, then Available."""
    disks.detach(
        cloud,
        call.text("DiskId"),
        call.text("InstanceId"),
        delete_with_instance=call.flag("DeleteWithInstance") or False,
    )


@action(
    ECS,
    "ResizeDisk",
    "DiskId NewSize Type",
    raises="InvalidDiskId.NotFound InvalidParam.Type InvalidDiskCategory.NotSupported DiskInArrears "
    "IncorrectDiskStatus InstanceLockedForSecurity IncorrectInstanceStatus InvalidInstanceStatus.NotRunning "
    "DiskCreatingSnapshot InvalidDiskSize.TooSmall InvalidDiskSize InvalidDiskSize.TooLarge",
    resources="disk/{DiskId}",
    remembers_token=True,
)
def resize_disk(cloud: Cloud, call: Call) -> None:
    """Enlarge a disk, at once; system disks to 2048 GiB (cloud: 500), data disks to what CreateDisk allows.

    Type online needs a Running instance and is not for the category cloud.
    """
    size = call.integer("NewSize")
    if size is None:
        raise missing_parameter("NewSize")
    disks.resize(cloud, call.text("DiskId"), size, call.optional("Type") or "offline")


@action(
    ECS,
    "ModifyDiskAttribute",
    "DiskId DiskIds DiskName Description DeleteWithInstance DeleteAutoSnapshot EnableAutoSnapshot BurstingEnabled",
    raises="MissingParameter.DiskIdOrDiskIds ParameterConflict.DiskIdAndDiskIds NoAttributeToModify "
    "InvalidDiskId.NotFound InvalidDiskName.Malformed InvalidDescription.Malformed DiskNotPortable "
    "BurstingEnabledForDiskCategoryUnsupported",
    resources="disk/{DiskId} disk/{DiskIds}",
)
def modify_disk_attribute(cloud: Cloud, call: Call) -> None:
    """Change texts and flags of DiskId, or the same of all DiskIds.N."""
    disk_id, disk_ids = call.optional("DiskId"), call.repeated("DiskIds")
    if disk_id and disk_ids:
        raise CloudError(
            "ParameterConflict.DiskIdAndDiskIds",
            "Specified parameter DiskId and DiskIds conflict, only one can be chosen.",
        )
    if not disk_id and not disk_ids:
        raise CloudError("MissingParameter.DiskIdOrDiskIds", "Specified parameter DiskId or DiskIds is missing.")
    changes = disks.Changes(
        name=call.given("DiskName"),
        description=call.given("Description"),
        delete_with_instance=call.flag("DeleteWithInstance"),
        delete_auto_snapshot=call.flag("DeleteAutoSnapshot"),
        enable_auto_snapshot=call.flag("EnableAutoSnapshot"),
        bursting_enabled=call.flag("BurstingEnabled"),
    )
    disks.modify(cloud, [disk_id] if disk_id else disk_ids, changes)


@action(
    ECS,
    "ModifyDiskSpec",
    "DiskId DiskCategory PerformanceLevel ProvisionedIops DryRun",
    raises="InvalidDiskId.NotFound InvalidDiskCategory.ValueNotSupported OperationDenied "
    "InvalidPerformanceLevel.Malformed InvalidPerformanceLevelParam.Mismatch InvalidPerformanceLevel.TooLow "
    "DiskInArrears IncorrectDiskStatus InvalidOperation.InstanceStatusUnsupported DiskCreatingSnapshot "
    "OperationDenied.PerformanceLevelNotMatch ProvisionedIopsForDiskCategoryUnsupported "
    "InvalidProvisionedIops.LimitExceed NoChangeInDiskCategoryAndPerformanceLevel",
    resources="disk/{DiskId}",
)
def modify_disk_spec(cloud: Cloud, call: Call) -> Answer:
    """Change category or performance level, at once; never down to PL0, nor from or to the category cloud.

    DryRun=true answers DryRunOperation (400).
    """
    disk_id, dry_run = call.text("DiskId"), call.flag("DryRun") or False
    other_category = disks.modify_spec(
        cloud,
        disk_id,
        category=call.optional("DiskCategory"),
        performance_level=call.optional("PerformanceLevel"),
        provisioned_iops=call.integer("ProvisionedIops"),
        dry_run=dry_run,
    )
    if dry_run:
        raise dry_run_passed()
    return {"TaskId": cloud.ids.new("t", disk_id)} if other_category else {}


@action(
    ECS,
    "DescribeDisks",
    "DiskIds InstanceId DiskType Category Status ZoneId DiskName Tag AutoSnapshotPolicyId SnapshotId DiskChargeType "
    "PerformanceLevel KMSKeyId Encrypted Portable DeleteWithInstance DeleteAutoSnapshot EnableAutoSnapshot "
    "EnableAutomatedSnapshotPolicy EnableShared MultiAttach LockReason Filter DryRun MaxResults NextToken PageNumber "
    "PageSize",
    raises="InvalidParameter.DiskIds InvalidDiskIds.Malformed InvalidDiskType.ValueNotSupported "
    "InvalidCategory.ValueNotSupported InvalidStatus.ValueNotSupported InvalidDiskChargeType.NotFound "
    "InvalidLockReason.NotFound InvalidParameter.MultiAttach InvalidFilterKey.NotFound InvalidFilterValue "
    "MissingParameter.TagKey",
    resources="disk/*",
)
def describe_disks(cloud: Cloud, call: Call) -> Answer:
    """Disks; PageSize at most 100, MaxResults clamped to 10..500, 10 by default either way.

    DryRun=true answers DryRunOperation (400). An empty DiskIds array matches nothing.
    """
    conditions = _conditions(call)
    ids = call.json_list("DiskIds", "InvalidParameter.DiskIds", most=10 * MAX_IDS)
    if ids is not None and len(ids) > MAX_IDS:
        raise ForbiddenError("InvalidDiskIds.Malformed", "The amount of specified disk Ids exceeds the limit.")
    if call.flag("DryRun"):
        raise dry_run_passed()
    disks = cloud.estate.disks.among(ids)
    for passes in conditions:
        disks = [disk for disk in disks if passes(disk)]
    disks = passing(disks, resource_groups.of_group(cloud, call))
    page = by_either(call, disks, maximum=100, token_maximum=500, clamp=True)
    return {"Disks": {"Disk": [_disk(cloud, disk) for disk in page.items]}, **page.fields}


def _conditions(call: Call) -> list[Condition]:
    """Return the conditions of the filters that are given."""
    _check_choices(call)
    conditions = [
        *(condition for parameter, attribute in _EQUAL.items() for condition in _equal(call, parameter, attribute)),
        *_same(call, "Portable", lambda disk: disk.portable),
        *_same(call, "DeleteWithInstance", lambda disk: disk.goes_with_instance),
        *_same(call, "DeleteAutoSnapshot", lambda disk: disk.delete_auto_snapshot),
        *_same(call, "EnableAutoSnapshot", lambda disk: disk.enable_auto_snapshot),
        *_same(call, "EnableAutomatedSnapshotPolicy", lambda disk: disk.auto_snapshot_policy_id is not None),
        *_same(call, "EnableShared", lambda _: False),
    ]
    if call.optional("InstanceId"):
        conditions.append(lambda disk: disk.status != "Attaching")
    if call.optional("MultiAttach") not in (None, "Disabled"):
        conditions.append(lambda _: False)
    # "Specifies whether to query only encrypted cloud disks" (SDK text): false does not look for the others.
    if call.flag("Encrypted"):
        conditions.append(lambda disk: disk.encrypted)
    if reason := call.optional("LockReason"):
        conditions.append(lambda disk: reason in disk.locks)
    if created := creation_times(call):
        conditions.append(lambda disk: created(disk.created_at))
    if tags := call.tags():
        conditions.append(lambda disk: has_tags(disk.tags, tags))
    return conditions


def _check_choices(call: Call) -> None:
    call.choice("DiskType", ("all", "system", "data"), "InvalidDiskType.ValueNotSupported")
    call.choice("Category", (*disks.CATEGORIES, *_OTHER_CATEGORIES), "InvalidCategory.ValueNotSupported")
    call.choice("Status", _STATUSES, "InvalidStatus.ValueNotSupported")
    if call.optional("DiskChargeType") not in (None, "PrePaid", "PostPaid"):
        raise NotFoundError("InvalidDiskChargeType.NotFound", "The DiskChargeType does not exist in our records.")
    if call.optional("LockReason") not in (None, "financial", "security", "recycling", "dedicatedhostfinancial"):
        raise NotFoundError("InvalidLockReason.NotFound", "The specified LockReason is not found.")
    if call.optional("MultiAttach") not in (None, "Disabled", "Enabled", "LegacyShared"):
        raise ForbiddenError("InvalidParameter.MultiAttach", "The specified param MultiAttach is not valid.")


def _equal(call: Call, parameter: str, attribute: str) -> list[Condition]:
    value = call.optional(parameter)
    if value is None or (parameter in _ALL and value == _ALL[parameter]):
        return []
    return [lambda disk: getattr(disk, attribute) == value]


def _same(call: Call, parameter: str, own: Callable[[Disk], bool]) -> list[Condition]:
    flag = call.flag(parameter)
    return [] if flag is None else [lambda disk: own(disk) is flag]


def _refuse_multi_attach(call: Call) -> None:
    multi_attach = call.optional("MultiAttach")
    if multi_attach == "Enabled":
        raise NotSimulatedError("disks that are attached to several instances")
    if multi_attach not in (None, "Disabled"):
        raise ForbiddenError("InvalidParameter.MultiAttach", "The specified param MultiAttach is not valid.")


def _instance_id(disk: Disk) -> str:
    """Return the instance id that answers show: only while the disk is In_use or Detaching."""
    return disk.instance_id if disk.instance_id and disk.status in ("In_use", "Detaching") else ""


def _disk(cloud: Cloud, disk: Disk) -> Answer:
    instance_id = _instance_id(disk)
    attached = seconds(disk.attached_at or disk.created_at) if instance_id else ""
    attachment = {"InstanceId": instance_id, "Device": disk.device, "AttachedTime": attached}
    answer: Answer = {
        "DiskId": disk.id,
        "DiskName": disk.name,
        "Description": disk.description,
        "InstanceId": instance_id,
        "Type": disk.type,
        "Category": disk.category,
        "PerformanceLevel": disk.performance_level or "",
        "Size": disk.size_gib,
        "Device": disk.device if instance_id else "",
        "Status": disk.status,
        "RegionId": cloud.estate.region_id,
        "ZoneId": disk.zone_id,
        "CreationTime": seconds(disk.created_at),
        "AttachedTime": attached,
        "DetachedTime": seconds(disk.detached_at),
        "Attachments": {"Attachment": [attachment] if instance_id else []},
        "MountInstances": {"MountInstance": []},
        "MountInstanceNum": 1 if instance_id else 0,
        "MultiAttach": "Disabled",
        "SerialNumber": disk.id.removeprefix("d-"),
        "DiskChargeType": disk.charge_type,
        "ExpiredTime": _expiry(cloud, disk),
        "Portable": disk.portable,
        "Encrypted": disk.encrypted,
        "KMSKeyId": disk.kms_key_id,
        "SourceSnapshotId": disk.source_snapshot_id or "",
        "DeleteWithInstance": disk.goes_with_instance,
        "DeleteAutoSnapshot": disk.delete_auto_snapshot,
        "EnableAutoSnapshot": disk.enable_auto_snapshot,
        "EnableAutomatedSnapshotPolicy": disk.auto_snapshot_policy_id is not None,
        "AutoSnapshotPolicyId": disk.auto_snapshot_policy_id or "",
        "OperationLocks": {"OperationLock": [{"LockReason": reason} for reason in disk.locks]},
        "ResourceGroupId": disk.resource_group_id or "",
        "Tags": ecs_tags(disk.tags),
    }
    if disk.category == "cloud_auto":
        answer |= {"ProvisionedIops": disk.provisioned_iops, "BurstingEnabled": disk.bursting_enabled}
    return answer


def _expiry(cloud: Cloud, disk: Disk) -> str:
    """Return the time that a subscription disk ends, which is its instance's."""
    instance = cloud.estate.instances.find(disk.instance_id) if disk.charge_type == "PrePaid" else None
    return minutes(instance.expired_at) if instance and instance.expired_at else _NEVER
