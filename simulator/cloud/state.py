"""The live state of the simulated cloud, and the lookups that every product needs."""

from datetime import datetime, timedelta
from typing import TypeVar

from simulator.clock import ModelClock
from simulator.cloud.errors import NotFoundError
from simulator.ids import Ids, mac_address
from simulator.model.base import Transitional
from simulator.model.cr import LinkedVpc
from simulator.model.ecs import Instance, SecurityGroup, Zone
from simulator.model.ecs_storage import AutoSnapshotPolicy, Disk, Snapshot, SnapshotGroup
from simulator.model.estate import Estate
from simulator.model.mongodb import MongoDb
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.prefix_lists import PrefixList
from simulator.model.ram import Session
from simulator.model.rds import Database
from simulator.model.redis import Redis
from simulator.model.vpc import Eip, RouteEntry, RouteTable, Vpc, VSwitch

Found = TypeVar("Found")

# The age of resources without a date in the estate file.
_UNDATED_AGE = timedelta(days=900)


class Cloud:
    """One region of one account; `estate` is the state itself, changed in place by the products' functions."""

    def __init__(self, estate: Estate, clock: ModelClock | None = None) -> None:
        """Begin with a copy of `estate`; without a `clock`, a new one starts at the estate's `now`."""
        self.estate = estate.model_copy(deep=True)
        self.clock = clock or ModelClock(estate.now)
        self.ids = Ids()
        # When the next transition is due; those of the estate are not known yet, so the first look is at once.
        self.due: datetime | None = estate.now
        # The ids of the network interfaces that each instance has or once had.
        self._attached: dict[str, list[str]] = {}
        # Sessions of roles by access key id; a copy of the state shares them.
        self.sessions: dict[str, Session] = {}
        self._complete()

    def awaits(self, moment: datetime) -> None:
        """Note that a transition is due at `moment`: `transitions.settle` does nothing earlier."""
        self.due = moment if self.due is None else min(self.due, moment)

    def begins(self, item: Transitional, seconds: float, *, leaving: bool = False) -> None:
        """End the present status of `item` after `seconds` of model time; with `leaving`, remove the item then."""
        item.leaving = leaving
        item.ready_at = self.clock.now() + timedelta(seconds=seconds)
        self.awaits(item.ready_at)

    def zone(self, zone_id: str) -> Zone:
        """Return the zone; raises InvalidZoneId.NotFound."""
        return _existing(self.estate.zones.find(zone_id), "InvalidZoneId.NotFound", "Specified zone does not exist.")

    def instance(self, instance_id: str) -> Instance:
        """Return the instance; raises InvalidInstanceId.NotFound."""
        return _existing(
            self.estate.instances.find(instance_id),
            "InvalidInstanceId.NotFound",
            "The specified InstanceId does not exist.",
        )

    def disk(self, disk_id: str) -> Disk:
        """Return the disk; raises InvalidDiskId.NotFound."""
        return _existing(
            self.estate.disks.find(disk_id), "InvalidDiskId.NotFound", "The specified disk does not exist."
        )

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """Return the snapshot; raises InvalidSnapshotId.NotFound."""
        return _existing(
            self.estate.snapshots.find(snapshot_id),
            "InvalidSnapshotId.NotFound",
            "The specified SnapshotId does not exist.",
        )

    def snapshot_group(self, group_id: str) -> SnapshotGroup:
        """Return the snapshot-consistent group.

        Raises InvalidSnapshotGroupId.NotFound (a code that no reference lists).
        """
        return _existing(
            self.estate.snapshot_groups.find(group_id),
            "InvalidSnapshotGroupId.NotFound",
            "The specified SnapshotGroupId does not exist.",
        )

    def auto_snapshot_policy(self, policy_id: str) -> AutoSnapshotPolicy:
        """Return the automatic snapshot policy; raises ParameterInvalid (404)."""
        return _existing(
            self.estate.auto_snapshot_policies.find(policy_id),
            "ParameterInvalid",
            "The specified automatic snapshot policy does not exist.",
        )

    def find_security_group(self, group_id: str) -> SecurityGroup | None:
        """Return the security group, or None."""
        return self.estate.security_groups.find(group_id)

    def security_group(self, group_id: str) -> SecurityGroup:
        """Return the security group; raises InvalidSecurityGroupId.NotFound."""
        return _existing(
            self.find_security_group(group_id),
            "InvalidSecurityGroupId.NotFound",
            "The specified SecurityGroupId does not exist.",
        )

    def network_interface(self, interface_id: str) -> NetworkInterface:
        """Return the network interface; raises InvalidEniId.NotFound."""
        return _existing(
            self.estate.network_interfaces.find(interface_id),
            "InvalidEniId.NotFound",
            f"The specified EniId {interface_id} is not found.",
        )

    def prefix_list(self, list_id: str) -> PrefixList:
        """Return the prefix list; raises InvalidPrefixListId.NotFound."""
        return _existing(
            self.estate.prefix_lists.find(list_id),
            "InvalidPrefixListId.NotFound",
            "The specified prefix list was not found.",
        )

    def vpc(self, vpc_id: str) -> Vpc:
        """Return the VPC; raises InvalidVpcId.NotFound."""
        return _existing(self.estate.vpcs.find(vpc_id), "InvalidVpcId.NotFound", "Specified VPC does not exist.")

    def vswitch(self, vswitch_id: str) -> VSwitch:
        """Return the VSwitch; raises InvalidVSwitchId.NotFound."""
        return _existing(
            self.estate.vswitches.find(vswitch_id),
            "InvalidVSwitchId.NotFound",
            "Specified virtual switch does not exist.",
        )

    def eip(self, allocation_id: str) -> Eip:
        """Return the EIP; raises InvalidAllocationId.NotFound."""
        return _existing(
            self.estate.eips.find(allocation_id),
            "InvalidAllocationId.NotFound",
            "Specified allocation ID is not found.",
        )

    def database(self, db_instance_id: str) -> Database:
        """Return the RDS instance; raises InvalidDBInstanceId.NotFound."""
        return _existing(
            self.estate.databases.find(db_instance_id),
            "InvalidDBInstanceId.NotFound",
            "The DBInstanceId provided does not exist in our records.",
        )

    def redis(self, instance_id: str) -> Redis:
        """Return the Redis instance; raises InvalidInstanceId.NotFound."""
        return _existing(
            self.estate.redis.find(instance_id),
            "InvalidInstanceId.NotFound",
            "The InstanceId provided does not exist in our records.",
        )

    def mongodb(self, db_instance_id: str) -> MongoDb:
        """Return the MongoDB instance; raises InvalidDBInstanceId.NotFound."""
        return _existing(
            self.estate.mongodb.find(db_instance_id),
            "InvalidDBInstanceId.NotFound",
            "The DBInstanceId provided does not exist in our records.",
        )

    def vswitches_of(self, vpc_id: str) -> list[VSwitch]:
        """Return the VSwitches of a VPC."""
        return [vswitch for vswitch in self.estate.vswitches if vswitch.vpc_id == vpc_id]

    def registry_links(self) -> list[LinkedVpc]:
        """Return the links of all registries with VPCs; each has an address of its VSwitch."""
        return [link for item in self.estate.registries for endpoint in item.endpoints for link in endpoint.linked_vpcs]

    def route_tables_of(self, vpc_id: str) -> list[RouteTable]:
        """Return the route tables of a VPC."""
        return [table for table in self.estate.route_tables if table.vpc_id == vpc_id]

    def system_route_table(self, vpc_id: str) -> RouteTable:
        """Return the system route table of a VPC."""
        return next(table for table in self.route_tables_of(vpc_id) if table.type == "System")

    def route_entries_of(self, route_table_id: str) -> list[RouteEntry]:
        """Return the custom entries of a route table."""
        return [entry for entry in self.estate.route_entries if entry.route_table_id == route_table_id]

    def members_of(self, group_id: str) -> list[Instance]:
        """Return the instances in a security group."""
        return [instance for instance in self.estate.instances if group_id in instance.security_group_ids]

    def interfaces_in(self, group_id: str) -> list[NetworkInterface]:
        """Return the network interfaces in a security group, primary ones included."""
        return [item for item in self.estate.network_interfaces if group_id in item.security_group_ids]

    def attach(self, interface: NetworkInterface) -> None:
        """Index an interface that is new or newly attached, for `interfaces_of`."""
        if interface.instance_id:
            self._attached.setdefault(interface.instance_id, []).append(interface.id)

    def interfaces_of(self, instance_id: str) -> list[NetworkInterface]:
        """Return the network interfaces of an instance, the primary one first; in constant time."""
        candidates = map(self.estate.network_interfaces.find, dict.fromkeys(self._attached.get(instance_id, ())))
        interfaces = [item for item in candidates if item is not None and item.instance_id == instance_id]
        return sorted(interfaces, key=lambda item: item.type)

    def _complete(self) -> None:
        """Give ids and dates to resources of the estate file that have none."""
        for vpc in self.estate.vpcs:
            vpc.vrouter_id = vpc.vrouter_id or self.ids.new("vrt", vpc.id)
            if not any(table.type == "System" for table in self.route_tables_of(vpc.id)):
                table_id = self.ids.new("vtb", vpc.id)
                self.estate.route_tables.append(RouteTable(id=table_id, vpc_id=vpc.id, type="System", tags={}))
        for interface in self.estate.network_interfaces:
            interface.mac = interface.mac or mac_address(interface.id)
            self.attach(interface)
        for instance in self.estate.instances:
            _complete_macs(instance)
            own = self.interfaces_of(instance.id)
            if instance.network_type == "vpc" and not any(item.type == "Primary" for item in own):
                primary = primary_interface(instance, self.ids.new("eni", instance.id))
                primary.created_at = instance.created_at
                self.estate.network_interfaces.append(primary)
                self.attach(primary)
        for _, table in self.estate.tables("created_at"):
            for item in table:
                if item.created_at is None:
                    item.created_at = self.estate.now - _UNDATED_AGE
        for group in self.estate.security_groups:
            for rule in group.rules:
                rule.id = rule.id or self.ids.new("sgr", group.id)
                rule.created_at = rule.created_at or group.created_at


def _complete_macs(instance: Instance) -> None:
    """Give a classic instance a MAC address for each NIC; in a VPC its network interfaces have them."""
    if instance.network_type == "classic":
        instance.intranet_mac = instance.intranet_mac or mac_address(instance.id, "intranet")
        if instance.public_ips:
            instance.internet_mac = instance.internet_mac or mac_address(instance.id, "internet")


def primary_interface(instance: Instance, interface_id: str, mac: str | None = None) -> NetworkInterface:
    """Return the primary network interface of an instance in a VPC; `mac` is its address, by default a new one."""
    return NetworkInterface.model_validate(
        {
            "id": interface_id,
            "type": "Primary",
            "status": "InUse",
            "instance_id": instance.id,
            "vswitch_id": instance.vswitch_id,
            "private_ips": instance.intranet_ips[:1],
            "mac": mac or mac_address(interface_id),
            "security_group_ids": list(instance.security_group_ids),
            "delete_on_release": True,
            "tags": {},
        }
    )


def _existing(item: Found | None, code: str, message: str) -> Found:
    if item is None:
        raise NotFoundError(code, message)
    return item
