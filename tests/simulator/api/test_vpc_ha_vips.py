"""HAVIPs: what is listed, and that their addresses are taken."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.vpc_ha_vips import HA_VIP, an_ha_vip
from tests.simulator.api.sample_ids import VPC, VSWITCH
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with an HAVIP."""
    an_ha_vip(quick)
    return quick


def test_an_ha_vip_is_listed(api: Api) -> None:
    answer = api("vpc:DescribeHaVips")
    [item] = answer["HaVips"]["HaVip"]
    assert (item["HaVipId"], item["VpcId"], item["VSwitchId"]) == (HA_VIP.id, VPC, VSWITCH)
    assert (item["IpAddress"], item["Name"], answer["TotalCount"]) == (HA_VIP.ip_address, "shop", 1)


def test_its_address_is_taken_and_its_vswitch_stays(api: Api) -> None:
    balancer = {"AddressType": "intranet", "VpcId": VPC, "VSwitchId": VSWITCH, "LoadBalancerSpec": "slb.s1.small"}
    with refused("InvalidParameter"):
        api("slb:CreateLoadBalancer", Address=HA_VIP.ip_address, **balancer)
    with refused("DependencyViolation"):
        api("vpc:DeleteVSwitch", VSwitchId=VSWITCH)
