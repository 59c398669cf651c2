"""ECS security groups whose members a database admits; its whitelists do not show them."""

from __future__ import annotations

from typing import Final, NamedTuple

from estate import model
from estate.client import Cloud
from estate.live.parts import Parts
from estate.live.reading import build
from estate.paging import pages

# DescribeSecurityGroupConfiguration (SDK-RDS 16.0.2 and reference of 2025): MySQL, PostgreSQL and SQL Server.
_RDS_ENGINES: Final = ("MySQL", "PostgreSQL", "SQLServer")


class _Spelling(NamedTuple):
    """How a product spells the action, the id of an instance, and the network type of a group."""

    action: str
    instance_id: str
    network_type: str


_SPELLINGS: Final[dict[model.DatabaseProduct, _Spelling]] = {
    "rds": _Spelling("rds:DescribeSecurityGroupConfiguration", "dbinstance_id", "network_type"),
    "redis": _Spelling("kvstore:DescribeSecurityGroupConfiguration", "instance_id", "net_type"),
    "mongodb": _Spelling("dds:DescribeSecurityGroupConfiguration", "dbinstance_id", "net_type"),
}


def with_admitted_groups(cloud: Cloud, database: model.Database, parts: Parts) -> model.Database:
    """Return a database with the security groups that it admits, sorted by id."""
    if database.product == "rds" and database.engine not in _RDS_ENGINES:
        return database
    groups = parts.read(("securityGroups",), lambda: _admitted(cloud, database), ())
    return database.model_copy(update={"security_groups": groups})


def _admitted(cloud: Cloud, database: model.Database) -> tuple[model.AdmittedGroup, ...]:
    action, instance_id, network_type = _SPELLINGS[database.product]
    groups = [
        build(
            page.source,
            model.AdmittedGroup,
            id=item.security_group_id,
            network_type=str(getattr(item, network_type)).lower(),
        )
        for page in pages(cloud, action, **{instance_id: database.id})
        for item in page.items
    ]
    return tuple(sorted(groups, key=lambda group: group.id))
