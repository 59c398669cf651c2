"""VPC: route tables. Every VPC has its system route table and no other."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number, by_token
from simulator.api.registry import VPC, action
from simulator.api.shapes import seconds
from simulator.cloud import networks
from simulator.cloud.errors import NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.vpc import Vpc

# Every VPC routes the block of cloud services.
SERVICE_BLOCK = "100.64.0.0/10"


@action(
    VPC,
    "DescribeRouteTableList",
    "VpcId RouteTableId RouteTableName RouteTableType RouterId RouterType PageNumber PageSize",
    resources="routetable/*",
)
def describe_route_table_list(cloud: Cloud, call: Call) -> Answer:
    """Route tables; PageSize at most 50, 10 by default."""
    found = [
        vpc
        for vpc in cloud.estate.vpcs
        if call.optional("VpcId") in (None, vpc.id)
        and call.optional("RouteTableId") in (None, vpc.route_table_id)
        and call.optional("RouteTableName") in (None, vpc.route_table_name)
        and call.optional("RouteTableType") in (None, "System")
        and call.optional("RouterId") in (None, vpc.vrouter_id)
        and call.optional("RouterType") in (None, "VRouter")
    ]
    page = by_number(call, found, maximum=50)
    return {"RouterTableList": {"RouterTableListType": [_listed(cloud, vpc) for vpc in page.items]}, **page.fields}


@action(
    VPC,
    "DescribeRouteTables",
    "RouteTableId VRouterId RouterId RouterType RouteTableName PageNumber PageSize",
    resources="routetable/*",
)
def describe_route_tables(cloud: Cloud, call: Call) -> Answer:
    """Route tables with their entries; PageSize at most 50, 10 by default."""
    routers = {call.optional("VRouterId"), call.optional("RouterId")} - {None}
    found = [
        vpc
        for vpc in cloud.estate.vpcs
        if call.optional("RouteTableId") in (None, vpc.route_table_id)
        and call.optional("RouteTableName") in (None, vpc.route_table_name)
        and routers <= {vpc.vrouter_id}
    ]
    page = by_number(call, found, maximum=50)
    return {"RouteTables": {"RouteTable": [_table(cloud, vpc) for vpc in page.items]}, **page.fields}


@action(
    VPC,
    "DescribeRouteEntryList",
    "RouteTableId RouteEntryType DestinationCidrBlock NextToken MaxResult",
    raises="InvalidRouteTableId.NotFound",
    resources="routetable/{RouteTableId}",
)
def describe_route_entry_list(cloud: Cloud, call: Call) -> Answer:
    """Entries of a route table; MaxResult 1..100, 10 by default."""
    vpc = _vpc_of_table(cloud, call.text("RouteTableId"))
    kind = call.choice("RouteEntryType", ("System", "Custom"))
    found = [
        entry
        for entry in _entries(cloud, vpc)
        if kind in (None, entry["Type"])
        and call.optional("DestinationCidrBlock") in (None, entry["DestinationCidrBlock"])
    ]
    page = by_token(call, found, maximum=100, name="MaxResult")
    return {"RouteEntrys": {"RouteEntry": page.items}, "TotalCount": len(found), **page.fields}


@action(
    VPC,
    "ModifyRouteTableAttributes",
    "RouteTableId RouteTableName Description RoutePropagationEnable",
    raises="InvalidRouteTableId.NotFound",
    resources="routetable/{RouteTableId}",
)
def modify_route_table_attributes(cloud: Cloud, call: Call) -> Answer:
    """Change name or description of a route table."""
    if call.flag("RoutePropagationEnable") is False:
        raise NotSimulatedError("RoutePropagationEnable=false")
    networks.modify_route_table(
        cloud, call.text("RouteTableId"), call.given("RouteTableName"), call.given("Description")
    )
    return {}


def _vpc_of_table(cloud: Cloud, route_table_id: str) -> Vpc:
    for vpc in cloud.estate.vpcs:
        if vpc.route_table_id == route_table_id:
            return vpc
    raise invalid_parameter("RouteTableId", "InvalidRouteTableId.NotFound")


def _listed(cloud: Cloud, vpc: Vpc) -> Answer:
    return {
        "RouteTableId": vpc.route_table_id,
        "RouteTableName": vpc.route_table_name,
        "RouteTableType": "System",
        "Description": vpc.route_table_description,
        "RouterId": vpc.vrouter_id,
        "RouterType": "VRouter",
        "VpcId": vpc.id,
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in cloud.vswitches_of(vpc.id)]},
        "AssociateType": "VSwitch",
        "RoutePropagationEnable": True,
        "ResourceGroupId": "",
        "OwnerId": int(cloud.estate.account_id),
        "Status": "Available",
        "CreationTime": seconds(vpc.created_at),
        "Tags": {"Tag": []},
    }


def _table(cloud: Cloud, vpc: Vpc) -> Answer:
    entries = [
        {key: value for key, value in entry.items() if key not in ("IpVersion", "Origin")}
        for entry in _entries(cloud, vpc)
    ]
    return {
        "RouteTableId": vpc.route_table_id,
        "RouteTableType": "System",
        "VRouterId": vpc.vrouter_id,
        "RouteEntrys": {"RouteEntry": entries},
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in cloud.vswitches_of(vpc.id)]},
        "ResourceGroupId": "",
        "Status": "Available",
        "CreationTime": seconds(vpc.created_at),
    }


def _entries(cloud: Cloud, vpc: Vpc) -> list[Answer]:
    system = [vswitch.cidr_block for vswitch in cloud.vswitches_of(vpc.id)] + [SERVICE_BLOCK]
    custom = [(route.destination_cidr_block, route.next_hop_type, route.next_hop_id) for route in vpc.custom_routes]
    return [
        *(_entry(vpc, block, "System", "local", "") for block in system),
        *(_entry(vpc, block, "Custom", kind, hop) for block, kind, hop in custom),
    ]


def _entry(vpc: Vpc, block: str, kind: str, hop_type: str, hop_id: str) -> Answer:
    hop = {"NextHopType": hop_type, "NextHopId": hop_id, "Enabled": 1, "Weight": 0}
    return {
        "RouteTableId": vpc.route_table_id,
        "RouteEntryId": f"rte-{block.replace('.', '-').replace('/', '-')}",
        "RouteEntryName": "",
        "Description": "",
        "DestinationCidrBlock": block,
        "IpVersion": "ipv4",
        "Origin": "CreateRouteTable",
        "Type": kind,
        "Status": "Available",
        "NextHops": {"NextHop": [hop]},
    }
