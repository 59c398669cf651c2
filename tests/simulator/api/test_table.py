"""Every action: answered over HTTP, in the forms that the official SDK knows."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.api.call import Call
from simulator.api.registry import Action
from simulator.api.table import registry
from simulator.cloud.state import Cloud
from simulator.estate_file import ClassicLink, Estate
from tests.simulator.sdk import Api, misfits, models, request_fields

WEB, APP, CACHE = "sg-bp1web00000000000001", "sg-bp1app00000000000001", "sg-bp1cache0000000000001"
VPC, VSWITCH = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"
MYSQL, POSTGRES = "rm-bp1shopmysql000001", "pgm-bp1reportpg00000001"
WEB_1, MON_1 = "i-bp1web10000000000001", "i-bp1mon10000000000001"
DISK, SNAPSHOT = "d-bp1web1sys000000001", "s-bp1web1old000000001"
HTTPS_RULE = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "0.0.0.0/0"}
MAIL_RULE = {"IpProtocol": "TCP", "PortRange": "25/25", "DestCidrIp": "198.51.100.0/24", "NicType": "internet"}

# One call that succeeds, for every action there is; by wire names.
EXAMPLES: dict[str, dict[str, Any]] = {
    "ecs:AttachClassicLinkVpc": {"InstanceId": WEB_1, "VpcId": VPC},
    "ecs:AuthorizeSecurityGroup": {"SecurityGroupId": WEB, "Permissions": [{**HTTPS_RULE, "PortRange": "8443/8443"}]},
    "ecs:AuthorizeSecurityGroupEgress": {"SecurityGroupId": WEB, "Permissions": [MAIL_RULE]},
    "ecs:CreateSecurityGroup": {"SecurityGroupName": "new", "VpcId": VPC, "Tag": [{"Key": "a", "Value": "b"}]},
    "ecs:CreateSnapshot": {"DiskId": DISK, "SnapshotName": "now", "RetentionDays": 7},
    "ecs:DeleteSecurityGroup": {"SecurityGroupId": "sg-bp1unused000000000001"},
    "ecs:DeleteSnapshot": {"SnapshotId": SNAPSHOT},
    "ecs:DescribeAvailableResource": {"DestinationResource": "InstanceType", "ZoneId": "cn-hangzhou-h"},
    "ecs:DescribeClassicLinkInstances": {"VpcId": VPC},
    "ecs:DescribeDisks": {},
    "ecs:DescribeInstanceAttribute": {"InstanceId": WEB_1},
    "ecs:DescribeInstances": {"MaxResults": 100},
    "ecs:DescribeInstanceTypes": {},
    "ecs:DescribeRegions": {},
    "ecs:DescribeSecurityGroupAttribute": {"SecurityGroupId": WEB, "NicType": "intranet"},
    "ecs:DescribeSecurityGroupReferences": {"SecurityGroupId": [WEB, APP]},
    "ecs:DescribeSecurityGroups": {},
    "ecs:DescribeSnapshots": {},
    "ecs:DescribeTags": {"ResourceType": "instance"},
    "ecs:DescribeZones": {},
    "ecs:DetachClassicLinkVpc": {"InstanceId": MON_1, "VpcId": VPC},
    "ecs:ListTagResources": {"ResourceType": "instance", "ResourceId": [WEB_1]},
    "ecs:ModifySecurityGroupAttribute": {"SecurityGroupId": WEB, "Description": "changed"},
    "ecs:ModifySecurityGroupEgressRule": {
        "SecurityGroupId": WEB,
        "IpProtocol": "UDP",
        "PortRange": "53/53",
        "DestCidrIp": "198.51.100.53/32",
        "Description": "changed",
    },
    "ecs:ModifySecurityGroupPolicy": {"SecurityGroupId": WEB, "InnerAccessPolicy": "Drop"},
    "ecs:ModifySecurityGroupRule": {"SecurityGroupId": WEB, **HTTPS_RULE, "Description": "changed"},
    "ecs:ModifySnapshotAttribute": {"SnapshotId": SNAPSHOT, "SnapshotName": "renamed"},
    "ecs:RevokeSecurityGroup": {"SecurityGroupId": WEB, **HTTPS_RULE},
    "ecs:RevokeSecurityGroupEgress": {"SecurityGroupId": WEB, "Permissions": [MAIL_RULE]},
    "ecs:TagResources": {"ResourceType": "instance", "ResourceId": [WEB_1], "Tag": [{"Key": "a", "Value": "b"}]},
    "ecs:UntagResources": {"ResourceType": "instance", "ResourceId": [WEB_1], "TagKey": ["tier"]},
    "rds:DescribeDBInstanceAttribute": {"DBInstanceId": MYSQL},
    "rds:DescribeDBInstanceIPArrayList": {"DBInstanceId": POSTGRES, "WhitelistNetworkType": "Classic"},
    "rds:DescribeDBInstanceNetInfo": {"DBInstanceId": POSTGRES},
    "rds:DescribeDBInstances": {},
    "rds:ModifySecurityIps": {"DBInstanceId": MYSQL, "SecurityIps": "172.16.1.0/24", "DBInstanceIPArrayName": "new"},
    "sts:GetCallerIdentity": {},
    "vpc:CreateVSwitch": {"VpcId": VPC, "ZoneId": "cn-hangzhou-b", "CidrBlock": "192.168.20.0/24"},
    "vpc:CreateVpc": {"CidrBlock": "172.16.0.0/12", "VpcName": "new"},
    "vpc:DeleteVSwitch": {"VSwitchId": VSWITCH},
    "vpc:DeleteVpc": {"VpcId": "vpc-bp1unused000000000001"},
    "vpc:DescribeRouteEntryList": {"RouteTableId": "vtb-bp1shared0000000001"},
    "vpc:DescribeRouteTableList": {"VpcId": VPC},
    "vpc:DescribeRouteTables": {"RouteTableId": "vtb-bp1shared0000000001"},
    "vpc:DescribeVSwitchAttributes": {"VSwitchId": VSWITCH},
    "vpc:DescribeVSwitches": {"VpcId": VPC},
    "vpc:DescribeVpcAttribute": {"VpcId": VPC},
    "vpc:DescribeVpcs": {},
    "vpc:DisableVpcClassicLink": {"VpcId": "vpc-bp1unused000000000001"},
    "vpc:EnableVpcClassicLink": {"VpcId": VPC},
    "vpc:ListTagResources": {"ResourceType": "VPC"},
    "vpc:ModifyRouteTableAttributes": {"RouteTableId": "vtb-bp1shared0000000001", "RouteTableName": "main"},
    "vpc:ModifyVSwitchAttribute": {"VSwitchId": VSWITCH, "VSwitchName": "renamed"},
    "vpc:ModifyVpcAttribute": {"VpcId": VPC, "VpcName": "renamed"},
    "vpc:TagResources": {"ResourceType": "VPC", "ResourceId": [VPC], "Tag": [{"Key": "a", "Value": "b"}]},
    "vpc:UnTagResources": {"ResourceType": "VPC", "ResourceId": [VPC], "TagKey": ["a"]},
}

ACTIONS = [action for action in registry().all() if action.product.code != "location"]


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with one thing more for each action that needs it: a link, an unused group and an unused VPC."""
    vpc, unused_vpc = quick.vpcs[0], quick.vpcs[0].model_copy(deep=True)
    vpc.classic_link_enabled, vpc.route_table_id = True, "vtb-bp1shared0000000001"
    unused_vpc.id, unused_vpc.route_table_id = "vpc-bp1unused000000000001", None
    unused_group = quick.security_groups[0].model_copy(update={"id": "sg-bp1unused000000000001", "rules": []})
    quick.vpcs.append(unused_vpc)
    quick.security_groups.append(unused_group)
    quick.classic_links.append(ClassicLink(instance_id=MON_1, vpc_id=vpc.id))
    return quick


