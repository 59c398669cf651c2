"""Examples for simulator/api/ecs_system_disks.py."""

from __future__ import annotations

from typing import Any

from simulator.model.ecs_storage import Disk, Snapshot
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.examples.ecs_instance_life import expired, locked, windows_image
from tests.simulator.api.examples.ecs_key_pairs import NAME
from tests.simulator.in_vpc import IMAGE, INSTANCE, ZONE, both, having

SYSTEM_DISK = "d-bp1invpcsys000000001"
NEW: dict[str, Any] = {"InstanceId": INSTANCE, "ImageId": IMAGE}
PASSWORD: dict[str, Any] = {"Password": "not-Real-1"}


def disk(**values: Any) -> Given:
    """The instance has a system disk of 60 GiB."""

    def given(estate: Estate) -> None:
        own = {"id": SYSTEM_DISK, "type": "system", "size_gib": 60, "instance_id": INSTANCE, "device": "/dev/xvda"}
        estate.disks.append(Disk.model_validate({**own, "zone_id": ZONE, "status": "In_use", **values}))

    return given


stopped = both(having("instances", INSTANCE, status="Stopped"), disk())


def in_snapshot(estate: Estate) -> None:
    """A snapshot of the system disk is not completed yet."""
    stopped(estate)
    own = {"id": "s-bp1invpc00000000001", "disk_id": SYSTEM_DISK, "source_size_gib": 60, "status": "progressing"}
    estate.snapshots.append(Snapshot.model_validate({**own, "created_at": estate.now}))


def copying(estate: Estate) -> None:
    """The data of the system disk is being copied."""
    stopped(estate)
    disk = estate.disks.find(SYSTEM_DISK)
    assert disk
    disk.transferring_until = estate.now.replace(year=estate.now.year + 1)


def on_windows(estate: Estate) -> None:
    """A key pair, and an image that takes none."""
    windows_image(estate)
    having_stopped = estate.instances.find(INSTANCE)
    assert having_stopped
    having_stopped.status = "Stopped"
    disk()(estate)


def _refused(code: str, status: int = 400, given: Given = stopped, **call: Any) -> Refusal:
    return Refusal(code, {**NEW, **call}, status, given)


EXAMPLES = (
    Example(
        "ecs:ReplaceSystemDisk",
        {**NEW, "SystemDisk": {"Size": 80}, **PASSWORD},
        (
            _refused("InvalidInstanceId.NotFound", 404, InstanceId="i-none"),
            _refused("InvalidImageId.NotFound", 404, ImageId="m-none"),
            _refused("MissingParameter", ImageId=""),
            _refused("InstanceLockedForSecurity", 403, both(locked, disk())),
            _refused("InstanceExpiredOrInArrears", 403, both(expired, disk())),
            _refused("IncorrectInstanceStatus", 403, both(having("instances", INSTANCE), disk())),
            _refused("InvalidInstance.NotFoundSystemDisk", 400, having("instances", INSTANCE, status="Stopped")),
            _refused("IncorrectDiskStatus", 403, copying),
            _refused("DiskCreatingSnapshot", 403, in_snapshot),
            Refusal("InvalidPassword.Malformed", {**NEW, "Password": "short"}, 400, stopped),
            _refused("InvalidPasswordParam.Mismatch", **PASSWORD, PasswordInherit=True),
            _refused("InvalidKeyPairName.NotFound", KeyPairName="none"),
            _refused("DependencyViolation.WindowsInstance", 403, on_windows, KeyPairName=NAME),
            _refused("InvalidSystemDiskSize.LessThanImageSize", 404, SystemDisk={"Size": 10}),
            _refused("InvalidSystemDiskSize.LessThanMinSize", 404, SystemDisk={"Size": 59}),
            _refused("InvalidSystemDiskSize.MoreThanMaxSize", 404, SystemDisk={"Size": 2049}),
            _refused("SimulatorNotImplemented", Encrypted=True),
            _refused("SimulatorNotImplemented", EncryptAlgorithm="sm4-128"),
        ),
        stopped,
    ),
)
