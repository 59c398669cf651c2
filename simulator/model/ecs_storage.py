"""ECS: disks, snapshots, snapshot-consistent groups, automatic snapshot policies."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import ClassicId, Refers, ResourceGroupId, Strict, Tags, Transitional

DiskType = Literal["system", "data"]
DiskCategory = Literal[
    "cloud",
    "cloud_efficiency",
    "cloud_ssd",
    "cloud_essd",
    "cloud_auto",
    "cloud_essd_entry",
    "ephemeral",
    "ephemeral_ssd",
    "local_ssd_pro",
    "local_hdd_pro",
]
# Local disks: they are released with their instance, and have no snapshots.
LOCAL_CATEGORIES: frozenset[DiskCategory] = frozenset({"ephemeral", "ephemeral_ssd", "local_ssd_pro", "local_hdd_pro"})
PerformanceLevel = Literal["PL0", "PL1", "PL2", "PL3"]
DiskStatus = Literal["Creating", "Available", "Attaching", "In_use", "Detaching"]
DiskLock = Literal["financial", "security"]
SnapshotStatus = Literal["progressing", "accomplished", "failed"]
Weekday = Annotated[int, Field(ge=1, le=7)]
Hour = Annotated[int, Field(ge=0, le=23)]


class Disk(Transitional):
    """A disk: of the cloud, or a local one of an instance."""

    becomes: ClassVar[dict[str, str]] = {"Creating": "Available", "Attaching": "In_use", "Detaching": "Available"}

    id: ClassicId = Field(description="d-..., or an id of an older form.")
    name: str = ""
    description: str = ""
    instance_id: Annotated[str | None, Refers("instances")] = Field(default=None, description="Absent: not attached.")
    type: DiskType
    category: DiskCategory = "cloud_efficiency"
    performance_level: PerformanceLevel | None = Field(default=None, description="Of a cloud_essd disk; absent: PL1.")
    provisioned_iops: int = Field(default=0, ge=0, description="Of a cloud_auto disk.")
    bursting_enabled: bool = Field(default=False, description="Of a cloud_auto disk.")
    size_gib: int = Field(ge=1, le=65536)
    status: DiskStatus = Field(default="Available", description="Absent: In_use with an instance_id, else Available.")
    device: str = Field(default="", description="As in /dev/xvda.")
    zone_id: Annotated[str, Refers("zones")]
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    ever_attached: bool = Field(default=True, description="A disk that was never attached cannot have snapshots.")
    delete_with_instance: bool | None = Field(
        default=None, description="Absent: true for the system disk, false for others."
    )
    delete_auto_snapshot: bool = Field(
        default=False, description="Whether the automatic snapshots are deleted with the disk."
    )
    enable_auto_snapshot: bool = Field(
        default=True, description="Whether automatic snapshot policies apply to the disk."
    )
    auto_snapshot_policy_id: Annotated[str | None, Refers("auto_snapshot_policies")] = None
    source_snapshot_id: str | None = Field(
        default=None, description="Snapshot that the disk was made from; it need not exist any more."
    )
    encrypted: bool = False
    kms_key_id: str = ""
    locks: list[DiskLock] = Field(
        default_factory=list, description="Reasons in OperationLocks; financial: the account is in arrears."
    )
    transferring_until: AwareDatetime | None = Field(
        default=None,
        description="End of the copy of its data in the background; operations on the disk are refused until then.",
    )
    attached_at: AwareDatetime | None = Field(default=None, description="Absent: the time of creation.")
    detached_at: AwareDatetime | None = None
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @property
    def portable(self) -> bool:
        """Whether it can be detached: not a system disk, a local one or one of a subscription (DescribeDisks)."""
        return self.type == "data" and self.category not in LOCAL_CATEGORIES and self.charge_type == "PostPaid"

    @property
    def goes_with_instance(self) -> bool:
        """Whether it is released with its instance."""
        return self.type == "system" if self.delete_with_instance is None else self.delete_with_instance

    def transferring(self, now: datetime) -> bool:
        """Whether its data is still being copied in the background, as after a migration of its instance."""
        return self.transferring_until is not None and now < self.transferring_until

    def arrive(self) -> None:
        """End the transition; a detached disk has no instance any more."""
        if self.status == "Detaching":
            self.instance_id, self.device, self.detached_at = None, "", self.ready_at
        elif self.status == "Attaching":
            self.attached_at = self.ready_at
        super().arrive()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.instance_id and self.status == "Available":
            self.status = "In_use"
        if self.category == "cloud_essd":
            self.performance_level = self.performance_level or "PL1"
        elif self.performance_level:
            raise ValueError("expected performance_level only with category cloud_essd")
        return self


class Snapshot(Transitional):
    """A snapshot of a disk; with `retention_days` it is released automatically after that time."""

    becomes: ClassVar[dict[str, str]] = {"progressing": "accomplished"}

    id: ClassicId = Field(description="s-..., or an id of an older form.")
    name: str = ""
    description: str = ""
    disk_id: str = Field(description="Source disk; it need not exist any more.")
    source_type: DiskType = "system"
    source_size_gib: int = Field(ge=1)
    status: SnapshotStatus = "accomplished"
    type: Literal["user", "auto"] = "user"
    category: Literal["standard", "flash"] = Field(
        default="standard", description="flash: a local snapshot, no longer sold."
    )
    retention_days: int | None = Field(default=None, ge=1, le=65536, description="Absent: kept until deleted.")
    encrypted: bool = False
    kms_key_id: str = ""
    disk_ids: list[str] = Field(
        default_factory=list, description="Disks made from the snapshot; they need not exist any more."
    )
    modified_at: AwareDatetime | None = Field(default=None, description="Absent: the time of creation.")
    created_at: AwareDatetime
    resource_group_id: ResourceGroupId = None
    tags: Tags

    def arrive(self) -> None:
        """End the transition; the retention begins."""
        super().arrive()
        self.keep()

    def keep(self) -> None:
        """Schedule the release at the end of the retention, which counts from the creation; call again after a change.

        One that is progressing is not released before it is accomplished.
        """
        if self.status != "progressing" and self.retention_days is not None:
            self.ready_at = self.created_at + timedelta(days=self.retention_days)
            self.leaving = True

    @model_validator(mode="after")
    def _until_its_end(self) -> Self:
        self.keep()
        return self


class SnapshotGroup(Transitional):
    """A snapshot-consistent group: snapshots of several disks at one moment."""

    becomes: ClassVar[dict[str, str]] = {"progressing": "accomplished"}

    id: str = Field(pattern=r"^ssg-", description="ssg-...")
    name: str = ""
    description: str = ""
    instance_id: str | None = Field(
        default=None, description="Instance whose disks the group was made of; it need not exist any more."
    )
    snapshot_ids: list[str] = Field(min_length=1, description="Snapshots of the group; they need not exist any more.")
    status: SnapshotStatus = "accomplished"
    created_at: AwareDatetime
    resource_group_id: ResourceGroupId = None
    tags: Tags


class SnapshotCopies(Strict):
    """The settings of copies in other regions; the simulator has one region, and makes no copies."""

    enabled: bool = False
    regions: list[str] = Field(default_factory=list, description="Regions that snapshots are copied to.")
    retention_days: int = Field(default=-1, ge=-1, le=65535, description="-1: kept until deleted.")
    encrypted: bool = False
    kms_key_id: str = ""


class AutoSnapshotPolicy(Strict):
    """An automatic snapshot policy; the disks name the policy that applies to them."""

    id: str = Field(pattern=r"^sp-", description="sp-...")
    name: str = ""
    time_points: list[Hour] = Field(min_length=1, max_length=24, description="Hours of the day, UTC+8.")
    repeat_weekdays: list[Weekday] = Field(min_length=1, max_length=7, description="Days of the week; 1 is Monday.")
    retention_days: int = Field(default=-1, ge=-1, le=65536, description="-1: kept until deleted.")
    copies: SnapshotCopies = Field(default_factory=SnapshotCopies)
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags
