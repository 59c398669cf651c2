"""Databases: which of them the config names, and which an instance uses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from components.config import MigrationConfig, Problem
from components.plan.lookup import missing
from estate.model import Database, Estate, Instance


def admits(database: Database, instance: Instance) -> bool:
    """Whether a whitelist of the database admits one of the instance's intranet addresses over the classic network."""
    return any(
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
    """Databases of the config that do not exist."""
    databases = [database.id for database in estate.databases]
    for index, database in enumerate(config.databases):
        if database.id not in databases:
            yield Problem(f"databases[{index}].id", missing("RDS instance", database.id, databases, estate))
