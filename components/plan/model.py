"""One migration, resolved: what moves, what stays, what hangs on each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

from components.config import BackupChoice, ExcludedDisk, MigrationConfig
from components.peers import BroadRule, ClassicPeer, broad_rules
from components.plan.backups import SnapshotSet, snapshot_sets
from components.plan.databases import PlannedDatabase, planned_databases
from components.plan.load_balancers import Membership
from components.plan.network import PlannedVSwitch, avoided_cidrs, planned_vswitches, target_cidrs, target_vpc
from components.plan.waves import PlannedWave, last_latest
from estate.guest import Evidence
from estate.model import (
    MIGRATION_REASON,
    ClassicLinkAttachment,
    Database,
    Disk,
    Estate,
    Instance,
    ScheduledEvent,
    SecurityGroup,
    Snapshot,
    Vpc,
)


@dataclass(frozen=True)
class PlannedInstance:
    """One migrating instance with what hangs on it; after its move still as it was before, but for `moved`.

    `peers` are classic instances that do not move with it, nor before it. `snapshot_round` is the round of snapshots of
    its disks: none is taken after its move. `memberships` are None where nobody recorded them before its move;
    `moving_ids` are the instances of all stacks that move when it does, or before.
    """

    instance: Instance
    wave: PlannedWave
    target_zone: str
    tier: str | None
    retain_ip: bool
    release_public_ip: bool
    rejoin_vserver_groups: bool
    disks: tuple[Disk, ...]
    snapshots: tuple[Snapshot, ...]
    databases: tuple[Database, ...]
    memberships: tuple[Membership, ...] | None
    moving_ids: frozenset[str]
    peers: tuple[ClassicPeer, ...]
    snapshot_round: int
    excluded_disks: Mapping[str, ExcludedDisk]
    to_eip: bool
    ftp_plan: str | None = None
    evidence: tuple[Evidence, ...] = ()

    def snapshot_sets(self, choice: BackupChoice | None) -> tuple[SnapshotSet, ...]:
        """The snapshots to take of its disks, or that were taken before it moved."""
        return snapshot_sets(self.instance.id, self.disks, choice, self.snapshot_round)

    @property
    def moved(self) -> bool:
        """Whether it is in the target VPC by now."""
        return self.instance.id in self.wave.moved_ids


def clone_description(classic_id: str) -> str:
    """The description of a clone of a classic group, which the stack gives it."""
    return f"clone of the classic security group {classic_id}"


@dataclass(frozen=True)
class Dependent:
    """An instance of another wave of the stack that one talks with, and by which rules or flows one knows it."""

    instance_id: str
    wave: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MigrationPlan:
    """One migration, resolved: every id in it exists in the estate. Made by `make_plan`.

    `estate` has the instances that have moved as they were before, `moved_ids` are theirs; `waves` are in the order of
    their windows. `shared_with` names the stack whose network is shared, `shared_clone_ids` are its clones, by classic
    id. `former_addresses` are intranet addresses that moved instances had and nobody has now.
    `applied` are ids of what the last `up` had in the cloud, by kind (`StackRecord`).
    """

    config: MigrationConfig
    estate: Estate
    instances: tuple[PlannedInstance, ...]
    waves: tuple[PlannedWave, ...]
    moved_ids: frozenset[str] = frozenset()
    shared_with: str | None = None
    shared_clone_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    former_addresses: tuple[str, ...] = ()
    applied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def instance_ids(self) -> tuple[str, ...]:
        """Ids of the instances that move, or have moved, with this stack, sorted."""
        return tuple(planned.instance.id for planned in self.instances)

    @cached_property
    def dependents(self) -> Mapping[str, tuple[Dependent, ...]]:
        """For each instance those of other waves that it talks with, in both directions."""
        waves = {planned.instance.id: planned.wave.name for planned in self.instances}
        found: dict[str, list[Dependent]] = defaultdict(list)
        for planned in self.instances:
            for peer in planned.peers:
                if peer.instance_id in waves:
                    own = planned.instance.id
                    found[own].append(Dependent(peer.instance_id, waves[peer.instance_id], peer.reasons))
                    found[peer.instance_id].append(Dependent(own, waves[own], peer.reasons))
        return {key: tuple(sorted(items, key=lambda item: item.instance_id)) for key, items in found.items()}

    @cached_property
    def scheduled_moves(self) -> Mapping[str, tuple[ScheduledEvent, ...]]:
        """Scheduled moves that the cloud shows, by instance id."""
        found: dict[str, list[ScheduledEvent]] = defaultdict(list)
        for event in self.estate.scheduled_events:
            if event.reason_code == MIGRATION_REASON:
                found[event.instance_id].append(event)
        return {key: tuple(events) for key, events in found.items()}

    @cached_property
    def waves_of_databases(self) -> Mapping[str, tuple[PlannedWave, ...]]:
        """The waves whose instances use each database, by its id, in the order of their windows."""
        users: dict[str, set[str]] = defaultdict(set)
        for planned in self.instances:
            for database in planned.databases:
                users[database.id].add(planned.wave.name)
        return {key: tuple(wave for wave in self.waves if wave.name in names) for key, names in users.items()}

    def last_window_end_of(self, instance_ids: Iterable[str]) -> datetime | None:
        """The Latest Schedule Time of the last wave that any of the instances is in; None where none is in a wave.

        Until then the last of them may be classic: a pending task may be put off until its Latest Schedule Time.
        """
        wanted = set(instance_ids)
        waves = tuple(wave for wave in self.waves if wanted.intersection(wave.instance_ids))
        return last_latest(waves) if waves else None

    @cached_property
    def classic_instances(self) -> tuple[Instance, ...]:
        """All classic instances of the region: migrating, of a later wave, and staying."""
        return tuple(instance for instance in self.estate.instances if instance.is_classic)

    @cached_property
    def cloned_groups(self) -> tuple[SecurityGroup, ...]:
        """Classic groups to clone: of migrating instances, and of a later wave so that references to it hold."""
        moving = {*self.instance_ids, *self.config.later}
        return self._groups_of(moving)

    @cached_property
    def shared_clones(self) -> Mapping[str, tuple[SecurityGroup, ...]]:
        """The clones of another stack that stand for the groups to clone, by classic id."""
        groups = {group.id: group for group in self.estate.security_groups}
        return {
            classic.id: tuple(groups[group_id] for group_id in self.shared_clone_ids[classic.id])
            for classic in self.cloned_groups
        }

    @cached_property
    def mapped_groups(self) -> Mapping[str, tuple[SecurityGroup, ...]]:
        """The VPC groups that the config gives in place of classic ones, by classic id."""
        mapped = self.config.security_groups.mapped if self.config.security_groups else {}
        groups = {group.id: group for group in self.estate.security_groups}
        return {classic_id: tuple(groups[item] for item in choice.map_to) for classic_id, choice in mapped.items()}

    def strangers_in(self, group_id: str) -> list[str]:
        """Instances that are in a VPC group already, and none that has moved there with this stack."""
        return [item.id for item in self.estate.members_of(group_id)]

    @cached_property
    def namable_groups(self) -> Mapping[str, str]:
        """For classic groups that are mapped a VPC group that stands for its members alone, where there is one.

        A rule that names it says what one that names the classic group said.
        """
        users = Counter(group.id for found in self.mapped_groups.values() for group in found)
        return {
            classic_id: group.id
            for classic_id, found in self.mapped_groups.items()
            for group in reversed(found)
            if users[group.id] == 1 and not self.strangers_in(group.id)
        }

    @cached_property
    def linked_instance_ids(self) -> tuple[str, ...]:
        """Instances to attach by ClassicLink: those named, else all that stay and are talked to; none without it.

        Those of a later wave of this stack stay until their own window. They are still among these when they have
        moved, which ends their link: what was declared for the links goes on.
        """
        choice = self.config.classic_link
        if choice is None:
            return ()
        if choice.attach is not None:
            return tuple(sorted(choice.attach))
        return tuple(sorted(self._talked_to - set(self.config.later)))

    @cached_property
    def _talked_to(self) -> frozenset[str]:
        """Classic instances that are known one by one to be talked to."""
        return frozenset(peer.instance_id for planned in self.instances for peer in planned.peers)

    @cached_property
    def attached_instance_ids(self) -> tuple[str, ...]:
        """Those of the linked instances that are classic still."""
        return tuple(item for item in self.linked_instance_ids if item not in self.moved_ids)

    @cached_property
    def links_to_target(self) -> tuple[ClassicLinkAttachment, ...]:
        """Links to the target VPC that exist already."""
        return tuple(link for link in self.estate.classic_links if self._in_target(link.vpc_id))

    @cached_property
    def links_elsewhere(self) -> tuple[ClassicLinkAttachment, ...]:
        """Links of instances to attach to a VPC other than the target."""
        return tuple(
            link
            for link in self.estate.classic_links
            if link.instance_id in self.attached_instance_ids and not self._in_target(link.vpc_id)
        )

    @cached_property
    def gone(self) -> tuple[tuple[str, str], ...]:
        """What the last `up` had in the cloud and nobody finds there now, as kind and id, sorted."""
        estate, links = self.estate, {link.instance_id for link in self.links_to_target}
        there = {
            "vswitch": {item.id for item in estate.vswitches},
            "securityGroup": {item.id for item in estate.security_groups},
            # The move of an instance ends its link.
            "linkedInstance": links | self.moved_ids | ({item.id for item in estate.instances if not item.is_classic}),
        }
        return tuple(
            (kind, item) for kind, ids in sorted(self.applied.items()) for item in sorted(set(ids) - there[kind])
        )

    @cached_property
    def made_groups(self) -> tuple[SecurityGroup, ...]:
        """The groups of the target VPC that this stack made, as they are in the cloud.

        An `up` that stopped half way exported nothing of what it made: that is told by its description.
        """
        known = set(self.applied.get("securityGroup", ()))
        described = {clone_description(group.id) for group in self.cloned_groups}
        return tuple(
            group
            for group in self.estate.security_groups
            if group.vpc_id is not None
            and (group.id in known or (self._in_target(group.vpc_id) and group.description in described))
        )

    @cached_property
    def routes_of_target(self) -> tuple[str, ...]:
        """Destinations of the custom routes of the target VPC; a VPC that is to be created has none."""
        return tuple(route.destination for route in self.estate.routes if self._in_target(route.vpc_id))

    @cached_property
    def broad_rules(self) -> tuple[BroadRule, ...]:
        """Rules that let instances that move talk with unlinked classic ones, and may be meant or not.

        Classic are those that stay, and those of a later wave of this stack until they move themselves. Who is known
        to be talked to is a peer, and needs no broad rule to be named by.
        """
        out_of_reach = {item.id for item in self.classic_instances}
        out_of_reach -= {*self.config.later, *self.attached_instance_ids, *self.moved_ids, *self._talked_to}
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for wave in self.waves:
            gone = {
                item for other in self.waves if other.window.start <= wave.window.start for item in other.instance_ids
            }
            for rule in broad_rules(set(wave.instance_ids) - self.moved_ids, out_of_reach - gone, self.estate):
                found[rule.group_id, rule.text].update(rule.instance_ids)
        return tuple(BroadRule(*key, tuple(sorted(ids))) for key, ids in sorted(found.items()))

    @cached_property
    def linked_groups(self) -> tuple[SecurityGroup, ...]:
        """Classic groups that linked instances are in."""
        return self._groups_of(set(self.linked_instance_ids))

    def _in_target(self, vpc_id: str) -> bool:
        return self.target_vpc is not None and vpc_id == self.target_vpc.id

    def _groups_of(self, instance_ids: Set[str]) -> tuple[SecurityGroup, ...]:
        wanted = {
            group_id
            for item in self.classic_instances
            if item.id in instance_ids
            for group_id in item.security_group_ids
        }
        return tuple(group for group in self.estate.security_groups if group.id in wanted)

    @cached_property
    def target_vpc(self) -> Vpc | None:
        """The VPC that instances move into; None while it is yet to be created."""
        return target_vpc(self.config, self.estate)

    @cached_property
    def vswitches(self) -> tuple[PlannedVSwitch, ...]:
        """The VSwitches that instances move into, in the order of the config."""
        return planned_vswitches(self.config, self.estate)

    @cached_property
    def avoided_cidrs(self) -> list[str]:
        """Blocks of the networks that the instances must reach, sorted."""
        return avoided_cidrs(self.config, self.estate)

    @cached_property
    def databases(self) -> tuple[PlannedDatabase, ...]:
        """The databases that the stack prepares, read-only ones included, sorted by id."""
        return planned_databases(self.config, self.estate, self._last_window_end)

    @property
    def outlives_a_destroy(self) -> bool:
        """Whether the target network must: a database in hybrid access never leaves it."""
        return any(item.valid_until is not None for item in self.databases)

    def _last_window_end(self, databases: Iterable[Database]) -> datetime:
        """When the last wave that uses any of the databases has moved at the latest; where none does, the last wave."""
        used = {database.id for database in databases}
        users = [
            item.instance.id for item in self.instances if used.intersection(database.id for database in item.databases)
        ]
        return self.last_window_end_of(users) or last_latest(self.waves)

    @cached_property
    def target_cidrs(self) -> tuple[str, ...]:
        """CIDR blocks of the VSwitches that instances move into."""
        return target_cidrs(self.config, self.estate)

    @cached_property
    def strangers_at(self) -> Mapping[str, tuple[str, ...]]:
        """Servers in each of these blocks that are there already, and none that has moved there with this stack."""
        servers = (
            []
            if self.target_vpc is None
            else [item for item in self.estate.instances if item.vpc_id == self.target_vpc.id and not item.is_classic]
        )
        return {
            cidr: tuple(
                item.id
                for item in servers
                if any(IPv4Address(address) in IPv4Network(cidr) for address in item.intranet_ips)
            )
            for cidr in self.target_cidrs
        }

    @property
    def targets_to_themselves(self) -> bool:
        """Whether the blocks of all VSwitches are known, and no other server is in them."""
        return all(item.cidr_block for item in self.vswitches) and not any(self.strangers_at.values())
