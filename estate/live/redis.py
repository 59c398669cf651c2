"""Tair (Redis OSS-compatible): where instances are, how they are reached, and whom they admit."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.client import Cloud, pages_by_number
from estate.live.reading import build, items, seconds_left, whitelist_groups

# DescribeDBInstanceNetInfo, DBInstanceNetType.
_IP_TYPES = {"0": "Public", "1": "Inner", "2": "Private"}


def redis_heads(cloud: Cloud) -> list[Any]:
    """Read the list of Redis instances, without addresses and whitelists."""
    pages = pages_by_number(
        cloud,
        "kvstore:DescribeInstances",
        lambda body: len(items(body, "instances", "kvstore_instance")),
        region_id=cloud.region,
        page_size=50,
    )
    return [head for body in pages for head in items(body, "instances", "kvstore_instance")]


def redis_head(cloud: Cloud, database_id: str) -> Any:
    """Read one Redis instance in the shape of the list; None where the cloud names none."""
    body = cloud.call("kvstore:DescribeInstanceAttribute", instance_id=database_id)
    return next(iter(items(body, "instances", "dbinstance_attribute")), None)


def redis_database(cloud: Cloud, head: Any) -> model.Database:
    """Read one Redis instance."""
    action = "kvstore:DescribeDBInstanceNetInfo"
    net = cloud.call(action, instance_id=head.instance_id)
    return build(
        action,
        model.Database,
        id=head.instance_id,
        product="redis",
        description=head.instance_name or "",
        engine=head.instance_type or "Redis",
        engine_version=head.engine_version,
        architecture=head.architecture_type or "",
        zone_id=head.zone_id,
        status=head.instance_status,
        network_type=str(net.instance_network_type or head.network_type or "").lower(),
        vpc_id=head.vpc_id or None,
        vswitch_id=head.v_switch_id or None,
        security_ip_mode="normal",
        whitelist_groups=redis_whitelist_groups(cloud, head.instance_id),
        net_infos=tuple(
            build(
                action,
                model.NetInfo,
                connection_string=info.connection_string,
                ip_type=_IP_TYPES.get(info.dbinstance_net_type) or info.iptype,
                ip_address=info.ipaddress or None,
                port=info.port or None,
                vpc_id=info.vpcid or None,
                vswitch_id=info.v_switch_id or None,
                expires_in_seconds=seconds_left(info.expired_time),
            )
            for info in items(net, "net_info_items", "instance_net_info")
        ),
    )


def redis_whitelist_groups(cloud: Cloud, database_id: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a Redis instance."""
    action = "kvstore:DescribeSecurityIps"
    body = cloud.call(action, instance_id=database_id)
    return whitelist_groups(action, items(body, "security_ip_groups", "security_ip_group"))
