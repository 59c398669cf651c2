"""Snapshots before the window: afterwards there is no way back to the classic network."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_alicloud as alicloud

from components.config import BackupChoice
from estate.model import Disk

# A first snapshot copies the whole disk. The provider waits 5 minutes unless told otherwise, too short for most disks
# (terraform-provider-alicloud, resource_alicloud_ecs_snapshot.go); a TiB was given room here.
CREATE_TIMEOUT = "6h"


class Backups(pulumi.ComponentResource):
    """Takes a snapshot of each disk and keeps it: `pulumi destroy` leaves the snapshots where they are.

    `rounds` has the round of each disk: that of `choice`, or of an instance that has moved the last one before.
    Registered outputs: see Backups in docs/contracts.md. The days of retention count from the snapshot's creation.
    RAM actions: `ram_actions`.
    """

    ram_actions = ("ecs:CreateSnapshot", "ecs:DescribeSnapshots", "ecs:ModifySnapshotAttribute")

    def __init__(
        self,
        name: str,
        rounds: Mapping[Disk, int],
        choice: BackupChoice,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        outputs = {
            "diskIds": [disk.id for disk in rounds],
            "retentionDays": choice.retention_days,
            "round": choice.round,
        }
        super().__init__("classic-to-vpc:backup:Backups", name, outputs, opts)
        self.snapshot_ids = {disk.id: self._snapshot(disk, choice, number).id for disk, number in rounds.items()}
        self.register_outputs(outputs)

    def _snapshot(self, disk: Disk, choice: BackupChoice, number: int) -> alicloud.ecs.EcsSnapshot:
        # A new round is a new resource: Pulumi makes it, and lets go of the last round's, which is retained.
        name = disk.id if number == 1 else f"{disk.id}-{number}"
        return alicloud.ecs.EcsSnapshot(
            name,
            disk_id=disk.id,
            snapshot_name=f"before-vpc-{name}",
            description=f"{disk.type} disk of {disk.instance_id} before its migration to a VPC",
            retention_days=choice.retention_days,
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=True,
                custom_timeouts=pulumi.CustomTimeouts(create=CREATE_TIMEOUT),
            ),
        )
