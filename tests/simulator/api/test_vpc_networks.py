"""VPCs and VSwitches: states, blocks, zones, addresses and dependencies."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import CustomRoute
from tests.simulator.sdk import Api, refused

SHARED, SHARED_H = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"


class TestSlowly:
    """With networks that take an hour to become Available."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.vpc = quick.timings.vswitch = 3600
        return quick

    def test_a_new_vpc_is_pending_and_takes_nothing(self, api: Api) -> None:
        made = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16")
        vpc_id = made["VpcId"]
        assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Pending"
        with refused("IncorrectVpcStatus"):
            api("vpc:CreateVSwitch", VpcId=vpc_id, ZoneId="cn-hangzhou-h", CidrBlock="172.16.0.0/24")
        with refused("IncorrectVpcStatus"):
            api("vpc:DeleteVpc", VpcId=vpc_id)
        with refused("IncorrectVpcStatus"):
            api("vpc:EnableVpcClassicLink", VpcId=vpc_id)

    def test_one_vswitch_at_a_time(self, api: Api) -> None:
        made = api("vpc:CreateVSwitch", VpcId=SHARED, ZoneId="cn-hangzhou-h", CidrBlock="192.168.1.0/24")
        assert api("vpc:DescribeVSwitchAttributes", VSwitchId=made["VSwitchId"])["Status"] == "Pending"
        with refused("IncorrectVSwitchStatus"):
            api("vpc:CreateVSwitch", VpcId=SHARED, ZoneId="cn-hangzhou-h", CidrBlock="192.168.2.0/24")
        with refused("IncorrectVSwitchStatus"):
            api("vpc:DeleteVSwitch", VSwitchId=made["VSwitchId"])


def test_a_vpc_from_beginning_to_end(api: Api) -> None:
    vpc_id = api.new_vpc("172.16.0.0/12", VpcName="new", Description="first", Tag=[{"Key": "a", "Value": "b"}])
    api("vpc:ModifyVpcAttribute", VpcId=vpc_id, Description="second")
    vpc = api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    wanted = {
        "VpcName": "new",
        "Description": "second",
        "CidrBlock": "172.16.0.0/12",
        "ClassicLinkEnabled": False,
        "Tags": {"Tag": [{"Key": "a", "Value": "b"}]},
    }
    assert {key: vpc[key] for key in wanted} == wanted
    vswitch_id = api.new_vswitch(vpc_id, "172.16.0.0/24")
    group_id = api("ecs:CreateSecurityGroup", VpcId=vpc_id)["SecurityGroupId"]
    with refused("DependencyViolation.VSwitch"):
        api("vpc:DeleteVpc", VpcId=vpc_id)
    api("vpc:DeleteVSwitch", VSwitchId=vswitch_id)
    with refused("DependencyViolation.SecurityGroup"):
        api("vpc:DeleteVpc", VpcId=vpc_id)
    api("ecs:DeleteSecurityGroup", SecurityGroupId=group_id)
    api("vpc:DeleteVpc", VpcId=vpc_id)
    with refused("InvalidVpcId.NotFound", 404):
        api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    assert api("vpc:DescribeVpcs", VpcId=vpc_id)["TotalCount"] == 0


def test_a_vpc_without_a_block_gets_the_default_one(api: Api) -> None:
    vpc_id = api("vpc:CreateVpc")["VpcId"]
    assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["CidrBlock"] == "172.16.0.0/12"


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        ({"CidrBlock": "10.0.0.0/7"}, "InvalidCidrBlock.Malformed", 400),
        ({"CidrBlock": "10.0.0.0/29"}, "InvalidCidrBlock.Malformed", 400),
        ({"CidrBlock": "10.0.0.1/16"}, "InvalidCidrBlock.Malformed", 400),
        ({"CidrBlock": "100.64.0.0/16"}, "InvalidCidrBlock.Malformed", 400),
        ({"CidrBlock": "169.254.0.0/16"}, "InvalidCidrBlock.Malformed", 400),
        ({"VpcName": "x"}, "InvalidVpcName.Malformed", 400),
        ({"Description": "http://x"}, "InvalidVpcDiscription.Malformed", 400),
        ({"DryRun": True}, "DryRunOperation", 400),
        ({"DryRun": True, "CidrBlock": "x"}, "InvalidCidrBlock.Malformed", 400),
        ({"EnableIpv6": True}, "SimulatorNotImplemented", 501),
    ],
)
def test_what_is_no_vpc(api: Api, parameters: dict[str, Any], code: str, status: int) -> None:
    with refused(code, status):
        api("vpc:CreateVpc", **parameters)
    assert api("vpc:DescribeVpcs")["TotalCount"] == 1


