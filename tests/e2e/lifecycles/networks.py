"""VPC and VSwitch."""

from __future__ import annotations

from simulator.model.estate import Estate
from tests.e2e.lifecycles import Read, Resource

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
            "tags": {"team": "shop"},
        },
        changed={
            "vpcName": "renamed",
            "description": "second",
            "secondaryCidrBlocks": ["192.168.0.0/16"],
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
        changed={"vswitchName": "front", "description": "second", "tags": {"team": "web"}},
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
    """Nothing beside the sample estate."""