def _wire(parameters: dict[str, Any]) -> dict[str, str]:
    """Parameters as they travel: lists numbered from 1."""
    flat: dict[str, str] = {}
    for name, value in parameters.items():
        if isinstance(value, list):
            for number, item in enumerate(value, 1):
                fields = {f".{key}": part for key, part in item.items()} if isinstance(item, dict) else {"": item}
                flat |= {f"{name}.{number}{field}": str(part) for field, part in fields.items()}
        else:
            flat[name] = str(value)
    return flat


def test_every_action_has_an_example() -> None:
    assert set(EXAMPLES) == {action.permission for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_an_action_takes_only_what_the_sdk_knows(action: Action) -> None:
    assert action.takes <= request_fields(action.product.code, action.name)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_an_answer_has_only_what_the_sdk_knows(action: Action, quick: Estate) -> None:
    call = Call(_wire(EXAMPLES[action.permission]), quick.users[0])
    body = getattr(models(action.product.code), f"{action.name}ResponseBody")
    assert list(misfits(body, action.perform(Cloud(quick), call))) == []


@pytest.mark.parametrize("permission", sorted(EXAMPLES))
def test_the_typed_sdk_gets_an_answer(permission: str, api: Api) -> None:
    assert api(permission, **EXAMPLES[permission])["RequestId"]
