"""The first step of a plan: look up everything that the config names, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.config import ConfigError, MigrationConfig, Problem
from components.peers import ClassicPeer
from components.plan.backups import excluded_disk_problems
from components.plan.classic_link import (
    PlannedLinks,
    attachment_problems,
    flow_problems,
    link_problems,
    look_up_links,
    peers_of,
)
from components.plan.databases import database_problems
from components.plan.lookup import missing
from components.plan.network import (
    PlannedNetwork,
    existing_network_problems,
    look_up_network,
    planning_problems,
    tier_problems,
    zone_problems,
)
from components.plan.record import StackRecord
from components.plan.roster import Roster, enrol, group_problems, instance_problems, wave_problems
from components.plan.scopes import scope_problems
from components.plan.security_groups import PlannedGroups, look_up_groups, mapping_problems, shared_group_problems
from estate.model import Estate, Instance


@dataclass(frozen=True)
class Selection:
    """Config, estate and record combined: every id that the config names exists. Made by `select`.

    `peers` are the classic peers of each instance that moves with this stack, by its id.
    """

    roster: Roster
    network: PlannedNetwork
    groups: PlannedGroups
    peers: Mapping[str, tuple[ClassicPeer, ...]]
    links: PlannedLinks


def select(config: MigrationConfig, estate: Estate, file: str, record: StackRecord | None) -> Selection:
    """Look up in the estate what the config names.

    `file` is the stack file's name for messages, `record` the exports of the stack's last `up`. Raises ConfigError, all
    problems at once, where the config names something that does not exist or cannot be used.
    """
    roster = enrol(config, estate, record or StackRecord())
    network = look_up_network(roster)
    groups = look_up_groups(roster, network)
    unknown = list(_unknown(roster))
    problems = [*unknown, *_unfit(roster, network, groups, complete=not unknown)]
    if unknown:
        raise ConfigError(file, problems)
    peers = peers_of(roster)
    links = look_up_links(roster, network, peers)
    problems += link_problems(roster, links)
    if problems:
        raise ConfigError(file, problems)
    return Selection(roster, network, groups, peers, links)


def _unknown(roster: Roster) -> Iterator[Problem]:
    """Yield problems that leave open which instances move and which are peers."""
    yield from instance_problems(roster)
    yield from wave_problems(roster)
    yield from group_problems(roster)
    yield from attachment_problems(roster)
    yield from flow_problems(roster)


def _unfit(roster: Roster, network: PlannedNetwork, groups: PlannedGroups, *, complete: bool) -> Iterator[Problem]:
    """Yield the other problems; `complete` means that all moving instances are known."""
    yield from database_problems(roster)
    yield from excluded_disk_problems(roster)
    yield from zone_problems(roster, network)
    yield from tier_problems(roster)
    yield from planning_problems(roster, network)
    yield from existing_network_problems(roster)
    yield from mapping_problems(roster, network, groups, complete=complete)
    yield from shared_group_problems(roster, network, groups)
    if complete:
        yield from scope_problems(roster)


def still_classic(config: MigrationConfig, estate: Estate, file: str) -> tuple[Instance, ...]:
    """Return the instances of all waves that have not moved, sorted by id: without a record of the stack.

    Raises ConfigError where the config names an instance that does not exist.
    """
    roster = enrol(config, estate, StackRecord())
    unknown = [
        Problem(f"{key}.id", missing("instance", choice.id, roster.instances, estate))
        for key, choice in config.keyed_instances
        if choice.id not in roster.instances
    ]
    if unknown:
        raise ConfigError(file, unknown)
    named = [roster.instances[instance_id] for instance_id in sorted(roster.waves_of)]
    return tuple(item for item in named if item.is_classic)
