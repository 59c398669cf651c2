"""Waves: which instances move when, and what those were that have moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from components.config import ExistingNetwork, MigrationConfig, Problem, Wave, Window
from components.plan.load_balancers import Membership
from estate.model import Estate, Instance


@dataclass(frozen=True)
class Origin:
    """What an instance was in the classic network, as far as it decides what is declared for it.

    `snapshot_round` is the last round of snapshots that was taken of its disks, `database_ids` are the databases that
    admitted it then: its old address goes from their whitelists some day. `memberships` are its vServer groups of CLB,
    None where an earlier version did not record them.
    """

    zone_id: str
    intranet_ips: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    snapshot_round: int
    database_ids: tuple[str, ...] = ()
    memberships: tuple[Membership, ...] | None = None


@dataclass(frozen=True)
class StackRecord:
    """What the last `up` exported, of this stack and of the one whose network it shares.

    `vpc_id` is the target VPC, None before the first `up`. `origins` are by instance id: what no API tells any
    more once an instance has moved. `shared_with` is the other stack's name, None without one; `clone_ids` are its
    clones, by classic id; `starts` tells of instances of its waves when they move. `applied` are ids of what this stack
    had in the cloud, by kind: vswitch, securityGroup, and linkedInstance for the links of instances.
    """

    vpc_id: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    shared_with: str | None = None
    clone_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    starts: Mapping[str, datetime] = field(default_factory=dict)
    applied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedWave:
    """One wave with its instances, sorted by id; `moved_ids` are those that are in the target VPC by now."""

    name: str
    window: Window
    after: tuple[str, ...]
    instance_ids: tuple[str, ...]
    moved_ids: frozenset[str]

    @property
    def has_moved(self) -> bool:
        """Whether all of its instances have."""
        return self.moved_ids.issuperset(self.instance_ids)


def with_origins(config: MigrationConfig, estate: Estate, record: StackRecord) -> tuple[Estate, frozenset[str]]:
    """The estate with the moved instances as they were before, and their ids: what is declared for them stays so.

    Moved is an instance that the stack recorded as a classic one and that is in the target VPC. Any other instance in a
    VPC is left as it is, and is an error where the config names it.
    """
    network = config.network
    target = network.vpc_id if isinstance(network, ExistingNetwork) else record.vpc_id
    moved = frozenset(
        instance.id
        for instance in estate.instances
        if target is not None and instance.vpc_id == target and instance.id in record.origins
    )
    if not moved:
        return estate, moved
    instances = [
        _as_it_was(instance, record.origins[instance.id]) if instance.id in moved else instance
        for instance in estate.instances
    ]
    return estate.model_copy(update={"instances": tuple(instances)}), moved


def _as_it_was(instance: Instance, origin: Origin) -> Instance:
    return instance.model_copy(
        update={
            "network_type": "classic",
            "vpc_id": None,
            "vswitch_id": None,
            "zone_id": origin.zone_id,
            "intranet_ips": origin.intranet_ips,
            "security_group_ids": origin.security_group_ids,
        }
    )


def members(wave: Wave, config: MigrationConfig, estate: Estate) -> tuple[Instance, ...]:
    """The instances of one wave, sorted by id."""
    if wave.selector is None:
        wanted = {choice.id for choice in wave.instances}
        return tuple(instance for instance in estate.instances if instance.id in wanted)
    left = {*config.later, *config.staying_ids}
    return tuple(
        instance
        for instance in estate.instances
        if instance.is_classic and instance.id not in left and carries(instance, wave.selector.tags)
    )


def carries(instance: Instance, tags: Mapping[str, str]) -> bool:
    """Whether an instance has all of the tags, each with its value."""
    return tags.items() <= {tag.key: tag.value for tag in instance.tags}.items()


def planned_waves(config: MigrationConfig, estate: Estate, moved: frozenset[str]) -> tuple[PlannedWave, ...]:
    """The waves with their instances, in the order of their windows."""
    waves = []
    for wave in config.all_waves:
        ids = tuple(instance.id for instance in members(wave, config, estate))
        waves.append(PlannedWave(wave.name, wave.window, wave.after, ids, moved.intersection(ids)))
    return tuple(sorted(waves, key=lambda wave: (wave.window.start, wave.name)))


def wave_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """A selector that selects none, and instances that a selector puts into more than one wave."""
    waves: dict[str, list[str]] = defaultdict(list)
    for key, wave in config.keyed_waves:
        found = members(wave, config, estate)
        if wave.selector is not None and not found:
            yield Problem(f"{key}selector.tags", "no classic instance carries these tags; expected at least one")
        for instance in found:
            waves[instance.id].append(wave.name)
    for instance_id, names in waves.items():
        if len(names) > 1:
            yield Problem("waves", f"{instance_id} is in {' and '.join(names)}; expected it in one of them")


def last_latest(waves: tuple[PlannedWave, ...]) -> datetime:
    """The Latest Schedule Time of the last of the waves; there must be one."""
    return max(wave.window.latest for wave in waves)
