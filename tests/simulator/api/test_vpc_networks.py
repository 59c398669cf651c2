"""VPCs and VSwitches: states, blocks, zones, addresses and dependencies."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_network
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import RouteEntry, RouteTable
from simulator.server import Simulator
from tests.simulator.api.sample_ids import ROUTE_TABLE, VPC, VSWITCH, WEB_1
from tests.simulator.sdk import Api, refused

ZONE = "cn-hangzhou-h"


def _gone(api: Api, action: str, field: str, **parameters: str) -> None:
    """Wait until a list no longer has what was asked for."""
    api.until(action, lambda answer: answer["TotalCount"] == 0, **parameters)
    assert api(action, **parameters)[field] is not None


class TestSlowly:
    """With networks that take an hour to come and to go."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.vpc = quick.timings.vswitch = 3600
        return quick

    def test_a_new_vpc_is_pending_and_takes_nothing(self, api: Api) -> None:
        vpc_id = api("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
        assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Pending"
        for action, parameters in (
            ("vpc:CreateVSwitch", {"ZoneId": ZONE, "CidrBlock": "172.16.0.0/24"}),
            ("vpc:DeleteVpc", {}),
            ("vpc:EnableVpcClassicLink", {}),
            ("vpc:CreateRouteTable", {}),
        ):
            with refused("IncorrectVpcStatus"):
                api(action, VpcId=vpc_id, **parameters)

    def test_one_vswitch_at_a_time(self, api: Api) -> None:
        created = api("vpc:CreateVSwitch", VpcId=VPC, ZoneId=ZONE, CidrBlock="192.168.1.0/24")
        assert api("vpc:DescribeVSwitchAttributes", VSwitchId=created["VSwitchId"])["Status"] == "Pending"
        with refused("IncorrectVSwitchStatus"):
            api("vpc:CreateVSwitch", VpcId=VPC, ZoneId=ZONE, CidrBlock="192.168.2.0/24")
        with refused("IncorrectVSwitchStatus"):
            api("vpc:DeleteVSwitch", VSwitchId=created["VSwitchId"])

    def test_a_deleted_vswitch_is_pending_for_a_while(self, api: Api) -> None:
        api("vpc:DeleteVSwitch", VSwitchId=VSWITCH)
        assert api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["Status"] == "Pending"
        with refused("DependencyViolation.VSwitch"):
            api("vpc:DeleteVpc", VpcId=VPC)


class TestDeleted:
    """A VPC that takes an hour to go."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.vpc = 3600
        quick.vswitches.remove(quick.vswitches[0])
        return quick

    def test_it_is_deleting(self, api: Api) -> None:
        api("vpc:DeleteVpc", VpcId=VPC)
        assert api("vpc:DescribeVpcAttribute", VpcId=VPC)["Status"] == "Deleting"
        assert api("vpc:DescribeRouteTableList", VpcId=VPC)["TotalCount"] == 1
        with refused("IncorrectVpcStatus"):
            api("vpc:DeleteVpc", VpcId=VPC)


def test_a_vpc_from_beginning_to_end(api: Api) -> None:
    vpc_id = api.new_vpc("172.16.0.0/12", VpcName="new", Description="first", Tag=[{"Key": "a", "Value": "b"}])
    api("vpc:ModifyVpcAttribute", VpcId=vpc_id, Description="second")
    vpc = api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    expected = {
        "VpcName": "new",
        "Description": "second",
        "CidrBlock": "172.16.0.0/12",
        "ClassicLinkEnabled": False,
        "Tags": {"Tag": [{"Key": "a", "Value": "b"}]},
    }
    assert {key: vpc[key] for key in expected} == expected
    vswitch_id = api.new_vswitch(vpc_id, "172.16.0.0/24")
    group_id = api("ecs:CreateSecurityGroup", VpcId=vpc_id)["SecurityGroupId"]
    with refused("DependencyViolation.VSwitch"):
        api("vpc:DeleteVpc", VpcId=vpc_id)
    api("vpc:DeleteVSwitch", VSwitchId=vswitch_id)
    _gone(api, "vpc:DescribeVSwitches", "VSwitches", VSwitchId=vswitch_id)
    with refused("DependencyViolation.SecurityGroup"):
        api("vpc:DeleteVpc", VpcId=vpc_id)
    api("ecs:DeleteSecurityGroup", SecurityGroupId=group_id)
    api("vpc:DeleteVpc", VpcId=vpc_id)
    _gone(api, "vpc:DescribeVpcs", "Vpcs", VpcId=vpc_id)
    with refused("InvalidVpcId.NotFound", 404):
        api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    assert api("vpc:DescribeRouteTableList", VpcId=vpc_id)["TotalCount"] == 0


def test_a_vpc_without_a_block_gets_the_default_one(api: Api) -> None:
    vpc_id = api("vpc:CreateVpc")["VpcId"]
    assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["CidrBlock"] == "172.16.0.0/12"


@pytest.mark.parametrize(
    "parameters", [{"DryRun": True}, {"DryRun": True, "CidrBlock": "x"}, {"EnableIpv6": True, "Ipv6Isp": "x"}]
)
def test_a_refused_create_vpc_changes_no_state(api: Api, simulator: Simulator, parameters: dict[str, Any]) -> None:
    before = simulator.state()
    with pytest.raises(Exception, match=r"DryRunOperation|InvalidParameter|SimulatorNotImplemented"):
        api("vpc:CreateVpc", **parameters)
    assert simulator.state() == before


def test_the_same_token_makes_one_vpc(api: Api) -> None:
    answers = [api("vpc:CreateVpc", CidrBlock="172.16.0.0/16", ClientToken="once")["VpcId"] for _ in range(2)]
    assert len(set(answers)) == 1
    assert api("vpc:DescribeVpcs")["TotalCount"] == 2
    with refused("IdempotentParameterMismatch"):
        api("vpc:CreateVpc", CidrBlock="172.17.0.0/16", ClientToken="once")


def test_ten_vpcs_beside_the_default_one(api: Api) -> None:
    api("vpc:CreateDefaultVpc")
    for _ in range(9):
        api("vpc:CreateVpc")
    with refused("QuotaExceeded.Vpc"):
        api("vpc:CreateVpc")
    assert api("vpc:DescribeVpcs")["TotalCount"] == 11


def test_a_vpc_has_its_user_cidrs_and_dns_hostnames(api: Api) -> None:
    vpc_id = api.new_vpc(UserCidr="30.0.0.0/8,31.0.0.0/16", EnableDnsHostname=True)
    vpc = api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    assert vpc["UserCidrs"]["UserCidr"] == ["30.0.0.0/8", "31.0.0.0/16"]
    assert vpc["DnsHostnameStatus"] == "ENABLED"
    api("vpc:ModifyVpcAttribute", VpcId=vpc_id, EnableDnsHostname=False)
    assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["DnsHostnameStatus"] == "DISABLED"


@pytest.mark.parametrize("block", ["192.168.0.0/20", "192.160.0.0/12"])
def test_a_block_grows_and_shrinks_around_its_vswitches(api: Api, block: str) -> None:
    api("vpc:ModifyVpcAttribute", VpcId=VPC, CidrBlock=block)
    assert api("vpc:DescribeVpcAttribute", VpcId=VPC)["CidrBlock"] == block


def test_an_empty_vpc_takes_another_block_and_one_with_vswitches_does_not(api: Api) -> None:
    vpc_id = api.new_vpc()
    api("vpc:ModifyVpcAttribute", VpcId=vpc_id, CidrBlock="10.0.0.0/8")
    assert api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["CidrBlock"] == "10.0.0.0/8"
    with refused("InvalidParameter"):
        api("vpc:ModifyVpcAttribute", VpcId=VPC, CidrBlock="10.0.0.0/8")


def test_ipv6_of_a_vpc_and_its_vswitch(api: Api) -> None:
    vpc_id = api.new_vpc(EnableIpv6=True, Ipv6Isp="ChinaTelecom")
    vpc = api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    assert vpc["EnabledIpv6"] is True
    assert ip_network(vpc["Ipv6CidrBlock"]).prefixlen == 56
    assert vpc["Ipv6CidrBlocks"]["Ipv6CidrBlock"] == [
        {"Ipv6CidrBlock": vpc["Ipv6CidrBlock"], "Ipv6Isp": "ChinaTelecom"}
    ]
    vswitch_id = api.new_vswitch(vpc_id, "172.16.1.0/24", Ipv6CidrBlock=255)
    block = api("vpc:DescribeVSwitchAttributes", VSwitchId=vswitch_id)["Ipv6CidrBlock"]
    assert block == str(list(IPv6Network(vpc["Ipv6CidrBlock"]).subnets(new_prefix=64))[255])
    with refused("InvalidParameter"):
        api("vpc:CreateVSwitch", VpcId=vpc_id, ZoneId=ZONE, CidrBlock="172.16.2.0/24", Ipv6CidrBlock=255)
    with refused("DependencyViolation.VSwitch"):
        api("vpc:ModifyVpcAttribute", VpcId=vpc_id, EnableIPv6=False, VpcName="renamed")
    assert not api("vpc:DescribeVpcAttribute", VpcId=vpc_id)["VpcName"]
    listed = api("vpc:DescribeVSwitches", EnableIpv6=True)["VSwitches"]["VSwitch"]
    assert [(vswitch["VSwitchId"], vswitch["EnabledIpv6"]) for vswitch in listed] == [(vswitch_id, True)]
    api("vpc:ModifyVSwitchAttribute", VSwitchId=vswitch_id, EnableIPv6=False)
    assert api("vpc:DescribeVSwitches", EnableIpv6=True)["TotalCount"] == 0
    api("vpc:ModifyVpcAttribute", VpcId=vpc_id, EnableIPv6=False)
    assert api("vpc:DescribeVpcs", EnableIpv6=True)["TotalCount"] == 0


def test_ipv6_comes_later(api: Api) -> None:
    api("vpc:ModifyVpcAttribute", VpcId=VPC, EnableIPv6=True)
    first = api("vpc:DescribeVpcAttribute", VpcId=VPC)["Ipv6CidrBlock"]
    api("vpc:ModifyVpcAttribute", VpcId=VPC, EnableIPv6=True)
    second = api("vpc:AssociateVpcCidrBlock", VpcId=VPC, IpVersion="IPV6", Ipv6Isp="ChinaUnicom")["CidrBlock"]
    blocks = api("vpc:DescribeVpcAttribute", VpcId=VPC)["Ipv6CidrBlocks"]["Ipv6CidrBlock"]
    assert blocks == [
        {"Ipv6CidrBlock": first, "Ipv6Isp": "BGP"},
        {"Ipv6CidrBlock": second, "Ipv6Isp": "ChinaUnicom"},
    ]
    api("vpc:ModifyVSwitchAttribute", VSwitchId=VSWITCH, EnableIPv6=True, Ipv6CidrBlock=1, VpcIpv6CidrBlock=second)
    own = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["Ipv6CidrBlock"]
    assert IPv6Network(own).subnet_of(IPv6Network(second))
    with refused("DependencyViolation.VSwitch"):
        api("vpc:UnassociateVpcCidrBlock", VpcId=VPC, IPv6CidrBlock=second)
    api("vpc:UnassociateVpcCidrBlock", VpcId=VPC, IPv6CidrBlock=first)
    other = api.new_vpc(EnableIpv6=True)
    assert api("vpc:DescribeVpcAttribute", VpcId=other)["Ipv6CidrBlock"] == first


def test_a_secondary_block_as_wide_as_a_class_a_network(api: Api) -> None:
    vpc_id = api.new_vpc("172.16.0.0/12")
    api("vpc:AssociateVpcCidrBlock", VpcId=vpc_id, SecondaryCidrBlock="10.0.0.0/8", IpVersion="IPV4")
    vpc = api("vpc:DescribeVpcAttribute", VpcId=vpc_id)
    assert vpc["SecondaryCidrBlocks"]["SecondaryCidrBlock"] == ["10.0.0.0/8"]


def test_secondary_blocks(api: Api) -> None:
    answer = api("vpc:AssociateVpcCidrBlock", VpcId=VPC, SecondaryCidrBlock="172.20.0.0/16", IpVersion="IPV4")
    assert answer["CidrBlock"] == "172.20.0.0/16"
    shown = api("vpc:DescribeVpcAttribute", VpcId=VPC)["SecondaryCidrBlocks"]["SecondaryCidrBlock"]
    assert shown == ["172.20.0.0/16"]
    vswitch_id = api.new_vswitch(VPC, "172.20.1.0/24")
    with refused("DependencyViolation.VSwitch"):
        api("vpc:UnassociateVpcCidrBlock", VpcId=VPC, SecondaryCidrBlock="172.20.0.0/16")
    api("vpc:DeleteVSwitch", VSwitchId=vswitch_id)
    _gone(api, "vpc:DescribeVSwitches", "VSwitches", VSwitchId=vswitch_id)
    api("vpc:UnassociateVpcCidrBlock", VpcId=VPC, SecondaryCidrBlock="172.20.0.0/16")
    with refused("InvalidParameter"):
        api("vpc:CreateVSwitch", VpcId=VPC, ZoneId=ZONE, CidrBlock="172.20.1.0/24")


def test_default_networks(api: Api) -> None:
    vpc_id = api("vpc:CreateDefaultVpc")["VpcId"]
    shown = api.until("vpc:DescribeVpcAttribute", lambda vpc: vpc["Status"] == "Available", VpcId=vpc_id)
    assert (shown["CidrBlock"], shown["IsDefault"]) == ("172.31.0.0/16", True)
    assert api("vpc:DescribeVpcs", IsDefault=True)["TotalCount"] == 1
    blocks = []
    for zone in ("cn-hangzhou-b", "cn-hangzhou-h"):
        vswitch_id = api("vpc:CreateDefaultVSwitch", ZoneId=zone)["VSwitchId"]
        vswitch = api.until(
            "vpc:DescribeVSwitchAttributes", lambda item: item["Status"] == "Available", VSwitchId=vswitch_id
        )
        blocks.append((vswitch["CidrBlock"], vswitch["AvailableIpAddressCount"], vswitch["IsDefault"]))
    assert blocks == [("172.31.0.0/20", 4092, True), ("172.31.16.0/20", 4092, True)]


class TestRouted:
    """A VPC with a custom route."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.route_tables.append(RouteTable(id=ROUTE_TABLE, vpc_id=VPC, type="System", tags={}))
        quick.route_entries.append(
            RouteEntry(
                id="rte-1", route_table_id=ROUTE_TABLE, destination_cidr_block="192.168.64.0/20", next_hop_id=WEB_1
            )
        )
        return quick

    def test_a_vswitch_is_not_a_destination(self, api: Api) -> None:
        for block in ("192.168.64.0/20", "192.168.64.0/19"):
            with refused("InvalidCidrBlock.Overlapped"):
                api("vpc:CreateVSwitch", VpcId=VPC, ZoneId=ZONE, CidrBlock=block)

    def test_within_a_route_is_no_fault(self, api: Api) -> None:
        assert api.new_vswitch(VPC, "192.168.65.0/24")


@pytest.mark.parametrize(
    ("block", "free"), [("192.168.20.0/24", 252), ("192.168.20.0/29", 4), ("192.168.32.0/20", 4092)]
)
def test_free_addresses(api: Api, block: str, free: int) -> None:
    vswitch_id = api.new_vswitch(VPC, block)
    assert api("vpc:DescribeVSwitchAttributes", VSwitchId=vswitch_id)["AvailableIpAddressCount"] == free


class TestInUse:
    """A VSwitch with an instance and a database in it."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        instance, database = quick.instances[0], quick.databases[0]
        instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH
        database.vpc_id, database.vswitch_id = VPC, VSWITCH
        return quick

    def test_taken_addresses_are_not_free(self, api: Api) -> None:
        vswitch = api("vpc:DescribeVSwitches", VSwitchId=VSWITCH)["VSwitches"]["VSwitch"][0]
        assert vswitch["AvailableIpAddressCount"] == 256 - 4 - 2

    def test_it_stays(self, api: Api) -> None:
        with refused("DependencyViolation"):
            api("vpc:DeleteVSwitch", VSwitchId=VSWITCH)


def test_change_a_vswitch(api: Api) -> None:
    api("vpc:ModifyVSwitchAttribute", VSwitchId=VSWITCH, VSwitchName="renamed")
    vswitch = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)
    assert (vswitch["VSwitchName"], vswitch["ZoneId"]) == ("renamed", ZONE)


@pytest.mark.parametrize(
    ("action", "filters", "count"),
    [
        ("vpc:DescribeVpcs", {"VpcName": "shared"}, 1),
        ("vpc:DescribeVpcs", {"VpcId": f"{VPC},vpc-none"}, 1),
        ("vpc:DescribeVpcs", {"IsDefault": True}, 0),
        ("vpc:DescribeVpcs", {"EnableIpv6": True}, 0),
        ("vpc:DescribeVpcs", {"EnableIpv6": False}, 1),
        ("vpc:DescribeVpcs", {"DhcpOptionsSetId": "dopt-1"}, 0),
        ("vpc:DescribeVpcs", {"VpcOwnerId": 1}, 0),
        ("vpc:DescribeVpcs", {"Tag": [{"Key": "none"}]}, 0),
        ("vpc:DescribeVSwitches", {"ZoneId": ZONE}, 1),
        ("vpc:DescribeVSwitches", {"ZoneId": "cn-hangzhou-b"}, 0),
        ("vpc:DescribeVSwitches", {"VSwitchName": "shared-h", "IsDefault": False}, 1),
        ("vpc:DescribeVSwitches", {"RouteTableId": "vtb-none"}, 0),
        ("vpc:DescribeVSwitches", {"VSwitchOwnerId": 1}, 0),
    ],
)
def test_filters(api: Api, action: str, filters: dict[str, Any], count: int) -> None:
    assert api(action, **filters)["TotalCount"] == count
