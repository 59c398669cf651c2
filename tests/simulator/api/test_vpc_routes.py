"""Route tables and their entries: states over time, who follows which table, what is listed."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.vpc_routes import CUSTOM, ENTRY, INTERFACE, ROUTER, routed
from tests.simulator.api.sample_ids import VPC, VSWITCH
from tests.simulator.sdk import Api, refused

BLOCK = "172.20.0.0/16"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """A custom table with an entry, and what it points to."""
    quick.vpcs.append(quick.vpcs[0].model_copy(deep=True, update={"id": "vpc-bp1unused000000000001"}))
    routed(quick)
    return quick


def _table(api: Api, table_id: str) -> dict[str, Any]:
    tables = api("vpc:DescribeRouteTableList", RouteTableId=table_id)["RouterTableList"]["RouterTableListType"]
    return dict(tables[0])


def _entries(api: Api, table_id: str, **filters: Any) -> list[dict[str, Any]]:
    answer = api("vpc:DescribeRouteEntryList", RouteTableId=table_id, **filters)
    return list(answer["RouteEntrys"]["RouteEntry"])


def _no_entries(api: Api, table_id: str) -> None:
    api.until(
        "vpc:DescribeRouteEntryList",
        lambda answer: answer["TotalCount"] == 0,
        RouteTableId=table_id,
        RouteEntryType="Custom",
    )


def _settled(api: Api, table_id: str) -> None:
    api.until(
        "vpc:DescribeRouteEntryList",
        lambda answer: all(entry["Status"] == "Available" for entry in answer["RouteEntrys"]["RouteEntry"]),
        RouteTableId=table_id,
    )


def test_the_system_table(api: Api) -> None:
    vpc_id = api.new_vpc()
    api.new_vswitch(vpc_id, "172.16.5.0/24")
    table = api("vpc:DescribeRouteTableList", VpcId=vpc_id)["RouterTableList"]["RouterTableListType"][0]
    assert (table["RouteTableType"], table["VpcId"], table["Status"]) == ("System", vpc_id, "Available")
    table_id = table["RouteTableId"]
    blocks = [entry["DestinationCidrBlock"] for entry in _entries(api, table_id, RouteEntryType="System")]
    assert blocks == ["172.16.5.0/24", "100.64.0.0/10"]
    assert _entries(api, table_id, RouteEntryType="Custom") == []
    api("vpc:ModifyRouteTableAttributes", RouteTableId=table_id, RouteTableName="main", Description="of all")
    again = api("vpc:DescribeRouteTableList", RouteTableName="main")["RouterTableList"]["RouterTableListType"][0]
    assert (again["RouteTableId"], again["Description"]) == (table_id, "of all")


def test_a_table_from_beginning_to_end(api: Api) -> None:
    created = api("vpc:CreateRouteTable", VpcId=VPC, RouteTableName="own", Tag=[{"Key": "a", "Value": "b"}])
    table_id = created["RouteTableId"]
    shown = _table(api, table_id)
    assert (shown["RouteTableType"], shown["RouteTableName"]) == ("Custom", "own")
    assert shown["Tags"]["Tag"] == [{"Key": "a", "Value": "b"}]
    api.until(
        "vpc:DescribeRouteTableList",
        lambda answer: answer["RouterTableList"]["RouterTableListType"][0]["Status"] == "Available",
        RouteTableId=table_id,
    )
    api("vpc:ModifyRouteTableAttributes", RouteTableId=table_id, RoutePropagationEnable=False)
    assert _table(api, table_id)["RoutePropagationEnable"] is False
    api("vpc:DeleteRouteTable", RouteTableId=table_id)
    api.until("vpc:DescribeRouteTableList", lambda answer: answer["TotalCount"] == 0, RouteTableId=table_id)


class TestSlowly:
    """With routes that take an hour to come and to go."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.route = quick.timings.vswitch = 3600
        return quick

    def test_tables(self, api: Api) -> None:
        table_id = api("vpc:CreateRouteTable", VpcId=VPC)["RouteTableId"]
        assert _table(api, table_id)["Status"] == "Creating"
        with refused("IncorrectStatus.RouteTableStatus"):
            api("vpc:CreateRouteEntry", RouteTableId=table_id, DestinationCidrBlock=BLOCK, NextHopId=ROUTER)

    def test_one_entry_at_a_time(self, api: Api) -> None:
        api("vpc:CreateRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock=BLOCK, NextHopId=ROUTER)
        assert _entries(api, CUSTOM, DestinationCidrBlock=BLOCK)[0]["Status"] == "Pending"
        with refused("IncorrectRouteEntryStatus"):
            api("vpc:CreateRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock="172.21.0.0/16", NextHopId=ROUTER)
        with refused("IncorrectRouteEntryStatus"):
            api("vpc:DeleteRouteEntry", RouteEntryId=ENTRY)
        with refused("IncorrectRouteEntryStatus"):
            api("vpc:DeleteVSwitch", VSwitchId=VSWITCH)

    def test_entries_go(self, api: Api) -> None:
        api("vpc:DeleteRouteEntry", RouteEntryId=ENTRY)
        assert _entries(api, CUSTOM, RouteEntryId=ENTRY)[0]["Status"] == "Deleting"

    def test_a_vswitch_that_changes_its_table_is_pending(self, api: Api) -> None:
        api("vpc:AssociateRouteTable", RouteTableId=CUSTOM, VSwitchId=VSWITCH)
        vswitch = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)
        assert (vswitch["Status"], vswitch["RouteTable"]["RouteTableId"]) == ("Pending", CUSTOM)
        with refused("IncorrectVSwitchStatus", 404):
            api("vpc:UnassociateRouteTable", RouteTableId=CUSTOM, VSwitchId=VSWITCH)
        with refused("IncorrectVSwitchStatus"):
            api("vpc:CreateRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock=BLOCK, NextHopId=ROUTER)


def test_a_vswitch_follows_one_table(api: Api) -> None:
    system = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["RouteTable"]["RouteTableId"]
    api("vpc:AssociateRouteTable", RouteTableId=CUSTOM, VSwitchId=VSWITCH)
    assert _table(api, CUSTOM)["VSwitchIds"]["VSwitchId"] == [VSWITCH]
    assert _table(api, system)["VSwitchIds"]["VSwitchId"] == []
    assert api("vpc:DescribeVSwitches", RouteTableId=CUSTOM)["TotalCount"] == 1
    api.until("vpc:DescribeVSwitchAttributes", lambda item: item["Status"] == "Available", VSwitchId=VSWITCH)
    api("vpc:UnassociateRouteTable", RouteTableId=CUSTOM, VSwitchId=VSWITCH)
    assert _table(api, system)["VSwitchIds"]["VSwitchId"] == [VSWITCH]


def test_an_entry_from_beginning_to_end(api: Api) -> None:
    created = api(
        "vpc:CreateRouteEntry",
        RouteTableId=CUSTOM,
        DestinationCidrBlock=BLOCK,
        NextHopType="NetworkInterface",
        NextHopId=INTERFACE,
        RouteEntryName="to-eni",
    )
    _settled(api, CUSTOM)
    entry = _entries(api, CUSTOM, RouteEntryName="to-eni")[0]
    hop = entry["NextHops"]["NextHop"][0]
    assert (hop["NextHopType"], hop["NextHopId"]) == ("NetworkInterface", INTERFACE)
    api("vpc:ModifyRouteEntry", RouteEntryId=created["RouteEntryId"], NewNextHopId=ROUTER, Description="moved")
    _settled(api, CUSTOM)
    tables = api("vpc:DescribeRouteTables", RouteTableId=CUSTOM)["RouteTables"]["RouteTable"]
    shown = {entry["DestinationCidrBlock"]: entry for entry in tables[0]["RouteEntrys"]["RouteEntry"]}[BLOCK]
    assert (shown["NextHopType"], shown["InstanceId"], shown["Description"]) == ("Instance", ROUTER, "moved")
    api("vpc:DeleteRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock=BLOCK, NextHopId=ROUTER)
    _settled(api, CUSTOM)
    assert [entry["RouteEntryId"] for entry in _entries(api, CUSTOM, RouteEntryType="Custom")] == [ENTRY]
    api("vpc:DeleteRouteEntry", RouteEntryId=ENTRY)
    _no_entries(api, CUSTOM)


def test_an_address_is_a_route_to_one_host(api: Api) -> None:
    api("vpc:CreateRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock="172.20.0.7", NextHopId=ROUTER)
    assert _entries(api, CUSTOM, DestinationCidrBlock="172.20.0.7/32")


def test_a_destination_may_hold_vswitches(api: Api) -> None:
    api("vpc:CreateRouteEntry", RouteTableId=CUSTOM, DestinationCidrBlock="192.168.0.0/16", NextHopId=ROUTER)
    assert _entries(api, CUSTOM, DestinationCidrBlock="192.168.0.0/16")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3),
        ({"RouteEntryType": "System"}, 2),
        ({"RouteEntryType": "Custom"}, 1),
        ({"RouteEntryType": "BGP"}, 0),
        ({"RouteEntryId": ENTRY}, 1),
        ({"NextHopId": ROUTER}, 1),
        ({"NextHopType": "NetworkInterface"}, 0),
        ({"NextHopType": "local"}, 2),
        ({"IpVersion": "IPv6"}, 0),
        ({"ServiceType": "TR"}, 0),
        ({"DestCidrBlockList": ["172.30.0.0/16", "100.64.0.0/10"]}, 2),
    ],
)
def test_filters_of_entries(api: Api, filters: dict[str, Any], count: int) -> None:
    assert len(_entries(api, CUSTOM, **filters)) == count


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"VpcId": VPC}, 2),
        ({"VpcId": VPC, "RouteTableType": "Custom"}, 1),
        ({"RouterType": "VBR"}, 0),
        ({"RouterId": "vrt-none"}, 0),
        ({"Tag": [{"Key": "none"}]}, 0),
    ],
)
def test_filters_of_tables(api: Api, filters: dict[str, Any], count: int) -> None:
    assert api("vpc:DescribeRouteTableList", **filters)["TotalCount"] == count
