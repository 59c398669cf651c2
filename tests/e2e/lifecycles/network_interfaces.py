"""Network interfaces and prefix lists, with what refers to them."""

from __future__ import annotations

from simulator.model.estate import Estate
from tests.e2e.lifecycles import Read, Resource

VPC, VSWITCH = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"

RESOURCES = (
    Resource(
        "front",
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"securityGroupName": "front", "vpcId": VPC},
    ),
    Resource(
        "back",
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"securityGroupName": "back", "vpcId": VPC},
    ),
    Resource(
        "interface",
        "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface",
        {
            "networkInterfaceName": "extra",
            "description": "first",
            "vswitchId": VSWITCH,
            "securityGroupIds": ["${front.id}"],
            "privateIpAddresses": ["192.168.10.20", "192.168.10.21"],
            "tags": {"team": "shop"},
        },
        changed={
            "networkInterfaceName": "renamed",
            "description": "second",
            "securityGroupIds": ["${front.id}", "${back.id}"],
            "privateIpAddresses": ["192.168.10.21", "192.168.10.22"],
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "offices",
        "alicloud:ecs/ecsPrefixList:EcsPrefixList",
        {
            "prefixListName": "offices",
            "addressFamily": "IPv4",
            "maxEntries": 3,
            "description": "first",
            "entries": [
                {"cidr": "203.0.113.0/24", "description": "Hangzhou"},
                {"cidr": "198.51.100.0/25", "description": "Berlin"},
            ],
        },
        changed={
            "prefixListName": "branches",
            "description": "second",
            "entries": [
                {"cidr": "203.0.113.0/24", "description": "Hangzhou"},
                {"cidr": "192.0.2.0/24", "description": "Oslo"},
            ],
        },
    ),
    Resource(
        "from-offices",
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {
            "type": "ingress",
            "ipProtocol": "tcp",
            "portRange": "22/22",
            "nicType": "intranet",
            "policy": "accept",
            "priority": 1,
            "securityGroupId": "${front.id}",
            "prefixListId": "${offices.id}",
        },
    ),
)

READS = (
    Read(
        "interfaces",
        "alicloud:ecs/getEcsNetworkInterfaces:getEcsNetworkInterfaces",
        {"ids": ["${interface.id}"], "vswitchId": VSWITCH, "type": "Secondary"},
        {"interfaces": [{"networkInterfaceName": "extra", "status": "Available", "vpcId": VPC}]},
    ),
    Read(
        "prefix-lists",
        "alicloud:ecs/getEcsPrefixLists:getEcsPrefixLists",
        {"ids": ["${offices.id}"], "enableDetails": True},
        {"lists": [{"prefixListName": "offices", "maxEntries": 3, "associationCount": 1}]},
    ),
)


def given(estate: Estate) -> None:
    """Nothing beside the sample estate."""
