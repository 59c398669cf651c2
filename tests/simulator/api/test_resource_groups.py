"""Resource groups: whatever has one keeps it, is found by it, and is moved into another."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.api.table import registry
from simulator.model.base import Table
from simulator.model.estate import Estate
from simulator.model.resource_groups import ResourceGroup
from simulator.server import Simulator
from tests.simulator.api.examples import examples
from tests.simulator.api.examples.ecs_key_pairs import pair
from tests.simulator.api.load_balanced import OFFICE, PUBLIC, load_balanced
from tests.simulator.api.sample_ids import DISK, MONGODB, MYSQL, REDIS, SNAPSHOT, UNUSED_VPC, VPC, VSWITCH, WEB, WEB_1
from tests.simulator.sdk import PACKAGES, Api, refused, request_fields

SHOP, EMPTY = "rg-acfmshop", "rg-acfmempty"
# Commands, events and settings of a database have no resource group of their own; the SDK takes one all the same.
NOT_OF_THINGS = {
    "ecs:RunCommand",
    "ecs:DescribeInvocations",
    "ecs:DescribeInvocationResults",
    "ecs:DescribeInstanceHistoryEvents",
    "rds:DescribeInstanceLinkedWhitelistTemplate",
    "rds:DescribePGHbaConfig",
    "rds:DescribeSQLCollectorPolicy",
    "rds:DescribeSQLCollectorRetention",
    "dds:DescribeDBInstanceAttribute",
    # What is for sale is in no group.
    "kvstore:DescribeAvailableResource",
}
KNOWING = [
    action
    for action in registry().all()
    if action.product.code in PACKAGES.keys() - {"resourcemanager"}
    and "ResourceGroupId" in request_fields(action.product.code, action.name)
    and action.permission not in NOT_OF_THINGS
    and "ResourceGroup" not in action.name
]
MAKING = [action.permission for action in KNOWING if not action.reads]
LISTING = [action.permission for action in KNOWING if action.reads]
MOVES: dict[str, tuple[str, dict[str, str], str, dict[str, str]]] = {
    "instance": ("ecs:JoinResourceGroup", {"ResourceId": WEB_1}, "ecs:DescribeInstances", {}),
    "disk": ("ecs:JoinResourceGroup", {"ResourceId": DISK}, "ecs:DescribeDisks", {}),
    "snapshot": ("ecs:JoinResourceGroup", {"ResourceId": SNAPSHOT}, "ecs:DescribeSnapshots", {}),
    "keypair": ("ecs:JoinResourceGroup", {"ResourceId": "shop"}, "ecs:DescribeKeyPairs", {}),
    "securitygroup": ("ecs:JoinResourceGroup", {"ResourceId": WEB}, "ecs:DescribeSecurityGroups", {}),
    "vpc": ("vpc:MoveResourceGroup", {"ResourceId": VPC}, "vpc:DescribeVpcs", {}),
    "slb": ("slb:MoveResourceGroup", {"ResourceId": PUBLIC}, "slb:DescribeLoadBalancers", {}),
    "acl": ("slb:MoveResourceGroup", {"ResourceId": OFFICE}, "slb:DescribeAccessControlLists", {}),
    "rds": ("rds:ModifyResourceGroup", {"DBInstanceId": MYSQL}, "rds:DescribeDBInstances", {}),
    "redis": ("kvstore:ModifyResourceGroup", {"InstanceId": REDIS}, "kvstore:DescribeInstances", {}),
    "mongodb": ("dds:ModifyResourceGroup", {"DBInstanceId": MONGODB}, "dds:DescribeDBInstances", {}),
}


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with two resource groups beside the default one, and the second VPC that some examples name."""
    quick.vpcs.append(quick.vpcs[0].model_copy(update={"id": UNUSED_VPC}))
    quick.resource_groups.extend([ResourceGroup(id=SHOP, name="shop"), ResourceGroup(id=EMPTY, name="empty")])
    return quick


def _held(simulator: Simulator, group_id: str) -> set[str]:
    """Ids of all that is in a resource group."""
    tables: list[tuple[str, Table[Any]]] = list(simulator.simulation.cloud.estate.tables("resource_group_id"))
    return {item.id for _, table in tables for item in table if item.resource_group_id == group_id}


