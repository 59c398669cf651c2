"""Network interfaces: made, attached, filtered, addressed and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import Eip
from tests.simulator.api.sample_ids import VPC, VSWITCH, WEB_1
from tests.simulator.in_vpc import GROUP, INSTANCE, INTERFACE, PRIMARY, SECOND_VSWITCH, add, instance
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with an instance in a VPC and a network interface beside it."""
    add(quick)
    return quick


def _interfaces(api: Api, **filters: Any) -> list[dict[str, Any]]:
    return list(api("ecs:DescribeNetworkInterfaces", **filters)["NetworkInterfaceSets"]["NetworkInterfaceSet"])


def _reaches(api: Api, interface_id: str, status: str) -> None:
    api.until(
        "ecs:DescribeNetworkInterfaceAttribute",
        lambda answer: answer["Status"] == status,
        NetworkInterfaceId=interface_id,
    )


def test_every_instance_in_a_vpc_has_a_primary_interface(simulator: Any, quick: Estate) -> None:
    quick.instances.append(instance("i-bp1invpc000000000002", "192.168.10.9"))
    simulator.simulation.reset(quick)
    api = Api(simulator)
    (primary,) = _interfaces(api, InstanceId="i-bp1invpc000000000002")
    assert (primary["Type"], primary["Status"], primary["PrivateIpAddress"]) == ("Primary", "InUse", "192.168.10.9")
    assert primary["MacAddress"].startswith("00:16:3e:")
    assert _interfaces(api, InstanceId=WEB_1) == [], "a classic instance has none"


def test_its_whole_life(api: Api) -> None:
    created = api(
        "ecs:CreateNetworkInterface",
        VSwitchId=VSWITCH,
        SecurityGroupId=GROUP,
        NetworkInterfaceName="second",
        SecondaryPrivateIpAddressCount=2,
    )
    interface_id = created["NetworkInterfaceId"]
    assert (created["Type"], created["VpcId"], created["ZoneId"]) == ("Secondary", VPC, "cn-hangzhou-h")
    addresses = [item["PrivateIpAddress"] for item in created["PrivateIpSets"]["PrivateIpSet"]]
    assert addresses == ["192.168.10.3", "192.168.10.4", "192.168.10.5"], "the first ones that nobody has"
    _reaches(api, interface_id, "Available")
    api("ecs:AttachNetworkInterface", NetworkInterfaceId=interface_id, InstanceId=INSTANCE)
    _reaches(api, interface_id, "InUse")
    instance = api("ecs:DescribeInstances", InstanceIds=f'["{INSTANCE}"]')["Instances"]["Instance"][0]
    interfaces = instance["NetworkInterfaces"]["NetworkInterface"]
    assert [item["NetworkInterfaceId"] for item in interfaces] == [PRIMARY, interface_id]
    api("ecs:DetachNetworkInterface", NetworkInterfaceId=interface_id, InstanceId=INSTANCE)
    _reaches(api, interface_id, "Available")
    api("ecs:DeleteNetworkInterface", NetworkInterfaceId=interface_id)
    api.until("ecs:DescribeNetworkInterfaces", lambda answer: answer["TotalCount"] == 2)
    with refused("InvalidEniId.NotFound", 404):
        api("ecs:DeleteNetworkInterface", NetworkInterfaceId=interface_id)


