"""Security groups and their rules, one by one as the provider writes them."""

from __future__ import annotations

from simulator.model.estate import Estate
from tests.e2e.lifecycles import Read, Resource

VPC = "vpc-bp1shared0000000001"
RULE = {
    "type": "ingress",
    "ipProtocol": "tcp",
    "portRange": "443/443",
    "nicType": "intranet",
    "policy": "accept",
    "priority": 10,
    "securityGroupId": "${front.id}",
}

RESOURCES = (
    Resource(
        "front",
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"securityGroupName": "front", "vpcId": VPC, "description": "first", "tags": {"team": "shop"}},
        changed={"securityGroupName": "edge", "description": "second", "innerAccessPolicy": "Drop"},
    ),
    Resource(
        "back",
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"securityGroupName": "back", "vpcId": VPC, "securityGroupType": "normal"},
    ),
    Resource(
        "from-internet",
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {**RULE, "cidrIp": "0.0.0.0/0", "description": "first"},
        changed={"description": "second"},
    ),
    Resource(
        "from-group",
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {**RULE, "portRange": "1/65535", "sourceSecurityGroupId": "${back.id}"},
    ),
    Resource(
        "advanced",
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"securityGroupName": "advanced", "vpcId": VPC, "securityGroupType": "enterprise"},
        changed={"description": "second"},
    ),
    Resource(
        "from-six",
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {**RULE, "securityGroupId": "${advanced.id}", "ipv6CidrIp": "2001:db8::/32"},
        changed={"description": "second"},
    ),
    Resource(
        "not-out",
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {**RULE, "type": "egress", "ipProtocol": "all", "portRange": "-1/-1", "policy": "drop", "cidrIp": "10.0.0.0/8"},
    ),
)

READS = (
    Read("account", "alicloud:index/getAccount:getAccount", {}, {"id": "1234567890123456"}),
    Read(
        "caller",
        "alicloud:index/getCallerIdentity:getCallerIdentity",
        {},
        {"accountId": "1234567890123456", "arn": "acs:ram::1234567890123456:user/demo", "identityType": "RAMUser"},
    ),
    Read(
        "groups",
        "alicloud:ecs/getSecurityGroups:getSecurityGroups",
        {"ids": ["${front.id}"], "vpcId": VPC},
        {"groups": [{"vpcId": VPC}]},
    ),
    Read(
        "rules",
        "alicloud:ecs/getSecurityGroupRules:getSecurityGroupRules",
        {"groupId": "${front.id}", "nicType": "intranet", "direction": "ingress"},
        {"rules": [{"policy": "accept"}, {"policy": "accept"}]},
    ),
)


def given(estate: Estate) -> None:
    """Nothing beside the sample estate."""
