"""VPC: route tables and their entries."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.paging import Size, by_number, by_token
from simulator.api.registry import VPC, action
from simulator.api.shapes import has_tags, seconds, vpc_tags
from simulator.cloud import routes
from simulator.cloud.blocks import SERVICE_BLOCK
from simulator.cloud.errors import CloudError, NotSimulatedError, dry_run_passed, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.vpc import RouteEntry, RouteTable

_NEXT_HOP_CODES = (
    "InvalidNextHopType InvalidNextHop.NotFound IllegalParam.NextHopId OperationFailed.InstanceDismatchCurrentVpc "
    "IncorrectInstanceStatus InvalidNetworkInterface.NotFound Mismatch.EniIdAndRouteTableId InvalidNexthop.DirectEni"
)
_ENTRY_TYPES = ("Custom", "System", "BGP", "CEN", "ECR")
# The most DestCidrBlockList.N that DescribeRouteEntryList accepts.
MAX_DESTINATIONS = 20


@action(
    VPC,
    "CreateRouteTable",
    "VpcId RouteTableName Description AssociateType Tag",
    remembers_token=True,
    raises="InvalidVpcId.NotFound IncorrectVpcStatus InvalidParameter.RouteTableName.Malformed "
    "InvalidParameter.Description.Malformed OperationUnsupported.AdvancedFeature QuotaExceeded.RouteTable "
    "MissingParameter.TagKey",
    resources="routetable/*",
)
def create_route_table(cloud: Cloud, call: Call) -> Answer:
    """Make a custom route table; Creating at first. Nine per VPC; gateway route tables are not simulated."""
    if call.choice("AssociateType", ("VSwitch", "Gateway")) == "Gateway":
        raise NotSimulatedError("gateway route tables")
    table = routes.create_table(
        cloud,
        call.text("VpcId"),
        call.optional("RouteTableName") or "",
        call.optional("Description") or "",
        call.tags(),
    )
    return {"RouteTableId": table.id}


@action(
    VPC,
    "DeleteRouteTable",
    "RouteTableId",
    raises="InvalidRouteTableId.NotFound IncorrectRouteTableType IncorrectRouteTableStatus "
    "IncorrectRouteTableStatus.RouteEntryExist",
    resources="routetable/{RouteTableId}",
)
def delete_route_table(cloud: Cloud, call: Call) -> None:
    """Delete a custom route table without VSwitches and custom entries; Deleting at first."""
    routes.delete_table(cloud, call.text("RouteTableId"))


@action(
    VPC,
    "AssociateRouteTable",
    "RouteTableId VSwitchId",
    remembers_token=True,
    raises="InvalidRouteTableId.NotFound InvalidVSwitchId.NotFound IncorrectVSwitchStatus IncorrectStatus.RouteTable "
    "Forbidden.NotInSameVpc Forbidden.VSwitchAlreadyAssociatedRouteTable ResourceAlreadyAssociated.RouteTable "
    "OperationDenied.SwitchToSystemRouteTable",
    resources="vswitch/{VSwitchId}",
)
def associate_route_table(cloud: Cloud, call: Call) -> None:
    """Associate a VSwitch with a custom route table of its VPC; the VSwitch is Pending at first."""
    routes.associate(cloud, call.text("RouteTableId"), call.text("VSwitchId"))


@action(
    VPC,
    "UnassociateRouteTable",
    "RouteTableId VSwitchId",
    remembers_token=True,
    raises="InvalidRouteTableId.NotFound InvalidVSwitchId.NotFound IncorrectVSwitchStatus "
    "OperationUnsupported.SystemRouteTable InvalidBindingStatus.RouteTable",
    resources="vswitch/{VSwitchId}",
)
def unassociate_route_table(cloud: Cloud, call: Call) -> None:
    """Associate a VSwitch with the system route table again; the VSwitch is Pending at first."""
    routes.unassociate(cloud, call.text("RouteTableId"), call.text("VSwitchId"))


@action(
    VPC,
    "DescribeRouteTableList",
    "VpcId RouteTableId RouteTableName RouteTableType RouterId RouterType Tag PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="routetable/*",
)
def describe_route_table_list(cloud: Cloud, call: Call) -> Answer:
    """Route tables; PageSize at most 50, 10 by default."""
    tables = [
        table
        for table in _tables(cloud, call)
        if call.optional("VpcId") in (None, table.vpc_id)
        and call.optional("RouteTableType") in (None, table.type)
        and has_tags(table.tags, call.tags())
    ]
    page = by_number(call, tables, maximum=50)
    return {"RouterTableList": {"RouterTableListType": [_listed(cloud, table) for table in page.items]}, **page.fields}


@action(
    VPC,
    "DescribeRouteTables",
    "RouteTableId VRouterId RouterId RouterType RouteTableName PageNumber PageSize",
    resources="routetable/*",
)
def describe_route_tables(cloud: Cloud, call: Call) -> Answer:
    """Route tables with their entries; PageSize at most 50, 10 by default."""
    page = by_number(call, _tables(cloud, call), maximum=50)
    return {"RouteTables": {"RouteTable": [_with_entries(cloud, table) for table in page.items]}, **page.fields}


@action(
    VPC,
    "ModifyRouteTableAttributes",
    "RouteTableId RouteTableName Description RoutePropagationEnable",
    raises="Abs.InvalidRouteTableId.NotExist IncorrectStatus.RouteTable Abs.InvaliTableName.Malformed "
    "InvalidDescription.Malformed",
    resources="routetable/{RouteTableId}",
)
def modify_route_table_attributes(cloud: Cloud, call: Call) -> None:
    """Change name, description or route propagation of a route table; no routes are propagated here."""
    routes.modify_table(
        cloud,
        call.text("RouteTableId"),
        call.given("RouteTableName"),
        call.given("Description"),
        call.flag("RoutePropagationEnable"),
    )


@action(
    VPC,
    "CreateRouteEntry",
    "RouteTableId DestinationCidrBlock NextHopType NextHopId NextHopList RouteEntryName Description DryRun",
    remembers_token=True,
    raises="InvalidRouteTableId.NotFound IncorrectStatus.RouteTableStatus IncorrectVpcStatus IncorrectVSwitchStatus "
    "IncorrectRouteEntryStatus InvalidCidrBlock.Malformed InvalidCidrBlock RouterEntryConflict.Duplicated "
    f"QuotaExceeded InvalidRouteEntryName.Malformed InvalidDescription.Malformed {_NEXT_HOP_CODES}",
    resources="routetable/{RouteTableId}",
)
def create_route_entry(cloud: Cloud, call: Call) -> Answer:
    """Make a custom entry; Pending at first. 200 per table; next hops are instances and network interfaces, no ECMP."""
    if call.records("NextHopList"):
        raise NotSimulatedError("routes with NextHopList")
    table_id = call.text("RouteTableId")
    new = routes.NewEntry(
        destination=call.text("DestinationCidrBlock"),
        next_hop_type=call.optional("NextHopType") or "Instance",
        next_hop_id=call.optional("NextHopId") or "",
        name=call.optional("RouteEntryName") or "",
        description=call.optional("Description") or "",
    )
    if call.flag("DryRun"):
        routes.check_new_entry(cloud, table_id, new)
        raise dry_run_passed()
    return {"RouteEntryId": routes.create_entry(cloud, table_id, new).id}


@action(
    VPC,
    "ModifyRouteEntry",
    "RouteEntryId RouteTableId DestinationCidrBlock RouteEntryName Description NewNextHopType NewNextHopId DryRun",
    raises="InvalidRouteEntryId.NotFound InvalidRouteTableId.NotFound InvalidRouteEntry.NotFound "
    "InvalidCidrBlock.Malformed OperationDenied InvalidRouteEntryName.Malformed InvalidDescription.Malformed "
    f"IncorrectRouteEntryStatus {_NEXT_HOP_CODES}",
    resources="routetable/{RouteTableId}",
)
def modify_route_entry(cloud: Cloud, call: Call) -> None:
    """Change name, description or next hop of a custom entry; a new next hop makes it Modifying at first."""
    entry = _named_entry(cloud, call, None)
    hop_type, hop_id = call.optional("NewNextHopType"), call.optional("NewNextHopId")
    hop = (hop_type or "Instance", hop_id or "") if hop_type or hop_id else None
    name, description = call.given("RouteEntryName"), call.given("Description")
    if call.flag("DryRun"):
        routes.check_modified_entry(cloud, entry, name, description, hop)
        raise dry_run_passed()
    routes.modify_entry(cloud, entry, name, description, hop)


@action(
    VPC,
    "DeleteRouteEntry",
    "RouteEntryId RouteTableId DestinationCidrBlock NextHopId NextHopList DryRun",
    raises="InvalidRouteEntryId.NotFound InvalidRouteTableId.NotFound InvalidRouteEntry.NotFound "
    "InvalidCidrBlock.Malformed OperationDenied IncorrectVpcStatus IncorrectRouteEntryStatus",
    resources="routetable/{RouteTableId}",
)
def delete_route_entry(cloud: Cloud, call: Call) -> None:
    """Delete a custom entry by its id, or by table and destination; Deleting at first."""
    if call.records("NextHopList"):
        raise NotSimulatedError("routes with NextHopList")
    entry = _named_entry(cloud, call, call.optional("NextHopId"))
    if call.flag("DryRun"):
        routes.check_deletable_entry(cloud, entry)
        raise dry_run_passed()
    routes.delete_entry(cloud, entry)


@action(
    VPC,
    "DescribeRouteEntryList",
    "RouteTableId RouteEntryId RouteEntryName RouteEntryType DestinationCidrBlock DestCidrBlockList NextHopType "
    "NextHopId IpVersion ServiceType NextToken MaxResult",
    raises="InvalidRouteTable.NotFound IllegalParam.RouteEntryType IllegalParam.IpVersion "
    "OperationFailed.FilterParamUnderWrongRouteType",
    resources="routetable/{RouteTableId}",
)
def describe_route_entry_list(cloud: Cloud, call: Call) -> Answer:
    """Entries of a route table, system ones first; MaxResult 1..100, 10 by default."""
    table = cloud.estate.route_tables.find(call.text("RouteTableId"))
    if table is None:
        raise CloudError("InvalidRouteTable.NotFound", "The specified RouteTable was not found.")
    entries = [entry for entry in _entries(cloud, table) if _matches(call, entry)] if _may_exist(call) else []
    page = by_token(call, entries, Size(maximum=100, name="MaxResult"))
    return {"RouteEntrys": {"RouteEntry": page.items}, "TotalCount": len(entries), **page.fields}


def _named_entry(cloud: Cloud, call: Call, next_hop_id: str | None) -> RouteEntry:
    entry_id = call.optional("RouteEntryId")
    if entry_id is not None:
        return routes.entry_by_id(cloud, entry_id)
    if call.optional("RouteTableId") is None:
        raise missing_parameter("RouteEntryId")
    return routes.entry_by_destination(cloud, call.text("RouteTableId"), call.text("DestinationCidrBlock"), next_hop_id)


def _tables(cloud: Cloud, call: Call) -> list[RouteTable]:
    """Return the filters of both lists of tables; the only routers are those of VPCs."""
    table_id = call.optional("RouteTableId")
    routers = {call.optional("VRouterId"), call.optional("RouterId")} - {None}
    if call.choice("RouterType", ("VRouter", "VBR")) == "VBR":
        return []
    within = resource_groups.of_group(cloud, call)
    return [
        table
        for table in cloud.estate.route_tables.among(None if table_id is None else [table_id])
        if call.optional("RouteTableName") in (None, table.name)
        and routers <= {cloud.vpc(table.vpc_id).vrouter_id}
        and (within is None or within(cloud.vpc(table.vpc_id)))
    ]


def _may_exist(call: Call) -> bool:
    """Whether the simulator can have entries of the wanted kind; raises the codes of unknown kinds."""
    kind, version = call.optional("RouteEntryType"), (call.optional("IpVersion") or "IPv4").lower()
    if kind not in (None, *_ENTRY_TYPES):
        raise CloudError("IllegalParam.RouteEntryType", "The parameter of RouteEntryType is illegal.")
    if version not in ("ipv4", "ipv6"):
        raise CloudError("IllegalParam.IpVersion", "Param IpVersion illegal.")
    if kind not in (None, "Custom") and (call.optional("RouteEntryId") or call.optional("RouteEntryName")):
        raise CloudError(
            "OperationFailed.FilterParamUnderWrongRouteType",
            "Operation failed because only custom type support filter by routeEntryId or routeEntryName",
        )
    return version == "ipv4" and call.optional("ServiceType") is None


def _matches(call: Call, entry: Answer) -> bool:
    hop_type, hop_id = _hop(entry)
    blocks = call.repeated("DestCidrBlockList")[:MAX_DESTINATIONS]
    return (
        call.optional("RouteEntryType") in (None, entry["Type"])
        and call.optional("RouteEntryId") in (None, entry["RouteEntryId"])
        and call.optional("RouteEntryName") in (None, entry["RouteEntryName"])
        and call.optional("DestinationCidrBlock") in (None, entry["DestinationCidrBlock"])
        and (not blocks or entry["DestinationCidrBlock"] in blocks)
        and call.optional("NextHopType") in (None, hop_type)
        and call.optional("NextHopId") in (None, hop_id)
    )


def _listed(cloud: Cloud, table: RouteTable) -> Answer:
    return {
        "RouteTableId": table.id,
        "RouteTableName": table.name,
        "RouteTableType": table.type,
        "Description": table.description,
        "RouterId": cloud.vpc(table.vpc_id).vrouter_id,
        "RouterType": "VRouter",
        "VpcId": table.vpc_id,
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in routes.vswitches_of(cloud, table)]},
        "GatewayIds": {"GatewayIds": []},
        "AssociateType": "VSwitch",
        "RoutePropagationEnable": table.route_propagation,
        "ResourceGroupId": resource_groups.own(cloud, cloud.vpc(table.vpc_id).resource_group_id),
        "OwnerId": int(cloud.estate.account_id),
        "Status": table.status,
        "CreationTime": seconds(table.created_at),
        "Tags": vpc_tags(table.tags),
    }


def _with_entries(cloud: Cloud, table: RouteTable) -> Answer:
    return {
        "RouteTableId": table.id,
        "RouteTableType": table.type,
        "VRouterId": cloud.vpc(table.vpc_id).vrouter_id,
        "RouteEntrys": {"RouteEntry": [_in_table(entry) for entry in _entries(cloud, table)]},
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in routes.vswitches_of(cloud, table)]},
        "ResourceGroupId": resource_groups.own(cloud, cloud.vpc(table.vpc_id).resource_group_id),
        "Status": table.status,
        "CreationTime": seconds(table.created_at),
    }


def _in_table(entry: Answer) -> Answer:
    """Return an entry as DescribeRouteTables writes it.

    It repeats the one next hop, and has neither IP version nor origin.
    """
    hop_type, hop_id = _hop(entry)
    fields = {key: value for key, value in entry.items() if key not in ("IpVersion", "Origin", "ServiceType")}
    return {**fields, "NextHopType": hop_type, "InstanceId": hop_id}


def _hop(entry: Answer) -> tuple[str, str]:
    hops = entry["NextHops"]
    assert isinstance(hops, dict)
    hop = hops["NextHop"][0]
    return hop["NextHopType"], hop["NextHopId"]


def _entries(cloud: Cloud, table: RouteTable) -> list[Answer]:
    system = [_system_entry(table, block) for block in routes.system_blocks(cloud, table)]
    return [*system, *(_custom_entry(entry) for entry in cloud.route_entries_of(table.id))]


def _system_entry(table: RouteTable, block: str) -> Answer:
    number = "".join(character for character in f"{table.id}{block}" if character.isalnum())
    description = "Created with vpc by system." if block == str(SERVICE_BLOCK) else "Created with vswitch by system."
    return {
        **_entry(table.id, block, "local", ""),
        "RouteEntryId": f"rte-{number}",
        "RouteEntryName": "",
        "Description": description,
        "Origin": "SystemCreate",
        "Type": "System",
        "Status": "Available",
    }


def _custom_entry(entry: RouteEntry) -> Answer:
    return {
        **_entry(entry.route_table_id, entry.destination_cidr_block, entry.next_hop_type, entry.next_hop_id),
        "RouteEntryId": entry.id,
        "RouteEntryName": entry.name,
        "Description": entry.description,
        "Origin": "CustomCreate",
        "Type": "Custom",
        "Status": entry.status,
    }


def _entry(table_id: str, block: str, hop_type: str, hop_id: str) -> Answer:
    hop = {"NextHopType": hop_type, "NextHopId": hop_id, "Enabled": 1, "Weight": 0}
    return {
        "RouteTableId": table_id,
        "DestinationCidrBlock": block,
        "IpVersion": "ipv4",
        "ServiceType": "",
        "NextHops": {"NextHop": [hop]},
    }
