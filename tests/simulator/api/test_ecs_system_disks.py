"""The system disk of an instance is replaced, and its system with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.images import Image
from tests.simulator.api.examples.ecs_system_disks import NEW, SYSTEM_DISK, stopped
from tests.simulator.in_vpc import INSTANCE
from tests.simulator.sdk import Api, refused

UBUNTU = "ubuntu_22_04_x64_20G_alibase_20260613.vhd"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """A Stopped instance with a system disk, and another image."""
    stopped(quick)
    quick.images.append(Image(id=UBUNTU, name=UBUNTU, os_name="Ubuntu 22.04 64-bit", tags={}))
    return quick


def _system_disks(api: Api) -> list[dict[str, Any]]:
    return list(api("ecs:DescribeDisks", InstanceId=INSTANCE, DiskType="system")["Disks"]["Disk"])


def test_a_new_disk_takes_the_place_of_the_old_one(api: Api) -> None:
    disk_id = api("ecs:ReplaceSystemDisk", **{**NEW, "ImageId": UBUNTU}, SystemDisk={"Size": 80})["DiskId"]
    [disk] = _system_disks(api)
    assert (disk["DiskId"], disk["Size"], disk["Device"]) == (disk_id, 80, "/dev/xvda")
    assert api("ecs:DescribeDisks", DiskIds=json.dumps([SYSTEM_DISK]))["TotalCount"] == 0
    [instance] = api("ecs:DescribeInstances", InstanceIds=json.dumps([INSTANCE]))["Instances"]["Instance"]
    assert (instance["ImageId"], instance["OSName"]) == (UBUNTU, "Ubuntu 22.04 64-bit")


def test_without_a_size_it_is_as_large_as_the_old_one(api: Api) -> None:
    api("ecs:ReplaceSystemDisk", **NEW)
    assert [disk["Size"] for disk in _system_disks(api)] == [60]


def test_a_refusal_leaves_the_old_one(api: Api) -> None:
    with refused("InvalidSystemDiskSize.LessThanMinSize", 404):
        api("ecs:ReplaceSystemDisk", **NEW, SystemDisk={"Size": 59})
    assert [disk["DiskId"] for disk in _system_disks(api)] == [SYSTEM_DISK]
