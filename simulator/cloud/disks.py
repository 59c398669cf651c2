"""Disks, independent of their instance.

Refusals as in the references of CreateDisk, DeleteDisk, AttachDisk, DetachDisk, ResizeDisk, ModifyDiskAttribute and
ModifyDiskSpec (alibabacloud.com, ECS developer reference, 2024-12 to 2026-01; AlibabaCloudDocs/ecs, API Reference).
Which of three codes a wrong size gets follows the CSI driver of Kubernetes (alibaba-cloud-csi-driver, pkg/disk).
The reference says that DeleteDisk ignores an unknown id, and also lists InvalidDiskId.NotFound for it: here it is
refused. It also says that DeleteAutoSnapshot is true for a new disk. Alibaba's own provider assumes false, and its
acceptance tests find no diff, so here it is false.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from simulator.cloud import snapshots
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, missing_parameter
from simulator.cloud.names import check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.ecs_storage import LOCAL_CATEGORIES, Disk, DiskCategory, PerformanceLevel

#: Data disks of one instance (ECS Limits, 2021)
MAX_DATA_DISKS = 16
MAX_PROVISIONED_IOPS = 50_000
MAX_SYSTEM_SIZE = 2048
CATEGORIES: tuple[DiskCategory, ...] = get_args(DiskCategory)
# SDK texts of CreateDisk and ResizeDisk; GiB. Those of a cloud_essd go by its performance level.
_DATA_SIZES: dict[DiskCategory, tuple[int, int]] = {
    "cloud": (5, 2000),
    "cloud_efficiency": (20, 32768),
    "cloud_ssd": (20, 32768),
    "cloud_auto": (1, 65536),
    "cloud_essd_entry": (10, 32768),
}
_LEAST_ESSD: dict[PerformanceLevel, int] = {"PL0": 1, "PL1": 20, "PL2": 461, "PL3": 1261}
# Categories of the API that the simulator does not have.
_NOT_SIMULATED = frozenset(
    {"cloud_regional_disk_auto", "elastic_ephemeral_disk_standard", "elastic_ephemeral_disk_premium"}
)
_SPEC_CATEGORIES = frozenset({"cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto", "cloud_essd_entry"})
_DEVICE = re.compile(r"/dev/x?vd[a-z]{1,2}")


@dataclass(frozen=True)
class NewDisk:
    """The settings of a new data disk; texts as the caller gives them."""

    zone_id: str
    category: str = "cloud"
    size_gib: int | None = None
    snapshot_id: str | None = None
    performance_level: str | None = None
    name: str = ""
    description: str = ""
    encrypted: bool = False
    kms_key_id: str = ""
    provisioned_iops: int | None = None
    bursting_enabled: bool = False
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """The changes of a disk; None changes nothing."""

    name: str | None = None
    description: str | None = None
    delete_with_instance: bool | None = None
    delete_auto_snapshot: bool | None = None
    enable_auto_snapshot: bool | None = None
    bursting_enabled: bool | None = None


def create(cloud: Cloud, requested: NewDisk) -> Disk:
    """Begin a data disk: Creating for the estate's `timings.disk` seconds, then Available.

    Raises InvalidZoneId.NotFound, InvalidDiskCategory.ValueNotSupported, InvalidPerformanceLevel.Malformed,
    InvalidDiskName.Malformed, InvalidDescription.Malformed, InvalidParameter.EncryptedIllegal, a refusal of the key
    (InvalidParameter.KMSKeyId.NotFound, .CMKNotEnabled), of the snapshot (InvalidSnapshotId.NotFound, .NotReady,
    .NotDataDiskSnapshot, InvalidEncrypted.NotMatchSnapshot), of the size (InvalidDiskSize.NotSupported,
    InvalidDataDiskSize.ValueNotSupported, OperationDenied.PerformanceLevelNotMatch), and
    ProvisionedIopsForDiskCategoryUnsupported, InvalidProvisionedIops.LimitExceed,
    BurstingEnabledForDiskCategoryUnsupported.
    """
    zone = cloud.zone(requested.zone_id)
    check_name(requested.name, "InvalidDiskName.Malformed", "DiskName")
    check_description(requested.description, "InvalidDescription.Malformed")
    category = _category(requested.category)
    level = _level(category, requested.performance_level)
    size = _size_of_new(cloud, requested)
    _check_size_of_new(category, level, size)
    check_key(cloud, requested.kms_key_id, encrypted=requested.encrypted)
    check_performance(category, size, requested.provisioned_iops, bursting=requested.bursting_enabled)
    disk = Disk(
        id=cloud.ids.new("d", zone.id, requested.name),
        name=requested.name,
        description=requested.description,
        type="data",
        category=category,
        performance_level=level,
        provisioned_iops=requested.provisioned_iops or 0,
        bursting_enabled=requested.bursting_enabled,
        size_gib=size,
        status="Creating",
        zone_id=zone.id,
        ever_attached=False,
        delete_with_instance=False,
        source_snapshot_id=requested.snapshot_id,
        encrypted=requested.encrypted,
        kms_key_id=requested.kms_key_id,
        created_at=cloud.clock.now(),
        tags=requested.tags,
    )
    cloud.begins(disk, cloud.estate.timings.disk)
    cloud.estate.disks.append(disk)
    if requested.snapshot_id:
        cloud.snapshot(requested.snapshot_id).disk_ids.append(disk.id)
    return disk


def delete(cloud: Cloud, disk_id: str) -> None:
    """Release a data disk, and with DeleteAutoSnapshot its automatic snapshots; others stay.

    Raises InvalidDiskId.NotFound, IncorrectDiskStatus.Initializing, IncorrectDiskStatus (attached, or its data is being
    copied), DiskTypeViolation, DiskNotPortable, DiskCreatingSnapshot.
    """
    disk = cloud.disk(disk_id)
    if disk.type == "system":
        raise ForbiddenError(
            "DiskTypeViolation", "The specified disk is a system disk and cannot support the operation."
        )
    if disk.status == "Creating":
        raise ForbiddenError(
            "IncorrectDiskStatus.Initializing", "The current disk status does not support this operation."
        )
    if not disk.portable:
        raise _not_portable()
    _check_status(cloud, disk, "Available")
    _check_no_snapshot_in_progress(cloud, disk)
    remove(cloud, disk)


def remove(cloud: Cloud, disk: Disk) -> None:
    """Remove a disk without checks, with the automatic snapshots that go with it."""
    if disk.delete_auto_snapshot:
        for snapshot in snapshots.of_disk(cloud, disk.id):
            if snapshot.type == "auto":
                cloud.estate.snapshots.remove(snapshot)
    cloud.estate.disks.remove(disk)


def attach(
    cloud: Cloud,
    disk_id: str,
    instance_id: str,
    *,
    device: str | None,
    bootable: bool,
    delete_with_instance: bool,
) -> None:
    """Begin to attach a data disk: Attaching for the estate's `timings.disk` seconds, then In_use.

    Raises InvalidInstanceId.NotFound, InvalidDiskId.NotFound, InvalidDisk.DiskNotBootable, InstanceLockedForSecurity,
    IncorrectInstanceStatus (400), DiskInArrears, DiskNotPortable, IncorrectDiskStatus, ResourcesNotInSameZone,
    InstanceDiskLimitExceeded, InvalidDevice.Malformed, InvalidDevice.InUse.
    """
    instance, disk = cloud.instance(instance_id), cloud.disk(disk_id)
    if disk.type == "system":
        raise NotSimulatedError("AttachDisk of a system disk")
    if bootable:
        raise CloudError(
            "InvalidDisk.DiskNotBootable",
            "The specified disk is not a bootable disk, can not be attached as system disk.",
        )
    _check_instance(instance, status=400)
    _check_paid(disk)
    if not disk.portable:
        raise _not_portable()
    _check_status(cloud, disk, "Available")
    if disk.zone_id != instance.zone_id:
        raise ForbiddenError("ResourcesNotInSameZone", "The specified instance and disk are not in the same zone.")
    disk.device = _free_device(cloud, instance_id, device)
    disk.instance_id, disk.status = instance_id, "Attaching"
    disk.ever_attached, disk.delete_with_instance = True, delete_with_instance
    cloud.begins(disk, cloud.estate.timings.disk)


def detach(cloud: Cloud, disk_id: str, instance_id: str, *, delete_with_instance: bool) -> None:
    """Begin to detach a data disk: Detaching for the estate's `timings.disk` seconds, then Available.

    Raises InvalidInstanceId.NotFound, InvalidDiskId.NotFound, InvalidDisk.AlreadyDetached, DependencyViolation
    (attached elsewhere), InstanceLockedForSecurity, IncorrectInstanceStatus (403), DiskNotPortable,
    IncorrectDiskStatus.
    """
    instance, disk = cloud.instance(instance_id), cloud.disk(disk_id)
    if disk.instance_id is None:
        raise NotFoundError("InvalidDisk.AlreadyDetached", "The specified disk has been detached.")
    if disk.instance_id != instance_id:
        raise ForbiddenError(
            "DependencyViolation", "The specified disk has not been attached on the specified instance."
        )
    _check_instance(instance, status=403)
    if disk.type == "system":
        if instance.status != "Stopped":
            raise _incorrect_instance_status(403)
        raise NotSimulatedError("DetachDisk of a system disk")
    if not disk.portable:
        raise _not_portable()
    _check_status(cloud, disk, "In_use")
    disk.status, disk.delete_with_instance = "Detaching", delete_with_instance
    cloud.begins(disk, cloud.estate.timings.disk)


def resize(cloud: Cloud, disk_id: str, size_gib: int, how: str) -> None:
    """Enlarge a disk, at once; the guest's view is not simulated, so `how` is only checked.

    Raises InvalidDiskId.NotFound, InvalidParam.Type, InvalidDiskCategory.NotSupported, DiskInArrears,
    InstanceLockedForSecurity, IncorrectInstanceStatus (403), InvalidInstanceStatus.NotRunning, IncorrectDiskStatus,
    DiskCreatingSnapshot, InvalidDiskSize.TooSmall, InvalidDiskSize (the same size), InvalidDiskSize.TooLarge.
    """
    disk = cloud.disk(disk_id)
    if how not in ("offline", "online"):
        raise CloudError("InvalidParam.Type", "The specified type is not supported.")
    if disk.category in LOCAL_CATEGORIES or (how == "online" and disk.category == "cloud"):
        raise ForbiddenError("InvalidDiskCategory.NotSupported", "The specified disk category is not supported.")
    _check_paid(disk)
    _check_status(cloud, disk, *(("In_use",) if how == "online" else ("In_use", "Available")))
    if disk.instance_id:
        instance = cloud.instance(disk.instance_id)
        _check_instance(instance, status=403)
        if how == "online" and instance.status != "Running":
            raise ForbiddenError(
                "InvalidInstanceStatus.NotRunning",
                "The status of instance to which the disk attachs must be running when resizing online.",
            )
    _check_no_snapshot_in_progress(cloud, disk)
    if size_gib < disk.size_gib:
        raise ForbiddenError("InvalidDiskSize.TooSmall", "Specified new disk size is less than the original disk size.")
    if size_gib == disk.size_gib:
        raise ForbiddenError("InvalidDiskSize", "Specified new disk size is less than or equal the original disk size.")
    if size_gib > _sizes(disk.type, disk.category, disk.performance_level)[1]:
        raise ForbiddenError("InvalidDiskSize.TooLarge", "Specified new disk size is beyond the permitted range.")
    disk.size_gib = size_gib


def modify(cloud: Cloud, disk_ids: list[str], changes: Changes) -> None:
    """Make the same changes to all disks, or to none.

    Raises NoAttributeToModify, InvalidDiskId.NotFound, InvalidDiskName.Malformed, InvalidDescription.Malformed (404),
    DiskNotPortable (a local disk always goes with its instance), BurstingEnabledForDiskCategoryUnsupported.
    """
    given = {name: value for name, value in vars(changes).items() if value is not None}
    if not given:
        raise CloudError("NoAttributeToModify", "No attribute to be modified in this request.")
    check_name(changes.name or "", "InvalidDiskName.Malformed", "DiskName")
    check_description(changes.description or "", "InvalidDescription.Malformed", 404)
    chosen = [cloud.disk(disk_id) for disk_id in disk_ids]
    for disk in chosen:
        # The reference does not say which error is returned; of its codes this one fits.
        if changes.delete_with_instance is False and disk.category in LOCAL_CATEGORIES:
            raise _not_portable()
        if changes.bursting_enabled is not None:
            _check_bursting(disk.category)
    for disk in chosen:
        for name, value in given.items():
            setattr(disk, name, value)


def modify_spec(
    cloud: Cloud,
    disk_id: str,
    *,
    category: str | None,
    performance_level: str | None,
    provisioned_iops: int | None,
    dry_run: bool,
) -> bool:
    """Change category or performance, at once; return whether the category changed. A dry run changes nothing.

    Raises InvalidDiskId.NotFound, InvalidDiskCategory.ValueNotSupported, OperationDenied (its category cannot be
    changed), InvalidPerformanceLevel.Malformed, InvalidPerformanceLevelParam.Mismatch, InvalidPerformanceLevel.TooLow,
    DiskInArrears, IncorrectDiskStatus, InvalidOperation.InstanceStatusUnsupported, DiskCreatingSnapshot,
    OperationDenied.PerformanceLevelNotMatch (the size does not fit), ProvisionedIopsForDiskCategoryUnsupported,
    InvalidProvisionedIops.LimitExceed, NoChangeInDiskCategoryAndPerformanceLevel.
    """
    disk = cloud.disk(disk_id)
    if category is not None and category not in _SPEC_CATEGORIES:
        raise _unsupported_category(category)
    if disk.category not in _SPEC_CATEGORIES:
        raise ForbiddenError("OperationDenied", "The type of the disk does not support the operation.")
    new_category = _category(category or disk.category)
    if performance_level is not None and new_category != "cloud_essd":
        raise CloudError(
            "InvalidPerformanceLevelParam.Mismatch",
            "The specified parameter PerformanceLevel should be null when DiskCategory is not cloud_essd.",
        )
    stays = new_category == disk.category
    level = _level(new_category, performance_level or (disk.performance_level if stays else None))
    iops = disk.provisioned_iops if stays and provisioned_iops is None else provisioned_iops
    if (new_category, level, iops or 0) == (disk.category, disk.performance_level, disk.provisioned_iops):
        raise ForbiddenError(
            "NoChangeInDiskCategoryAndPerformanceLevel",
            "There is no change between the parameters transmitted and the current.",
        )
    _check_level_change(disk, level)
    _check_spec_change(cloud, disk)
    least, most = _sizes(disk.type, new_category, level)
    if not least <= disk.size_gib <= most:
        raise _level_mismatch()
    _check_provisioned(new_category, disk.size_gib, iops)
    if not dry_run:
        disk.category, disk.performance_level, disk.provisioned_iops = new_category, level, iops or 0
        disk.bursting_enabled = disk.bursting_enabled and new_category == "cloud_auto"
    return not stays


def check_key(cloud: Cloud, kms_key_id: str, *, encrypted: bool) -> None:
    """Check the key of a disk, if it names one.

    Raises InvalidParameter.EncryptedIllegal, InvalidParameter.KMSKeyId.NotFound (404), .CMKNotEnabled (403).
    """
    if not kms_key_id:
        return
    if not encrypted:
        raise CloudError(
            "InvalidParameter.EncryptedIllegal",
            "The specified parameter Encrypted must be true when kmsKeyId is not empty.",
        )
    key = cloud.estate.kms_keys.find(kms_key_id)
    if key is None:
        raise NotFoundError("InvalidParameter.KMSKeyId.NotFound", "The specified KMSKeyId does not exist.")
    if key.status != "Enabled":
        raise ForbiddenError("InvalidParameter.KMSKeyId.CMKNotEnabled", "The CMK needs to be enabled.")


def check_performance(category: DiskCategory, size: int, iops: int | None, *, bursting: bool) -> None:
    """Check provisioned IOPS and bursting of a new disk.

    Raises ProvisionedIopsForDiskCategoryUnsupported, InvalidProvisionedIops.LimitExceed,
    BurstingEnabledForDiskCategoryUnsupported.
    """
    _check_provisioned(category, size, iops)
    if bursting:
        _check_bursting(category)


def _category(name: str) -> DiskCategory:
    """Return the category, checked for data disks."""
    for category in CATEGORIES:
        if category == name and category not in LOCAL_CATEGORIES:
            return category
    if name in _NOT_SIMULATED:
        raise NotSimulatedError(f"disks of the category {name}")
    raise _unsupported_category(name)


def _level(category: DiskCategory, requested: str | None) -> PerformanceLevel | None:
    if category == "cloud_essd":
        for level in _LEAST_ESSD:
            if level == (requested or "PL1"):
                return level
    elif requested is None:
        return None
    raise CloudError("InvalidPerformanceLevel.Malformed", "The specified parameter PerformanceLevel is not valid.")


def _sizes(kind: Literal["system", "data"], category: DiskCategory, level: PerformanceLevel | None) -> tuple[int, int]:
    """Return the least and the largest size in GiB."""
    least, most = (_LEAST_ESSD[level], 65536) if level else _DATA_SIZES[category]
    if kind == "data":
        return least, most
    return (20, 500) if category == "cloud" else (least, MAX_SYSTEM_SIZE)


def _size_of_new(cloud: Cloud, requested: NewDisk) -> int:
    """Return the wanted size, which must be at least that of the snapshot."""
    if requested.snapshot_id is None:
        if requested.size_gib is None:
            raise missing_parameter("Size")
        return requested.size_gib
    snapshot = cloud.snapshot(requested.snapshot_id)
    if snapshot.status != "accomplished":
        raise ForbiddenError("InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.")
    if snapshot.source_type == "system":
        raise ForbiddenError("InvalidSnapshotId.NotDataDiskSnapshot", "The specified snapshot is system disk snapshot.")
    if snapshot.encrypted and not requested.encrypted:
        raise ForbiddenError(
            "InvalidEncrypted.NotMatchSnapshot",
            "The specified parameter Encrypted must be set to true when creating disks with encrypted snapshots.",
        )
    return max(requested.size_gib or 0, snapshot.source_size_gib)


def _check_size_of_new(category: DiskCategory, level: PerformanceLevel | None, size: int) -> None:
    least, most = _sizes("data", category, level)
    if least <= size <= most:
        return
    if level:
        raise _level_mismatch()
    if category in ("cloud_auto", "cloud_essd_entry"):
        raise ForbiddenError(
            "InvalidDataDiskSize.ValueNotSupported",
            "The specified disk size is beyond the permitted range, or the snapshot capacity exceeds the size limit "
            "for the specified disk category.",
        )
    raise ForbiddenError("InvalidDiskSize.NotSupported", "The specified disk size is not supported.")


def _check_provisioned(category: DiskCategory, size: int, iops: int | None) -> None:
    """Check provisioned IOPS, which add to a baseline up to a limit (SDK text of CreateDisk)."""
    if not iops:
        return
    if category != "cloud_auto":
        raise CloudError(
            "ProvisionedIopsForDiskCategoryUnsupported",
            "The specified disk category does not support provisioned iops.",
        )
    baseline = max(min(1800 + 50 * size, 50_000), 3000)
    if not 0 <= iops <= min(1000 * size - baseline, MAX_PROVISIONED_IOPS):
        raise CloudError("InvalidProvisionedIops.LimitExceed", "The provisioned iops exceeds the limit.")


def _check_bursting(category: DiskCategory) -> None:
    if category != "cloud_auto":
        raise CloudError(
            "BurstingEnabledForDiskCategoryUnsupported",
            "The specified disk category does not support bursting enabled.",
        )


def _check_level_change(disk: Disk, level: PerformanceLevel | None) -> None:
    """Check that the level does not fall to PL0, and for a subscription does not fall at all."""
    old = disk.performance_level
    if old and level and level < old and (level == "PL0" or disk.charge_type == "PrePaid"):
        raise ForbiddenError(
            "InvalidPerformanceLevel.TooLow",
            "Specified new performance level is lower than the original performance level.",
        )


def _check_spec_change(cloud: Cloud, disk: Disk) -> None:
    _check_paid(disk)
    _check_status(cloud, disk, "In_use", "Available")
    if disk.instance_id and not cloud.instance(disk.instance_id).operable:
        raise CloudError(
            "InvalidOperation.InstanceStatusUnsupported",
            "The specified instance status is not supported for this operation, expect status is Running or Stopped.",
        )
    _check_no_snapshot_in_progress(cloud, disk)


def _check_status(cloud: Cloud, disk: Disk, *expected: str) -> None:
    """Check the status; these actions list the same code for a disk whose data is being copied."""
    if disk.status not in expected or disk.transferring(cloud.clock.now()):
        raise ForbiddenError("IncorrectDiskStatus", "The current disk status does not support this operation.")


def _check_paid(disk: Disk) -> None:
    if "financial" in disk.locks:
        raise ForbiddenError("DiskInArrears", "The specified operation is denied as your disk owing fee.")


def _check_no_snapshot_in_progress(cloud: Cloud, disk: Disk) -> None:
    if snapshots.in_progress(cloud, disk.id):
        raise ForbiddenError(
            "DiskCreatingSnapshot",
            "The operation is denied due to a snapshot of the specified disk is not completed yet.",
        )


def _check_instance(instance: Instance, status: int) -> None:
    if "security" in instance.locks:
        raise ForbiddenError("InstanceLockedForSecurity", "The instance is locked due to security.")
    if not instance.operable:
        raise _incorrect_instance_status(status)


def _free_device(cloud: Cloud, instance_id: str, device: str | None) -> str:
    """Return a device name that no other disk of the instance has: `device`, or the first free one."""
    own = [disk for disk in cloud.estate.disks if disk.instance_id == instance_id]
    if sum(disk.type == "data" for disk in own) >= MAX_DATA_DISKS:
        raise ForbiddenError(
            "InstanceDiskLimitExceeded", "The amount of the disk on instance in question reach its limits."
        )
    # A migration to a VPC renames xvdb to vdb, so only the letter counts.
    taken = {_slot(disk.device) for disk in own}
    if device is None:
        return next(name for name in map("/dev/xvd{}".format, "bcdefghijklmnopqrstuvwxyz") if name not in taken)
    if not _DEVICE.fullmatch(device):
        raise CloudError("InvalidDevice.Malformed", "The specified device is not valid.")
    if _slot(device) in taken:
        raise ForbiddenError("InvalidDevice.InUse", "The specified device has been occupied.")
    return device


def _slot(device: str) -> str:
    return device.replace("/dev/vd", "/dev/xvd")


def _not_portable() -> CloudError:
    return ForbiddenError("DiskNotPortable", "The specified disk is not a portable disk.")


def _incorrect_instance_status(status: int) -> CloudError:
    return CloudError(
        "IncorrectInstanceStatus", "The current status of the resource does not support this operation.", status
    )


def _unsupported_category(name: str) -> CloudError:
    return CloudError(
        "InvalidDiskCategory.ValueNotSupported", f'The specified parameter "DiskCategory" ({name}) is not valid.'
    )


def _level_mismatch() -> CloudError:
    return ForbiddenError(
        "OperationDenied.PerformanceLevelNotMatch", "The specified PerformanceLevel and disk size do not match."
    )
