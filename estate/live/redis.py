"""Tair (Redis OSS-compatible): location, addresses and whitelists of instances."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.answers import Source
from estate.client import Cloud
from estate.live.parts import Parts, read_part
from estate.live.reading import build, net_info, whitelist_groups
from estate.paging import listed, pages

# DescribeDBInstanceNetInfo, DBInstanceNetType.
_IP_TYPES = {"0": "Public", "1": "Inner", "2": "Private"}


def redis_heads(cloud: Cloud) -> list[Any]:
    """Read the list of Redis instances, without addresses and whitelists.

    No text states whether an unfiltered list includes Memcache (DescribeInstances, InstanceType), so it is requested
    too.
    """
    heads = listed(cloud, "kvstore:DescribeInstances", region_id=cloud.region)
    ids = {head.instance_id for head in heads}
    memcache_heads = listed(cloud, "kvstore:DescribeInstances", region_id=cloud.region, instance_type="Memcache")
    return [*heads, *(head for head in memcache_heads if head.instance_id not in ids)]


def redis_head(cloud: Cloud, database_id: str) -> Any:
    """Read one Redis instance in the shape of the list; None where the cloud returns none."""
    return next(iter(listed(cloud, "kvstore:DescribeInstanceAttribute", instance_id=database_id)), None)


def redis_database(cloud: Cloud, head: Any, parts: Parts | None = None) -> model.Database:
    """Read one Redis instance; with `parts`, calls that the cloud refuses for it alone are recorded as unread."""
    database_id = head.instance_id
    net = read_part(
        parts,
        ("endpoints",),
        lambda: pages(cloud, "kvstore:DescribeDBInstanceNetInfo", instance_id=database_id)[0],
        None,
    )
    network = net.body.instance_network_type if net else head.network_type
    return build(
        net.source if net else Source("kvstore:DescribeInstances", "", f"database {database_id}"),
        model.Database,
        id=database_id,
        product="redis",
        description=head.instance_name or "",
        engine=head.instance_type,
        engine_version=head.engine_version,
        architecture=head.architecture_type or "",
        zone_id=head.zone_id,
        status=head.instance_status,
        network_type=str(network).lower(),
        vpc_id=head.vpc_id or None,
        vswitch_id=head.v_switch_id or None,
        security_ip_mode="normal",
        whitelist_groups=read_part(parts, ("whitelistGroups",), lambda: redis_whitelist_groups(cloud, database_id), ()),
        net_infos=tuple(net_info(net.source, info, ip_type=_IP_TYPES[info.dbinstance_net_type]) for info in net.items)
        if net
        else (),
    )


def redis_whitelist_groups(cloud: Cloud, database_id: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a Redis instance."""
    [page] = pages(cloud, "kvstore:DescribeSecurityIps", instance_id=database_id)
    return whitelist_groups(page.source, page.items)
