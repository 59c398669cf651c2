"""ApsaraDB for MongoDB: where instances are, how they are reached, and whom they admit."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.client import Cloud, pages_by_number
from estate.live.reading import build, items, seconds_left, whitelist_groups

# DescribeReplicaSetRole names networks, where the other products name kinds of addresses.
_IP_TYPES = {"Classic": "Inner", "VPC": "Private", "Public": "Public"}


def mongodb_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all MongoDB instances; sharded clusters have a list of their own (DBInstanceType)."""
    return [
        head.dbinstance_id
        for kind in ("replicate", "sharding")
        for body in pages_by_number(
            cloud,
            "dds:DescribeDBInstances",
            lambda body: len(items(body, "dbinstances", "dbinstance")),
            region_id=cloud.region,
            dbinstance_type=kind,
            page_size=100,
        )
        for head in items(body, "dbinstances", "dbinstance")
    ]


def mongodb_head(cloud: Cloud, database_id: str) -> Any:
    """Read one MongoDB instance, without addresses and whitelists; None where the cloud names none."""
    body = cloud.call("dds:DescribeDBInstanceAttribute", dbinstance_id=database_id)
    return next(iter(items(body, "dbinstances", "dbinstance")), None)


def mongodb_database(cloud: Cloud, head: Any) -> model.Database:
    """Read one MongoDB instance.

    The addresses of a sharded cluster are not read, and so it has none here: whoever needs them cannot tell.
    """
    action = "dds:DescribeReplicaSetRole"
    sharded = head.dbinstance_type == "sharding"
    roles = (
        () if sharded else items(cloud.call(action, dbinstance_id=head.dbinstance_id), "replica_sets", "replica_set")
    )
    vpc_id, vswitch_id = head.vpcid or None, head.v_switch_id or None
    standalone = str(head.replication_factor) == "1"
    return build(
        "dds:DescribeDBInstanceAttribute",
        model.Database,
        id=head.dbinstance_id,
        product="mongodb",
        description=head.dbinstance_description or "",
        engine=head.engine or "MongoDB",
        engine_version=head.engine_version,
        architecture="sharding" if sharded else "standalone" if standalone else "replicate",
        zone_id=head.zone_id,
        status=head.dbinstance_status,
        network_type=str(head.network_type or "").lower(),
        vpc_id=vpc_id,
        vswitch_id=vswitch_id,
        security_ip_mode="normal",
        whitelist_groups=mongodb_whitelist_groups(cloud, head.dbinstance_id),
        net_infos=tuple(
            build(
                action,
                model.NetInfo,
                connection_string=role.connection_domain,
                connection_string_type=role.replica_set_role or "Normal",
                ip_type=_IP_TYPES.get(role.network_type, role.network_type),
                port=role.connection_port or None,
                vpc_id=vpc_id if role.network_type == "VPC" else None,
                vswitch_id=vswitch_id if role.network_type == "VPC" else None,
                expires_in_seconds=seconds_left(role.expired_time),
            )
            for role in roles
        ),
    )


def mongodb_whitelist_groups(cloud: Cloud, database_id: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a MongoDB instance, that of DAS too."""
    action = "dds:DescribeSecurityIps"
    body = cloud.call(action, dbinstance_id=database_id, show_hdmips=True)
    return whitelist_groups(action, items(body, "security_ip_groups", "security_ip_group"))
