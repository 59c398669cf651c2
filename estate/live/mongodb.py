"""ApsaraDB for MongoDB: location, addresses and whitelists of instances."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.answers import Source
from estate.client import Cloud
from estate.live.parts import Parts, read_part
from estate.live.reading import build, seconds_left, whitelist_groups
from estate.paging import Page, listed, pages

# DescribeReplicaSetRole names networks, where the other products name kinds of addresses.
_IP_TYPES = {"Classic": "Inner", "VPC": "Private", "Public": "Public"}


def mongodb_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all MongoDB instances; sharded clusters have a list of their own (DBInstanceType)."""
    return [
        head.dbinstance_id
        for kind in ("replicate", "sharding")
        for head in listed(cloud, "dds:DescribeDBInstances", region_id=cloud.region, dbinstance_type=kind)
    ]


def mongodb_head(cloud: Cloud, database_id: str) -> Any:
    """Read one MongoDB instance, without addresses and whitelists; None where the cloud returns none."""
    return next(iter(listed(cloud, "dds:DescribeDBInstanceAttribute", dbinstance_id=database_id)), None)


def mongodb_database(cloud: Cloud, head: Any, parts: Parts | None = None) -> model.Database:
    """Read one MongoDB instance; with `parts`, calls that the cloud refuses for it alone are recorded as unread.

    The addresses of a sharded cluster are not read: it has none here, and rules that need them report UNKNOWN.
    """
    database_id = head.dbinstance_id
    sharded = head.dbinstance_type == "sharding"
    answers: list[Page] = []
    if not sharded:
        answers = read_part(
            parts, ("endpoints",), lambda: pages(cloud, "dds:DescribeReplicaSetRole", dbinstance_id=database_id), []
        )
    vpc_id, vswitch_id = head.vpcid or None, head.v_switch_id or None
    standalone = str(head.replication_factor) == "1"
    return build(
        Source("dds:DescribeDBInstanceAttribute", "", f"database {database_id}"),
        model.Database,
        id=database_id,
        product="mongodb",
        description=head.dbinstance_description or "",
        engine=head.engine,
        engine_version=head.engine_version,
        architecture="sharding" if sharded else "standalone" if standalone else "replicate",
        zone_id=head.zone_id,
        status=head.dbinstance_status,
        network_type=str(head.network_type).lower(),
        vpc_id=vpc_id,
        vswitch_id=vswitch_id,
        security_ip_mode="normal",
        whitelist_groups=read_part(
            parts, ("whitelistGroups",), lambda: mongodb_whitelist_groups(cloud, database_id), ()
        ),
        net_infos=tuple(
            build(
                page.source,
                model.NetInfo,
                connection_string=role.connection_domain,
                connection_string_type=role.replica_set_role,
                ip_type=_IP_TYPES[role.network_type],
                port=role.connection_port or None,
                vpc_id=vpc_id if role.network_type == "VPC" else None,
                vswitch_id=vswitch_id if role.network_type == "VPC" else None,
                expires_in_seconds=seconds_left(role.expired_time),
            )
            for page in answers
            for role in page.items
        ),
    )


def unread_mongodb(database_id: str) -> model.Database:
    """Return a MongoDB instance of which only the id is known."""
    return model.Database(
        id=database_id,
        product="mongodb",
        engine="",
        engine_version="",
        zone_id="",
        network_type="classic",
        security_ip_mode="normal",
    )


def mongodb_whitelist_groups(cloud: Cloud, database_id: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a MongoDB instance, that of DAS included."""
    [page] = pages(cloud, "dds:DescribeSecurityIps", dbinstance_id=database_id, show_hdmips=True)
    return whitelist_groups(page.source, page.items)
