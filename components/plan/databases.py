"""Databases: which of them are prepared, until when they need classic addresses, and which an instance uses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from components.config import DatabaseChoice, MigrationConfig, Problem
from components.plan.instances import not_classic
from components.plan.lookup import missing
from components.plan.waves import members
from estate.model import Database, Estate, Instance


@dataclass(frozen=True)
class PlannedDatabase:
    """One database that the stack prepares: one that the config names, or a read-only one of it.

    `valid_until` is until when it needs its classic addresses; None where the config does not ask for hybrid access.
    """

    database: Database
    choice: DatabaseChoice
    valid_until: datetime | None


def planned_databases(
    config: MigrationConfig, estate: Estate, last_window_end: Callable[[Iterable[Database]], datetime]
) -> tuple[PlannedDatabase, ...]:
    """The databases of the config and their read-only instances, sorted by id; one that is named has its own choice.

    `last_window_end` tells when the last wave that uses any of some databases has moved at the latest. Read-only
    instances need their classic addresses as long as the one that they follow: a read/write splitting address leads to
    all of them.
    """
    named = {choice.id for choice in config.databases}
    planned = []
    for choice in config.databases:
        family = [
            item
            for item in estate.databases
            if item.id == choice.id or (item.primary_id == choice.id and item.id not in named)
        ]
        hybrid = choice.hybrid_access
        until = last_window_end(family) + timedelta(days=hybrid.margin_days) if hybrid else None
        planned += [PlannedDatabase(item, choice, until) for item in family]
    return tuple(sorted(planned, key=lambda item: item.database.id))


def admits(database: Database, instance: Instance) -> bool:
    """Whether the database admits the instance over the classic network: by an intranet address or a security group."""
    by_group = {group.id for group in database.security_groups if group.network_type == "classic"}
    return not by_group.isdisjoint(instance.security_group_ids) or any(
        _covers(entry, address)
        for group in database.whitelist_groups
        if group.network_type != "VPC"
        for entry in group.security_ips
        for address in instance.intranet_ips
    )


def _covers(entry: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        # What we cannot read may well admit the address: better a database too many prepared than one cut off.
        return True


def database_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Databases of the config that do not exist, and instances left behind that do not, are not classic, or move."""
    databases = [database.id for database in estate.databases]
    instances = {instance.id: instance for instance in estate.instances}
    moving = {instance.id for wave in config.all_waves for instance in members(wave, config, estate)}
    for index, choice in enumerate(config.databases):
        if choice.id not in databases:
            yield Problem(f"databases[{index}].id", missing("database", choice.id, databases, estate))
        left = choice.hybrid_access.leaves_behind if choice.hybrid_access else ()
        for place, instance_id in enumerate(left):
            key = f"databases[{index}].hybridAccess.leavesBehind[{place}]"
            yield from not_classic(key, instance_id, instances, estate)
            if instance_id in moving:
                yield Problem(key, f"{instance_id} migrates; expected an instance that stays")
