"""Examples for simulator/api/ecs_disks.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.model.ecs_storage import Snapshot
from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import MON_1, WEB_1

ZONE_B, ZONE_H = "cn-hangzhou-b", "cn-hangzhou-h"
SYSTEM, DATA, SPARE = "d-bp1web1sys000000001", "d-bp1web1dat000000001", "d-bp1spare00000000001"
CACHE_1 = "i-bp1cache100000000001"
KEY = "key-hzz0000000001"
SNAPSHOT = "s-bp1ofdata000000000001"
NEW = {"ZoneId": ZONE_H, "DiskCategory": "cloud_efficiency", "Size": 20}
ATTACHED = {"DiskId": DATA, "InstanceId": WEB_1}
TO_ATTACH = {"DiskId": SPARE, "InstanceId": CACHE_1}


def disk(disk_id: str, **fields: Any) -> Given:
    """A disk with other fields."""

    def given(estate: Estate) -> None:
        _set(estate.disks.find(disk_id), fields)

    return given


def instance(instance_id: str, **fields: Any) -> Given:
    """An instance with other fields."""

    def given(estate: Estate) -> None:
        _set(estate.instances.find(instance_id), fields)

    return given


def snapshot(disk_id: str = DATA, **fields: Any) -> Given:
    """A snapshot, of a data disk unless told."""

    def given(estate: Estate) -> None:
        values = {"id": SNAPSHOT, "disk_id": disk_id, "source_type": "data", "source_size_gib": 40, "tags": {}}
        estate.snapshots.append(Snapshot.model_validate({**values, "created_at": estate.now, **fields}))

    return given


def all_of(*given: Callable[[Estate], None]) -> Given:
    """One after the other."""

    def together(estate: Estate) -> None:
        for each in given:
            each(estate)

    return together


def disabled_key(estate: Estate) -> None:
    """A key that is not enabled."""
    estate.kms_keys.append(KmsKey(id=KEY, status="Disabled", tags={}))


def full(estate: Estate) -> None:
    """An instance with 16 data disks."""
    model = estate.disks.find(SPARE)
    assert model
    estate.disks.extend(
        model.model_copy(update={"id": f"d-{number}", "instance_id": CACHE_1, "status": "In_use"})
        for number in range(16)
    )


def _set(item: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        assert hasattr(item, name)
        setattr(item, name, value)


PROGRESSING = snapshot(status="progressing")
ESSD = disk(SPARE, category="cloud_essd", performance_level="PL1", size_gib=500)
AUTO = disk(SPARE, category="cloud_auto")

EXAMPLES = (
    Example(
        "ecs:AttachDisk",
        {**TO_ATTACH, "DeleteWithInstance": True},
        (
            Refusal("InvalidInstanceId.NotFound", {**TO_ATTACH, "InstanceId": "i-none"}, 404),
            Refusal("InvalidDiskId.NotFound", {**TO_ATTACH, "DiskId": "d-none"}, 404),
            Refusal("InvalidDisk.DiskNotBootable", {**TO_ATTACH, "Bootable": True}),
            Refusal("InstanceLockedForSecurity", TO_ATTACH, 403, instance(CACHE_1, locks=["security"])),
            Refusal("IncorrectInstanceStatus", TO_ATTACH, 400, instance(CACHE_1, status="Stopping")),
            Refusal("DiskInArrears", TO_ATTACH, 403, disk(SPARE, locks=["financial"])),
            Refusal("DiskNotPortable", TO_ATTACH, 403, disk(SPARE, charge_type="PrePaid")),
            Refusal("DiskNotPortable", TO_ATTACH, 403, disk(SPARE, category="local_ssd_pro")),
            Refusal("IncorrectDiskStatus", ATTACHED, 403),
            Refusal("ResourcesNotInSameZone", {**TO_ATTACH, "InstanceId": MON_1}, 403),
            Refusal("InstanceDiskLimitExceeded", TO_ATTACH, 403, full),
            Refusal("InvalidDevice.Malformed", {**TO_ATTACH, "Device": "/dev/sdb"}),
            Refusal("InvalidDevice.InUse", {**TO_ATTACH, "Device": "/dev/xvda"}, 403),
            Refusal("InvalidDevice.InUse", {**TO_ATTACH, "Device": "/dev/vda"}, 403),
            Refusal("SimulatorNotImplemented", {**TO_ATTACH, "DiskId": SYSTEM}),
            Refusal("SimulatorNotImplemented", {**TO_ATTACH, "Force": True}),
        ),
    ),
    Example(
        "ecs:CreateDisk",
        {**NEW, "DiskName": "new", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("InvalidZoneId.NotFound", {**NEW, "ZoneId": "cn-none"}, 404),
            Refusal("MissingParameter", {"ZoneId": ZONE_H}),
            Refusal("MissingParameter", {"Size": 20}),
            Refusal("InvalidDiskCategory.ValueNotSupported", {**NEW, "DiskCategory": "ephemeral_ssd"}),
            Refusal("SimulatorNotImplemented", {**NEW, "DiskCategory": "cloud_regional_disk_auto"}),
            Refusal(
                "InvalidPerformanceLevel.Malformed", {**NEW, "DiskCategory": "cloud_essd", "PerformanceLevel": "PL4"}
            ),
            Refusal("InvalidPerformanceLevel.Malformed", {**NEW, "PerformanceLevel": "PL1"}),
            Refusal("InvalidDiskName.Malformed", {**NEW, "DiskName": "1"}),
            Refusal("InvalidDescription.Malformed", {**NEW, "Description": "http://x"}),
            Refusal("InvalidParameter.EncryptedIllegal", {**NEW, "KMSKeyId": "key"}),
            Refusal("InvalidParameter.KMSKeyId.NotFound", {**NEW, "Encrypted": True, "KMSKeyId": "key"}, 404),
            Refusal(
                "InvalidParameter.KMSKeyId.CMKNotEnabled",
                {**NEW, "Encrypted": True, "KMSKeyId": KEY},
                403,
                disabled_key,
            ),
            Refusal("InvalidSnapshotId.NotFound", {**NEW, "SnapshotId": "s-none"}, 404),
            Refusal("InvalidSnapshotId.NotReady", {**NEW, "SnapshotId": SNAPSHOT}, 403, PROGRESSING),
            Refusal("InvalidSnapshotId.NotDataDiskSnapshot", {**NEW, "SnapshotId": "s-bp1web1old000000001"}, 403),
            Refusal(
                "InvalidEncrypted.NotMatchSnapshot", {**NEW, "SnapshotId": SNAPSHOT}, 403, snapshot(encrypted=True)
            ),
            Refusal("InvalidDiskSize.NotSupported", {**NEW, "Size": 19}, 403),
            Refusal(
                "InvalidDataDiskSize.ValueNotSupported", {**NEW, "DiskCategory": "cloud_essd_entry", "Size": 9}, 403
            ),
            Refusal(
                "OperationDenied.PerformanceLevelNotMatch",
                {**NEW, "DiskCategory": "cloud_essd", "PerformanceLevel": "PL2", "Size": 460},
                403,
            ),
            Refusal("ProvisionedIopsForDiskCategoryUnsupported", {**NEW, "ProvisionedIops": 100}),
            Refusal(
                "InvalidProvisionedIops.LimitExceed", {**NEW, "DiskCategory": "cloud_auto", "ProvisionedIops": 17_001}
            ),
            Refusal("BurstingEnabledForDiskCategoryUnsupported", {**NEW, "BurstingEnabled": True}),
            Refusal("InvalidParameter.MultiAttach", {**NEW, "MultiAttach": "Perhaps"}, 403),
            Refusal("SimulatorNotImplemented", {**NEW, "MultiAttach": "Enabled"}),
            Refusal("SimulatorNotImplemented", {**NEW, "InstanceId": WEB_1}),
            Refusal("MissingParameter.TagKey", {**NEW, "Tag": [{"Value": "b"}]}),
        ),
    ),
    Example(
        "ecs:DeleteDisk",
        {"DiskId": SPARE},
        (
            Refusal("InvalidDiskId.NotFound", {"DiskId": "d-none"}, 404),
            Refusal("DiskTypeViolation", {"DiskId": SYSTEM}, 403),
            Refusal("IncorrectDiskStatus.Initializing", {"DiskId": SPARE}, 403, disk(SPARE, status="Creating")),
            Refusal("DiskNotPortable", {"DiskId": SPARE}, 403, disk(SPARE, charge_type="PrePaid")),
            Refusal("IncorrectDiskStatus", {"DiskId": DATA}, 403),
            Refusal("DiskCreatingSnapshot", {"DiskId": SPARE}, 403, snapshot(SPARE, status="progressing")),
        ),
    ),
    Example(
        "ecs:DescribeDisks",
        {"DiskIds": f'["{DATA}"]'},
        (
            Refusal("InvalidParameter.DiskIds", {"DiskIds": "d-1"}),
            Refusal("InvalidDiskIds.Malformed", {"DiskIds": str(["d"] * 101).replace("'", '"')}, 403),
            Refusal("InvalidDiskType.ValueNotSupported", {"DiskType": "floppy"}),
            Refusal("InvalidCategory.ValueNotSupported", {"Category": "floppy"}),
            Refusal("InvalidStatus.ValueNotSupported", {"Status": "Broken"}),
            Refusal("InvalidDiskChargeType.NotFound", {"DiskChargeType": "Free"}, 404),
            Refusal("InvalidLockReason.NotFound", {"LockReason": "lost key"}, 404),
            Refusal("InvalidParameter.MultiAttach", {"MultiAttach": "Perhaps"}, 403),
            Refusal("InvalidFilterKey.NotFound", {"Filter": [{"Key": "Size", "Value": "1"}]}, 404),
            Refusal("InvalidFilterValue", {"Filter": [{"Key": "CreationEndTime", "Value": "soon"}]}, 404),
            Refusal("InvalidFilterValue", {"Filter": [{"Key": "CreationEndTime", "Value": "2026-01-01T00:00"}]}, 404),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
            Refusal("DryRunOperation", {"DryRun": True}),
            Refusal("SimulatorNotImplemented", {"AdditionalAttributes": ["IOPS"]}),
        ),
    ),
    Example(
        "ecs:DetachDisk",
        ATTACHED,
        (
            Refusal("InvalidInstanceId.NotFound", {**ATTACHED, "InstanceId": "i-none"}, 404),
            Refusal("InvalidDiskId.NotFound", {**ATTACHED, "DiskId": "d-none"}, 404),
            Refusal("InvalidDisk.AlreadyDetached", TO_ATTACH, 404),
            Refusal("DependencyViolation", {**ATTACHED, "InstanceId": MON_1}, 403),
            Refusal("InstanceLockedForSecurity", ATTACHED, 403, instance(WEB_1, locks=["security"])),
            Refusal("IncorrectInstanceStatus", ATTACHED, 403, instance(WEB_1, status="Starting")),
            Refusal("IncorrectInstanceStatus", {**ATTACHED, "DiskId": SYSTEM}, 403),
            Refusal("DiskNotPortable", ATTACHED, 403, disk(DATA, charge_type="PrePaid")),
            Refusal("IncorrectDiskStatus", ATTACHED, 403, disk(DATA, status="Detaching")),
            Refusal("SimulatorNotImplemented", {**ATTACHED, "DiskId": SYSTEM}, 400, instance(WEB_1, status="Stopped")),
        ),
    ),
    Example(
        "ecs:ModifyDiskAttribute",
        {"DiskIds": [DATA, SPARE], "DeleteAutoSnapshot": True},
        (
            Refusal("MissingParameter.DiskIdOrDiskIds", {"DiskName": "new"}),
            Refusal("ParameterConflict.DiskIdAndDiskIds", {"DiskId": DATA, "DiskIds": [SPARE], "DiskName": "new"}),
            Refusal("NoAttributeToModify", {"DiskId": DATA}),
            Refusal("InvalidDiskId.NotFound", {"DiskId": "d-none", "DiskName": "new"}, 404),
            Refusal("InvalidDiskName.Malformed", {"DiskId": DATA, "DiskName": "https://x"}),
            Refusal("InvalidDescription.Malformed", {"DiskId": DATA, "Description": "x" * 257}, 404),
            Refusal(
                "DiskNotPortable",
                {"DiskId": DATA, "DeleteWithInstance": False},
                403,
                disk(DATA, category="ephemeral"),
            ),
            Refusal("BurstingEnabledForDiskCategoryUnsupported", {"DiskId": DATA, "BurstingEnabled": True}),
        ),
    ),
    Example(
        "ecs:ModifyDiskSpec",
        {"DiskId": SPARE, "DiskCategory": "cloud_essd"},
        (
            Refusal("InvalidDiskId.NotFound", {"DiskId": "d-none", "DiskCategory": "cloud_essd"}, 404),
            Refusal("InvalidDiskCategory.ValueNotSupported", {"DiskId": SPARE, "DiskCategory": "cloud"}),
            Refusal(
                "OperationDenied", {"DiskId": SPARE, "DiskCategory": "cloud_essd"}, 403, disk(SPARE, category="cloud")
            ),
            Refusal("InvalidPerformanceLevel.Malformed", {"DiskId": SPARE, "PerformanceLevel": "PL9"}, 400, ESSD),
            Refusal("InvalidPerformanceLevelParam.Mismatch", {"DiskId": SPARE, "PerformanceLevel": "PL2"}),
            Refusal("InvalidPerformanceLevel.TooLow", {"DiskId": SPARE, "PerformanceLevel": "PL0"}, 403, ESSD),
            Refusal(
                "DiskInArrears",
                {"DiskId": SPARE, "DiskCategory": "cloud_essd"},
                403,
                disk(SPARE, locks=["financial"]),
            ),
            Refusal(
                "IncorrectDiskStatus",
                {"DiskId": DATA, "DiskCategory": "cloud_ssd"},
                403,
                disk(DATA, status="Detaching"),
            ),
            Refusal(
                "InvalidOperation.InstanceStatusUnsupported",
                {"DiskId": DATA, "DiskCategory": "cloud_ssd"},
                400,
                instance(WEB_1, status="Starting"),
            ),
            Refusal("DiskCreatingSnapshot", {"DiskId": DATA, "DiskCategory": "cloud_ssd"}, 403, PROGRESSING),
            Refusal(
                "OperationDenied.PerformanceLevelNotMatch",
                {"DiskId": SPARE, "DiskCategory": "cloud_essd", "PerformanceLevel": "PL3"},
                403,
            ),
            Refusal("ProvisionedIopsForDiskCategoryUnsupported", {"DiskId": SPARE, "ProvisionedIops": 100}),
            Refusal("InvalidProvisionedIops.LimitExceed", {"DiskId": SPARE, "ProvisionedIops": 50_001}, 400, AUTO),
            Refusal(
                "NoChangeInDiskCategoryAndPerformanceLevel", {"DiskId": SPARE, "DiskCategory": "cloud_efficiency"}, 403
            ),
            Refusal("DryRunOperation", {"DiskId": SPARE, "DiskCategory": "cloud_essd", "DryRun": True}),
        ),
    ),
    Example(
        "ecs:ResizeDisk",
        {"DiskId": DATA, "NewSize": 200, "Type": "online"},
        (
            Refusal("MissingParameter", {"DiskId": DATA}),
            Refusal("InvalidDiskId.NotFound", {"DiskId": "d-none", "NewSize": 200}, 404),
            Refusal("InvalidParam.Type", {"DiskId": DATA, "NewSize": 200, "Type": "slowly"}),
            Refusal(
                "InvalidDiskCategory.NotSupported",
                {"DiskId": DATA, "NewSize": 200, "Type": "online"},
                403,
                disk(DATA, category="cloud"),
            ),
            Refusal(
                "InvalidDiskCategory.NotSupported",
                {"DiskId": DATA, "NewSize": 200},
                403,
                disk(DATA, category="local_hdd_pro"),
            ),
            Refusal("DiskInArrears", {"DiskId": DATA, "NewSize": 200}, 403, disk(DATA, locks=["financial"])),
            Refusal("IncorrectDiskStatus", {"DiskId": DATA, "NewSize": 200}, 403, disk(DATA, status="Attaching")),
            Refusal("IncorrectDiskStatus", {"DiskId": SPARE, "NewSize": 200, "Type": "online"}, 403),
            Refusal(
                "InstanceLockedForSecurity", {"DiskId": DATA, "NewSize": 200}, 403, instance(WEB_1, locks=["security"])
            ),
            Refusal(
                "IncorrectInstanceStatus", {"DiskId": DATA, "NewSize": 200}, 403, instance(WEB_1, status="Stopping")
            ),
            Refusal(
                "InvalidInstanceStatus.NotRunning",
                {"DiskId": DATA, "NewSize": 200, "Type": "online"},
                403,
                instance(WEB_1, status="Stopped"),
            ),
            Refusal("DiskCreatingSnapshot", {"DiskId": DATA, "NewSize": 200}, 403, PROGRESSING),
            Refusal("InvalidDiskSize.TooSmall", {"DiskId": DATA, "NewSize": 99}, 403),
            Refusal("InvalidDiskSize", {"DiskId": DATA, "NewSize": 100}, 403),
            Refusal("InvalidDiskSize.TooLarge", {"DiskId": DATA, "NewSize": 32769}, 403),
            Refusal("InvalidDiskSize.TooLarge", {"DiskId": SYSTEM, "NewSize": 2049}, 403),
        ),
    ),
)
