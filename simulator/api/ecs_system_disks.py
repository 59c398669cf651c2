"""ECS: replace the system disk of an instance."""

from simulator.api.call import Answer, Call
from simulator.api.registry import ECS, action
from simulator.cloud import system_disks
from simulator.cloud.errors import NotSimulatedError
from simulator.cloud.state import Cloud


@action(
    ECS,
    "ReplaceSystemDisk",
    "InstanceId ImageId SystemDisk Password PasswordInherit KeyPairName SecurityEnhancementStrategy Encrypted KMSKeyId "
    "EncryptAlgorithm",
    raises="InvalidInstanceId.NotFound InvalidImageId.NotFound InstanceLockedForSecurity InstanceExpiredOrInArrears "
    "IncorrectInstanceStatus InvalidInstance.NotFoundSystemDisk IncorrectDiskStatus DiskCreatingSnapshot "
    "InvalidPassword.Malformed InvalidPasswordParam.Mismatch InvalidKeyPairName.NotFound "
    "DependencyViolation.WindowsInstance InvalidSystemDiskSize.LessThanImageSize InvalidSystemDiskSize.LessThanMinSize "
    "InvalidSystemDiskSize.MoreThanMaxSize",
    remembers_token=True,
    resources="instance/{InstanceId}",
)
def replace_system_disk(cloud: Cloud, call: Call) -> Answer:
    """Replace the system disk of a Stopped instance by a new one with another image; the old one is released.

    SystemDisk.Size (GiB) is at least that of the old disk and of the image, and at most 2048. The new disk is encrypted
    as the old one is.
    """
    call.choice("SecurityEnhancementStrategy", ("Active", "Deactive"))
    instance_id, image_id = call.text("InstanceId"), call.text("ImageId")
    if call.names() & {"Encrypted", "KMSKeyId", "EncryptAlgorithm"}:
        _check_encryption(cloud, call, instance_id)
    disk = system_disks.replace(
        cloud,
        instance_id,
        system_disks.Replacement(
            image_id,
            call.integer("SystemDisk.Size"),
            call.optional("Password"),
            bool(call.flag("PasswordInherit")),
            call.optional("KeyPairName"),
        ),
    )
    return {"DiskId": disk.id}


def _check_encryption(cloud: Cloud, call: Call, instance_id: str) -> None:
    """Check that the new disk is to be encrypted as the old one is; anything else is refused as not simulated."""
    own = [disk for disk in cloud.estate.disks if disk.instance_id == instance_id and disk.type == "system"]
    now = (own[0].encrypted, own[0].kms_key_id) if own else (False, "")
    if (bool(call.flag("Encrypted")), call.optional("KMSKeyId") or now[1]) != now:
        raise NotSimulatedError("ReplaceSystemDisk with another encryption than that of the old disk")
    if call.choice("EncryptAlgorithm", ("aes-256", "sm4-128")) == "sm4-128":
        raise NotSimulatedError("EncryptAlgorithm sm4-128")
