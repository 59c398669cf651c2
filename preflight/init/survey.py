"""The classic instances of an estate, the bonds between them, and obstacles to their move; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, Final, Literal, TypeAlias

from components.config import parse
from components.facts.instances import instance_facts
from components.peers import Conversation, conversations
from components.plan import MigrationPlan, make_plan
from components.plan.indexes import Indexes
from estate.model import Database, Disk, Estate, Instance, SecurityGroup
from policies.core.clock import Timeline
from policies.core.facts import Facts, printable
from policies.core.outcome import Outcome, judged
from policies.core.plan import Plan
from policies.core.rule import InstanceRule
from policies.pack.registry import all_rules

#: Obstacles that no preparation removes: the instance moves only after a person has changed it.
_HINDERING: Final = frozenset(
    {
        "instance-eligible-zone",
        "instance-no-local-disks",
        "instance-not-locked",
        "instance-not-spot",
        "instance-out-of-scaling-groups",
        "instance-type-supports-eni",
    }
)

BondKind: TypeAlias = Literal["group", "servers", "rule", "database"]


@dataclass(frozen=True)
class Bond:
    """At least two classic instances that belong together, and the reason; `name` is its name for a person."""

    kind: BondKind
    id: str
    name: str
    members: frozenset[str]


@dataclass(frozen=True)
class Survey:
    """The classic part of an estate.

    `talks` are the groups with classic members and the groups that their rules name, `users` the classic instances that
    each database admits, `hindrances` the reasons why an instance cannot move yet, by its id.
    """

    estate: Estate
    classic: tuple[Instance, ...]
    talks: tuple[tuple[SecurityGroup, tuple[Conversation, ...]], ...]
    users: tuple[tuple[Database, tuple[str, ...]], ...]
    hindrances: Mapping[str, tuple[str, ...]]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of each classic instance for a person."""
        return _unique_names({item.id: printable(item.name) or item.id for item in self.classic})

    @cached_property
    def group_names(self) -> Mapping[str, str]:
        """The name of each group of `talks` for a person."""
        return _unique_names({group.id: printable(group.name) or group.id for group, _ in self.talks})

    @cached_property
    def database_names(self) -> Mapping[str, str]:
        """The name of each database for a person."""
        return _unique_names({database.id: database_name(database) for database, _ in self.users})

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """The classic members of each group that has any."""
        member_ids: dict[str, list[str]] = {group.id: [] for group, _ in self.talks}
        for item in self.classic:
            for group_id in dict.fromkeys(item.security_group_ids):
                member_ids[group_id].append(item.id)
        return {group_id: tuple(ids) for group_id, ids in member_ids.items()}

    @cached_property
    def disks(self) -> tuple[Disk, ...]:
        """The disks of classic instances."""
        ids = self.names.keys()
        return tuple(disk for disk in self.estate.disks if not ids.isdisjoint(disk.instance_ids))

    @cached_property
    def bonds(self) -> tuple[Bond, ...]:
        """The bonds between classic instances, each by kind and id."""
        return tuple(bond for bond in self._bonds() if len(bond.members) > 1)

    def _bonds(self) -> Iterator[Bond]:
        groups = self.group_names
        for group, talks in self.talks:
            members = frozenset(self.members[group.id])
            yield Bond("group", group.id, groups[group.id], members)
            for talk in talks:
                # Members that talk with each other already have the bond of their group.
                if not members.issuperset(talk.peers):
                    name = f"{groups[group.id]} and {groups.get(talk.peer) or self.holders(talk)}"
                    yield Bond("rule", f"{group.id} {talk.peer}", name, members.union(talk.peers))
        for servers in self.estate.vserver_groups:
            ids = frozenset(item.server_id for item in servers.servers) & self.names.keys()
            yield Bond("servers", servers.id, printable(servers.name) or servers.id, ids)
        for database, users in self.users:
            yield Bond("database", database.id, self.database_names[database.id], frozenset(users))

    def holders(self, talk: Conversation) -> str:
        """Return the owners of an address or block in a rule: one instance by name, several by the block."""
        return self.names[talk.peers[0]] if len(talk.peers) == 1 else talk.peer


def database_name(database: Database) -> str:
    """Return a database's name for a person."""
    return printable(database.description) or database.id


def _unique_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names by id; a name that several have gets the id beside it."""
    counts = Counter(names.values())
    return {key: name if counts[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def survey(estate: Estate, file: str) -> Survey:
    """Survey the classic instances. Raises ConfigError, naming `file`, where no plan can be made of the estate."""
    classic = tuple(item for item in estate.instances if item.is_classic)
    groups = Indexes(estate).security_groups
    if not classic:
        return Survey(estate, (), (), (), {})
    plan = make_plan(parse(_all_at_once(estate, classic), file), estate, file)
    users: dict[str, list[str]] = {}
    for planned in plan.instances:
        for database in planned.databases:
            users.setdefault(database.id, []).append(planned.instance.id)
    return Survey(
        estate,
        classic,
        tuple(conversations(classic, groups)),
        tuple((database, tuple(users.get(database.id, ()))) for database in estate.databases),
        dict(_hindrances(plan)),
    )


def _all_at_once(estate: Estate, classic: Sequence[Instance]) -> dict[str, Any]:
    """Return a config by which all move in one window, so that a plan shows what it finds for each."""
    start = estate.read_at + timedelta(days=30)
    window = {"start": start.isoformat(), "latest": (start + timedelta(days=1)).isoformat()}
    return {"window": window, "instances": [item.id for item in classic]}


def _hindrances(plan: MigrationPlan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the instances that cannot move and why, by the rules that will judge the stack."""
    rules = [rule for rule in all_rules() if isinstance(rule, InstanceRule) and rule.id in _HINDERING]
    assert len(rules) == len(_HINDERING)
    timeline = Timeline(plan.estate.read_at)
    for planned in plan.instances:
        facts: Any = instance_facts(planned, plan)
        readable = Facts(facts, planned.instance.id)
        verdicts = [judged(partial(rule.check, Plan(()), timeline, readable)) for rule in rules]
        # An unknown with a fix of its own is a finding, such as a type that is no longer sold; the others were not
        # read.
        reasons = [
            item.reason
            for item in verdicts
            if item.outcome is Outcome.FAIL or (item.outcome is Outcome.UNKNOWN and item.fixes)
        ]
        if reasons:
            yield planned.instance.id, tuple(reasons)
