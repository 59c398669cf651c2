"""VPC and VSwitch, with IPv6 and resource groups from the second `up` on."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.resource_groups import ResourceGroup
from tests.e2e.lifecycles import Read, Resource

DEFAULT_GROUP, SHOP = "rg-acfmdefault00001", "rg-acfmshop"

RESOURCES = (
    Resource(
        "vpc",
        "alicloud:vpc/network:Network",
        {
            "vpcName": "target",
            "cidrBlock": "172.16.0.0/16",
            "description": "first",
            "userCidrs": ["30.0.0.0/8"],
            "systemRouteTableName": "main",
            "resourceGroupId": DEFAULT_GROUP,
            "tags": {"team": "shop"},
        },
        changed={
            "vpcName": "renamed",
            "description": "second",
            "secondaryCidrBlocks": ["192.168.0.0/16", "10.0.0.0/8"],
            "enableIpv6": True,
            "ipv6Isp": "BGP",
            "resourceGroupId": SHOP,
            "classicLinkEnabled": True,
            "dnsHostnameStatus": "ENABLED",
            "systemRouteTableName": "system",
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "vswitch",
        "alicloud:vpc/switch:Switch",
        {"vpcId": "${vpc.id}", "zoneId": "cn-hangzhou-h", "cidrBlock": "172.16.1.0/24", "vswitchName": "web"},
        changed={
            "vswitchName": "front",
            "description": "second",
            "enableIpv6": True,
            "ipv6CidrBlockMask": 7,
            "tags": {"team": "web"},
        },
        after=("vpc",),
        # The provider reads the IPv6 block alone, so an import knows neither.
        unread=("enableIpv6", "ipv6CidrBlockMask"),
    ),
)

READS = (
    Read(
        "networks",
        "alicloud:vpc/getNetworks:getNetworks",
        {"ids": ["${vpc.id}"]},
        {"vpcs": [{"cidrBlock": "172.16.0.0/16", "status": "Available"}]},
    ),
    Read(
        "switches",
        "alicloud:vpc/getSwitches:getSwitches",
        {"vpcId": "${vpc.id}", "ids": ["${vswitch.id}"]},
        {"vswitches": [{"cidrBlock": "172.16.1.0/24", "zoneId": "cn-hangzhou-h"}]},
    ),
)


def given(estate: Estate) -> None:
    """A resource group beside the default one."""
    estate.resource_groups.append(ResourceGroup(id=SHOP, name="shop"))
