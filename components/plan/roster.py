"""The instances that move with this stack, the times of their moves, and the other classic instances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from components.config import ExistingNetwork, MigratingInstanceChoice, MigrationConfig, Problem, Wave
from components.peers import NEVER
from components.plan.indexes import Indexes, grouped
from components.plan.lookup import missing
from components.plan.record import StackRecord
from components.plan.waves import PlannedWave, members
from estate.model import Estate, Instance


@dataclass(frozen=True)
class Roster:
    """The instances of the region, sorted into waves. Made by `enrol`.

    `instances` are all of them by id, in that order: those that have moved with this stack (`moved_ids`) as they were
    before. `waves` are in the order of their windows.
    """

    config: MigrationConfig
    index: Indexes
    record: StackRecord
    instances: Mapping[str, Instance]
    moved_ids: frozenset[str]
    waves: tuple[PlannedWave, ...]

    @property
    def estate(self) -> Estate:
        """The estate as it was read."""
        return self.index.estate

    @cached_property
    def classic(self) -> tuple[Instance, ...]:
        """All classic instances of the region, sorted by id: migrating (moved or not), of a later wave, and staying."""
        return tuple(item for item in self.instances.values() if item.is_classic)

    @cached_property
    def members(self) -> Mapping[str, tuple[Instance, ...]]:
        """The members of each security group, classic or VPC, sorted by id."""
        return grouped(self.instances.values(), lambda item: dict.fromkeys(item.security_group_ids))

    @cached_property
    def waves_of(self) -> Mapping[str, PlannedWave]:
        """The wave of each instance that moves, or has moved, with this stack."""
        return {item: wave for wave in self.waves for item in wave.instance_ids}

    @cached_property
    def choices(self) -> Mapping[str, MigratingInstanceChoice]:
        """The config's choices for single instances."""
        return {choice.id: choice for _, choice in self.config.keyed_instances}

    @cached_property
    def starts(self) -> Mapping[str, datetime]:
        """When each instance leaves that is in a wave of this stack, or of the one whose network it shares.

        One that has moved left before all that have not, whatever its wave's window is: the others of that wave may
        have a new one.
        """
        starts = dict(self.record.starts)
        for instance_id, wave in self.waves_of.items():
            starts[instance_id] = min(wave.window.start, starts.get(instance_id, NEVER))
        ahead = min((start for item, start in starts.items() if item not in self.moved_ids), default=NEVER)
        before = ahead - datetime.resolution
        return {item: min(start, before) if item in self.moved_ids else start for item, start in starts.items()}

    def is_classic(self, instance_id: str) -> bool:
        """Whether an instance is in the classic network now."""
        instance = self.index.instances.get(instance_id)
        return instance is not None and instance.is_classic

    def start_of(self, instance_id: str) -> datetime:
        """Return when an instance leaves the classic network; NEVER for one that is in no wave."""
        return self.starts.get(instance_id, NEVER)


def enrol(config: MigrationConfig, estate: Estate, record: StackRecord) -> Roster:
    """Sort the instances into the waves of the config. Instances that the estate lacks are in no wave.

    An instance has moved if the stack recorded it as classic and it is in the target VPC. Any other instance in a VPC
    is left as it is.
    """
    index = Indexes(estate)
    network = config.network
    target = network.vpc_id if isinstance(network, ExistingNetwork) else record.vpc_id
    moved = frozenset(
        item.id
        for item in estate.instances
        if target is not None and item.vpc_id == target and item.id in record.origins
    )
    instances = {
        item.id: record.origins[item.id].before(item) if item.id in moved else item for item in estate.instances
    }
    not_moving = {*config.later, *config.staying_ids}
    kept = _kept(config, record, moved)
    waves = []
    for wave in config.all_waves:
        ids = tuple(item.id for item in members(wave, instances, not_moving, kept))
        seen = _seen_start(wave, record)
        waves.append(PlannedWave(wave.name, wave.window, wave.after, ids, moved.intersection(ids), seen))
    waves.sort(key=lambda wave: (wave.window.start, wave.name))
    return Roster(config, index, record, instances, moved, tuple(waves))


def _kept(config: MigrationConfig, record: StackRecord, moved_ids: frozenset[str]) -> Mapping[str, str]:
    """Return the wave of each instance that moved with a wave by tags: it stays there, whatever its tags are now."""
    by_tags = {wave.name for wave in config.all_waves if wave.selector is not None}
    named = {choice.id for _, choice in config.keyed_instances}
    return {
        instance_id: name
        for instance_id, name in record.waves.items()
        if instance_id in moved_ids and name in by_tags and instance_id not in named
    }


def _seen_start(wave: Wave, record: StackRecord) -> datetime | None:
    """Return the start for which somebody saw the pending task: that of the first `up` with the same sighting."""
    sighting, seen = wave.window.scheduled, record.seen.get(wave.name)
    if sighting is None:
        return None
    if seen is not None and (seen.by, seen.at) == (sighting.by, sighting.at):
        return seen.start
    return wave.window.start


def instance_problems(roster: Roster) -> Iterator[Problem]:
    """Yield instances of the config that do not exist or are not classic."""
    config = roster.config
    keyed_ids = [(f"{key}.id", choice.id) for key, choice in config.keyed_instances]
    keyed_ids += [(f"later[{index}]", instance_id) for index, instance_id in enumerate(config.later)]
    keyed_ids += [
        (f"staying[{index}].instances[{place}]", instance_id)
        for index, item in enumerate(config.staying)
        for place, instance_id in enumerate(item.instances)
    ]
    for key, instance_id in keyed_ids:
        yield from not_classic(key, instance_id, roster)


def not_classic(key: str, instance_id: str, roster: Roster) -> Iterator[Problem]:
    """Return why an instance that the config names under `key` cannot be used, if it cannot."""
    instance = roster.instances.get(instance_id)
    if instance is None:
        yield Problem(key, missing("instance", instance_id, roster.instances, roster.estate))
    elif not instance.is_classic:
        yield Problem(
            key,
            f"{instance_id} is in {instance.vpc_id} already; expected a classic instance, or one that `pulumi up` of "
            "this stack recorded as classic before it moved",
        )


def wave_problems(roster: Roster) -> Iterator[Problem]:
    """Yield selectors without instances, and instances that a selector puts into more than one wave."""
    planned = {wave.name: wave for wave in roster.waves}
    waves: dict[str, list[str]] = defaultdict(list)
    for key, wave in roster.config.keyed_waves:
        instance_ids = planned[wave.name].instance_ids
        if wave.selector is not None and not instance_ids:
            yield Problem(f"{key}selector.tags", "no classic instance carries these tags; expected at least one")
        for instance_id in instance_ids:
            waves[instance_id].append(wave.name)
    for instance_id, names in waves.items():
        if len(names) > 1:
            yield Problem("waves", f"{instance_id} is in {' and '.join(names)}; expected it in one of them")


def group_problems(roster: Roster) -> Iterator[Problem]:
    """Yield classic instances in groups that were not read: their rules decide about traffic."""
    known = roster.index.security_groups
    for instance in roster.classic:
        unread = sorted(group_id for group_id in set(instance.security_group_ids) if group_id not in known)
        if unread or not instance.security_group_ids:
            groups = ", ".join(unread) or "any security group"
            expected = "DescribeSecurityGroups to list it"
            if instance.id in roster.moved_ids:
                expected += ": also after the move the rules of its clones follow from it, until a destroy"
            yield Problem("", f"{groups} of {instance.id} could not be read; expected {expected}")
