"""Replace the system disk of an instance, and its operating system with it.

Codes: reference of ReplaceSystemDisk (AlibabaCloudDocs/ecs, 2021) and its text of 2026. An instance without a system
disk (InvalidInstance.NotFoundSystemDisk) can stand in an estate file. Which code forbids a size below that of the old
disk is not documented: here InvalidSystemDiskSize.LessThanMinSize. Not simulated: replacing by a disk (DiskId), another
encryption of the new disk, and market place images.
"""

from dataclasses import dataclass

from simulator.cloud import disks, key_pairs, snapshots
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError
from simulator.cloud.instances import check_password, check_unlocked, expired
from simulator.cloud.purchases import LEAST_SYSTEM_DISK, MAX_SYSTEM_DISK
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import Disk


@dataclass(frozen=True)
class Replacement:
    """The new system disk; None lets the cloud choose. A password is checked, and not kept."""

    image_id: str
    size_gib: int | None = None
    password: str | None = None
    password_inherit: bool = False
    key_pair_name: str | None = None


def replace(cloud: Cloud, instance_id: str, new: Replacement) -> Disk:
    """Put a new system disk with an image in place of the old one, which is released; manual snapshots stay.

    It has the category of the old disk, its tags and its policy of automatic snapshots. Raises
    InvalidInstanceId.NotFound, InvalidImageId.NotFound (404), InstanceLockedForSecurity, InstanceExpiredOrInArrears,
    IncorrectInstanceStatus (not Stopped), InvalidInstance.NotFoundSystemDisk (400), IncorrectDiskStatus (its data is
    being copied), DiskCreatingSnapshot, InvalidPassword.Malformed, InvalidPasswordParam.Mismatch,
    InvalidKeyPairName.NotFound (400), DependencyViolation.WindowsInstance, and with 404
    InvalidSystemDiskSize.LessThanImageSize, .LessThanMinSize and .MoreThanMaxSize.
    """
    instance = cloud.instance(instance_id)
    image = cloud.estate.images.find(new.image_id)
    if image is None:
        raise NotFoundError("InvalidImageId.NotFound", "The specified ImageId does not exist.")
    check_unlocked(instance)
    if expired(cloud, instance):
        raise ForbiddenError(
            "InstanceExpiredOrInArrears",
            "The specified operation is denied as your prepay instance is expired (prepay mode).",
        )
    if instance.status != "Stopped" or instance.migrating:
        raise ForbiddenError(
            "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
        )
    old = _system_disk(cloud, instance_id)
    _check_login(cloud, new, image.os_type)
    size = new.size_gib or max(LEAST_SYSTEM_DISK, image.size_gib, old.size_gib)
    _check_size(size, image.size_gib, old.size_gib)
    disk = old.model_copy(deep=True)
    disk.id, disk.size_gib = cloud.ids.new("d", instance.id, old.device), size
    disk.created_at = disk.attached_at = cloud.clock.now()
    disk.source_snapshot_id = None
    disks.remove(cloud, old)
    cloud.estate.disks.append(disk)
    instance.image_id, instance.os_name, instance.os_type = image.id, image.os_name, image.os_type
    if new.key_pair_name or image.os_type == "windows":
        instance.key_pair_name = new.key_pair_name
    return disk


def _system_disk(cloud: Cloud, instance_id: str) -> Disk:
    own = (disk for disk in cloud.estate.disks if disk.instance_id == instance_id and disk.type == "system")
    disk = next(own, None)
    if disk is None:
        raise CloudError("InvalidInstance.NotFoundSystemDisk", "The specified instance has no system disk.")
    if disk.transferring(cloud.clock.now()):
        raise ForbiddenError("IncorrectDiskStatus", "The current disk status does not support this operation.")
    if any(item.status == "progressing" for item in snapshots.of_disk(cloud, disk.id)):
        raise ForbiddenError(
            "DiskCreatingSnapshot",
            "The operation is denied due to a snapshot of the specified disk is not completed yet.",
        )
    return disk


def _check_login(cloud: Cloud, new: Replacement, os_type: str) -> None:
    if new.password is not None:
        if new.password_inherit:
            raise CloudError(
                "InvalidPasswordParam.Mismatch", "The input password should be null when passwdInherit is true."
            )
        check_password(new.password)
    if new.key_pair_name:
        if cloud.estate.key_pairs.find(new.key_pair_name) is None:
            raise CloudError("InvalidKeyPairName.NotFound", "The specified KeyPairName does not exist.")
        key_pairs.check_usable(cloud, new.key_pair_name, os_type)


def _check_size(size: int, of_image: int, of_old: int) -> None:
    if size < of_image:
        raise NotFoundError(
            "InvalidSystemDiskSize.LessThanImageSize",
            "The specified parameter SystemDisk.Size is less than the image size.",
        )
    if size < of_old:
        raise NotFoundError(
            "InvalidSystemDiskSize.LessThanMinSize",
            "The specified parameter SystemDisk.Size is less than the min size.",
        )
    if size > MAX_SYSTEM_DISK:
        raise NotFoundError(
            "InvalidSystemDiskSize.MoreThanMaxSize", "The specified SystemDisk.Size parameter exceeds the maximum size."
        )
