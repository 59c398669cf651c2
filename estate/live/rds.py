"""ApsaraDB RDS: location, addresses and whitelists of databases."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.answers import Source
from estate.client import Cloud
from estate.live.parts import Parts, read_part
from estate.live.reading import addresses, build, net_info
from estate.paging import listed, pages


def rds_heads(cloud: Cloud) -> list[Any]:
    """Read the list of RDS instances, without addresses and whitelists."""
    return listed(cloud, "rds:DescribeDBInstances", region_id=cloud.region)


def rds_head(cloud: Cloud, database_id: str) -> Any:
    """Read one RDS instance in the shape of the list; None where the cloud returns none."""
    return next(iter(listed(cloud, "rds:DescribeDBInstanceAttribute", dbinstance_id=database_id)), None)


def rds_database(cloud: Cloud, head: Any, parts: Parts | None = None) -> model.Database:
    """Read one RDS instance; with `parts`, calls that the cloud refuses for it alone are recorded as unread."""
    database_id = head.dbinstance_id
    net = read_part(
        parts,
        # Its mode decides which whitelists there are to read.
        ("networkType", "securityIpMode", "endpoints", "whitelistGroups"),
        lambda: pages(cloud, "rds:DescribeDBInstanceNetInfo", dbinstance_id=database_id)[0],
        None,
    )
    mode = net.body.security_ipmode if net else "normal"
    groups: tuple[model.WhitelistGroup, ...] = ()
    if net:
        groups = read_part(parts, ("whitelistGroups",), lambda: rds_whitelist_groups(cloud, database_id, mode), ())
    return build(
        net.source if net else Source("rds:DescribeDBInstances", "", f"database {database_id}"),
        model.Database,
        id=database_id,
        product="rds",
        description=head.dbinstance_description or "",
        engine=head.engine,
        engine_version=head.engine_version,
        zone_id=head.zone_id,
        status=head.dbinstance_status,
        primary_id=head.master_instance_id or None,
        network_type=str(net.body.instance_network_type).lower() if net else "classic",
        vpc_id=head.vpc_id or None,
        vswitch_id=head.v_switch_id or None,
        security_ip_mode=mode,
        whitelist_groups=groups,
        net_infos=tuple(
            net_info(net.source, info, connection_string_type=info.connection_string_type, ip_type=info.iptype)
            for info in net.items
        )
        if net
        else (),
    )


def rds_whitelist_groups(cloud: Cloud, database_id: str, mode: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a database, sorted by network type and name.

    In standard mode (`mode` normal) there is one set, MIX. In enhanced mode (safety) there is one for each network, and
    each is read by its name (DescribeDBInstanceIPArrayList, WhitelistNetworkType).
    """
    action = "rds:DescribeDBInstanceIPArrayList"
    groups = [
        build(
            page.source,
            model.WhitelistGroup,
            name=item.dbinstance_iparray_name,
            attribute=item.dbinstance_iparray_attribute or "",
            network_type=network_type,
            security_ips=addresses(item.security_iplist),
        )
        for network_type in (("Classic", "VPC") if mode == "safety" else ("MIX",))
        for page in pages(cloud, action, dbinstance_id=database_id, whitelist_network_type=network_type)
        for item in page.items
    ]
    return tuple(sorted(groups, key=lambda group: (group.network_type, group.name)))
