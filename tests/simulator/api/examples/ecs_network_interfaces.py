"""Examples for simulator/api/ecs_network_interfaces.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import VSWITCH, WEB
from tests.simulator.in_vpc import (
    FAR_VSWITCH,
    GROUP,
    INSTANCE,
    INTERFACE,
    OTHER_VPC_GROUP,
    OTHER_VPC_VSWITCH,
    PRIMARY,
    SECOND_VSWITCH,
    add,
    both,
    given,
    having,
    instance,
    interface,
)

NEW = {"VSwitchId": VSWITCH, "SecurityGroupIds": [GROUP], "NetworkInterfaceName": "extra"}
ONE = {"NetworkInterfaceId": INTERFACE}
BOTH = {**ONE, "InstanceId": INSTANCE}
UNKNOWN = Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none", "InstanceId": INSTANCE}, 404, add)
NO_INSTANCE = Refusal("InvalidEcsId.NotFound", {**ONE, "InstanceId": "i-none"}, 404, add)
MANY_GROUPS = [f"sg-bp1many{number:013}" for number in range(6)]

attached = having("network_interfaces", INTERFACE, instance_id=INSTANCE, status="InUse")
attaching = having("network_interfaces", INTERFACE, instance_id=INSTANCE, status="Attaching")
stopping = having("instances", INSTANCE, status="Stopping")


def many_groups(estate: Estate) -> None:
    """Six groups more in the VPC."""
    add(estate)
    model = estate.security_groups.find(GROUP)
    assert model
    estate.security_groups.extend(model.model_copy(update={"id": group_id}) for group_id in MANY_GROUPS)


def crowded(estate: Estate) -> None:
    """The second group of the VPC holds 2,000 private addresses."""
    many_groups(estate)
    for number in range(40):
        addresses = [f"192.168.{100 + number}.{last}" for last in range(1, 51)]
        estate.network_interfaces.append(
            interface(f"eni-bp1crowd{number:010}", *addresses, security_group_ids=[MANY_GROUPS[0]])
        )


def no_room(estate: Estate) -> None:
    """The second VSwitch, a /29, has its four addresses taken."""
    add(estate)
    estate.network_interfaces.append(
        interface("eni-bp1full00000000001", *(f"192.168.11.{n}" for n in range(1, 5)), vswitch_id=SECOND_VSWITCH)
    )


def full_instance(estate: Estate) -> None:
    """The instance has as many interfaces as its type takes, two."""
    add(estate)
    estate.network_interfaces.append(interface("eni-bp1third0000000001", "192.168.10.3", instance_id=INSTANCE))


def old_type(estate: Estate) -> None:
    """The instance is of a type without network interfaces."""
    add(estate)
    instance_type = estate.instance_types.find("ecs.sn2.medium")
    assert instance_type
    instance_type.eni_quantity = None


def elsewhere(estate: Estate) -> None:
    """The interface is in a VSwitch of another zone."""
    having("network_interfaces", INTERFACE, vswitch_id=FAR_VSWITCH)(estate)


def abroad(estate: Estate) -> None:
    """The interface is in another VPC."""
    having("network_interfaces", INTERFACE, vswitch_id=OTHER_VPC_VSWITCH)(estate)


def many_addresses(estate: Estate) -> None:
    """The interface has 50 addresses."""
    having("network_interfaces", INTERFACE, private_ips=[f"192.168.10.{n}" for n in range(2, 52)])(estate)


def second_instance(estate: Estate) -> None:
    """The interface is attached to another instance."""
    attached(estate)
    estate.instances.append(instance("i-bp1invpc000000000002", "192.168.10.9"))


def _groups(field: str, base: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """What any action refuses the groups of an interface with."""

    def refusal(code: str, groups: list[str], status: int, given: Given) -> Refusal:
        return Refusal(code, {**base, field: groups}, status, given)

    return (
        refusal("InvalidSecurityGroupId.NotFound", ["sg-none"], 404, add),
        refusal("InvalidSecurityGroupId.NotVpc", [WEB], 403, add),
        refusal("InvalidOperation.VpcMismatch", [OTHER_VPC_GROUP], 403, add),
        refusal("JoinedGroupLimitExceed", MANY_GROUPS, 400, many_groups),
        refusal("SecurityGroupInstanceLimitExceed", [MANY_GROUPS[0]], 403, crowded),
        refusal("InvalidParameter", [GROUP, GROUP], 400, add),
    )


EXAMPLES = (
    Example(
        "ecs:CreateNetworkInterface",
        {**NEW, "PrivateIpAddress": ["192.168.10.20"], "Tag": [{"Key": "a", "Value": "b"}]},
        (
            *_groups("SecurityGroupIds", {"VSwitchId": VSWITCH}),
            Refusal("InvalidVSwitchId.NotFound", {**NEW, "VSwitchId": "vsw-none"}, 404),
            Refusal("IncorrectVSwitchStatus", NEW, given=having("vswitches", VSWITCH, status="Pending")),
            Refusal(
                "InvalidParameter.Conflict",
                {**NEW, "PrivateIpAddress": ["192.168.10.20"], "SecondaryPrivateIpAddressCount": 1},
                given=add,
            ),
            Refusal("InvalidParameter.Conflict", {**NEW, "SecurityGroupId": GROUP}, given=add),
            Refusal(
                "MaxEniCountExceeded",
                NEW,
                403,
                given(lambda estate: setattr(estate.quotas, "network_interfaces", 1)),
            ),
            Refusal("InvalidVSwitchId.IpNotEnough", {**NEW, "VSwitchId": SECOND_VSWITCH}, 403, no_room),
            Refusal("InvalidVSwitchId.IpInvalid", {**NEW, "PrimaryIpAddress": "192.168.10.253"}, 403, add),
            Refusal("InvalidVSwitchId.IpInvalid", {**NEW, "PrimaryIpAddress": "x"}, 403, add),
            Refusal("InvalidPrivateIpAddress.Duplicated", {**NEW, "PrimaryIpAddress": "192.168.10.1"}, given=add),
            Refusal("MissingParameter.TagKey", {**NEW, "Tag": [{"Value": "b"}]}, given=add),
            Refusal("MissingParameter", {"VSwitchId": VSWITCH}),
            Refusal("InvalidParameter", {**NEW, "NetworkInterfaceName": "x"}, given=add),
            Refusal("InvalidParameter", {**NEW, "Description": "http://x"}, given=add),
            Refusal("InvalidParameter", {**NEW, "QueueNumber": 2049}, given=add),
            Refusal("InvalidParameter", {**NEW, "SecondaryPrivateIpAddressCount": 50}, given=add),
            Refusal("InvalidParameter", {**NEW, "PrivateIpAddress": ["192.168.10.20"] * 11}, given=add),
            Refusal("SimulatorNotImplemented", {**NEW, "InstanceType": "Trunk"}, 400, add),
        ),
        add,
    ),
    Example(
        "ecs:DescribeNetworkInterfaces",
        {"Type": "Secondary"},
        (
            Refusal("InvalidVSwitchId.NotFound", {"VSwitchId": "vsw-none"}, 404),
            Refusal("InvalidSecurityGroupId.NotFound", {"SecurityGroupId": "sg-none"}, 404),
            Refusal("InvalidEcsId.NotFound", {"InstanceId": "i-none"}, 404),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
        ),
        attached,
    ),
    Example(
        "ecs:DescribeNetworkInterfaceAttribute",
        ONE,
        (
            Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none"}, 404),
            Refusal("SimulatorNotImplemented", {**ONE, "Attribute": "slaves"}, 400, add),
        ),
        add,
    ),
    Example(
        "ecs:ModifyNetworkInterfaceAttribute",
        {**ONE, "Description": "changed", "SecurityGroupId": [GROUP]},
        (
            Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none"}, 404),
            *_groups("SecurityGroupId", ONE),
        ),
        add,
    ),
    Example(
        "ecs:AttachNetworkInterface",
        BOTH,
        (
            UNKNOWN,
            NO_INSTANCE,
            Refusal("InvalidOperation.InvalidEniType", {**BOTH, "NetworkInterfaceId": PRIMARY}, 403, add),
            Refusal("InvalidOperation.InvalidEniState", BOTH, given=attached),
            Refusal("InvalidOperation.InvalidEcsState", BOTH, given=stopping),
            Refusal("InvalidOperation.InvalidGeneration", BOTH, given=old_type),
            Refusal("InvalidOperation.VpcMismatch", BOTH, 403, abroad),
            Refusal("InvalidOperation.AvailabilityZoneMismatch", BOTH, 403, elsewhere),
            Refusal("EniPerInstanceLimitExceeded", BOTH, 403, full_instance),
        ),
        add,
    ),
    Example(
        "ecs:DetachNetworkInterface",
        BOTH,
        (
            UNKNOWN,
            NO_INSTANCE,
            Refusal("InvalidEcsId.NotFound", {**ONE, "InstanceId": "i-bp1invpc000000000002"}, 404, second_instance),
            Refusal("InvalidOperation.DetachPrimaryEniNotAllowed", {**BOTH, "NetworkInterfaceId": PRIMARY}, given=add),
            Refusal("InvalidOperation.InvalidEniState", BOTH, given=attaching),
            Refusal(
                "InvalidOperation.InvalidEcsState",
                BOTH,
                given=both(attached, lambda estate: setattr(estate.instances[-1], "status", "Stopping")),
            ),
        ),
        attached,
    ),
    Example(
        "ecs:DeleteNetworkInterface",
        ONE,
        (
            Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none"}, 404),
            Refusal("InvalidOperation.InvalidEniType", {"NetworkInterfaceId": PRIMARY}, 403, add),
            Refusal("InvalidOperation.InvalidEniState", ONE, given=attached),
        ),
        add,
    ),
    Example(
        "ecs:AssignPrivateIpAddresses",
        {**ONE, "SecondaryPrivateIpAddressCount": 2},
        (
            Refusal(
                "InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none", "SecondaryPrivateIpAddressCount": 1}, 404
            ),
            Refusal("InvalidOperation.InvalidEniState", {**ONE, "SecondaryPrivateIpAddressCount": 1}, given=attaching),
            Refusal(
                "InvalidOperation.InvalidEcsState",
                {"NetworkInterfaceId": PRIMARY, "SecondaryPrivateIpAddressCount": 1},
                given=stopping,
            ),
            Refusal(
                "InvalidOperation.Ipv4CountExceeded",
                {**ONE, "SecondaryPrivateIpAddressCount": 1},
                403,
                many_addresses,
            ),
            Refusal(
                "InvalidVSwitchId.IpNotEnough",
                {"NetworkInterfaceId": "eni-bp1full00000000001", "SecondaryPrivateIpAddressCount": 1},
                403,
                no_room,
            ),
            Refusal("InvalidVSwitchId.IpInvalid", {**ONE, "PrivateIpAddress": ["192.168.11.1"]}, 403, add),
            Refusal("InvalidIp.IpAssigned", {**ONE, "PrivateIpAddress": ["192.168.10.1"]}, 403, add),
            Refusal(
                "SecurityGroupInstanceLimitExceed",
                {**ONE, "SecondaryPrivateIpAddressCount": 1},
                403,
                both(
                    crowded,
                    lambda estate: setattr(
                        estate.network_interfaces.find(INTERFACE), "security_group_ids", MANY_GROUPS[:1]
                    ),
                ),
            ),
            Refusal("InvalidParameter", ONE, given=add),
        ),
        add,
    ),
    Example(
        "ecs:UnassignPrivateIpAddresses",
        {**ONE, "PrivateIpAddress": ["192.168.10.3"]},
        (
            Refusal(
                "InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none", "PrivateIpAddress": ["192.168.10.3"]}, 404
            ),
            Refusal("InvalidOperation.InvalidEniState", {**ONE, "PrivateIpAddress": ["192.168.10.3"]}, given=attaching),
            Refusal(
                "InvalidOperation.InvalidEcsState",
                {"NetworkInterfaceId": PRIMARY, "PrivateIpAddress": ["192.168.10.3"]},
                given=stopping,
            ),
            Refusal("InvalidIp.IpUnassigned", {**ONE, "PrivateIpAddress": ["192.168.10.2"]}, 403, add),
            Refusal("MissingParameter", ONE, given=add),
        ),
        having("network_interfaces", INTERFACE, private_ips=["192.168.10.2", "192.168.10.3"]),
    ),
)
