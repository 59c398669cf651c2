"""One migration, resolved: what moves, what stays, what hangs on each."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from components.config import MigrationConfig
from components.peers import ClassicPeer
from components.plan.network import target_cidrs
from estate.guest import Evidence
from estate.model import Database, Disk, Estate, Instance, SecurityGroup, Snapshot


@dataclass(frozen=True)
class PlannedInstance:
    """One migrating instance with what hangs on it; `peers` are classic instances that do not move with it."""

    instance: Instance
    target_zone: str
    release_public_ip: bool
    disks: tuple[Disk, ...]
    snapshots: tuple[Snapshot, ...]
    databases: tuple[Database, ...]
    peers: tuple[ClassicPeer, ...]
    ftp_plan: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class MigrationPlan:
    """One migration, resolved: every id in it exists in the estate. Made by `make_plan`."""

    config: MigrationConfig
    estate: Estate
    instances: tuple[PlannedInstance, ...]

    @cached_property
    def instance_ids(self) -> tuple[str, ...]:
        """Ids of the instances that move in this stack's window, sorted."""
        return tuple(planned.instance.id for planned in self.instances)

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
    def linked_instance_ids(self) -> tuple[str, ...]:
        """Instances to attach by ClassicLink: those named, else all that stay and are talked to; none without it."""
        choice = self.config.classic_link
        if choice is None:
            return ()
        if choice.attach is not None:
            return tuple(sorted(choice.attach))
        talked_to = {peer.instance_id for planned in self.instances for peer in planned.peers}
        return tuple(sorted(talked_to - set(self.config.later)))

    @cached_property
    def linked_groups(self) -> tuple[SecurityGroup, ...]:
        """Classic groups that linked instances are in."""
        return self._groups_of(set(self.linked_instance_ids))

    def _groups_of(self, instance_ids: Set[str]) -> tuple[SecurityGroup, ...]:
        wanted = {
            group_id
            for item in self.classic_instances
            if item.id in instance_ids
            for group_id in item.security_group_ids
        }
        return tuple(group for group in self.estate.security_groups if group.id in wanted)

    @cached_property
    def target_cidrs(self) -> tuple[str, ...]:
        """CIDR blocks of the VSwitches that instances move into."""
        return target_cidrs(self.config, self.estate)
