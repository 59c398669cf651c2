"""Plan the security groups of moving instances: which are cloned, and which VPC groups of others replace one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.config import ExistingNetwork, Problem
from components.marks import maker, mark_of
from components.plan.lookup import missing
from components.plan.network import PlannedNetwork
from components.plan.roster import Roster
from estate.model import SecurityGroup


@dataclass(frozen=True)
class PlannedGroups:
    """The classic groups of instances that move, now or later, and their VPC groups.

    `classic` are sorted by id; `of_movers` are the ids of those with an instance of this stack, moved or not.
    `member_ids` are the members of every group of the region, sorted, moved ones in their classic groups. `clone_ids`
    are all clones of the stack whose network is shared, `shared` those of `classic`; `mapped` are the VPC groups of the
    config; all by classic id. `namable` is the VPC group with exactly the members of a mapped classic group, by classic
    id, if there is one: only such a group can replace it as the peer of a rule. `own` are the stack's own groups of
    the target VPC, as they are in the cloud.
    """

    classic: tuple[SecurityGroup, ...]
    of_movers: frozenset[str]
    clone_ids: Mapping[str, tuple[str, ...]]
    member_ids: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, tuple[SecurityGroup, ...]]
    mapped: Mapping[str, tuple[SecurityGroup, ...]]
    namable: Mapping[str, str]
    own: tuple[SecurityGroup, ...]

    @property
    def to_clone(self) -> tuple[SecurityGroup, ...]:
        """The classic groups that this stack clones, where the config declares clones: those without a given group."""
        return tuple(group for group in self.classic if group.id not in self.mapped)

    def strangers_in(self, group_id: str) -> tuple[str, ...]:
        """Return the instances that are in a VPC group, and did not move there with this stack."""
        return self.member_ids.get(group_id, ())


def clone_description(classic_id: str) -> str:
    """Return the description of a classic group's clone."""
    return f"clone of the classic security group {classic_id}"


def look_up_groups(roster: Roster, network: PlannedNetwork) -> PlannedGroups:
    """Return the groups, without those that do not exist: the problems of this module report them."""
    config, known = roster.config, roster.index.security_groups
    classic = groups_of(roster, {*roster.waves_of, *config.later})
    member_ids = {group_id: tuple(item.id for item in groups) for group_id, groups in roster.members.items()}
    choices = config.security_groups.mapped if config.security_groups else {}
    mapped = {
        classic_id: tuple(known[item] for item in choice.map_to if item in known)
        for classic_id, choice in choices.items()
    }
    clone_ids = roster.record.clone_ids
    users = Counter(group.id for groups in mapped.values() for group in groups)
    return PlannedGroups(
        classic=classic,
        of_movers=frozenset(group.id for group in groups_of(roster, roster.waves_of)),
        clone_ids=clone_ids,
        member_ids=member_ids,
        shared={
            group.id: tuple(known[item] for item in clone_ids[group.id] if item in known)
            for group in classic
            if group.id in clone_ids
        },
        mapped=mapped,
        namable={
            classic_id: group.id
            for classic_id, groups in mapped.items()
            for group in reversed(groups)
            if users[group.id] == 1 and not member_ids.get(group.id)
        },
        own=_cloned(roster, network, classic),
    )


def groups_of(roster: Roster, instance_ids: Iterable[str]) -> tuple[SecurityGroup, ...]:
    """Return the classic groups with any of the classic instances in them, sorted by id."""
    instances = [roster.instances[item] for item in instance_ids if item in roster.instances]
    group_ids = {group_id for item in instances if item.is_classic for group_id in item.security_group_ids}
    known = roster.index.security_groups
    return tuple(known[item] for item in sorted(group_ids) if item in known)


def _cloned(roster: Roster, network: PlannedNetwork, classic: tuple[SecurityGroup, ...]) -> tuple[SecurityGroup, ...]:
    """Return the stack's own groups. An `up` that stopped midway exported none: they are found by their description."""
    applied = set(roster.record.applied.get("securityGroup", ()))
    described = {clone_description(group.id) for group in classic}
    return tuple(
        group
        for group in roster.estate.security_groups
        if group.id in applied or (network.is_target(group.vpc_id) and _is_ours(group, described, roster.record.stack))
    )


def _is_ours(group: SecurityGroup, described: Container[str], stack: str | None) -> bool:
    """Whether a group has one of the descriptions, and no mark of another stack."""
    text, words = group.description, mark_of(group.description)
    if words is not None:
        text = text.removesuffix(words).removesuffix(". ")
    return text in described and maker(group.description) in (None, stack)


# ---- problems ----


def mapping_problems(
    roster: Roster, network: PlannedNetwork, groups: PlannedGroups, *, complete: bool
) -> Iterator[Problem]:
    """Yield groups that do not exist, are not in the target VPC, or are of a kind with unknown defaults.

    `complete` means that all moving instances are known: otherwise nothing can be said about groups without members.
    """
    choice = roster.config.security_groups
    if choice is None:
        return
    known, classic = roster.index.security_groups, {group.id for group in groups.classic}
    for index, item in enumerate(choice.groups):
        key = f"securityGroups.groups[{index}]"
        if item.id not in known:
            yield Problem(f"{key}.id", missing("security group", item.id, classic, roster.estate))
        elif item.id not in classic and complete:
            yield Problem(f"{key}.id", f"expected a classic group of an instance that moves; {item.id} is of none")
        for place, group_id in enumerate(item.map_to):
            yield from _target_problems(f"{key}.mapTo[{place}]", group_id, roster, network)
    if choice.mode == "map" and complete:
        for group_id in sorted(classic - {item.id for item in choice.groups}):
            yield Problem("securityGroups.groups", f"expected {group_id} too: mode map must list each classic group")


def _target_problems(key: str, group_id: str, roster: Roster, network: PlannedNetwork) -> Iterator[Problem]:
    """Return why a VPC group cannot replace a classic one, if it cannot."""
    vpc_group, target = roster.index.security_groups.get(group_id), network.vpc
    if target is None and isinstance(network.choice, ExistingNetwork):
        return  # existing_network_problems reports the wrong id
    if target is None:
        yield Problem(key, "expected a network that exists: a VPC that is yet to be created has no groups")
    elif vpc_group is None:
        in_vpc = [group.id for group in roster.estate.security_groups if group.vpc_id == target.id]
        yield Problem(key, missing("security group", group_id, in_vpc, roster.estate))
    elif vpc_group.vpc_id != target.id:
        yield Problem(key, f"expected a group of {target.id}; {group_id} is not in it")
    elif vpc_group.type != "normal":
        yield Problem(key, f"expected a basic group; {group_id} is {vpc_group.type}, which has other defaults")


def shared_group_problems(roster: Roster, network: PlannedNetwork, groups: PlannedGroups) -> Iterator[Problem]:
    """Yield classic groups without a clone to share, and clones that do not exist, or are in another VPC."""
    choice = roster.config.security_groups
    if choice is None or choice.mode != "shared" or network.vpc is None:
        return
    known, target = roster.index.security_groups, network.vpc.id
    for classic in groups.classic:
        clone_ids = roster.record.clone_ids.get(classic.id)
        if not clone_ids:
            yield Problem(
                "securityGroups",
                f"the stack whose network is shared has no clone of {classic.id}; expected it to be up with the "
                "instances of this stack under later",
            )
        for clone_id in clone_ids or ():
            if clone_id not in known or known[clone_id].vpc_id != target:
                yield Problem("securityGroups", f"there is no {clone_id}, the clone of {classic.id}, in {target}")