def _items(answer: Any) -> list[Any]:
    """What a listing lists: the first list in the answer, wherever it is."""
    if isinstance(answer, list):
        return answer
    if isinstance(answer, dict):
        return next((items for value in answer.values() if (items := _items(value))), [])
    return []


@pytest.mark.parametrize("permission", MAKING)
def test_created_resources_are_in_the_resource_group_of_the_call(
    permission: str, simulator: Simulator, quick: Estate
) -> None:
    example = examples()[permission]
    example.given(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    with refused("InvalidResourceGroup.NotFound", 404):
        api(permission, **{**example.call, "ResourceGroupId": "rg-none"})
    assert _held(simulator, SHOP) == set()
    api(permission, **{**example.call, "ResourceGroupId": SHOP})
    assert _held(simulator, SHOP)


@pytest.mark.parametrize("permission", LISTING)
def test_a_listing_shows_what_is_in_the_group_that_the_call_names(
    permission: str, simulator: Simulator, quick: Estate
) -> None:
    example = examples()[permission]
    example.given(quick)
    simulator.simulation.reset(quick)
    api, default = Api(simulator), quick.resource_groups[0].id
    everything = _items(api(permission, **example.call))
    assert _items(api(permission, **{**example.call, "ResourceGroupId": default})) == everything
    assert _items(api(permission, **{**example.call, "ResourceGroupId": EMPTY})) == []
    assert _items(api(permission, **{**example.call, "ResourceGroupId": "rg-none"})) == []


@pytest.mark.parametrize("kind", MOVES)
def test_moved_resources_are_listed_in_their_new_group(kind: str, simulator: Simulator, quick: Estate) -> None:
    load_balanced(quick)
    pair(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    move, named, listing, filters = MOVES[kind]
    types = {"vpc": "VPC", "slb": "instance"}
    group = "NewResourceGroupId" if "MoveResourceGroup" in move else "ResourceGroupId"
    resource_type = {} if "ModifyResourceGroup" in move else {"ResourceType": types.get(kind, kind)}
    api(move, **named, **resource_type, **{group: SHOP})
    assert _held(simulator, SHOP) == set(named.values())
    [item] = _items(api(listing, **filters, ResourceGroupId=SHOP))
    assert item["ResourceGroupId"] == SHOP
    assert set(named.values()) <= set(map(str, item.values()))


def test_vswitches_and_route_tables_are_where_their_vpc_is(api: Api) -> None:
    api("vpc:MoveResourceGroup", ResourceId=VPC, ResourceType="VPC", NewResourceGroupId=SHOP)
    [vswitch] = _items(api("vpc:DescribeVSwitches", ResourceGroupId=SHOP))
    [table] = _items(api("vpc:DescribeRouteTableList", ResourceGroupId=SHOP))
    assert (vswitch["VSwitchId"], vswitch["ResourceGroupId"], table["ResourceGroupId"]) == (VSWITCH, SHOP, SHOP)


def test_the_vpc_api_names_the_default_group(api: Api) -> None:
    [default] = [group["Id"] for group in _items(api("resourcemanager:ListResourceGroups", Name="default"))]
    api("vpc:AllocateEipAddress")
    for listing in ("DescribeVpcs", "DescribeVSwitches", "DescribeEipAddresses", "DescribeRouteTableList"):
        assert {item["ResourceGroupId"] for item in _items(api(f"vpc:{listing}"))} == {default}
    assert {item["ResourceGroupId"] for item in _items(api("ecs:DescribeInstances"))} == {""}


def test_the_groups_of_the_account(api: Api) -> None:
    answer = api("resourcemanager:ListResourceGroups", Status="OK", PageSize=100)
    assert [group["Name"] for group in _items(answer)] == ["default", "shop", "empty"]
    assert _items(api("resourcemanager:ListResourceGroups", Name="shop"))[0]["Id"] == SHOP
    assert _items(api("resourcemanager:ListResourceGroups", Status="Deleting")) == []
    [status] = api("resourcemanager:GetResourceGroup", ResourceGroupId=SHOP)["ResourceGroup"]["RegionStatuses"][
        "RegionStatus"
    ]
    assert status["Status"] == "OK"
