"""ApsaraDB RDS: where databases are, how they are reached, and whom they admit."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.client import Cloud, pages_by_token
from estate.live.reading import addresses, build, items, seconds_left


def rds_heads(cloud: Cloud) -> list[Any]:
    """Read the list of RDS instances, without addresses and whitelists."""
    return [
        head
        for body in pages_by_token(cloud, "rds:DescribeDBInstances", region_id=cloud.region, max_results=100)
        for head in items(body, "items", "dbinstance")
    ]


def rds_head(cloud: Cloud, database_id: str) -> Any:
    """Read one RDS instance in the shape of the list; None where the cloud names none."""
    body = cloud.call("rds:DescribeDBInstanceAttribute", dbinstance_id=database_id)
    return next(iter(items(body, "items", "dbinstance_attribute")), None)


def rds_database(cloud: Cloud, head: Any) -> model.Database:
    """Read one RDS instance."""
    action = "rds:DescribeDBInstanceNetInfo"
    net = cloud.call(action, dbinstance_id=head.dbinstance_id)
    mode = net.security_ipmode or "normal"
    return build(
        action,
        model.Database,
        id=head.dbinstance_id,
        product="rds",
        description=head.dbinstance_description or "",
        engine=head.engine,
        engine_version=head.engine_version,
        zone_id=head.zone_id,
        status=head.dbinstance_status,
        primary_id=head.master_instance_id or None,
        network_type=str(net.instance_network_type or head.instance_network_type or "").lower(),
        vpc_id=head.vpc_id or None,
        vswitch_id=head.v_switch_id or None,
        security_ip_mode=mode,
        whitelist_groups=rds_whitelist_groups(cloud, head.dbinstance_id, mode),
        net_infos=tuple(
            build(
                action,
                model.NetInfo,
                connection_string=info.connection_string,
                connection_string_type=info.connection_string_type or "Normal",
                ip_type=info.iptype,
                ip_address=info.ipaddress or None,
                port=info.port or None,
                vpc_id=info.vpcid or None,
                vswitch_id=info.v_switch_id or None,
                expires_in_seconds=seconds_left(info.expired_time),
            )
            for info in items(net, "dbinstance_net_infos", "dbinstance_net_info")
        ),
    )


def rds_whitelist_groups(cloud: Cloud, database_id: str, mode: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a database, sorted by network type and name.

    In standard mode (`mode` normal) there is one set, MIX; in enhanced mode (safety) one for each network, and each
    has to be asked for by name (DescribeDBInstanceIPArrayList, WhitelistNetworkType).
    """
    action = "rds:DescribeDBInstanceIPArrayList"
    groups = [
        build(
            action,
            model.WhitelistGroup,
            name=item.dbinstance_iparray_name,
            attribute=item.dbinstance_iparray_attribute or "",
            network_type=network_type,
            security_ips=addresses(item.security_iplist),
        )
        for network_type in (("Classic", "VPC") if mode == "safety" else ("MIX",))
        for item in items(
            cloud.call(action, dbinstance_id=database_id, whitelist_network_type=network_type),
            "items",
            "dbinstance_iparray",
        )
    ]
    return tuple(sorted(groups, key=lambda group: (group.network_type, group.name)))
