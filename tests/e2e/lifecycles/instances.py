"""An instance in a VPC, bought, changed and released, and what is read of classic ones."""

from __future__ import annotations

from simulator.model.estate import Estate
from tests.e2e.lifecycles import Read, Resource

VPC, VSWITCH = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"
IMAGE = "aliyun_3_x64_20G_alibase_20260613.vhd"

RESOURCES = (
    Resource("front", "alicloud:ecs/securityGroup:SecurityGroup", {"securityGroupName": "front", "vpcId": VPC}),
    Resource("back", "alicloud:ecs/securityGroup:SecurityGroup", {"securityGroupName": "back", "vpcId": VPC}),
    Resource(
        "web",
        "alicloud:ecs/instance:Instance",
        {
            "instanceName": "web",
            "description": "first",
            "hostName": "web-host",
            "imageId": IMAGE,
            "instanceType": "ecs.sn2.medium",
            "availabilityZone": "cn-hangzhou-h",
            "vswitchId": VSWITCH,
            "securityGroups": ["${front.id}"],
            "systemDiskCategory": "cloud_efficiency",
            "systemDiskSize": 40,
            "internetMaxBandwidthOut": 5,
            "userData": "ZWNobyBoaQ==",
            "tags": {"team": "shop"},
        },
        changed={
            "instanceName": "front",
            "description": "second",
            "hostName": "front-host",
            "instanceType": "ecs.g6.large",
            "internetMaxBandwidthOut": 8,
            "securityGroups": ["${front.id}", "${back.id}"],
            "deletionProtection": False,
            "tags": {"team": "web"},
        },
    ),
)

READS = (
    Read(
        "bought",
        "alicloud:ecs/getInstances:getInstances",
        {"ids": ["${web.id}"], "enableDetails": True},
        {"instances": [{"name": "web", "status": "Running", "vpcId": VPC, "vswitchId": VSWITCH}]},
    ),
    Read(
        "classic",
        "alicloud:ecs/getInstances:getInstances",
        # With details the provider leaves out classic instances.
        {"nameRegex": "^web-1$", "enableDetails": False},
        {"instances": [{"privateIp": "10.25.16.10", "publicIp": "192.0.2.10", "vpcId": ""}]},
    ),
    Read(
        "types",
        "alicloud:ecs/getInstanceTypes:getInstanceTypes",
        {"availabilityZone": "cn-hangzhou-h", "cpuCoreCount": 2, "memorySize": 8},
        {"ids": ["ecs.sn2.medium", "ecs.g6.large"]},
    ),
    Read(
        "zones",
        "alicloud:index/getZones:getZones",
        {"availableResourceCreation": "VSwitch"},
        {"ids": ["cn-hangzhou-b", "cn-hangzhou-h"]},
    ),
    Read("regions", "alicloud:index/getRegions:getRegions", {"current": True}, {"ids": ["cn-hangzhou"]}),
    Read(
        "images",
        "alicloud:ecs/getImages:getImages",
        {"owners": "system", "nameRegex": "^aliyun_3"},
        {"images": [{"id": IMAGE, "osType": "linux"}]},
    ),
)


def given(estate: Estate) -> None:
    """Nothing beside the sample estate."""
