"""Instances, regions, zones and types."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import Eip
from tests.simulator.in_vpc import INSTANCE, PRIMARY, add
from tests.simulator.sdk import Api, refused


def _names(answer: dict[str, Any]) -> list[str]:
    return [instance["InstanceName"] for instance in answer["Instances"]["Instance"]]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"InstanceIds": '["i-bp1web10000000000001", "i-none"]'}, ["web-1"]),
        ({"InstanceIds": "[]"}, []),
        ({"InstanceName": "web-1"}, ["web-1"]),
        ({"InstanceName": "*-2"}, ["web-2", "app-2"]),
        ({"InstanceName": "app*"}, ["app-1", "app-2"]),
        ({"InstanceName": "*atch*"}, ["batch-1"]),
        ({"InstanceNetworkType": "vpc"}, []),
        ({"Status": "Stopped"}, ["batch-1"]),
        ({"InstanceType": "ecs.s1.small"}, ["legacy-1"]),
        ({"SecurityGroupId": "sg-bp1app00000000000001"}, ["app-1", "app-2"]),
        ({"ZoneId": "cn-hangzhou-h", "Tag": [{"Key": "wave", "Value": "never"}]}, ["cache-1"]),
        ({"InnerIpAddresses": '["10.25.16.41"]'}, ["legacy-1"]),
        ({"PrivateIpAddresses": '["10.25.16.41"]'}, []),
        ({"PublicIpAddresses": '["192.0.2.12"]'}, ["web-3"]),
        ({"EipAddresses": '["198.18.0.1"]'}, []),
        ({"InstanceTypeFamily": "ecs.s1"}, ["legacy-1"]),
        ({"IoOptimized": False}, ["legacy-1"]),
        ({"InstanceChargeType": "PrePaid"}, ["legacy-1"]),
        ({"InternetChargeType": "PayByBandwidth"}, []),
        ({"ImageId": "m-none"}, []),
        ({"LockReason": "security"}, []),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    assert _names(api("ecs:DescribeInstances", **filters)) == names


def test_a_classic_instance(api: Api) -> None:
    instance = api("ecs:DescribeInstances", InstanceName="web-1")["Instances"]["Instance"][0]
    expected = {
        "InstanceNetworkType": "classic",
        "InnerIpAddress": {"IpAddress": ["10.25.16.10"]},
        "PublicIpAddress": {"IpAddress": ["192.0.2.10"]},
        "InternetMaxBandwidthOut": 10,
        "SecurityGroupIds": {"SecurityGroupId": ["sg-bp1web00000000000001"]},
        "ZoneId": "cn-hangzhou-b",
        "Memory": 4096,
    }
    assert {key: instance[key] for key in expected} == expected
    assert instance["VpcAttributes"]["VpcId"] == ""
    assert instance["VpcAttributes"]["PrivateIpAddress"] == {"IpAddress": []}


def test_one_instance(api: Api) -> None:
    answer = api("ecs:DescribeInstanceAttribute", InstanceId="i-bp1legacy10000000001")
    assert (answer["InstanceName"], answer["IoOptimized"]) == ("legacy-1", "none")
    assert answer["ExpiredTime"] == "2027-03-31T15:59Z"
    with refused("InvalidInstanceId.NotFound", 404):
        api("ecs:DescribeInstanceAttribute", InstanceId="i-none")
    with refused("MissingParameter"):
        api("ecs:DescribeInstanceAttribute")


def test_one_bought_for_a_vpc_has_no_inner_address(simulator: Any, quick: Estate) -> None:
    add(quick)
    bound: dict[str, Any] = {"instance_id": INSTANCE, "instance_type": "EcsInstance", "status": "InUse"}
    quick.eips.append(Eip(id="eip-bp1bound0000000001", ip_address="198.18.0.1", tags={}, **bound))
    simulator.simulation.reset(quick)
    api = Api(simulator)
    instance = api("ecs:DescribeInstances", EipAddresses='["198.18.0.1"]')["Instances"]["Instance"][0]
    assert instance["InnerIpAddress"]["IpAddress"] == []
    assert instance["VpcAttributes"]["PrivateIpAddress"]["IpAddress"] == ["192.168.10.1"]
    assert (instance["HostName"], instance["EipAddress"]["AllocationId"]) == ("in-vpc", "eip-bp1bound0000000001")
    (primary,) = instance["NetworkInterfaces"]["NetworkInterface"]
    assert (primary["NetworkInterfaceId"], primary["PrimaryIpAddress"]) == (PRIMARY, "192.168.10.1")
    assert "MetadataOptions" not in instance, "only where AdditionalAttributes asks for it"
    with refused("SimulatorNotImplemented", 400):
        api("ecs:DescribeInstances", AdditionalAttributes=["GPU"])


@pytest.mark.parametrize("malformed", ["i-1", "{}", "[1]", str(["i"] * 101).replace("'", '"')])
def test_a_malformed_list_of_ids(api: Api, malformed: str) -> None:
    with refused("InvalidInstanceIds.Malformed"):
        api("ecs:DescribeInstances", InstanceIds=malformed)


def test_zones_say_whether_they_have_vswitches(api: Api) -> None:
    zones = api("ecs:DescribeZones")["Zones"]["Zone"]
    creations = {zone["ZoneId"]: zone["AvailableResourceCreation"]["ResourceTypes"] for zone in zones}
    assert [zone for zone, kinds in creations.items() if "VSwitch" not in kinds] == ["cn-hangzhou-e"]


def _in_stock(api: Api, **parameters: Any) -> list[str]:
    zones = api("ecs:DescribeAvailableResource", **parameters)["AvailableZones"]["AvailableZone"]
    return [
        f"{zone['ZoneId'][-1]}:{item['Value']}"
        for zone in zones
        for kind in zone["AvailableResources"]["AvailableResource"]
        for item in kind["SupportedResources"]["SupportedResource"]
    ]


def test_types_in_stock(api: Api) -> None:
    assert _in_stock(api, DestinationResource="InstanceType", InstanceType="ecs.sn2.medium") == ["h:ecs.sn2.medium"]
    assert _in_stock(api, DestinationResource="Zone", ZoneId="cn-hangzhou-b") == ["b:cn-hangzhou-b"]
    disks = _in_stock(api, DestinationResource="SystemDisk", InstanceType="ecs.sn2.medium")
    assert disks == [f"h:{name}" for name in _CATEGORIES]
    with refused("InvalidDestinationResource.Malformed"):
        _in_stock(api, DestinationResource="Moon")
    with refused("MissingParameter"):
        _in_stock(api, DestinationResource="SystemDisk")


def test_instance_types_and_their_interfaces(api: Api) -> None:
    kinds = api("ecs:DescribeInstanceTypes")["InstanceTypes"]["InstanceType"]
    interfaces = {kind["InstanceTypeId"]: kind.get("EniQuantity") for kind in kinds}
    assert interfaces["ecs.s1.small"] is None
    assert interfaces["ecs.n1.small"] == 1
    two = api("ecs:DescribeInstanceTypes", MinimumEniQuantity=2)["InstanceTypes"]["InstanceType"]
    assert {kind["InstanceTypeId"] for kind in two} == {
        name for name, number in interfaces.items() if (number or 0) > 1
    }
    one = api("ecs:DescribeInstanceTypes", InstanceTypes=["ecs.n1.small"], InstanceTypeFamily="ecs.n1")
    assert len(one["InstanceTypes"]["InstanceType"]) == 1
    with refused("Invalid.InstanceTypes"):
        api("ecs:DescribeInstanceTypes", InstanceTypes=["ecs.n1.small"] * 11)


_CATEGORIES = ("cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto", "cloud_essd_entry")
LISTED = (
    "ecs.s1.small",
    "ecs.n1.small",
    "ecs.n1.large",
    "ecs.n4.large",
    "ecs.sn1.medium",
    "ecs.sn2.medium",
    "ecs.g6.large",
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"MinimumCpuCoreCount": 4}, {"ecs.n1.large"}),
        ({"MinimumCpuCoreCount": 2, "MaximumMemorySize": 4}, {"ecs.n4.large", "ecs.sn1.medium"}),
        ({"MinimumEniQuantity": 1, "MaximumCpuCoreCount": 1}, {"ecs.n1.small"}),
        ({"MinimumGPUAmount": 1}, set()),
        (
            {"MinimumLocalStorageAmount": 0, "InstanceTypeFamilies": ["ecs.s1", "ecs.g6"]},
            {"ecs.s1.small", "ecs.g6.large"},
        ),
        ({"MinimumEniIpv6AddressQuantity": 1}, set()),
        ({"CpuArchitecture": "X86"}, set(LISTED)),
        ({"CpuArchitectures": ["ARM"]}, set()),
        ({"PhysicalProcessorModel": "Intel"}, set()),
        ({"NvmeSupport": "required"}, set()),
    ],
)
def test_instance_types_by_what_they_are(api: Api, filters: dict[str, Any], expected: set[str]) -> None:
    types = api("ecs:DescribeInstanceTypes", **filters)["InstanceTypes"]["InstanceType"]
    assert {kind["InstanceTypeId"] for kind in types} == expected


def test_images_by_what_they_are(api: Api) -> None:
    for filters, count in (
        ({"ActionType": "ChangeOS", "InstanceType": "ecs.g6.large"}, 2),
        ({"InstanceType": "ecs.none"}, 0),
        ({"ShowExpired": True, "IsPublic": False}, 2),
        ({"SnapshotId": "s-none"}, 0),
        ({"ImageFamily": "acs:none"}, 0),
        ({"Filter": [{"Key": "CreationEndTime", "Value": "2000-01-01T00:00Z"}]}, 0),
    ):
        assert api("ecs:DescribeImages", **filters)["TotalCount"] == count, filters
    image_id = api("ecs:DescribeImages")["Images"]["Image"][0]["ImageId"]
    kinds = api("ecs:DescribeImageSupportInstanceTypes", ImageId=image_id)["InstanceTypes"]["InstanceType"]
    assert {kind["InstanceTypeId"] for kind in kinds} == set(LISTED)


def test_disks_of_a_zone_are_asked_for_without_an_instance_type(api: Api) -> None:
    assert _in_stock(api, DestinationResource="DataDisk", ResourceType="disk", ZoneId="cn-hangzhou-h") == [
        f"h:{name}" for name in _CATEGORIES
    ]


def test_the_region(api: Api) -> None:
    assert [region["RegionId"] for region in api("ecs:DescribeRegions")["Regions"]["Region"]] == ["cn-hangzhou"]


def test_nothing_is_sold_for_the_classic_network(api: Api) -> None:
    assert _in_stock(api, DestinationResource="InstanceType", NetworkCategory="classic") == []
    assert _in_stock(api, DestinationResource="Zone", IoOptimized="none") == []
    assert _in_stock(api, DestinationResource="InstanceType", Cores=4, Memory=8, ZoneId="cn-hangzhou-b") == [
        "b:ecs.n1.large"
    ]
    quotas = api("ecs:DescribeAccountAttributes", AttributeName=["instance-network-type"])["AccountAttributeItems"]
    (item,) = quotas["AccountAttributeItem"]
    assert item["AttributeValues"]["ValueItem"] == [{"Value": "vpc"}]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 2),
        ({"ImageName": "aliyun_3*"}, 1),
        ({"ImageId": "m-none,centos_7_9_x64_20G_alibase_20211227.vhd"}, 1),
        ({"OSType": "windows"}, 0),
        ({"Status": "Creating,Waiting"}, 0),
        ({"Usage": "instance"}, 1),
        ({"IsSupportIoOptimized": False}, 0),
        ({"Architecture": "arm64"}, 0),
    ],
)
def test_images(api: Api, filters: dict[str, Any], count: int) -> None:
    assert api("ecs:DescribeImages", **filters)["TotalCount"] == count
