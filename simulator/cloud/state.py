"""The live state of the simulated cloud and the look-ups that every product needs."""

import ipaddress
from datetime import timedelta

from simulator.clock import ModelClock
from simulator.cloud.errors import NotFoundError
from simulator.estate_file import (
    Database,
    Disk,
    Estate,
    Instance,
    SecurityGroup,
    Snapshot,
    Vpc,
    VSwitch,
    Zone,
)
from simulator.ids import Ids

# The first and the last three addresses of a VSwitch are reserved (SDK text of CreateVSwitch, vpc20160428 6.11.0).
RESERVED_ADDRESSES = 4

# How old things are that the estate file gives no date.
_UNDATED_AGE = timedelta(days=900)


class Cloud:
    """One region of one account; `estate` is the state itself, changed in place by the products' functions."""

    def __init__(self, estate: Estate, clock: ModelClock | None = None) -> None:
        """Begin with a copy of `estate`; the clock starts at its `now` where none is given."""
        self.estate = estate.model_copy(deep=True)
        self.clock = clock or ModelClock(estate.now)
        self.ids = Ids()
        self._complete()

    def settle(self) -> None:
        """Let everything whose time has come reach its final status."""
        now = self.clock.now()
        networks: list[Vpc | VSwitch] = [*self.estate.vpcs, *self.estate.vswitches]
        for network in networks:
            if network.ready_at is not None and network.ready_at <= now:
                network.status, network.ready_at = "Available", None
        for snapshot in self.estate.snapshots:
            if snapshot.ready_at is not None and snapshot.ready_at <= now:
                snapshot.status, snapshot.ready_at = "accomplished", None

    def zone(self, zone_id: str) -> Zone:
        """The zone; raises InvalidZoneId.NotFound."""
        for zone in self.estate.zones:
            if zone.id == zone_id:
                return zone
        raise NotFoundError("InvalidZoneId.NotFound", "Specified zone does not exist.")

    def instance(self, instance_id: str) -> Instance:
        """The instance; raises InvalidInstanceId.NotFound."""
        for instance in self.estate.instances:
            if instance.id == instance_id:
                return instance
        raise NotFoundError("InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")

    def disk(self, disk_id: str) -> Disk:
        """The disk; raises InvalidDiskId.NotFound."""
        for disk in self.estate.disks:
            if disk.id == disk_id:
                return disk
        raise NotFoundError("InvalidDiskId.NotFound", "The specified disk does not exist.")

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """The snapshot; raises InvalidSnapshotId.NotFound."""
        for snapshot in self.estate.snapshots:
            if snapshot.id == snapshot_id:
                return snapshot
        raise NotFoundError("InvalidSnapshotId.NotFound", "The specified SnapshotId does not exist.")

    def find_security_group(self, group_id: str) -> SecurityGroup | None:
        """The security group, or None."""
        return next((group for group in self.estate.security_groups if group.id == group_id), None)

    def security_group(self, group_id: str) -> SecurityGroup:
        """The security group; raises InvalidSecurityGroupId.NotFound."""
        group = self.find_security_group(group_id)
        if group is None:
            raise NotFoundError("InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.")
        return group

    def vpc(self, vpc_id: str) -> Vpc:
        """The VPC; raises InvalidVpcId.NotFound."""
        for vpc in self.estate.vpcs:
            if vpc.id == vpc_id:
                return vpc
        raise NotFoundError("InvalidVpcId.NotFound", "Specified VPC does not exist.")

    def vswitch(self, vswitch_id: str) -> VSwitch:
        """The VSwitch; raises InvalidVSwitchId.NotFound."""
        for vswitch in self.estate.vswitches:
            if vswitch.id == vswitch_id:
                return vswitch
        raise NotFoundError("InvalidVSwitchId.NotFound", "Specified virtual switch does not exist.")

    def database(self, db_instance_id: str) -> Database:
        """The RDS instance; raises InvalidDBInstanceId.NotFound."""
        for database in self.estate.databases:
            if database.id == db_instance_id:
                return database
        raise NotFoundError("InvalidDBInstanceId.NotFound", "The DBInstanceId provided does not exist in our records.")

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
