"""Examples for simulator/api/ecs_snapshots.py."""

from __future__ import annotations

from datetime import timedelta

from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.examples.ecs_disks import disk, instance, snapshot
from tests.simulator.api.sample_ids import DISK, SNAPSHOT, WEB_1

TAKEN = {"DiskId": DISK}


def without_service(estate: Estate) -> None:
    """The snapshot service is not activated."""
    estate.snapshot_service = False


def transferring(estate: Estate) -> None:
    """The data of a disk is being copied in the background."""
    disk(DISK, transferring_until=estate.now + timedelta(hours=4))(estate)


def many(estate: Estate) -> None:
    """A disk with 256 manual snapshots."""
    own = estate.snapshots.find(SNAPSHOT)
    assert own
    estate.snapshots.extend(own.model_copy(update={"id": f"s-{number}"}) for number in range(255))


EXAMPLES = (
    Example(
        "ecs:CreateSnapshot",
        {"DiskId": DISK, "SnapshotName": "now", "RetentionDays": 7},
        (
            Refusal("MissingParameter", {}),
            Refusal("InvalidDiskId.NotFound", {"DiskId": "d-none"}, 404),
            Refusal("InvalidSnapshotName.Malformed", {**TAKEN, "SnapshotName": "x"}),
            Refusal("InvalidSnapshotName.Malformed", {**TAKEN, "SnapshotName": "auto-1"}),
            Refusal("InvalidDescription.Malformed", {**TAKEN, "Description": "https://x"}, 404),
            Refusal("InvalidRetentionDays.Malformed", {**TAKEN, "RetentionDays": 0}),
            Refusal("InvalidRetentionDays.Malformed", {**TAKEN, "RetentionDays": 65537}),
            Refusal("InvalidSnapshotCategory.Malformed", {**TAKEN, "Category": "gold"}, 403),
            Refusal("InvalidAccountStatus.SnapshotServiceUnavailable", TAKEN, 403, without_service),
            *(
                Refusal("DiskCategory.OperationNotSupported", TAKEN, 400, disk(DISK, category=category))
                for category in ("ephemeral", "ephemeral_ssd", "local_ssd_pro", "local_hdd_pro")
            ),
            Refusal("IncorrectDiskStatus.NeverAttached", TAKEN, 403, disk(DISK, ever_attached=False)),
            Refusal("DiskInArrears", TAKEN, 403, disk(DISK, locks=["financial"])),
            Refusal("IncorrectDiskStatus.Transferring", TAKEN, 403, transferring),
            Refusal("IncorrectDiskStatus", TAKEN, 403, disk(DISK, status="Detaching")),
            Refusal("InstanceLockedForSecurity", TAKEN, 403, instance(WEB_1, locks=["security"])),
            Refusal("IncorrectInstanceStatus", TAKEN, 400, instance(WEB_1, status="Stopping")),
            Refusal("IncorrectDiskStatus.CreatingSnapshot", TAKEN, 403, snapshot(DISK, status="progressing")),
            Refusal("QuotaExceed.Snapshot", TAKEN, 403, many),
            Refusal("MissingParameter.TagKey", {**TAKEN, "Tag": [{"Value": "b"}]}),
        ),
    ),
    Example(
        "ecs:DeleteSnapshot",
        {"SnapshotId": SNAPSHOT},
        (
            Refusal("InvalidSnapshotId.NotFound", {"SnapshotId": "s-none"}, 404),
            Refusal(
                "SnapshotCreatedDisk",
                {"SnapshotId": "s-bp1ofdata000000000001"},
                403,
                snapshot(disk_ids=["d-gone", "d-bp1spare00000000001"]),
            ),
        ),
    ),
    Example(
        "ecs:DescribeSnapshots",
        {},
        (
            Refusal("InvalidSnapshotIds.Malformed", {"SnapshotIds": "s-1"}),
            Refusal("InvalidSnapshotIds.Malformed", {"SnapshotIds": str(["s"] * 101).replace("'", '"')}, 403),
            Refusal("InvalidStatus.NotFound", {"Status": "lost"}, 404),
            Refusal("InvalidSnapshotType.NotFound", {"SnapshotType": "lost"}, 404),
            Refusal("InvalidSourceDiskType", {"SourceDiskType": "floppy"}, 404),
            Refusal("InvalidUsage", {"Usage": "fun"}, 404),
            Refusal("InvalidSnapshotCategory.Malformed", {"Category": "gold"}, 403),
            Refusal("InvalidSnapshotLinkId.NotFound", {"SnapshotLinkId": "sl-none"}, 404),
            Refusal("InvalidFilterKey.NotFound", {"Filter": [{"Key": "Size", "Value": "1"}]}, 404),
            Refusal("InvalidFilterValue", {"Filter": [{"Key": "CreationStartTime"}]}, 404),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
            Refusal("DryRunOperation", {"DryRun": True}),
        ),
    ),
    Example(
        "ecs:ModifySnapshotAttribute",
        {"SnapshotId": SNAPSHOT, "SnapshotName": "renamed"},
        (
            Refusal("NoAttributeToModify", {"SnapshotId": SNAPSHOT}),
            Refusal("InvalidSnapshotId.NotFound", {"SnapshotId": "s-none", "SnapshotName": "new"}, 404),
            Refusal("InvalidSnapshotName.Malformed", {"SnapshotId": SNAPSHOT, "SnapshotName": "auto2"}),
            Refusal("InvalidDescription.Malformed", {"SnapshotId": SNAPSHOT, "Description": "http://x"}, 404),
            Refusal("InvalidRetentionDays.Malformed", {"SnapshotId": SNAPSHOT, "RetentionDays": 65537}),
            Refusal(
                "InvalidOperation.DecreaseRetentionDaysUnsupported", {"SnapshotId": SNAPSHOT, "RetentionDays": 9000}
            ),
        ),
    ),
)
