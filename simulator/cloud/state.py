"""The live state of the simulated cloud and the look-ups that every product needs."""

import ipaddress
from datetime import datetime, timedelta
from typing import TypeVar

from simulator.clock import ModelClock
from simulator.cloud.errors import NotFoundError
from simulator.ids import Ids
from simulator.model.base import Transitional
from simulator.model.ecs import Disk, Instance, SecurityGroup, Snapshot, Zone
from simulator.model.estate import Estate
from simulator.model.rds import Database
from simulator.model.vpc import Vpc, VSwitch

# The first and the last three addresses of a VSwitch are reserved (SDK text of CreateVSwitch, vpc20160428 6.11.0).
RESERVED_ADDRESSES = 4

Found = TypeVar("Found")

# How old things are that the estate file gives no date.
_UNDATED_AGE = timedelta(days=900)


class Cloud:
    """One region of one account; `estate` is the state itself, changed in place by the products' functions."""

    def __init__(self, estate: Estate, clock: ModelClock | None = None) -> None:
        """Begin with a copy of `estate`; the clock starts at its `now` where none is given."""
        self.estate = estate.model_copy(deep=True)
        self.clock = clock or ModelClock(estate.now)
        self.ids = Ids()
        # When the next passing status ends; the estate's own moments are not known yet, so: look at once.
        self.due: datetime | None = estate.now
        self._complete()

    def awaits(self, moment: datetime) -> None:
        """Remember that something ends a passing status at `moment`: `transitions.settle` looks no earlier."""
        self.due = moment if self.due is None else min(self.due, moment)

    def begins(self, item: Transitional, seconds: float) -> None:
        """Let the passing status that `item` has now last for `seconds` of model time."""
        item.ready_at = self.clock.now() + timedelta(seconds=seconds)
        self.awaits(item.ready_at)

    def zone(self, zone_id: str) -> Zone:
        """The zone; raises InvalidZoneId.NotFound."""
        return _found(self.estate.zones.find(zone_id), "InvalidZoneId.NotFound", "Specified zone does not exist.")

    def instance(self, instance_id: str) -> Instance:
        """The instance; raises InvalidInstanceId.NotFound."""
        return _found(
            self.estate.instances.find(instance_id),
            "InvalidInstanceId.NotFound",
            "The specified InstanceId does not exist.",
        )

    def disk(self, disk_id: str) -> Disk:
        """The disk; raises InvalidDiskId.NotFound."""
        return _found(self.estate.disks.find(disk_id), "InvalidDiskId.NotFound", "The specified disk does not exist.")

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """The snapshot; raises InvalidSnapshotId.NotFound."""
        return _found(
            self.estate.snapshots.find(snapshot_id),
            "InvalidSnapshotId.NotFound",
            "The specified SnapshotId does not exist.",
        )

    def find_security_group(self, group_id: str) -> SecurityGroup | None:
        """The security group, or None."""
        return self.estate.security_groups.find(group_id)

    def security_group(self, group_id: str) -> SecurityGroup:
        """The security group; raises InvalidSecurityGroupId.NotFound."""
        return _found(
            self.find_security_group(group_id),
            "InvalidSecurityGroupId.NotFound",
            "The specified SecurityGroupId does not exist.",
        )

    def vpc(self, vpc_id: str) -> Vpc:
        """The VPC; raises InvalidVpcId.NotFound."""
        return _found(self.estate.vpcs.find(vpc_id), "InvalidVpcId.NotFound", "Specified VPC does not exist.")

    def vswitch(self, vswitch_id: str) -> VSwitch:
        """The VSwitch; raises InvalidVSwitchId.NotFound."""
        return _found(
            self.estate.vswitches.find(vswitch_id),
            "InvalidVSwitchId.NotFound",
            "Specified virtual switch does not exist.",
        )

    def database(self, db_instance_id: str) -> Database:
        """The RDS instance; raises InvalidDBInstanceId.NotFound."""
        return _found(
            self.estate.databases.find(db_instance_id),
            "InvalidDBInstanceId.NotFound",
            "The DBInstanceId provided does not exist in our records.",
        )

    def vswitches_of(self, vpc_id: str) -> list[VSwitch]:
        """The VSwitches of a VPC."""
        return [vswitch for vswitch in self.estate.vswitches if vswitch.vpc_id == vpc_id]

    def members_of(self, group_id: str) -> list[Instance]:
        """The instances in a security group."""
        return [instance for instance in self.estate.instances if group_id in instance.security_group_ids]

    def available_addresses(self, vswitch: VSwitch) -> int:
        """AvailableIpAddressCount: what is neither reserved nor taken."""
        size = ipaddress.ip_network(vswitch.cidr_block).num_addresses
        instances = sum(instance.vswitch_id == vswitch.id for instance in self.estate.instances)
        databases = sum(database.vswitch_id == vswitch.id for database in self.estate.databases)
        return size - RESERVED_ADDRESSES - instances - databases

    def _complete(self) -> None:
        """Give ids and dates to what the estate file left without."""
        undated = self.estate.now - _UNDATED_AGE
        datable: list[Instance | Disk | SecurityGroup | Vpc | VSwitch | Database] = [
            *self.estate.instances,
            *self.estate.disks,
            *self.estate.security_groups,
            *self.estate.vpcs,
            *self.estate.vswitches,
            *self.estate.databases,
        ]
        for dated in datable:
            dated.created_at = dated.created_at or undated
        for group in self.estate.security_groups:
            for rule in group.rules:
                rule.id = rule.id or self.ids.new("sgr", group.id)
                rule.created_at = rule.created_at or group.created_at
        for vpc in self.estate.vpcs:
            vpc.vrouter_id = vpc.vrouter_id or self.ids.new("vrt", vpc.id)
            vpc.route_table_id = vpc.route_table_id or self.ids.new("vtb", vpc.id)


def _found(item: Found | None, code: str, message: str) -> Found:
    if item is None:
        raise NotFoundError(code, message)
    return item
