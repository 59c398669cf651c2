"""What the sample estate lacks: an instance in its VPC, with a group of its own and a network interface beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.model.ecs import Instance, SecurityGroup
from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import Vpc, VSwitch
from tests.simulator.api.sample_ids import VPC, VSWITCH

ZONE, OTHER_ZONE = "cn-hangzhou-h", "cn-hangzhou-b"
INSTANCE, GROUP, SECOND_GROUP = "i-bp1invpc000000000001", "sg-bp1invpc00000000001", "sg-bp1invpc00000000002"
PRIMARY, INTERFACE = "eni-bp1primary000000001", "eni-bp1extra0000000001"
SECOND_VSWITCH, FAR_VSWITCH = "vsw-bp1sharedh000000002", "vsw-bp1sharedb000000001"
OTHER_VPC, OTHER_VPC_VSWITCH = "vpc-bp1other0000000001", "vsw-bp1otherh0000000001"
OTHER_VPC_GROUP = "sg-bp1othervpc00000001"
IMAGE = "centos_7_9_x64_20G_alibase_20211227.vhd"


def add(estate: Estate) -> None:
    """Two VSwitches more, one of them in another zone; another VPC; a Running instance that takes two interfaces."""
    estate.vpcs.append(Vpc(id=OTHER_VPC, cidr_block="172.16.0.0/16", tags={}))
    for vswitch_id, vpc_id, zone_id, block in (
        (SECOND_VSWITCH, VPC, ZONE, "192.168.11.0/29"),
        (FAR_VSWITCH, VPC, OTHER_ZONE, "192.168.12.0/24"),
        (OTHER_VPC_VSWITCH, OTHER_VPC, ZONE, "172.16.1.0/24"),
    ):
        estate.vswitches.append(VSwitch(id=vswitch_id, vpc_id=vpc_id, zone_id=zone_id, cidr_block=block, tags={}))
    for group_id, vpc_id in ((GROUP, VPC), (SECOND_GROUP, VPC), (OTHER_VPC_GROUP, OTHER_VPC)):
        estate.security_groups.append(SecurityGroup(id=group_id, name=group_id, vpc_id=vpc_id, tags={}))
    estate.instances.append(instance(INSTANCE, "192.168.10.1"))
    estate.network_interfaces.append(interface(PRIMARY, "192.168.10.1", type="Primary", instance_id=INSTANCE))
    estate.network_interfaces.append(interface(INTERFACE, "192.168.10.2"))


def instance(instance_id: str, address: str, **changes: Any) -> Instance:
    """A Running instance in the VPC."""
    values = {
        "id": instance_id,
        "name": "in-vpc",
        "zone_id": ZONE,
        "instance_type": "ecs.sn2.medium",
        "network_type": "vpc",
        "intranet_ips": [address],
        "security_group_ids": [GROUP],
        "vpc_id": VPC,
        "vswitch_id": VSWITCH,
    }
    return Instance.model_validate({**values, **changes})


def interface(interface_id: str, *addresses: str, **changes: Any) -> NetworkInterface:
    """A network interface in the VSwitch of the sample estate, attached where `instance_id` is given."""
    values = {
        "id": interface_id,
        "status": "InUse" if "instance_id" in changes else "Available",
        "vswitch_id": VSWITCH,
        "private_ips": list(addresses),
        "security_group_ids": [GROUP],
    }
    return NetworkInterface.model_validate({**values, **changes})


def given(change: Callable[[Estate], object] | None = None) -> Callable[[Estate], None]:
    """The estate with all of `add`, and `change` after it."""

    def changed(estate: Estate) -> None:
        add(estate)
        if change is not None:
            change(estate)

    return changed


def both(*changes: Callable[[Estate], object]) -> Callable[[Estate], None]:
    """One change after the other."""

    def changed(estate: Estate) -> None:
        for change in changes:
            change(estate)

    return changed


def having(table: str, item_id: str, **values: Any) -> Callable[[Estate], None]:
    """The estate with all of `add`, where an item of a table has these values."""

    def change(estate: Estate) -> None:
        item = getattr(estate, table).find(item_id)
        for name, value in values.items():
            setattr(item, name, value)

    return given(change)
