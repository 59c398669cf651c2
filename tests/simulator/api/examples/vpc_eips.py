"""Examples for simulator/api/vpc_eips.py."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import Eip, RouteEntry
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import ROUTE_TABLE, VPC, VSWITCH, WEB, WEB_1

ENI_EIP = "eip-of-eni"
FREE, BOUND, PREPAID = "eip-free", "eip-bound", "eip-prepaid"
SERVER, OTHER, CLASSIC = WEB_1, "i-bp1web20000000000001", "i-bp1app10000000000001"
PRIMARY, SECONDARY, PASSING = "eni-primary", "eni-secondary", "eni-passing"
TAG_WITHOUT_KEY = [{"Value": "x"}]
TO_SERVER = {"AllocationId": FREE, "InstanceId": SERVER}
TO_ENI = {"AllocationId": FREE, "InstanceId": SECONDARY, "InstanceType": "NetworkInterface"}
CUT_THROUGH = {**TO_ENI, "Mode": "BINDED"}


def _eip(allocation_id: str, number: int, **more: Any) -> Eip:
    return Eip.model_validate({"id": allocation_id, "ip_address": f"192.0.2.{number}", "tags": {}, **more})


def servers(estate: Estate) -> None:
    """A server in the VPC with three network interfaces, another one, and three EIPs; one is bound to the other."""
    for number, instance in enumerate(estate.instances[:2], 1):
        instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH
        instance.intranet_ips, instance.public_ips = [f"192.168.10.{number}"], []
    common = {"vswitch_id": VSWITCH, "security_group_ids": [WEB], "tags": {}}
    attached = {"status": "InUse", "instance_id": SERVER}
    for interface in (
        {"id": PRIMARY, "type": "Primary", "private_ips": ["192.168.10.1"], **attached},
        {"id": SECONDARY, "private_ips": ["192.168.10.3"]},
        {"id": PASSING, "private_ips": ["192.168.10.5"], **attached, "status": "Detaching"},
    ):
        estate.network_interfaces.append(NetworkInterface.model_validate({**common, **interface}))
    bound = {"status": "InUse", "instance_id": OTHER, "instance_type": "EcsInstance"}
    estate.eips.extend([_eip(FREE, 201), _eip(BOUND, 202, **bound), _eip(PREPAID, 203, charge_type="PrePaid")])


def _also(**changes: Any) -> Given:
    """`servers`, and then some field of something changed: `server_status="Starting"` and the like."""

    def given(estate: Estate) -> None:
        servers(estate)
        things = {
            "server": estate.instances.find(SERVER),
            "other": estate.instances.find(OTHER),
            "secondary": estate.network_interfaces.find(SECONDARY),
            "bound": estate.eips.find(BOUND),
            "free": estate.eips.find(FREE),
        }
        for name, value in changes.items():
            thing, _, attribute = name.partition("_")
            setattr(things[thing], attribute, value)

    return given


def in_passing(estate: Estate) -> None:
    servers(estate)
    for eip in estate.eips:
        eip.ready_at = estate.now.replace(year=estate.now.year + 1)


def _bound(allocation_id: str, mode: str = "NAT", **more: Any) -> Given:
    """`servers`, and `allocation_id` bound to the secondary network interface."""

    def given(estate: Estate) -> None:
        _also(**more)(estate)
        binding = {"status": "InUse", "instance_id": SECONDARY, "instance_type": "NetworkInterface", "mode": mode}
        estate.eips.append(_eip(allocation_id, 210, **binding))

    return given


def _two_bound(estate: Estate) -> None:
    """Two EIPs of one network interface with two addresses."""
    _bound(ENI_EIP, secondary_private_ips=["192.168.10.3", "192.168.10.4"])(estate)
    second = {"status": "InUse", "instance_id": SECONDARY, "instance_type": "NetworkInterface"}
    estate.eips.append(_eip("eip-second", 213, **second))


def _bound_next_hop(estate: Estate) -> None:
    """A network interface with an EIP that a route leads to."""
    a_next_hop(estate)
    bound = {"status": "InUse", "instance_id": SECONDARY, "instance_type": "NetworkInterface"}
    estate.eips.append(_eip(ENI_EIP, 210, **bound))


def _bound_to_primary(estate: Estate) -> None:
    servers(estate)
    estate.eips.append(_eip("eip-primary", 211, status="InUse", instance_id=PRIMARY, instance_type="NetworkInterface"))


def _bound_to_server(estate: Estate) -> None:
    servers(estate)
    estate.eips.append(_eip("eip-server", 212, status="InUse", instance_id=SERVER, instance_type="EcsInstance"))


def a_next_hop(estate: Estate) -> None:
    servers(estate)
    hop = {"next_hop_type": "NetworkInterface", "next_hop_id": SECONDARY}
    route = {"id": "rte-1", "route_table_id": ROUTE_TABLE, "destination_cidr_block": "172.20.0.0/16", **hop}
    estate.route_entries.append(RouteEntry.model_validate(route))


def no_eips_left(estate: Estate) -> None:
    estate.quotas.eips = 0


EXAMPLES = (
    Example(
        "vpc:AllocateEipAddress",
        {"Bandwidth": "10", "InternetChargeType": "PayByTraffic", "Name": "ftp", "ISP": "BGP", "Netmode": "public"},
        (
            Refusal("QuotaExceeded.Eip", {}, given=no_eips_left),
            Refusal("InvalidParameter", {"Bandwidth": "201", "InternetChargeType": "PayByTraffic"}),
            Refusal("InvalidParameter", {"Bandwidth": "501"}),
            Refusal("InvalidParameter", {"InternetChargeType": "Free"}),
            Refusal("InvalidParameter", {"Name": "1"}),
            Refusal("InvalidParameter", {"Description": "http://x"}),
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("SimulatorNotImplemented", {"InstanceChargeType": "PrePaid", "Period": 1}),
            Refusal("InvalidParameter", {"ISP": "Nobody"}),
            Refusal("SimulatorNotImplemented", {"IpAddress": "192.0.2.250"}),
        ),
    ),
    Example(
        "vpc:ModifyEipForwardMode",
        {"InstanceId": ENI_EIP, "Mode": "BINDED"},
        (
            Refusal("InvalidAllocationId.NotFound", {"InstanceId": "eip-none", "Mode": "NAT"}, 404),
            Refusal("InvalidParameter", {"InstanceId": ENI_EIP, "Mode": "LOOSE"}, given=_bound(ENI_EIP)),
            Refusal("MissingParameter", {"InstanceId": ENI_EIP}, given=_bound(ENI_EIP)),
            Refusal("InvalidBindingStatus", {"InstanceId": BOUND, "Mode": "BINDED"}, given=in_passing),
            Refusal("IncorrectEipStatus", {"InstanceId": FREE, "Mode": "BINDED"}, given=servers),
            Refusal("IncorrectEipStatus", {"InstanceId": BOUND, "Mode": "BINDED"}, given=servers),
            Refusal("Mode.NotSupport", {"InstanceId": ENI_EIP, "Mode": "MULTI_BINDED"}, given=_bound(ENI_EIP)),
            Refusal(
                "InvalidStatus.EniStatusNotSupport",
                {"InstanceId": ENI_EIP, "Mode": "BINDED"},
                given=_bound(ENI_EIP, secondary_status="Detaching"),
            ),
            Refusal(
                "Eni.Attached",
                {"InstanceId": ENI_EIP, "Mode": "BINDED"},
                given=_bound(ENI_EIP, secondary_status="InUse", secondary_instance_id=SERVER),
            ),
            Refusal(
                "Eni.Attached",
                {"InstanceId": ENI_EIP, "Mode": "NAT"},
                given=_bound(ENI_EIP, "BINDED", secondary_status="InUse", secondary_instance_id=SERVER),
            ),
            Refusal("Mode.Conflict", {"InstanceId": ENI_EIP, "Mode": "BINDED"}, given=_two_bound),
            Refusal("InvalidNexthop.DirectEni", {"InstanceId": ENI_EIP, "Mode": "BINDED"}, given=_bound_next_hop),
        ),
        _bound(ENI_EIP),
    ),
    Example(
        "vpc:AssociateEipAddress",
        TO_SERVER,
        (
            Refusal("InvalidAllocationId.NotFound", {**TO_SERVER, "AllocationId": "eip-none"}, 404),
            Refusal("InvalidBindingStatus", TO_SERVER, given=in_passing),
            Refusal("IncorrectEipStatus", {**TO_SERVER, "AllocationId": BOUND}, given=servers),
            Refusal("InvalidInstanceType.ValueNotSupported", {**TO_SERVER, "InstanceType": "Printer"}),
            Refusal("SimulatorNotImplemented", {**TO_SERVER, "InstanceType": "Nat"}),
            Refusal("InvalidInstanId.NotFound", {**TO_SERVER, "InstanceId": "i-none"}, 404, servers),
            Refusal("InvalidInstanId.NotFound", {**TO_ENI, "InstanceId": "eni-none"}, 404, servers),
            Refusal("OperationDenied", {**TO_SERVER, "InstanceId": CLASSIC}, given=servers),
            Refusal("IncorrectInstanceStatus", TO_SERVER, given=_also(server_status="Starting")),
            Refusal("Invalid.DirectEip.BindType", {**TO_SERVER, "Mode": "BINDED"}, given=servers),
            Refusal("InvalidAssociation.Duplicated", {**TO_SERVER, "InstanceId": OTHER}, given=servers),
            Refusal("EIP_CAN_NOT_ASSOCIATE_WITH_PUBLIC_IP", TO_SERVER, given=_also(server_public_ips=["192.0.2.9"])),
            Refusal("BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP", TO_SERVER, given=_bound_to_primary),
            Refusal(
                "BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP", {**TO_ENI, "InstanceId": PRIMARY}, given=_bound_to_server
            ),
            Refusal("InvalidParameter", {**TO_SERVER, "PrivateIpAddress": "192.168.10.99"}, given=servers),
            Refusal("InvalidParameter", {**TO_ENI, "PrivateIpAddress": "192.168.10.99"}, given=servers),
            Refusal("InvalidStatus.EniStatusNotSupport", {**TO_ENI, "InstanceId": PASSING}, given=servers),
            Refusal("Mode.NotSupport", {**TO_ENI, "Mode": "MULTI_BINDED"}, given=servers),
            Refusal("Mode.Conflict", TO_ENI, given=_bound("eip-direct", "BINDED")),
            Refusal("InvalidEip.EipQuotaExceeded", TO_ENI, given=_bound("eip-nat")),
            Refusal("InvalidAssociation.Duplicated", CUT_THROUGH, given=_bound("eip-direct", "BINDED")),
            Refusal("Eni.Attached", {**CUT_THROUGH, "InstanceId": PRIMARY}, given=servers),
            Refusal("Eni.HasSubIp", CUT_THROUGH, given=_also(secondary_private_ips=["192.168.10.3", "192.168.10.4"])),
            Refusal("InvalidNexthop.DirectEni", CUT_THROUGH, given=a_next_hop),
            Refusal("SimulatorNotImplemented", {**TO_SERVER, "InstanceRegionId": "cn-beijing"}, 400, servers),
        ),
        given=servers,
    ),
    Example(
        "vpc:DeletionProtection",
        {"InstanceId": FREE, "Type": "EIP", "ProtectionEnable": True},
        (
            Refusal(
                "InvalidAllocationId.NotFound", {"InstanceId": "eip-none", "Type": "EIP", "ProtectionEnable": True}, 404
            ),
            Refusal("MissingParameter", {"InstanceId": FREE, "Type": "EIP"}, given=servers),
            Refusal("SimulatorNotImplemented", {"InstanceId": FREE, "Type": "NATGW", "ProtectionEnable": True}),
        ),
        given=servers,
    ),
    Example(
        "vpc:DescribeEipAddresses",
        {},
        (
            Refusal("InvalidIAssociatedInstanceType.ValueNotSupported", {"AssociatedInstanceType": "Printer"}),
            Refusal("InvalidChargeType.ValueNotSupported", {"ChargeType": "Free"}),
            Refusal("InvalidLockReason.NotFound", {"LockReason": "none"}, 404),
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("InvalidParameter", {"AllocationId": ",".join(["eip-1"] * 51)}),
            Refusal("InvalidParameter", {"Filter": [{"Key": "CreationStartTime", "Value": "yesterday"}]}),
            Refusal("InvalidParameter", {"PageSize": 101}),
            Refusal("DryRunOperation", {"DryRun": True}),
        ),
        given=servers,
        beyond=(".EipAddresses.EipAddress.AvailableRegions",),
    ),
    Example(
        "vpc:ModifyEipAddressAttribute",
        {"AllocationId": FREE, "Name": "ftp", "Bandwidth": "20"},
        (
            Refusal("InvalidAllocationId.NotFound", {"AllocationId": "eip-none"}, 404),
            Refusal("IncorrectEipStatus", {"AllocationId": FREE, "Name": "ftp"}, given=in_passing),
            Refusal("InvalidParameter", {"AllocationId": PREPAID, "Name": "ftp"}, given=servers),
            Refusal("InvalidParameter", {"AllocationId": FREE, "Bandwidth": "501"}, given=servers),
            Refusal("InvalidParameter", {"AllocationId": FREE, "Name": "http://x"}, given=servers),
        ),
        given=servers,
    ),
    Example(
        "vpc:ReleaseEipAddress",
        {"AllocationId": FREE},
        (
            Refusal("InvalidAllocationId.NotFound", {"AllocationId": "eip-none"}, 404),
            Refusal("IncorrectEipStatus", {"AllocationId": BOUND}, given=servers),
            Refusal("Forbidden.ChargeTypeIsPrepaid", {"AllocationId": PREPAID}, given=servers),
            Refusal(
                "InvalidOperation.DeletionProtection",
                {"AllocationId": FREE},
                given=_also(free_deletion_protection=True),
            ),
        ),
        given=servers,
    ),
    Example(
        "vpc:UnassociateEipAddress",
        {"AllocationId": BOUND, "InstanceId": OTHER, "Force": False},
        (
            Refusal("InvalidAllocationId.NotFound", {"AllocationId": "eip-none"}, 404),
            Refusal("InvalidBindingStatus", {"AllocationId": BOUND}, given=in_passing),
            Refusal("IncorrectEipStatus", {"AllocationId": FREE}, given=servers),
            Refusal("InvalidInstanceType.ValueNotSupported", {"AllocationId": BOUND, "InstanceType": "Printer"}),
            Refusal("InvalidInstanceId.NotFound", {"AllocationId": BOUND, "InstanceId": SERVER}, given=servers),
            Refusal("IncorrectInstanceStatus", {"AllocationId": BOUND}, given=_also(other_status="Stopping")),
            Refusal(
                "Eni.Attached",
                {"AllocationId": "eip-direct"},
                given=_bound("eip-direct", "BINDED", secondary_status="InUse", secondary_instance_id=SERVER),
            ),
            Refusal("InvalidParameter", {"AllocationId": BOUND, "PrivateIpAddress": "192.168.10.99"}, given=servers),
        ),
        given=servers,
    ),
    Example(
        "vpc:ListPublicIpAddressPools",
        {"Name": "none", "Isp": "BGP", "MaxResults": 10},
        (
            Refusal("InvalidParameter", {"Isp": "moon"}),
            Refusal("InvalidParameter", {"MaxResults": 9}),
            Refusal("DryRunOperation", {"DryRun": True}),
        ),
    ),
)
