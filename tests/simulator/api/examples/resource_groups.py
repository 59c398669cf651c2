"""Examples for simulator/api/resource_groups.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.load_balanced import PUBLIC, load_balanced
from tests.simulator.api.sample_ids import MONGODB, MYSQL, REDIS, VPC, WEB_1

GROUP = "rg-acfmdefault00001"
GONE = "InvalidResourceGroup.NotFound"
_ECS = {"ResourceType": "instance", "ResourceId": WEB_1, "ResourceGroupId": GROUP}
_VPC = {"ResourceType": "VPC", "ResourceId": VPC, "NewResourceGroupId": GROUP}
_SLB = {"ResourceType": "instance", "ResourceId": PUBLIC, "NewResourceGroupId": GROUP}


def _of_database(permission: str, key: str, database_id: str, code: str) -> Example:
    call = {key: database_id, "ResourceGroupId": GROUP}
    refusals = (
        Refusal(code, {**call, key: "none"}, 404),
        Refusal(GONE, {**call, "ResourceGroupId": "rg-none"}, 404),
    )
    return Example(permission, call, refusals)


EXAMPLES = (
    Example("resourcemanager:ListResourceGroups", {"Status": "OK", "PageSize": 100}),
    Example(
        "resourcemanager:GetResourceGroup",
        {"ResourceGroupId": GROUP, "IncludeTags": True},
        (Refusal("EntityNotExists.ResourceGroup", {"ResourceGroupId": "rg-none"}, 404),),
    ),
    Example(
        "ecs:JoinResourceGroup",
        _ECS,
        (
            Refusal("InvalidResourceType.NotFound", {**_ECS, "ResourceType": "ddh"}, 404),
            Refusal("InvalidResourceId.NotFound", {**_ECS, "ResourceId": "i-none"}, 404),
            Refusal(GONE, {**_ECS, "ResourceGroupId": "rg-none"}, 404),
        ),
    ),
    Example(
        "vpc:MoveResourceGroup",
        _VPC,
        (
            # A VSwitch goes where its VPC goes.
            Refusal("InvalidResourceType.NotFound", {**_VPC, "ResourceType": "vswitch"}, 404),
            Refusal("InvalidResourceId.NotFound", {**_VPC, "ResourceId": "vpc-none"}, 404),
            Refusal(GONE, {**_VPC, "NewResourceGroupId": "rg-none"}, 404),
        ),
    ),
    Example(
        "slb:MoveResourceGroup",
        _SLB,
        (
            Refusal("InvalidParam.ResourceType", {**_SLB, "ResourceType": "vservergroup"}, given=load_balanced),
            Refusal("ResourceNotExist", {**_SLB, "ResourceId": "lb-none"}),
            Refusal(GONE, {**_SLB, "NewResourceGroupId": "rg-none"}, 404),
        ),
        given=load_balanced,
    ),
    _of_database("rds:ModifyResourceGroup", "DBInstanceId", MYSQL, "InvalidDBInstanceId.NotFound"),
    _of_database("kvstore:ModifyResourceGroup", "InstanceId", REDIS, "InvalidInstanceId.NotFound"),
    _of_database("dds:ModifyResourceGroup", "DBInstanceId", MONGODB, "InvalidDBInstanceId.NotFound"),
)
