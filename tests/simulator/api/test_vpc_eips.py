"""EIPs: states over time, what they are bound to, and public addresses that become EIPs."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import EipLine
from simulator.server import Simulator
from tests.simulator.api.examples.vpc_eips import BOUND, FREE, OTHER, PREPAID, PRIMARY, SECONDARY, SERVER, servers
from tests.simulator.sdk import Api, refused

ENI = {"InstanceType": "NetworkInterface"}


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """Servers, network interfaces and EIPs."""
    servers(quick)
    return quick


def _eip(api: Api, allocation_id: str) -> dict[str, Any]:
    return dict(api("vpc:DescribeEipAddresses", AllocationId=allocation_id)["EipAddresses"]["EipAddress"][0])


def _until(api: Api, allocation_id: str, status: str) -> dict[str, Any]:
    answer = api.until(
        "vpc:DescribeEipAddresses",
        lambda answer: answer["EipAddresses"]["EipAddress"][0]["Status"] == status,
        AllocationId=allocation_id,
    )
    return dict(answer["EipAddresses"]["EipAddress"][0])


def test_an_eip_from_beginning_to_end(api: Api) -> None:
    allocated = api("vpc:AllocateEipAddress", Name="ftp", Bandwidth="10", Tag=[{"Key": "a", "Value": "b"}])
    eip = _eip(api, allocated["AllocationId"])
    expected = {
        "IpAddress": allocated["EipAddress"],
        "Status": "Available",
        "Bandwidth": "10",
        "InternetChargeType": "PayByBandwidth",
        "InstanceId": "",
        "Tags": {"Tag": [{"Key": "a", "Value": "b"}]},
    }
    assert {key: eip[key] for key in expected} == expected
    api("vpc:ModifyEipAddressAttribute", AllocationId=eip["AllocationId"], Bandwidth="20", Description="changed")
    changed = _eip(api, eip["AllocationId"])
    assert (changed["Bandwidth"], changed["Name"], changed["Description"]) == ("20", "ftp", "changed")
    api("vpc:ReleaseEipAddress", AllocationId=eip["AllocationId"])
    api.until("vpc:DescribeEipAddresses", lambda answer: answer["TotalCount"] == 0, AllocationId=eip["AllocationId"])


def test_twenty_eips_of_different_addresses(api: Api) -> None:
    addresses = {api("vpc:AllocateEipAddress")["EipAddress"] for _ in range(17)}
    assert len(addresses) == 17
    with refused("QuotaExceeded.Eip"):
        api("vpc:AllocateEipAddress")


def test_the_same_token_gets_one_eip(api: Api) -> None:
    assert len({api("vpc:AllocateEipAddress", ClientToken="once")["AllocationId"] for _ in range(2)}) == 1


def test_bound_to_a_server(api: Api) -> None:
    api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=SERVER)
    bound = _until(api, FREE, "InUse")
    assert (bound["InstanceId"], bound["InstanceType"], bound["Mode"]) == (SERVER, "EcsInstance", "NAT")
    with refused("IncorrectEipStatus"):
        api("vpc:ReleaseEipAddress", AllocationId=FREE)
    api("vpc:UnassociateEipAddress", AllocationId=FREE, InstanceId=SERVER)
    free = _until(api, FREE, "Available")
    assert (free["InstanceId"], free["InstanceType"]) == ("", "")


class TestSlowly:
    """With EIPs that take an hour to be bound."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.eip = 3600
        return quick

    def test_passing_statuses(self, api: Api) -> None:
        api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=SERVER)
        api("vpc:UnassociateEipAddress", AllocationId=BOUND)
        assert (_eip(api, FREE)["Status"], _eip(api, BOUND)["Status"]) == ("Associating", "Unassociating")
        assert _eip(api, BOUND)["InstanceId"] == OTHER
        for action in ("vpc:AssociateEipAddress", "vpc:UnassociateEipAddress"):
            with refused("InvalidBindingStatus"):
                api(action, AllocationId=FREE, InstanceId=SERVER)
        with refused("IncorrectEipStatus"):
            api("vpc:ModifyEipAddressAttribute", AllocationId=FREE, Name="new")

    def test_releasing(self, api: Api) -> None:
        api("vpc:ReleaseEipAddress", AllocationId=FREE)
        assert _eip(api, FREE)["Status"] == "Releasing"
        with refused("IncorrectEipStatus"):
            api("vpc:ReleaseEipAddress", AllocationId=FREE)


