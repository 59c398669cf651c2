"""VPC: high-availability virtual IP addresses (HAVIPs)."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import VPC, action
from simulator.api.shapes import seconds, vpc_tags
from simulator.cloud.state import Cloud
from simulator.model.vpc import HaVip


@action(VPC, "DescribeHaVips", "PageNumber PageSize")
def describe_ha_vips(cloud: Cloud, call: Call) -> Answer:
    """HAVIPs of the estate file; PageSize at most 50, 10 by default. None is associated with an instance."""
    ha_vips = passing(cloud.estate.ha_vips, resource_groups.of_group(cloud, call))
    page = by_number(call, ha_vips, maximum=50)
    return {"HaVips": {"HaVip": [_ha_vip(cloud, item) for item in page.items]}, **page.fields}


def _ha_vip(cloud: Cloud, ha_vip: HaVip) -> Answer:
    return {
        "HaVipId": ha_vip.id,
        "Name": ha_vip.name,
        "Description": ha_vip.description,
        "Status": "Available",
        "IpAddress": ha_vip.ip_address,
        "VSwitchId": ha_vip.vswitch_id,
        "VpcId": cloud.vswitch(ha_vip.vswitch_id).vpc_id,
        "RegionId": cloud.estate.region_id,
        "AssociatedInstances": {"associatedInstance": []},
        "AssociatedEipAddresses": {"associatedEipAddresse": []},
        "ResourceGroupId": resource_groups.own(cloud, ha_vip.resource_group_id),
        "CreateTime": seconds(ha_vip.created_at),
        "Tags": vpc_tags(ha_vip.tags),
    }
