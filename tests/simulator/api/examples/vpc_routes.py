"""Examples for simulator/api/vpc_routes.py."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import Eip, RouteEntry, RouteTable
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import ROUTE_TABLE, UNUSED_VPC, VPC, VSWITCH, WEB, WEB_1

CUSTOM, OTHER, OTHER_VSWITCH, INTERFACE, ENTRY = "vtb-custom", "vtb-other", "vsw-unused", "eni-router", "rte-first"
ROUTER, CLASSIC = WEB_1, "i-bp1web20000000000001"
BLOCK = "172.20.0.0/16"
TAG_WITHOUT_KEY = [{"Value": "x"}]
TABLE = {"RouteTableId": CUSTOM}
PAIR = {"RouteTableId": CUSTOM, "VSwitchId": VSWITCH}
ROUTE = {"RouteTableId": CUSTOM, "DestinationCidrBlock": BLOCK, "NextHopId": ROUTER}
MODIFIED = {"RouteEntryId": ENTRY, "NewNextHopId": ROUTER}
BY_ENI = {"NextHopType": "NetworkInterface", "NextHopId": INTERFACE}
TO_ENI = {"NewNextHopType": "NetworkInterface", "NewNextHopId": INTERFACE}


def routed(estate: Estate) -> None:
    """A custom table, an entry, an instance and a network interface in the shared VPC; a table of another VPC."""
    tables = [(CUSTOM, VPC), (OTHER, UNUSED_VPC)]
    estate.route_tables.extend(RouteTable(id=table_id, vpc_id=vpc_id, tags={}) for table_id, vpc_id in tables)
    estate.vswitches.append(
        estate.vswitches[0].model_copy(
            update={"id": OTHER_VSWITCH, "vpc_id": UNUSED_VPC, "cidr_block": "192.168.10.0/24"}
        )
    )
    router = estate.instances[0]
    router.network_type, router.vpc_id, router.vswitch_id = "vpc", VPC, VSWITCH
    router.intranet_ips, router.instance_type = ["192.168.10.1"], "ecs.g6.large"
    estate.network_interfaces.append(
        NetworkInterface(
            id=INTERFACE, vswitch_id=VSWITCH, private_ips=["192.168.10.2"], security_group_ids=[WEB], tags={}
        )
    )
    estate.route_entries.append(
        RouteEntry(id=ENTRY, route_table_id=CUSTOM, destination_cidr_block="172.30.0.0/16", next_hop_id=ROUTER)
    )


def _also(**changes: Any) -> Given:
    """`routed`, and then some field of something changed: `table_status="Deleting"` and the like."""

    def given(estate: Estate) -> None:
        routed(estate)
        things = {
            "table": estate.route_tables.find(CUSTOM),
            "vpc": estate.vpcs.find(VPC),
            "vswitch": estate.vswitches.find(VSWITCH),
            "entry": estate.route_entries.find(ENTRY),
            "router": estate.instances.find(ROUTER),
            "interface": estate.network_interfaces.find(INTERFACE),
        }
        for name, value in changes.items():
            thing, _, attribute = name.partition("_")
            setattr(things[thing], attribute, value)

    return given


def no_entries(estate: Estate) -> None:
    routed(estate)
    estate.route_entries.remove(estate.route_entries[0])


def _empty_and(**changes: Any) -> Given:
    def given(estate: Estate) -> None:
        _also(**changes)(estate)
        estate.route_entries.remove(estate.route_entries[0])

    return given


def an_old_instance(estate: Estate) -> None:
    _also(router_instance_type="ecs.sn1.medium")(estate)


def all_tables(estate: Estate) -> None:
    routed(estate)
    estate.route_tables.extend(RouteTable(id=f"vtb-{number}", vpc_id=VPC, tags={}) for number in range(8))


def all_entries(estate: Estate) -> None:
    routed(estate)
    for number in range(199):
        block = f"172.31.{number}.0/24"
        entry = RouteEntry(id=f"rte-{number}", route_table_id=CUSTOM, destination_cidr_block=block, next_hop_id=ROUTER)
        estate.route_entries.append(entry)


def a_cut_through_eip(estate: Estate) -> None:
    routed(estate)
    estate.eips.append(
        Eip(
            id="eip-1",
            ip_address="192.0.2.200",
            status="InUse",
            instance_type="NetworkInterface",
            instance_id=INTERFACE,
            mode="BINDED",
            tags={},
        )
    )


def _next_hop_refusals(call: dict[str, Any], kind: str, hop: str, by_eni: dict[str, str]) -> tuple[Refusal, ...]:
    """What both actions that name a next hop refuse, by the names of their two parameters."""
    return (
        Refusal("InvalidNextHopType", {**call, kind: "Switch"}, given=routed),
        Refusal("SimulatorNotImplemented", {**call, kind: "NatGateway"}, 400, routed),
        Refusal("InvalidNextHop.NotFound", {**call, hop: "i-none"}, given=routed),
        Refusal("IllegalParam.NextHopId", {**call, hop: CLASSIC}, given=routed),
        Refusal(
            "OperationFailed.InstanceDismatchCurrentVpc",
            call,
            404,
            _also(router_vpc_id=UNUSED_VPC, router_vswitch_id=OTHER_VSWITCH),
        ),
        Refusal("IncorrectInstanceStatus", call, given=_also(router_status="Starting")),
        Refusal("InvalidNetworkInterface.NotFound", {**call, **by_eni, hop: "eni-none"}, 404, routed),
        Refusal("Mismatch.EniIdAndRouteTableId", {**call, **by_eni}, given=_also(interface_vswitch_id=OTHER_VSWITCH)),
        Refusal("InvalidNexthop.DirectEni", {**call, **by_eni}, given=a_cut_through_eip),
    )


EXAMPLES = (
    Example(
        "vpc:AssociateRouteTable",
        PAIR,
        (
            Refusal("InvalidRouteTableId.NotFound", {**PAIR, "RouteTableId": "vtb-none"}),
            Refusal("InvalidVSwitchId.NotFound", {**PAIR, "VSwitchId": "vsw-none"}, 404, routed),
            Refusal("IncorrectVSwitchStatus", PAIR, 404, _also(vswitch_status="Pending")),
            Refusal("IncorrectStatus.RouteTable", PAIR, 404, _also(table_status="Creating")),
            Refusal("Forbidden.NotInSameVpc", {**PAIR, "RouteTableId": OTHER}, 404, routed),
            Refusal(
                "Forbidden.VSwitchAlreadyAssociatedRouteTable", PAIR, 404, _also(vswitch_route_table_id="vtb-another")
            ),
            Refusal("ResourceAlreadyAssociated.RouteTable", PAIR, given=_also(vswitch_route_table_id=CUSTOM)),
            Refusal("OperationDenied.SwitchToSystemRouteTable", {**PAIR, "RouteTableId": ROUTE_TABLE}),
        ),
        given=routed,
    ),
    Example(
        "vpc:CreateRouteEntry",
        {**ROUTE, "RouteEntryName": "to-router", "Description": "first"},
        (
            Refusal("InvalidRouteTableId.NotFound", {**ROUTE, "RouteTableId": "vtb-none"}, 404),
            Refusal("IncorrectStatus.RouteTableStatus", ROUTE, given=_also(table_status="Creating")),
            Refusal("IncorrectVpcStatus", ROUTE, given=_also(vpc_status="Pending")),
            Refusal("IncorrectVSwitchStatus", ROUTE, given=_also(vswitch_status="Pending")),
            Refusal("IncorrectRouteEntryStatus", ROUTE, given=_also(entry_status="Deleting")),
            Refusal("InvalidCidrBlock.Malformed", {**ROUTE, "DestinationCidrBlock": "172.20.0.1/16"}, given=routed),
            Refusal("InvalidCidrBlock", {**ROUTE, "DestinationCidrBlock": "100.64.1.0/24"}, given=routed),
            Refusal("InvalidCidrBlock", {**ROUTE, "DestinationCidrBlock": "192.168.10.7"}, given=routed),
            Refusal("RouterEntryConflict.Duplicated", {**ROUTE, "DestinationCidrBlock": "172.30.0.0/16"}, given=routed),
            Refusal("QuotaExceeded", ROUTE, given=all_entries),
            Refusal("InvalidRouteEntryName.Malformed", {**ROUTE, "RouteEntryName": "http://x"}, given=routed),
            Refusal("InvalidDescription.Malformed", {**ROUTE, "Description": "http://x"}, given=routed),
            Refusal("MissingParameter", {**ROUTE, "NextHopId": ""}, given=routed),
            Refusal("SimulatorNotImplemented", {**ROUTE, "NextHopList": [{"NextHopId": "ri-1"}]}, 400, routed),
            Refusal("DryRunOperation", {**ROUTE, "DryRun": True}, given=routed),
            *_next_hop_refusals(ROUTE, "NextHopType", "NextHopId", BY_ENI),
        ),
        given=routed,
    ),
    Example(
        "vpc:CreateRouteTable",
        {"VpcId": VPC, "RouteTableName": "custom", "AssociateType": "VSwitch"},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": VPC}, given=_also(vpc_status="Pending")),
            Refusal("InvalidParameter.RouteTableName.Malformed", {"VpcId": VPC, "RouteTableName": "http://x"}),
            Refusal("InvalidParameter.Description.Malformed", {"VpcId": VPC, "Description": "http://x"}),
            Refusal("OperationUnsupported.AdvancedFeature", {"VpcId": VPC}, given=an_old_instance),
            Refusal("QuotaExceeded.RouteTable", {"VpcId": VPC}, given=all_tables),
            Refusal("MissingParameter.TagKey", {"VpcId": VPC, "Tag": TAG_WITHOUT_KEY}),
            Refusal("SimulatorNotImplemented", {"VpcId": VPC, "AssociateType": "Gateway"}),
        ),
        given=routed,
    ),
    Example(
        "vpc:DeleteRouteEntry",
        {"RouteEntryId": ENTRY},
        (
            Refusal("InvalidRouteEntryId.NotFound", {"RouteEntryId": "rte-none"}),
            Refusal("InvalidRouteTableId.NotFound", {**ROUTE, "RouteTableId": "vtb-none"}, 404),
            Refusal("InvalidRouteEntry.NotFound", ROUTE, given=routed),
            Refusal(
                "InvalidRouteEntry.NotFound",
                {**ROUTE, "DestinationCidrBlock": "172.30.0.0/16", "NextHopId": "i-another"},
                given=routed,
            ),
            Refusal("InvalidCidrBlock.Malformed", {**ROUTE, "DestinationCidrBlock": "x"}, given=routed),
            Refusal("OperationDenied", {**ROUTE, "DestinationCidrBlock": "192.168.10.0/24"}, given=routed),
            Refusal("IncorrectVpcStatus", {"RouteEntryId": ENTRY}, given=_also(vpc_status="Pending")),
            Refusal("IncorrectRouteEntryStatus", {"RouteEntryId": ENTRY}, given=_also(entry_status="Pending")),
            Refusal("MissingParameter", {"DestinationCidrBlock": BLOCK}),
            Refusal("DryRunOperation", {"RouteEntryId": ENTRY, "DryRun": True}, given=routed),
        ),
        given=routed,
    ),
    Example(
        "vpc:DeleteRouteTable",
        TABLE,
        (
            Refusal("InvalidRouteTableId.NotFound", {"RouteTableId": "vtb-none"}, 404),
            Refusal("IncorrectRouteTableType", {"RouteTableId": ROUTE_TABLE}),
            Refusal("IncorrectRouteTableStatus", TABLE, 404, _empty_and(table_status="Creating")),
            Refusal("IncorrectRouteTableStatus", TABLE, 404, _empty_and(vswitch_route_table_id=CUSTOM)),
            Refusal("IncorrectRouteTableStatus.RouteEntryExist", TABLE, given=routed),
        ),
        given=no_entries,
    ),
    Example(
        "vpc:DescribeRouteEntryList",
        {"RouteTableId": CUSTOM},
        (
            Refusal("InvalidRouteTable.NotFound", {"RouteTableId": "vtb-none"}),
            Refusal("IllegalParam.RouteEntryType", {"RouteTableId": ROUTE_TABLE, "RouteEntryType": "Own"}),
            Refusal("IllegalParam.IpVersion", {"RouteTableId": ROUTE_TABLE, "IpVersion": "5"}),
            Refusal(
                "OperationFailed.FilterParamUnderWrongRouteType",
                {"RouteTableId": ROUTE_TABLE, "RouteEntryType": "System", "RouteEntryName": "x"},
            ),
            Refusal("InvalidParameter", {"RouteTableId": ROUTE_TABLE, "MaxResult": 101}),
        ),
        given=routed,
    ),
    Example(
        "vpc:DescribeRouteTableList",
        {"VpcId": VPC},
        (
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("InvalidParameter", {"PageSize": 51}),
        ),
        given=routed,
    ),
    Example("vpc:DescribeRouteTables", {"RouteTableId": CUSTOM}, given=routed),
    Example(
        "vpc:ModifyRouteEntry",
        {"RouteEntryId": ENTRY, "RouteEntryName": "renamed"},
        (
            Refusal("InvalidRouteEntryId.NotFound", {"RouteEntryId": "rte-none"}),
            Refusal("InvalidRouteTableId.NotFound", {"RouteTableId": "vtb-none", "DestinationCidrBlock": BLOCK}, 404),
            Refusal(
                "InvalidRouteEntry.NotFound", {"RouteTableId": CUSTOM, "DestinationCidrBlock": BLOCK}, given=routed
            ),
            Refusal("InvalidCidrBlock.Malformed", {"RouteTableId": CUSTOM, "DestinationCidrBlock": "x"}, given=routed),
            Refusal("OperationDenied", {"RouteTableId": CUSTOM, "DestinationCidrBlock": "100.64.0.0/10"}, given=routed),
            Refusal("InvalidRouteEntryName.Malformed", {**MODIFIED, "RouteEntryName": "http://x"}, given=routed),
            Refusal("InvalidDescription.Malformed", {**MODIFIED, "Description": "http://x"}, given=routed),
            Refusal("IncorrectRouteEntryStatus", MODIFIED, given=_also(entry_status="Pending")),
            Refusal("DryRunOperation", {**MODIFIED, "DryRun": True}, given=routed),
            *_next_hop_refusals(MODIFIED, "NewNextHopType", "NewNextHopId", TO_ENI),
        ),
        given=routed,
    ),
    Example(
        "vpc:ModifyRouteTableAttributes",
        {"RouteTableId": ROUTE_TABLE, "RouteTableName": "main", "RoutePropagationEnable": False},
        (
            Refusal("Abs.InvalidRouteTableId.NotExist", {"RouteTableId": "vtb-none"}),
            Refusal("IncorrectStatus.RouteTable", TABLE, given=_also(table_status="Creating")),
            Refusal("Abs.InvaliTableName.Malformed", {"RouteTableId": ROUTE_TABLE, "RouteTableName": "http://x"}),
            Refusal("InvalidDescription.Malformed", {"RouteTableId": ROUTE_TABLE, "Description": "http://x"}),
        ),
    ),
    Example(
        "vpc:UnassociateRouteTable",
        PAIR,
        (
            Refusal("InvalidRouteTableId.NotFound", {**PAIR, "RouteTableId": "vtb-none"}, 404),
            Refusal("InvalidVSwitchId.NotFound", {**PAIR, "VSwitchId": "vsw-none"}, 404, routed),
            Refusal("IncorrectVSwitchStatus", PAIR, 404, _also(vswitch_status="Pending")),
            Refusal("OperationUnsupported.SystemRouteTable", {**PAIR, "RouteTableId": ROUTE_TABLE}, 404),
            Refusal("InvalidBindingStatus.RouteTable", PAIR, 404, routed),
        ),
        given=_also(vswitch_route_table_id=CUSTOM),
    ),
)