class TestVSwitchRefused:
    """Blocks and zones that a VSwitch cannot have."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        route = CustomRoute(destination_cidr_block="192.168.64.0/20", next_hop_id="i-router")
        quick.vpcs[0].custom_routes = [route]
        return quick

    @pytest.mark.parametrize(
        ("parameters", "code", "status"),
        [
            ({"VpcId": "vpc-none"}, "InvalidVpcId.NotFound", 404),
            ({"ZoneId": "cn-hangzhou-z"}, "InvalidZoneId.NotFound", 404),
            ({"ZoneId": "cn-hangzhou-e"}, "ResourceNotAvailable", 400),
            ({"CidrBlock": "192.168.1.1/24"}, "InvalidCidrBlock.Malformed", 400),
            ({"CidrBlock": "192.168.1.0/30"}, "InvalidCirdrBlock.MaskLength", 400),
            ({"CidrBlock": "192.0.0.0/8"}, "InvalidCirdrBlock.MaskLength", 400),
            ({"CidrBlock": "172.16.1.0/24"}, "InvalidParameter", 400),
            ({"CidrBlock": "192.168.10.128/25"}, "InvalidCidrBlock.Overlapped", 400),
            ({"CidrBlock": "192.168.0.0/16"}, "InvalidCidrBlock.Overlapped", 400),
            ({"CidrBlock": "192.168.64.0/20"}, "InvalidCidrBlock.Overlapped", 400),
            ({"VSwitchName": "1"}, "InvalidVSwitchName.Malformed", 400),
            ({"Description": "https://x"}, "InvalidVSwitchDiscription.Malformed", 400),
            ({"CidrBlock": ""}, "MissingParameter", 400),
        ],
    )
    def test_refused(self, api: Api, parameters: dict[str, str], code: str, status: int) -> None:
        good = {"VpcId": SHARED, "ZoneId": "cn-hangzhou-h", "CidrBlock": "192.168.20.0/24"}
        with refused(code, status):
            api("vpc:CreateVSwitch", **{**good, **parameters})

    def test_within_a_route_is_no_fault(self, api: Api) -> None:
        assert api.new_vswitch(SHARED, "192.168.65.0/24")


@pytest.mark.parametrize(
    ("block", "free"), [("192.168.20.0/24", 252), ("192.168.20.0/29", 4), ("192.168.32.0/20", 4092)]
)
def test_free_addresses(api: Api, block: str, free: int) -> None:
    vswitch_id = api.new_vswitch(SHARED, block)
    assert api("vpc:DescribeVSwitchAttributes", VSwitchId=vswitch_id)["AvailableIpAddressCount"] == free


class TestInUse:
    """A VSwitch with an instance and a database in it."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        instance, database = quick.instances[0], quick.databases[0]
        instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", SHARED, SHARED_H
        database.vpc_id, database.vswitch_id = SHARED, SHARED_H
        return quick

    def test_taken_addresses_are_not_free(self, api: Api) -> None:
        vswitch = api("vpc:DescribeVSwitches", VSwitchId=SHARED_H)["VSwitches"]["VSwitch"][0]
        assert vswitch["AvailableIpAddressCount"] == 256 - 4 - 2

    def test_it_stays(self, api: Api) -> None:
        with refused("DependencyViolation"):
            api("vpc:DeleteVSwitch", VSwitchId=SHARED_H)


def test_change_a_vswitch(api: Api) -> None:
    api("vpc:ModifyVSwitchAttribute", VSwitchId=SHARED_H, VSwitchName="renamed")
    vswitch = api("vpc:DescribeVSwitchAttributes", VSwitchId=SHARED_H)
    assert (vswitch["VSwitchName"], vswitch["ZoneId"]) == ("renamed", "cn-hangzhou-h")
    with refused("InvalidVSwitchId.NotFound", 404):
        api("vpc:DescribeVSwitchAttributes", VSwitchId="vsw-none")


@pytest.mark.parametrize(
    ("action", "filters", "count"),
    [
        ("vpc:DescribeVpcs", {"VpcName": "shared"}, 1),
        ("vpc:DescribeVpcs", {"VpcId": f"{SHARED},vpc-none"}, 1),
        ("vpc:DescribeVpcs", {"IsDefault": True}, 0),
        ("vpc:DescribeVpcs", {"Tag": [{"Key": "none"}]}, 0),
        ("vpc:DescribeVSwitches", {"ZoneId": "cn-hangzhou-h"}, 1),
        ("vpc:DescribeVSwitches", {"ZoneId": "cn-hangzhou-b"}, 0),
        ("vpc:DescribeVSwitches", {"VSwitchName": "shared-h", "IsDefault": False}, 1),
        ("vpc:DescribeVSwitches", {"RouteTableId": "vtb-none"}, 0),
    ],
)
def test_filters(api: Api, action: str, filters: dict[str, Any], count: int) -> None:
    assert api(action, **filters)["TotalCount"] == count


def test_too_many_vpc_ids(api: Api) -> None:
    with refused("InvalidVpcId.Malformed"):
        api("vpc:DescribeVpcs", VpcId=",".join(["vpc-1"] * 21))


def test_route_tables(api: Api) -> None:
    vpc_id = api.new_vpc()
    api.new_vswitch(vpc_id, "172.16.5.0/24")
    table = api("vpc:DescribeRouteTableList", VpcId=vpc_id)["RouterTableList"]["RouterTableListType"][0]
    assert (table["RouteTableType"], table["VpcId"]) == ("System", vpc_id)
    table_id = table["RouteTableId"]
    entries = api("vpc:DescribeRouteEntryList", RouteTableId=table_id, RouteEntryType="System")
    blocks = [entry["DestinationCidrBlock"] for entry in entries["RouteEntrys"]["RouteEntry"]]
    assert blocks == ["172.16.5.0/24", "100.64.0.0/10"]
    assert api("vpc:DescribeRouteEntryList", RouteTableId=table_id, RouteEntryType="Custom")["TotalCount"] == 0
    api("vpc:ModifyRouteTableAttributes", RouteTableId=table_id, RouteTableName="main", Description="of all")
    again = api("vpc:DescribeRouteTableList", RouteTableName="main")["RouterTableList"]["RouterTableListType"][0]
    assert again["Description"] == "of all"
    for action in ("vpc:DescribeRouteEntryList", "vpc:ModifyRouteTableAttributes"):
        with refused("InvalidRouteTableId.NotFound"):
            api(action, RouteTableId="vtb-none")
