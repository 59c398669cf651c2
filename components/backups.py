"""Snapshots before the window: afterwards there is no way back to the classic network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

# From their files: the package imports 90 of them at the first name that it is asked for (0.3 s, a tenth of a program).
from pulumi_alicloud.ecs.ecs_snapshot import EcsSnapshot
from pulumi_alicloud.ecs.ecs_snapshot_group import EcsSnapshotGroup

from components.facts.components import BackupsFacts
from components.plan import SnapshotSet

# A first snapshot copies the whole disk. The provider waits 5 minutes by default, too short for most disks
# (terraform-provider-alicloud, resource_alicloud_ecs_snapshot.go); this allows for a TiB.
CREATE_TIMEOUT = "6h"


@dataclass(frozen=True, kw_only=True)
class BackupsArgs:
    """Snapshots to take, and how long they are kept."""

    sets: Sequence[SnapshotSet]
    """Disks whose snapshots are taken at one moment, each with its round: a new round is a new snapshot."""
    retention_days: int
    """Days from a snapshot's creation; those of a snapshot-consistent group are kept until they are deleted."""
    round: int = 1
    """The current round; an instance that has moved keeps the last one before its move."""


class Backups(pulumi.ComponentResource):
    """Takes snapshots of disks and keeps them: `pulumi destroy` leaves the snapshots in the cloud.

    Registered outputs: see Backups in docs/facts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "ecs:CreateSnapshot",
        "ecs:DescribeSnapshots",
        "ecs:ModifySnapshotAttribute",
        "ecs:CreateSnapshotGroup",
        "ecs:DescribeSnapshotGroups",
    )

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        outputs: BackupsFacts = {
            "diskIds": sorted(disk.id for item in args.sets for disk in item.disks),
            "retentionDays": args.retention_days,
            "round": args.round,
        }
        super().__init__("classic-to-vpc:backup:Backups", name, outputs, opts)
        self.snapshot_ids: dict[str, pulumi.Output[str]] = {}
        self.snapshot_group_ids: dict[str, pulumi.Output[str]] = {}
        for item in args.sets:
            if item.consistent:
                self.snapshot_group_ids[item.instance_id] = self._group(item).id
            else:
                self.snapshot_ids[item.disks[0].id] = self._snapshot(item, args.retention_days).id
        self.register_outputs(outputs)

    def _snapshot(self, item: SnapshotSet, retention_days: int) -> EcsSnapshot:
        [disk] = item.disks
        name = _of_round(disk.id, item.round)
        return EcsSnapshot(
            name,
            disk_id=disk.id,
            snapshot_name=f"before-vpc-{name}",
            description=f"{disk.type} disk of {', '.join(disk.instance_ids)} before its migration to a VPC",
            retention_days=retention_days,
            opts=self._retained(),
        )

    def _group(self, item: SnapshotSet) -> EcsSnapshotGroup:
        name = _of_round(item.instance_id, item.round)
        return EcsSnapshotGroup(
            name,
            snapshot_group_name=f"before-vpc-{name}",
            description=f"disks of {item.instance_id} before its migration to a VPC",
            instance_id=item.instance_id,
            disk_ids=[disk.id for disk in item.disks],
            # The provider (1.285.0) plans another list as an update, but makes no call: an added disk would count as
            # backed up. A new group has snapshots of all disks.
            opts=pulumi.ResourceOptions.merge(self._retained(), pulumi.ResourceOptions(replace_on_changes=["diskIds"])),
        )

    def _retained(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            retain_on_delete=True,
            custom_timeouts=pulumi.CustomTimeouts(create=CREATE_TIMEOUT),
        )


def _of_round(name: str, number: int) -> str:
    """Return the name of a round's resource.

    A new round is a new resource: Pulumi makes it, and removes the last round's from the state, which is retained in
    the cloud.
    """
    return name if number == 1 else f"{name}-{number}"