def test_cut_through(api: Api) -> None:
    api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=SECONDARY, Mode="BINDED", **ENI)
    bound = _until(api, FREE, "InUse")
    assert (bound["InstanceId"], bound["InstanceType"], bound["Mode"]) == (SECONDARY, "NetworkInterface", "BINDED")
    second = api("vpc:AllocateEipAddress")["AllocationId"]
    with refused("InvalidAssociation.Duplicated"):
        api("vpc:AssociateEipAddress", AllocationId=second, InstanceId=SECONDARY, Mode="BINDED", **ENI)
    api("vpc:UnassociateEipAddress", AllocationId=FREE, InstanceId=SECONDARY, **ENI)
    assert _until(api, FREE, "Available")["Mode"] == ""


@pytest.mark.parametrize("more", [[], ["192.168.10.4"]])
def test_a_mode_is_changed_and_changed_back(simulator: Simulator, quick: Estate, more: list[str]) -> None:
    """Also of an interface with a secondary address, which cannot be bound in the mode BINDED to begin with."""
    interface = quick.network_interfaces.find(SECONDARY)
    assert interface is not None
    interface.private_ips += more
    simulator.simulation.reset(quick)
    api = Api(simulator)
    api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=SECONDARY, **ENI)
    _until(api, FREE, "InUse")
    for mode in ("BINDED", "BINDED", "NAT"):
        api("vpc:ModifyEipForwardMode", InstanceId=FREE, Mode=mode)
        assert _eip(api, FREE)["Mode"] == mode


def test_one_eip_for_each_address_of_a_network_interface(api: Api, simulator: Simulator, quick: Estate) -> None:
    interface = quick.network_interfaces.find(SECONDARY)
    assert interface is not None
    interface.private_ips = ["192.168.10.3", "192.168.10.4"]
    simulator.simulation.reset(quick)
    eips = [api("vpc:AllocateEipAddress")["AllocationId"] for _ in range(3)]
    first = {"InstanceId": SECONDARY, "PrivateIpAddress": "192.168.10.4", **ENI}
    api("vpc:AssociateEipAddress", AllocationId=eips[0], **first)
    with refused("InvalidAssociation.Duplicated"):
        api("vpc:AssociateEipAddress", AllocationId=eips[1], **first)
    api("vpc:AssociateEipAddress", AllocationId=eips[1], InstanceId=SECONDARY, **ENI)
    with refused("InvalidEip.EipQuotaExceeded"):
        api("vpc:AssociateEipAddress", AllocationId=eips[2], InstanceId=SECONDARY, **ENI)
    assert _eip(api, eips[0])["PrivateIpAddress"] == "192.168.10.4"


def test_a_primary_network_interface_takes_one_in_nat_mode(api: Api) -> None:
    api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=PRIMARY, **ENI)
    assert _until(api, FREE, "InUse")["Mode"] == "NAT"


def test_protected(api: Api) -> None:
    api("vpc:DeletionProtection", InstanceId=FREE, Type="EIP", ProtectionEnable=True)
    assert _eip(api, FREE)["DeletionProtection"] is True
    with refused("InvalidOperation.DeletionProtection"):
        api("vpc:ReleaseEipAddress", AllocationId=FREE)
    api("vpc:DeletionProtection", InstanceId=FREE, Type="EIP", ProtectionEnable=False)
    api("vpc:ReleaseEipAddress", AllocationId=FREE)


