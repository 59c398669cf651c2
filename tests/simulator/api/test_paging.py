"""Page sizes: defaults, maxima, and what is refused."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.model.base import Table
from simulator.model.cloud_assistant import Invocation, InvocationResult
from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import ClassicLink, Eip
from simulator.server import Simulator, running
from tests.simulator.api.examples.vpc_ha_vips import HA_VIP
from tests.simulator.api.load_balanced import load_balanced
from tests.simulator.sdk import Api, refused

# Action: path of its list, greatest PageSize, default size (facts: SDK texts).
BY_NUMBER: dict[str, tuple[str, int, int]] = {
    "ecs:DescribeInstances": ("Instances.Instance", 100, 10),
    "ecs:DescribeDisks": ("Disks.Disk", 100, 10),
    "ecs:DescribeSnapshots": ("Snapshots.Snapshot", 100, 10),
    "ecs:DescribeSecurityGroups": ("SecurityGroups.SecurityGroup", 100, 10),
    "ecs:DescribeTags": ("Tags.Tag", 100, 50),
    "ecs:DescribeInstanceStatus": ("InstanceStatuses.InstanceStatus", 50, 10),
    "ecs:DescribeInstancesFullStatus": ("InstanceFullStatusSet.InstanceFullStatusType", 100, 10),
    "ecs:DescribeNetworkInterfaces": ("NetworkInterfaceSets.NetworkInterfaceSet", 500, 10),
    "ecs:DescribeCloudAssistantStatus": ("InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus", 50, 10),
    "ecs:DescribeInvocations": ("Invocations.Invocation", 50, 10),
    "ecs:DescribeInvocationResults": ("Invocation.InvocationResults.InvocationResult", 50, 10),
    "ecs:DescribeClassicLinkInstances": ("Links.Link", 100, 10),
    "vpc:DescribeEipAddresses": ("EipAddresses.EipAddress", 100, 10),
    "vpc:DescribeVpcs": ("Vpcs.Vpc", 50, 10),
    "vpc:DescribeVSwitches": ("VSwitches.VSwitch", 50, 10),
    "vpc:DescribeHaVips": ("HaVips.HaVip", 50, 10),
    "vpc:DescribeRouteTableList": ("RouterTableList.RouterTableListType", 50, 10),
    "vpc:DescribeRouteTables": ("RouteTables.RouteTable", 50, 10),
    "rds:DescribeDBInstances": ("Items.DBInstance", 100, 30),
    "kvstore:DescribeInstances": ("Instances.KVStoreInstance", 50, 30),
    "slb:DescribeLoadBalancers": ("LoadBalancers.LoadBalancer", 100, 10),
    "slb:DescribeAccessControlLists": ("Acls.Acl", 50, 10),
}
# What an action by number must be told beside the page.
NAMED = {"ecs:DescribeClassicLinkInstances": {"VpcId": "vpc-bp1shared0000000001"}}
# Action: its mandatory parameters, path of its list, least and greatest MaxResults, default size, whether drawn in.
GROUP = "sg-bp1web00000000000001"
BY_TOKEN: dict[str, tuple[dict[str, Any], str, int, int, int, bool]] = {
    "ecs:DescribeInstances": ({}, "Instances.Instance", 10, 100, 10, True),
    "ecs:DescribeDisks": ({}, "Disks.Disk", 10, 500, 10, True),
    "ecs:DescribeSnapshots": ({}, "Snapshots.Snapshot", 1, 100, 10, False),
    "ecs:DescribeSecurityGroups": ({}, "SecurityGroups.SecurityGroup", 1, 100, 10, False),
    "ecs:DescribeSecurityGroupAttribute": (
        {"SecurityGroupId": GROUP},
        "Permissions.Permission",
        10,
        1000,
        500,
        False,
    ),
    "ecs:DescribeNetworkInterfaces": ({}, "NetworkInterfaceSets.NetworkInterfaceSet", 10, 500, 10, True),
    "ecs:DescribeCloudAssistantStatus": (
        {},
        "InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus",
        1,
        50,
        10,
        False,
    ),
    "ecs:DescribeInvocations": ({}, "Invocations.Invocation", 1, 50, 10, False),
    "ecs:DescribeInvocationResults": ({}, "Invocation.InvocationResults.InvocationResult", 1, 50, 10, False),
    "ecs:DescribeInstanceTypes": ({}, "InstanceTypes.InstanceType", 1, 1600, 1600, False),
    "rds:DescribeDBInstances": ({}, "Items.DBInstance", 1, 100, 30, False),
}
MANY = 520
EIP = Eip(id="eip-1", ip_address="198.18.0.1", tags={})
INTERFACE = NetworkInterface(
    id="eni-1", vswitch_id="vsw-0000", private_ips=["192.168.10.9"], security_group_ids=[GROUP], tags={}
)
INVOCATION = Invocation(
    id="t-1",
    command_id="c-1",
    type="RunShellScript",
    content="id",
    results=[InvocationResult(instance_id="i-0000", status="Success", finished_at=datetime(2026, 11, 29, tzinfo=UTC))],
)


@pytest.fixture(scope="module")
def _many(sample: Estate) -> Iterator[Simulator]:
    with running(_multiplied(sample.model_copy(deep=True))) as started:
        yield started


@pytest.fixture
def simulator(_many: Simulator) -> Simulator:
    """One for all tests: they only read, and to copy so large an estate takes seconds."""
    return _many


def _multiplied(quick: Estate) -> Estate:
    """Return the estate with 520 of everything that is paged."""

    def multiply(items: Table[Any], prefix: str, untouched: int = 0) -> Table[Any]:
        copies = (items[0].model_copy(deep=True, update={"id": f"{prefix}-{n:04}"}) for n in range(untouched, MANY))
        return Table([*items[:untouched], *copies])

    group = quick.security_groups[0]
    group.tags = {}
    rule = next(rule for rule in group.rules if rule.nic_type == "internet")
    group.rules = []
    quick.security_groups = multiply(quick.security_groups, "sg", untouched=1)
    group.rules = [rule.model_copy(update={"port_range": f"{n}/{n}"}) for n in range(1, MANY + 1)]
    quick.instances = multiply(quick.instances, "i")
    for number, instance in enumerate(quick.instances):
        instance.tags = {"number": str(number)}
    quick.disks = multiply(quick.disks, "d")
    quick.snapshots = multiply(quick.snapshots, "s")
    quick.instance_types = multiply(quick.instance_types, "ecs", untouched=len(quick.instance_types))
    quick.vpcs = multiply(quick.vpcs, "vpc", untouched=len(quick.vpcs))
    quick.vswitches = multiply(quick.vswitches, "vsw")
    quick.databases = multiply(quick.databases, "rm")
    quick.redis = multiply(quick.redis, "r")
    load_balanced(quick)
    quick.vserver_groups = Table()
    # Not the first one: it has backend servers, which are none of the copies.
    quick.load_balancers = multiply(Table(quick.load_balancers[1:]), "lb")
    quick.access_lists = multiply(quick.access_lists, "acl")
    quick.eips = multiply(Table([EIP]), "eip")
    quick.ha_vips = multiply(Table([HA_VIP.model_copy(update={"vswitch_id": quick.vswitches[0].id})]), "havip")
    quick.network_interfaces = multiply(Table([INTERFACE]), "eni")
    quick.invocations = multiply(Table([INVOCATION]), "t")
    quick.classic_links = Table(ClassicLink(instance_id=item.id, vpc_id=quick.vpcs[0].id) for item in quick.instances)
    return quick


def _items(answer: dict[str, Any], path: str) -> list[Any]:
    part: Any = answer
    for name in path.split("."):
        part = part[name]
    return list(part)


@pytest.mark.parametrize("action", BY_NUMBER)
def test_by_number(action: str, api: Api) -> None:
    path, most, default = BY_NUMBER[action]
    listing = functools.partial(api, action, **NAMED.get(action, {}))
    assert len(_items(listing(), path)) == default
    assert len(_items(listing(PageSize=most), path)) == most
    last_page = -(-MANY // most)
    assert len(_items(listing(PageSize=most, PageNumber=last_page), path)) == MANY - most * (last_page - 1)
    assert _items(listing(PageSize=most, PageNumber=last_page + 1), path) == []
    for wrong in ({"PageSize": most + 1}, {"PageSize": 0}, {"PageSize": -1}, {"PageNumber": 0}):
        with refused("InvalidParameter"):
            listing(**wrong)


@pytest.mark.parametrize("action", BY_TOKEN)
def test_by_token_gives_everything_once(action: str, api: Api) -> None:
    parameters, path, _, most, _, _ = BY_TOKEN[action]
    answer = api(action, MaxResults=most, **parameters)
    items = _items(answer, path)
    while token := answer.get("Invocation", answer)["NextToken"]:
        answer = api(action, MaxResults=most, NextToken=token, **parameters)
        items += _items(answer, path)
    assert len(items) == MANY
    assert len({str(item) for item in items}) == MANY


@pytest.mark.parametrize("action", BY_TOKEN)
def test_by_token_sizes(action: str, api: Api) -> None:
    parameters, path, least, most, default, drawn_in = BY_TOKEN[action]
    assert len(_items(api(action, MaxResults=least, **parameters), path)) == least
    if drawn_in:
        assert len(_items(api(action, MaxResults=least - 1, **parameters), path)) == least
        assert len(_items(api(action, MaxResults=most + 1, **parameters), path)) == most
    else:
        for wrong in (least - 1, most + 1):
            with refused("InvalidParameter"):
                api(action, MaxResults=wrong, **parameters)
    if action not in BY_NUMBER:
        assert len(_items(api(action, **parameters), path)) == min(default, MANY)


@pytest.mark.parametrize("token", ["nonsense", "b2Zmc2V0OngK", "nächste"])
def test_a_token_that_was_never_given(token: str, api: Api) -> None:
    with refused("InvalidParameter"):
        api("ecs:DescribeInstances", NextToken=token)


def test_with_a_token_page_parameters_are_void(api: Api) -> None:
    answer = api("ecs:DescribeInstances", MaxResults=20, PageSize=50, PageNumber=3)
    assert len(answer["Instances"]["Instance"]) == 20
    assert "TotalCount" not in answer


def test_route_entries_by_token(api: Api) -> None:
    table = api("vpc:DescribeRouteTableList", VpcId="vpc-bp1shared0000000001")
    table_id = table["RouterTableList"]["RouterTableListType"][0]["RouteTableId"]
    assert len(api("vpc:DescribeRouteEntryList", RouteTableId=table_id)["RouteEntrys"]["RouteEntry"]) == 10
    answer = api("vpc:DescribeRouteEntryList", RouteTableId=table_id, MaxResult=100)
    assert (len(answer["RouteEntrys"]["RouteEntry"]), answer["TotalCount"]) == (100, MANY + 1)
    with refused("InvalidParameter"):
        api("vpc:DescribeRouteEntryList", RouteTableId=table_id, MaxResult=101)
