"""A plan: the moving instances, the staying ones, and the dependencies of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address

from components.config import BackupChoice, ExcludedDisk, MigrationConfig
from components.peers import ClassicPeer
from components.plan.backups import SnapshotSet, snapshot_sets
from components.plan.classic_link import PlannedLinks
from components.plan.databases import PlannedDatabases
from components.plan.load_balancers import LoadBalancers, Membership
from components.plan.network import PlannedNetwork
from components.plan.record import Origin
from components.plan.roster import Roster
from components.plan.security_groups import PlannedGroups
from components.plan.waves import PlannedWave
from estate.guest import Evidence
from estate.model import Database, Disk, Estate, Instance


@dataclass(frozen=True)
class Dependent:
    """A peer of an instance in another wave of the stack, and the rules or flows that connect them."""

    instance_id: str
    wave: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PlannedInstance:
    """A migrating instance and its dependencies as they were in the classic network; only `moved` reflects the present.

    `origin` is the stack's record of it from before its move, None while it is classic. `peers` are classic instances
    that move neither with it nor before it; `dependents` are its peers in other waves, in both directions.
    `snapshot_round` is the round of snapshots of its disks: none is taken after its move. `memberships` are None where
    they were not recorded before its move.
    """

    instance: Instance
    origin: Origin | None
    wave: PlannedWave
    target_zone: str
    tier: str | None
    retain_ip: bool
    release_public_ip: bool
    rejoin_vserver_groups: bool
    disks: tuple[Disk, ...]
    databases: tuple[Database, ...]
    memberships: tuple[Membership, ...] | None
    peers: tuple[ClassicPeer, ...]
    dependents: tuple[Dependent, ...]
    snapshot_round: int
    excluded_disks: Mapping[str, ExcludedDisk]
    to_eip: bool
    ftp_plan: str | None = None
    evidence: tuple[Evidence, ...] = ()

    def snapshot_sets(self, choice: BackupChoice | None) -> tuple[SnapshotSet, ...]:
        """Return the snapshots to take of its disks, or that were taken before it moved."""
        return snapshot_sets(self.instance.id, self.disks, self.excluded_disks, choice, self.snapshot_round)

    @property
    def moved(self) -> bool:
        """Whether it is in the target VPC."""
        return self.origin is not None


@dataclass(frozen=True)
class MigrationPlan:
    """The plan of one migration: every id in it exists in the estate. Made by `plan`.

    `instances` are those that move, or have moved, with this stack, sorted by id. `roster` has all instances of the
    region and the waves.
    """

    roster: Roster
    instances: tuple[PlannedInstance, ...]
    network: PlannedNetwork
    groups: PlannedGroups
    links: PlannedLinks
    databases: PlannedDatabases
    load_balancers: LoadBalancers

    @property
    def config(self) -> MigrationConfig:
        """The config of the stack."""
        return self.roster.config

    @property
    def estate(self) -> Estate:
        """The estate as it was read."""
        return self.roster.estate

    @property
    def waves(self) -> tuple[PlannedWave, ...]:
        """The waves, in the order of their windows."""
        return self.roster.waves

    @cached_property
    def instance_ids(self) -> tuple[str, ...]:
        """Ids of the instances that move, or have moved, with this stack, sorted."""
        return tuple(planned.instance.id for planned in self.instances)

    @cached_property
    def former_addresses(self) -> tuple[str, ...]:
        """Intranet addresses of moved instances that nothing in the region has now, sorted.

        An address that an instance has again, because it was retained or reassigned, is no former address. Nor is one
        that another network interface has, of an instance or a container, or that is a virtual IP address: a list may
        name it for that one.
        """
        instances, estate = self.roster.instances, self.roster.estate
        moved = self.roster.moved_ids & self.roster.waves_of.keys()
        had = {address for item in moved for address in instances[item].intranet_ips}
        has = {address for instance in estate.instances for address in instance.interface_ips}
        has |= {address for interface in estate.network_interfaces for address in interface.private_ips}
        has |= {item.ip_address for item in estate.virtual_ips}
        return tuple(sorted(had - has, key=IPv4Address))

    @cached_property
    def gone(self) -> tuple[tuple[str, str], ...]:
        """Resources of the last `up` that no longer exist in the cloud, as kind and id, sorted."""
        estate, roster = self.estate, self.roster
        there = {
            "vpc": {item.id for item in estate.vpcs},
            "vswitch": {item.id for item in estate.vswitches},
            "securityGroup": set(roster.index.security_groups),
            # The move of an instance ends its link.
            "linkedInstance": {
                *(link.instance_id for link in self.links.of_stack),
                *(item.id for item in estate.instances if not item.is_classic),
            },
        }
        record = roster.record
        applied = {**record.applied, **({"vpc": (record.vpc_id,)} if record.vpc_id else {})}
        return tuple((kind, item) for kind, ids in sorted(applied.items()) for item in sorted(set(ids) - there[kind]))