@pytest.mark.parametrize("line", get_args(EipLine))
def test_an_eip_is_of_the_line_that_was_asked_for(api: Api, line: str) -> None:
    allocation_id = api("vpc:AllocateEipAddress", ISP=line)["AllocationId"]
    eips = api("vpc:DescribeEipAddresses", ISP=line)["EipAddresses"]["EipAddress"]
    assert [(eip["AllocationId"], eip["ISP"]) for eip in eips if eip["AllocationId"] == allocation_id] == [
        (allocation_id, line)
    ]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3),
        ({"AllocationId": f"{FREE},{BOUND},eip-none"}, 2),
        ({"EipAddress": "192.0.2.201,192.0.2.202"}, 2),
        ({"Status": "InUse"}, 1),
        ({"AssociatedInstanceId": OTHER}, 1),
        ({"AssociatedInstanceType": "EcsInstance"}, 1),
        ({"AssociatedInstanceType": "Nat"}, 0),
        ({"ChargeType": "PrePaid"}, 1),
        ({"EipName": "none"}, 0),
        ({"ISP": "BGP"}, 3),
        ({"ISP": "ChinaTelecom"}, 0),
        ({"LockReason": "financial"}, 0),
        ({"ServiceManaged": True}, 0),
        ({"SecurityProtectionEnabled": True}, 0),
        ({"SegmentInstanceId": "eipsg-1"}, 0),
        ({"Tag": [{"Key": "none"}]}, 0),
        ({"Filter": [{"Key": "CreationEndTime", "Value": "2000-01-01T00:00Z"}]}, 0),
        ({"Filter": [{"Key": "CreationStartTime", "Value": "2000-01-01T00:00Z"}]}, 3),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], count: int) -> None:
    assert api("vpc:DescribeEipAddresses", **filters)["TotalCount"] == count


def test_pages(api: Api) -> None:
    pages = [
        [item["AllocationId"] for item in answer["EipAddresses"]["EipAddress"]]
        for answer in (api("vpc:DescribeEipAddresses", PageSize=2, PageNumber=number) for number in (1, 2, 3))
    ]
    assert pages == [[FREE, BOUND], [PREPAID], []]


class TestConverted:
    """A server in a VPC that kept its public address."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        server = quick.instances.find(SERVER)
        assert server is not None
        server.public_ips, server.internet_max_bandwidth_out = ["192.0.2.10"], 7
        return quick

    def test_the_address_stays(self, api: Api) -> None:
        api("ecs:ConvertNatPublicIpToEip", InstanceId=SERVER)
        eip = api("vpc:DescribeEipAddresses", AssociatedInstanceId=SERVER)["EipAddresses"]["EipAddress"][0]
        expected = {"IpAddress": "192.0.2.10", "Status": "InUse", "InstanceType": "EcsInstance", "Bandwidth": "7"}
        assert {key: eip[key] for key in expected} == expected
        instance = api("ecs:DescribeInstances", InstanceIds=f'["{SERVER}"]')["Instances"]["Instance"][0]
        assert instance["PublicIpAddress"]["IpAddress"] == []
        with refused("OperationDenied", 403):
            api("ecs:ConvertNatPublicIpToEip", InstanceId=SERVER)

    def test_it_can_be_bound_elsewhere(self, api: Api) -> None:
        api("ecs:ConvertNatPublicIpToEip", InstanceId=SERVER)
        eip = api("vpc:DescribeEipAddresses", AssociatedInstanceId=SERVER)["EipAddresses"]["EipAddress"][0]
        api("vpc:UnassociateEipAddress", AllocationId=eip["AllocationId"])
        _until(api, eip["AllocationId"], "Available")
        api("vpc:AssociateEipAddress", AllocationId=eip["AllocationId"], InstanceId=SECONDARY, Mode="BINDED", **ENI)
        assert _until(api, eip["AllocationId"], "InUse")["IpAddress"] == "192.0.2.10"

    def test_an_eip_does_not_go_beside_it(self, api: Api) -> None:
        with refused("EIP_CAN_NOT_ASSOCIATE_WITH_PUBLIC_IP"):
            api("vpc:AssociateEipAddress", AllocationId=FREE, InstanceId=SERVER)
