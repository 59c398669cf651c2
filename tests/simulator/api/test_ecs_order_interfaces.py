"""Instances that are bought with network interfaces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.ecs_instance_life import BARE, PRIMARY
from tests.simulator.in_vpc import GROUP, INTERFACE, SECOND_GROUP, SECOND_VSWITCH, add
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """An Available interface, and an instance type that takes three."""
    add(quick)
    kind = quick.instance_types.find(str(BARE["InstanceType"]))
    assert kind
    kind.eni_quantity = 3
    return quick


def _bought(api: Api, *interfaces: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The interfaces of a new instance by type."""
    answer = api("ecs:RunInstances", **BARE, NetworkInterface=[PRIMARY, *interfaces])
    [instance_id] = answer["InstanceIdSets"]["InstanceIdSet"]
    described = api("ecs:DescribeNetworkInterfaces", InstanceId=instance_id)["NetworkInterfaceSets"][
        "NetworkInterfaceSet"
    ]
    assert all(item["Status"] == "InUse" for item in described)
    return {item["NetworkInterfaceId"] if item["Type"] == "Secondary" else "Primary": item for item in described}


def test_the_primary_one_is_that_of_the_instance(api: Api) -> None:
    fields = {**PRIMARY, "PrimaryIpAddress": "192.168.10.99", "SourceDestCheck": True}
    answer = api("ecs:RunInstances", **BARE, NetworkInterface=[fields])
    ids = json.dumps(answer["InstanceIdSets"]["InstanceIdSet"])
    [instance] = api("ecs:DescribeInstances", InstanceIds=ids)["Instances"]["Instance"]
    assert instance["VpcAttributes"]["PrivateIpAddress"]["IpAddress"] == ["192.168.10.99"]
    assert instance["SecurityGroupIds"]["SecurityGroupId"] == [GROUP]
    primary = instance["NetworkInterfaces"]["NetworkInterface"][0]["NetworkInterfaceId"]
    assert api("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=primary)["SourceDestCheck"]


def test_secondary_ones_are_new_or_there_already(api: Api) -> None:
    new = {"VSwitchId": SECOND_VSWITCH, "SecurityGroupIds": [SECOND_GROUP], "NetworkInterfaceName": "back"}
    interfaces = _bought(api, new, {"NetworkInterfaceId": INTERFACE})
    [name] = interfaces.keys() - {"Primary", INTERFACE}
    secondary = interfaces[name]
    assert (secondary["VSwitchId"], secondary["NetworkInterfaceName"]) == (SECOND_VSWITCH, "back")
    assert secondary["SecurityGroupIds"]["SecurityGroupId"] == [SECOND_GROUP]


def test_a_new_one_goes_with_its_instance(api: Api) -> None:
    """By default, while one that was there before stays."""
    interfaces = _bought(api, {"SecurityGroupId": GROUP}, {"NetworkInterfaceId": INTERFACE})
    instance_id = interfaces["Primary"]["InstanceId"]
    api.until(
        "ecs:DescribeInstanceStatus",
        lambda answer: answer["InstanceStatuses"]["InstanceStatus"][0]["Status"] == "Running",
        InstanceId=[instance_id],
    )
    api("ecs:DeleteInstance", InstanceId=instance_id, Force=True)
    ids = [item["NetworkInterfaceId"] for item in interfaces.values()]
    left = api("ecs:DescribeNetworkInterfaces", NetworkInterfaceId=ids)["NetworkInterfaceSets"]["NetworkInterfaceSet"]
    assert [(item["NetworkInterfaceId"], item["Status"]) for item in left] == [(INTERFACE, "Available")]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_refused_order_leaves_no_interface(api: Api, dry_run: bool) -> None:
    """Nor does a dry run, of which nothing is wrong."""
    before = api("ecs:DescribeNetworkInterfaces")["TotalCount"]
    last = {"SecurityGroupId": GROUP if dry_run else "sg-none"}
    order = {**BARE, "NetworkInterface": [PRIMARY, {"SecurityGroupId": GROUP}, last], "DryRun": dry_run}
    with refused("DryRunOperation" if dry_run else "InvalidParam.NetworkInterface"):
        api("ecs:RunInstances", **order)
    assert api("ecs:DescribeNetworkInterfaces")["TotalCount"] == before


def test_the_type_limits_their_number(api: Api) -> None:
    with refused("InvalidParam.NetworkInterface"):
        _bought(api, *[{"SecurityGroupId": GROUP}] * 3)
