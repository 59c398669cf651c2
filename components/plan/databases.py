"""Plan the databases: which are prepared, until when they need classic addresses, and which an instance uses."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from components.addresses import AddressIndex
from components.config import DatabaseChoice, Problem
from components.plan.lookup import missing
from components.plan.roster import Roster, not_classic
from components.plan.waves import PlannedWave, last_latest
from estate.model import Database

# The properties that decide which resources are declared for a database, and how.
_DECIDING: Final = ("engine", "securityIpMode")


@dataclass(frozen=True)
class PlannedDatabase:
    """One database that the stack prepares: one of the config, or a read-only one of it.

    `valid_until` is the time until which it needs its classic addresses; None where the config declares no hybrid
    access.
    """

    database: Database
    choice: DatabaseChoice
    valid_until: datetime | None


@dataclass(frozen=True)
class PlannedDatabases:
    """The databases that the stack prepares, read-only ones included, sorted by id; and the waves that use any.

    `waves` are by id of the database, for all databases that one of their instances uses, in the order of their
    windows.
    """

    prepared: tuple[PlannedDatabase, ...]
    waves: Mapping[str, tuple[PlannedWave, ...]]


def databases_used(roster: Roster) -> Mapping[str, tuple[Database, ...]]:
    """Return the databases that each instance of the waves uses, sorted by id.

    Those that admit it over the classic network, by an intranet address or a security group; for a moved instance those
    that did before.
    """
    instances = [roster.instances[item] for item in roster.waves_of]
    addresses = AddressIndex.of(instances)
    admitted_before: dict[str, set[str]] = defaultdict(set)
    for instance_id in roster.moved_ids & roster.waves_of.keys():
        for database_id in roster.record.origins[instance_id].database_ids:
            admitted_before[database_id].add(instance_id)
    used: dict[str, list[Database]] = defaultdict(list)
    for database in roster.estate.databases:
        users = set(admitted_before.get(database.id, ()))
        for group in database.security_groups:
            if group.network_type == "classic":
                users.update(item.id for item in roster.members.get(group.id, ()) if item.id in roster.waves_of)
        for entry in _classic_entries(database):
            users |= _holders(entry, addresses, roster.waves_of.keys())
        for instance_id in users:
            used[instance_id].append(database)
    return {key: tuple(databases) for key, databases in used.items()}


def _classic_entries(database: Database) -> set[str]:
    return {entry for group in database.whitelist_groups if group.network_type != "VPC" for entry in group.security_ips}


def _holders(entry: str, addresses: AddressIndex, everybody: Set[str]) -> Set[str]:
    """Return the instances that an entry of a whitelist admits; `everybody` where the entry cannot be read.

    An unreadable entry may admit any address: preparing one database too many is safer than losing one.
    """
    try:
        block = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return everybody
    if isinstance(block, ipaddress.IPv6Network):
        return set()
    return {holder for _, holder in addresses.inside(block)}


def plan_databases(roster: Roster, used: Mapping[str, tuple[Database, ...]]) -> PlannedDatabases:
    """Return the databases of the config and their read-only instances; a named one has its own choice.

    `used` are the databases of each instance. Read-only instances need their classic addresses as long as the one that
    they follow: a read/write splitting address leads to all of them.
    """
    waves = _waves_of_databases(roster, used)
    index, named = roster.index, {choice.id for choice in roster.config.databases}
    prepared = []
    for choice in roster.config.databases:
        followers = index.read_only_databases.get(choice.id, ())
        family = [index.databases[choice.id], *(item for item in followers if item.id not in named)]
        hybrid = choice.hybrid_access
        users = [wave for item in family for wave in waves.get(item.id, ())] or roster.waves
        until = last_latest(users) + timedelta(days=hybrid.margin_days) if hybrid else None
        prepared += [PlannedDatabase(item, choice, until) for item in family]
    return PlannedDatabases(tuple(sorted(prepared, key=lambda item: item.database.id)), waves)


def _waves_of_databases(
    roster: Roster, used: Mapping[str, tuple[Database, ...]]
) -> Mapping[str, tuple[PlannedWave, ...]]:
    waves_of: dict[str, dict[str, PlannedWave]] = defaultdict(dict)
    for wave in roster.waves:
        for instance_id in wave.instance_ids:
            for database in used.get(instance_id, ()):
                waves_of[database.id][wave.name] = wave
    return {key: tuple(waves.values()) for key, waves in waves_of.items()}


def database_problems(roster: Roster) -> Iterator[Problem]:
    """Yield databases of the config that do not exist or cannot be declared, and problems with `leavesBehind`."""
    databases = roster.index.databases
    for index, choice in enumerate(roster.config.databases):
        if choice.id not in databases:
            yield Problem(f"databases[{index}].id", missing("database", choice.id, databases, roster.estate))
            continue
        for database in (databases[choice.id], *roster.index.read_only_databases.get(choice.id, ())):
            for part in database.unread:
                # One refused answer leaves several parts unread.
                if part.part in _DECIDING:
                    yield Problem(
                        f"databases[{index}].id",
                        f"{part.reason}: nothing can be declared for it, and an update would remove what it has; "
                        "expected a database that can be read: wait until it is Running, or grant the RAM action",
                    )
                    break
        left = choice.hybrid_access.leaves_behind if choice.hybrid_access else ()
        for place, instance_id in enumerate(left):
            key = f"databases[{index}].hybridAccess.leavesBehind[{place}]"
            yield from not_classic(key, instance_id, roster)
            if instance_id in roster.waves_of:
                yield Problem(key, f"{instance_id} migrates; expected an instance that stays")