class TestInPassing:
    """With interfaces that take an hour for everything."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.network_interface = 3600
        return quick

    def test_statuses(self, api: Api) -> None:
        created = api("ecs:CreateNetworkInterface", VSwitchId=VSWITCH, SecurityGroupId=GROUP)
        assert created["Status"] == "Creating"
        with refused("InvalidOperation.InvalidEniState"):
            api("ecs:DeleteNetworkInterface", NetworkInterfaceId=created["NetworkInterfaceId"])
        api("ecs:AttachNetworkInterface", NetworkInterfaceId=INTERFACE, InstanceId=INSTANCE)
        assert [item["Status"] for item in _interfaces(api, NetworkInterfaceId=[INTERFACE])] == ["Attaching"]
        with refused("InvalidOperation.InvalidEniState"):
            api("ecs:DetachNetworkInterface", NetworkInterfaceId=INTERFACE, InstanceId=INSTANCE)

    def test_one_that_is_being_attached_counts(self, api: Api) -> None:
        api("ecs:AttachNetworkInterface", NetworkInterfaceId=INTERFACE, InstanceId=INSTANCE)
        assert len(_interfaces(api, InstanceId=INSTANCE)) == 2


def test_addresses_come_and_go(api: Api) -> None:
    def free() -> int:
        return int(api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["AvailableIpAddressCount"])

    before = free()
    assigned = api("ecs:AssignPrivateIpAddresses", NetworkInterfaceId=PRIMARY, SecondaryPrivateIpAddressCount=2)
    addresses = assigned["AssignedPrivateIpAddressesSet"]["PrivateIpSet"]["PrivateIpAddress"]
    assert addresses == ["192.168.10.3", "192.168.10.4"]
    assert free() == before - 2
    api("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=PRIMARY, PrivateIpAddress=addresses[:1])
    (primary,) = _interfaces(api, NetworkInterfaceId=[PRIMARY])
    sets = primary["PrivateIpSets"]["PrivateIpSet"]
    assert [(item["PrivateIpAddress"], item["Primary"]) for item in sets] == [
        ("192.168.10.1", True),
        ("192.168.10.4", False),
    ]
    assert free() == before - 1


def test_the_last_three_addresses_are_the_clouds_own(api: Api) -> None:
    created = api(
        "ecs:CreateNetworkInterface", VSwitchId=SECOND_VSWITCH, SecurityGroupId=GROUP, SecondaryPrivateIpAddressCount=3
    )
    addresses = [item["PrivateIpAddress"] for item in created["PrivateIpSets"]["PrivateIpSet"]]
    assert addresses == [f"192.168.11.{last}" for last in (1, 2, 3, 4)]
    with refused("InvalidVSwitchId.IpNotEnough", 403):
        api("ecs:CreateNetworkInterface", VSwitchId=SECOND_VSWITCH, SecurityGroupId=GROUP)


class TestFilters:
    """With an EIP at the secondary interface."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        bound: dict[str, Any] = {"instance_id": INTERFACE, "instance_type": "NetworkInterface", "status": "InUse"}
        quick.eips.append(Eip(id="eip-bp1bound0000000001", ip_address="198.18.0.1", tags={}, **bound))
        interface = quick.network_interfaces.find(INTERFACE)
        assert interface
        interface.name, interface.tags = "extra", {"team": "shop"}
        return quick

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, [PRIMARY, INTERFACE]),
            ({"NetworkInterfaceId": [INTERFACE, "eni-none"]}, [INTERFACE]),
            ({"NetworkInterfaceName": "extra"}, [INTERFACE]),
            ({"InstanceId": INSTANCE}, [PRIMARY]),
            ({"Type": "Primary"}, [PRIMARY]),
            ({"Status": "Available"}, [INTERFACE]),
            ({"VpcId": VPC, "VSwitchId": VSWITCH}, [PRIMARY, INTERFACE]),
            ({"VSwitchId": SECOND_VSWITCH}, []),
            ({"VpcId": "vpc-none"}, []),
            ({"PrimaryIpAddress": "192.168.10.2"}, [INTERFACE]),
            ({"PrivateIpAddress": ["192.168.10.1", "192.168.10.99"]}, [PRIMARY]),
            ({"SecurityGroupId": GROUP}, [PRIMARY, INTERFACE]),
            ({"ServiceManaged": True}, []),
            ({"Tag": [{"Key": "team"}]}, [INTERFACE]),
        ],
    )
    def test_filters(self, api: Api, filters: dict[str, Any], expected: list[str]) -> None:
        assert [item["NetworkInterfaceId"] for item in _interfaces(api, **filters)] == expected

    def test_its_eip_is_shown(self, api: Api) -> None:
        (interface,) = _interfaces(api, NetworkInterfaceId=[INTERFACE])
        assert interface["AssociatedPublicIp"]["PublicIpAddress"] == "198.18.0.1"

    def test_its_tags_are_tags_of_the_api(self, api: Api) -> None:
        api("ecs:TagResources", ResourceType="eni", ResourceId=[INTERFACE], Tag=[{"Key": "a", "Value": "b"}])
        tags = api("ecs:ListTagResources", ResourceType="eni", ResourceId=[INTERFACE])["TagResources"]["TagResource"]
        assert [(tag["TagKey"], tag["TagValue"]) for tag in tags] == [("a", "b"), ("team", "shop")]
