"""Resource groups: list them, list their content, and move resources between them.

What names no group is in the default one. ECS answers an empty ResourceGroupId for it, and so do all products here but
those of the VPC API, which name the default group: Alibaba's own tests of its provider (1.285.0) look for it in VPCs
and EIPs. VSwitches and route tables follow their VPC. Codes of a group that is not there: InvalidResourceGroup.NotFound
(404) of the ECS reference for every product, EntityNotExists.ResourceGroup (404) of Resource Management itself. Not
simulated: making and deleting groups.
"""

from typing import Any

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing
from simulator.api.paging import by_number
from simulator.api.registry import ECS, MONGODB, RDS, REDIS, RESOURCE_MANAGER, SLB, VPC, action
from simulator.api.shapes import seconds
from simulator.cloud import tags
from simulator.cloud.errors import NotFoundError
from simulator.cloud.state import Cloud
from simulator.model.resource_groups import ResourceGroup


def named(cloud: Cloud, call: Call, parameter: str = "ResourceGroupId") -> str | None:
    """Return the resource group that a call names, None for the default one; raises InvalidResourceGroup.NotFound."""
    group_id = call.optional(parameter)
    if group_id is not None and cloud.estate.resource_groups.find(group_id) is None:
        raise NotFoundError(
            "InvalidResourceGroup.NotFound", "The ResourceGroup provided does not exist in our records."
        )
    return group_id


def of_group(cloud: Cloud, call: Call) -> Filter | None:
    """Return a filter by ResourceGroupId, None where it is not given."""
    group_id = call.optional("ResourceGroupId")
    if group_id is None:
        return None
    group = cloud.estate.resource_groups.find(group_id)
    group_ids = {group_id, None} if group is not None and group.is_default else {group_id}
    return lambda item: item.resource_group_id in group_ids


def own(cloud: Cloud, group_id: str | None) -> str:
    """Return the resource group as the VPC API names it: the default one where `group_id` is None."""
    default = (group.id for group in cloud.estate.resource_groups if group.is_default)
    return group_id or next(default, "")


@action(RESOURCE_MANAGER, "ListResourceGroups", "Name DisplayName ResourceGroupIds Status PageNumber PageSize")
def list_resource_groups(cloud: Cloud, call: Call) -> Answer:
    """Resource groups of the account; PageSize at most 100, 10 by default."""
    ids = call.repeated("ResourceGroupIds") or None
    same = equal(call, {"Name": "name", "DisplayName": "display_name"})
    groups = passing(cloud.estate.resource_groups.among(ids), same)
    page = by_number(call, [] if call.optional("Status") not in (None, "OK") else groups, maximum=100)
    return {"ResourceGroups": {"ResourceGroup": [_group(cloud, group) for group in page.items]}, **page.fields}


@action(
    RESOURCE_MANAGER,
    "GetResourceGroup",
    "IncludeTags",
    raises="EntityNotExists.ResourceGroup",
    resources="resourcegroup/{ResourceGroupId}",
)
def get_resource_group(cloud: Cloud, call: Call) -> Answer:
    """One resource group, with its status in the region; it has no tags."""
    call.flag("IncludeTags")
    group = cloud.estate.resource_groups.find(call.text("ResourceGroupId"))
    if group is None:
        raise NotFoundError("EntityNotExists.ResourceGroup", "The resource group does not exist.")
    status = {"RegionId": cloud.estate.region_id, "Status": "OK"}
    return {"ResourceGroup": {**_group(cloud, group), "RegionStatuses": {"RegionStatus": [status]}}}


@action(
    ECS,
    "JoinResourceGroup",
    "ResourceId ResourceType",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def join_resource_group(cloud: Cloud, call: Call) -> None:
    """Move an instance, disk, snapshot, security group, network interface or other taggable resource into a group."""
    _move(cloud, ECS.code, call)


@action(
    VPC,
    "MoveResourceGroup",
    "ResourceId ResourceType NewResourceGroupId",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def move_vpc_resource(cloud: Cloud, call: Call) -> None:
    """Move a VPC or an EIP into a group."""
    _move(cloud, VPC.code, call, "NewResourceGroupId")


@action(
    SLB,
    "MoveResourceGroup",
    "ResourceId ResourceType NewResourceGroupId",
    raises="InvalidParam.ResourceType ResourceNotExist",
)
def move_slb_resource(cloud: Cloud, call: Call) -> None:
    """Move a load balancer or an access list into a group."""
    _move(cloud, SLB.code, call, "NewResourceGroupId")


@action(RDS, "ModifyResourceGroup", "DBInstanceId", raises="InvalidDBInstanceId.NotFound", remembers_token=True)
def modify_rds_resource_group(cloud: Cloud, call: Call) -> Answer:
    """Move a database instance into a group."""
    return _moved(cloud, call, cloud.database(call.text("DBInstanceId")))


@action(REDIS, "ModifyResourceGroup", "InstanceId", raises="InvalidInstanceId.NotFound", remembers_token=True)
def modify_redis_resource_group(cloud: Cloud, call: Call) -> Answer:
    """Move a Redis instance into a group."""
    return _moved(cloud, call, cloud.redis(call.text("InstanceId")))


@action(MONGODB, "ModifyResourceGroup", "DBInstanceId", raises="InvalidDBInstanceId.NotFound")
def modify_mongodb_resource_group(cloud: Cloud, call: Call) -> Answer:
    """Move a MongoDB instance into a group."""
    return _moved(cloud, call, cloud.mongodb(call.text("DBInstanceId")))


def _moved(cloud: Cloud, call: Call, item: Any) -> Answer:
    call.text("ResourceGroupId")
    item.resource_group_id = named(cloud, call)
    return {}


def _move(cloud: Cloud, product: str, call: Call, parameter: str = "ResourceGroupId") -> None:
    call.text(parameter)
    group_id = named(cloud, call, parameter)
    tags.resource(cloud, product, call.text("ResourceType"), call.text("ResourceId")).resource_group_id = group_id


def _group(cloud: Cloud, group: ResourceGroup) -> Answer:
    return {
        "Id": group.id,
        "Name": group.name,
        "DisplayName": group.display_name or group.name,
        "AccountId": cloud.estate.account_id,
        "Status": "OK",
        "CreateDate": seconds(group.created_at),
    }
