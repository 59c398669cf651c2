"""Route tables of VPCs and their custom entries.

Codes: references of CreateRouteTable, DeleteRouteTable, AssociateRouteTable, UnassociateRouteTable (2025-12),
ModifyRouteTableAttributes (2025-03), CreateRouteEntry (2025-12), DeleteRouteEntry (2025-05) and ModifyRouteEntry of
the VPC API 2016-04-28. RouterEntryConflict.Duplicated is the code of service and provider for a destination that
exists already (Container Service documentation, provider source); the reference names InvalidCIDRBlock.Duplicate.
Undocumented: the codes of DeleteRouteTable for an unknown table (InvalidRouteTableId.NotFound) and for one that
VSwitches use (IncorrectRouteTableStatus), of CreateRouteTable for a VPC that is not Available
(IncorrectVpcStatus), and of ModifyRouteEntry for an entry in change or a wrong next hop (as
CreateRouteEntry).
Not simulated: gateways and HaVips, routes to them, and IPv6 routes.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import get_args

from simulator.cloud import vpcs
from simulator.cloud.blocks import SERVICE_BLOCK, parsed
from simulator.cloud.errors import CloudError, NotFoundError, NotSimulatedError, missing_parameter
from simulator.cloud.names import check_network_text
from simulator.cloud.state import Cloud
from simulator.model.vpc import NextHopType, RouteEntry, RouteTable, VSwitch

#: Custom route tables of a VPC (quota vpc_quota_route_tables_num)
MAX_TABLES = 9
#: Custom entries of a route table (quota vpc_quota_route_entrys_num)
MAX_ENTRIES = 200
NEXT_HOP_TYPES = get_args(NextHopType)
# Next hops of the API that the simulator does not have.
UNKNOWN_NEXT_HOP_TYPES = (
    "HaVip",
    "RouterInterface",
    "VpnGateway",
    "IPv6Gateway",
    "NatGateway",
    "Attachment",
    "VpcPeer",
    "Ipv4Gateway",
    "GatewayEndpoint",
    "GatewayLoadBalancerEndpoint",
    "Ecr",
)
# A VPC with an instance of one of these families cannot have custom route tables (CreateRouteTable, 2023).
_OLD_FAMILIES = frozenset(
    f"ecs.{family}"
    for family in (
        *("c1", "c2", "c4", "ce4", "cm4", "d1", "e3", "e4", "ga1", "gn4", "gn5", "i1", "m1", "m2", "mn4"),
        *("n1", "n2", "n4", "s1", "s2", "s3", "se1", "sn1", "sn2", "t1", "xn4"),
    )
)


@dataclass(frozen=True)
class NewEntry:
    """The settings of a new custom entry."""

    destination: str
    next_hop_type: str
    next_hop_id: str
    name: str = ""
    description: str = ""


def create_table(cloud: Cloud, vpc_id: str, name: str, description: str, tags: dict[str, str]) -> RouteTable:
    """Create a custom route table: Creating for `timings.route` seconds.

    Raises InvalidVpcId.NotFound, IncorrectVpcStatus, InvalidParameter.RouteTableName.Malformed,
    InvalidParameter.Description.Malformed, OperationUnsupported.AdvancedFeature (instances of old families in the VPC),
    QuotaExceeded.RouteTable.
    """
    check_network_text(
        name, "InvalidParameter.RouteTableName.Malformed", "The specified route table name is not valid."
    )
    check_network_text(
        description, "InvalidParameter.Description.Malformed", "The specified Description is not valid.", most=256
    )
    vpcs.available(cloud, vpc_id)
    if any(_is_old(cloud, item.instance_type) for item in cloud.estate.instances if item.vpc_id == vpc_id):
        raise CloudError("OperationUnsupported.AdvancedFeature", "Advanced features of the vpc is unsupported.")
    if sum(table.type == "Custom" for table in cloud.route_tables_of(vpc_id)) >= MAX_TABLES:
        raise CloudError("QuotaExceeded.RouteTable", "VPC RouteTable quota exceeded.")
    table = RouteTable(
        id=cloud.ids.new("vtb", vpc_id, name, length=21),
        name=name,
        description=description,
        vpc_id=vpc_id,
        status="Creating",
        created_at=cloud.clock.now(),
        tags=tags,
    )
    cloud.begins(table, cloud.estate.timings.route)
    cloud.estate.route_tables.append(table)
    return table


def modify_table(
    cloud: Cloud, route_table_id: str, name: str | None, description: str | None, propagation: bool | None
) -> None:
    """Change what is given.

    Raises Abs.InvalidRouteTableId.NotExist, IncorrectStatus.RouteTable, Abs.InvaliTableName.Malformed,
    InvalidDescription.Malformed.
    """
    table = cloud.estate.route_tables.find(route_table_id)
    if table is None:
        raise CloudError("Abs.InvalidRouteTableId.NotExist", "The route table id is not exist.")
    if table.status != "Available":
        raise CloudError("IncorrectStatus.RouteTable", "The route table is in an invalid state.")
    check_network_text(name or "", "Abs.InvaliTableName.Malformed", "Table name format is invalid.")
    check_network_text(description or "", "InvalidDescription.Malformed", "Description format is invalid.", most=256)
    table.name = table.name if name is None else name
    table.description = table.description if description is None else description
    table.route_propagation = table.route_propagation if propagation is None else propagation


def delete_table(cloud: Cloud, route_table_id: str) -> None:
    """Delete an unused custom table: Deleting for `timings.route` seconds, then gone.

    Raises InvalidRouteTableId.NotFound, IncorrectRouteTableType (a system table), IncorrectRouteTableStatus (404: not
    Available, or VSwitches use it), IncorrectRouteTableStatus.RouteEntryExist.
    """
    table = _table(cloud, route_table_id)
    if table.type == "System":
        raise CloudError(
            "IncorrectRouteTableType", "Route table can be deleted by this action only when it's type is custom."
        )
    if table.status != "Available" or vswitches_of(cloud, table):
        raise NotFoundError(
            "IncorrectRouteTableStatus", "The current status of the route table does not support this operation."
        )
    if cloud.route_entries_of(table.id):
        raise CloudError(
            "IncorrectRouteTableStatus.RouteEntryExist",
            "You cannot delete the specified route table because it still has custom route entry.",
        )
    table.status = "Deleting"
    cloud.begins(table, cloud.estate.timings.route, leaving=True)


def associate(cloud: Cloud, route_table_id: str, vswitch_id: str) -> None:
    """Associate a VSwitch with a custom table; the VSwitch is Pending for `timings.vswitch` seconds.

    Raises InvalidRouteTableId.NotFound (400), InvalidVSwitchId.NotFound, and with 404 IncorrectVSwitchStatus,
    IncorrectStatus.RouteTable, Forbidden.NotInSameVpc, Forbidden.VSwitchAlreadyAssociatedRouteTable (another table);
    ResourceAlreadyAssociated.RouteTable (this one), OperationDenied.SwitchToSystemRouteTable.
    """
    table = cloud.estate.route_tables.find(route_table_id)
    if table is None:
        raise CloudError("InvalidRouteTableId.NotFound", "Specified route table does not exist.")
    vswitch = _available_vswitch(cloud, vswitch_id)
    if table.vpc_id != vswitch.vpc_id:
        raise NotFoundError(
            "Forbidden.NotInSameVpc", "The specified virtual switch and route table are not in the same VPC."
        )
    if table.type == "System":
        raise CloudError(
            "OperationDenied.SwitchToSystemRouteTable",
            "The associated route tables cannot be directly changed to system route tables.",
        )
    if table.status != "Available":
        raise NotFoundError("IncorrectStatus.RouteTable", "The status of the specified route table is incorrect.")
    if vswitch.route_table_id == table.id:
        raise CloudError(
            "ResourceAlreadyAssociated.RouteTable", "The resource has already associated with a routetable."
        )
    if vswitch.route_table_id:
        raise NotFoundError(
            "Forbidden.VSwitchAlreadyAssociatedRouteTable",
            "The specified virtual switch already associates route table.",
        )
    _follow(cloud, vswitch, table.id)


def unassociate(cloud: Cloud, route_table_id: str, vswitch_id: str) -> None:
    """Associate a VSwitch with the system table again; the VSwitch is Pending for `timings.vswitch` seconds.

    Raises, all with 404, InvalidRouteTableId.NotFound, InvalidVSwitchId.NotFound, IncorrectVSwitchStatus,
    OperationUnsupported.SystemRouteTable, InvalidBindingStatus.RouteTable (it uses another table).
    """
    table = _table(cloud, route_table_id)
    vswitch = _available_vswitch(cloud, vswitch_id)
    if table.type == "System":
        raise NotFoundError("OperationUnsupported.SystemRouteTable", "System route table can not be unassociated.")
    if vswitch.route_table_id != table.id:
        raise NotFoundError(
            "InvalidBindingStatus.RouteTable", "The specified virtual switch and route table does not bind"
        )
    _follow(cloud, vswitch, None)


def vswitches_of(cloud: Cloud, table: RouteTable) -> list[VSwitch]:
    """Return the VSwitches that use a route table."""
    own = None if table.type == "System" else table.id
    return [vswitch for vswitch in cloud.vswitches_of(table.vpc_id) if vswitch.route_table_id == own]


def system_blocks(cloud: Cloud, table: RouteTable) -> list[str]:
    """Return the destinations of the system entries: every VSwitch of the VPC, and the cloud's services."""
    return [*(vswitch.cidr_block for vswitch in cloud.vswitches_of(table.vpc_id)), str(SERVICE_BLOCK)]


def create_entry(cloud: Cloud, route_table_id: str, new: NewEntry) -> RouteEntry:
    """Create a custom entry: Pending for `timings.route` seconds; raises as `check_new_entry` does."""
    destination = check_new_entry(cloud, route_table_id, new)
    entry = RouteEntry(
        id=cloud.ids.new("rte", route_table_id, str(destination), length=21),
        name=new.name,
        description=new.description,
        route_table_id=route_table_id,
        destination_cidr_block=str(destination),
        next_hop_type="NetworkInterface" if new.next_hop_type == "NetworkInterface" else "Instance",
        next_hop_id=new.next_hop_id,
        status="Pending",
    )
    cloud.begins(entry, cloud.estate.timings.route)
    cloud.estate.route_entries.append(entry)
    return entry


def check_new_entry(cloud: Cloud, route_table_id: str, new: NewEntry) -> IPv4Network:
    """Make the checks of `create_entry`, for dry runs too; return the destination, in which a single address is a /32.

    Raises InvalidRouteTableId.NotFound, IncorrectStatus.RouteTableStatus, IncorrectVpcStatus, IncorrectVSwitchStatus
    (one of the VPC is Pending), IncorrectRouteEntryStatus (one of the table is in change), InvalidCidrBlock.Malformed,
    InvalidCidrBlock (in 100.64.0.0/10 or in a VSwitch), RouterEntryConflict.Duplicated, QuotaExceeded,
    InvalidRouteEntryName.Malformed, InvalidDescription.Malformed, and as `_check_next_hop` does.
    """
    table = _table(cloud, route_table_id)
    if table.status != "Available":
        raise CloudError("IncorrectStatus.RouteTableStatus", "The status of the specified RouteTable is incorrect.")
    check_network_text(new.name, "InvalidRouteEntryName.Malformed", "Specified RouteEntry name is not valid.")
    check_network_text(new.description, "InvalidDescription.Malformed", "The Description is illegal.", most=256)
    destination = _checked_destination(cloud, table, new.destination)
    _check_next_hop(cloud, table, new.next_hop_type, new.next_hop_id)
    vpcs.available(cloud, table.vpc_id)
    if any(vswitch.status != "Available" for vswitch in cloud.vswitches_of(table.vpc_id)):
        raise CloudError("IncorrectVSwitchStatus", "The current virtual switch status does not support this operation.")
    entries = cloud.route_entries_of(table.id)
    if any(entry.status != "Available" for entry in entries):
        raise _entry_in_change()
    if len(entries) >= MAX_ENTRIES:
        raise CloudError("QuotaExceeded", "Route entry quota exceeded in this route table.")
    return destination


def modify_entry(
    cloud: Cloud,
    entry: RouteEntry,
    name: str | None,
    description: str | None,
    next_hop: tuple[str, str] | None,
) -> None:
    """Make the given changes; a new next hop (type, id) makes the entry Modifying for `timings.route` seconds.

    Raises as `check_modified_entry` does.
    """
    check_modified_entry(cloud, entry, name, description, next_hop)
    entry.name = entry.name if name is None else name
    entry.description = entry.description if description is None else description
    if next_hop is not None:
        entry.next_hop_type = "NetworkInterface" if next_hop[0] == "NetworkInterface" else "Instance"
        entry.next_hop_id = next_hop[1]
        entry.status = "Modifying"
        cloud.begins(entry, cloud.estate.timings.route)


def check_modified_entry(
    cloud: Cloud,
    entry: RouteEntry,
    name: str | None,
    description: str | None,
    next_hop: tuple[str, str] | None,
) -> None:
    """Make the checks of `modify_entry`, for dry runs too.

    Raises InvalidRouteEntryName.Malformed, InvalidDescription.Malformed, IncorrectRouteEntryStatus, and as
    `_check_next_hop` does.
    """
    check_network_text(name or "", "InvalidRouteEntryName.Malformed", "Specified RouteEntry name is not valid.")
    check_network_text(description or "", "InvalidDescription.Malformed", "The Description is illegal.", most=256)
    if next_hop is not None:
        _check_next_hop(cloud, _table(cloud, entry.route_table_id), *next_hop)
    if entry.status != "Available":
        raise _entry_in_change()


def delete_entry(cloud: Cloud, entry: RouteEntry) -> None:
    """Delete an entry: Deleting for `timings.route` seconds, then gone; raises as `check_deletable_entry` does."""
    check_deletable_entry(cloud, entry)
    entry.status = "Deleting"
    cloud.begins(entry, cloud.estate.timings.route, leaving=True)


def check_deletable_entry(cloud: Cloud, entry: RouteEntry) -> None:
    """Raise IncorrectVpcStatus, IncorrectRouteEntryStatus (an entry of the table is in change)."""
    vpcs.available(cloud, _table(cloud, entry.route_table_id).vpc_id)
    if any(sibling.status != "Available" for sibling in cloud.route_entries_of(entry.route_table_id)):
        raise _entry_in_change()


def entry_by_id(cloud: Cloud, entry_id: str) -> RouteEntry:
    """Return the custom entry; raises InvalidRouteEntryId.NotFound (400)."""
    entry = cloud.estate.route_entries.find(entry_id)
    if entry is None:
        raise CloudError("InvalidRouteEntryId.NotFound", "Specified RouteEntryId does not exist.")
    return entry


def entry_by_destination(cloud: Cloud, route_table_id: str, destination: str, next_hop_id: str | None) -> RouteEntry:
    """Return the custom entry to a destination, with this next hop if it is given.

    Raises InvalidRouteTableId.NotFound, InvalidCidrBlock.Malformed, OperationDenied (a system entry),
    InvalidRouteEntry.NotFound (400).
    """
    table = _table(cloud, route_table_id)
    block = parsed(destination)
    if block is None:
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")
    if str(block) in system_blocks(cloud, table):
        raise CloudError("OperationDenied", "Specified operation is denied as route entry type is system.")
    for entry in cloud.route_entries_of(table.id):
        if entry.destination_cidr_block == str(block) and next_hop_id in (None, entry.next_hop_id):
            return entry
    raise CloudError("InvalidRouteEntry.NotFound", "Route entry not exists.")


def _table(cloud: Cloud, route_table_id: str) -> RouteTable:
    table = cloud.estate.route_tables.find(route_table_id)
    if table is None:
        raise NotFoundError("InvalidRouteTableId.NotFound", "Specified route table does not exist.")
    return table


def _is_old(cloud: Cloud, instance_type: str) -> bool:
    known = cloud.estate.instance_types.find(instance_type)
    return known is not None and known.family in _OLD_FAMILIES


def _available_vswitch(cloud: Cloud, vswitch_id: str) -> VSwitch:
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.status != "Available":
        raise NotFoundError(
            "IncorrectVSwitchStatus", "The current status of the virtual switch does not support this operation."
        )
    return vswitch


def _follow(cloud: Cloud, vswitch: VSwitch, route_table_id: str | None) -> None:
    vswitch.route_table_id, vswitch.status = route_table_id, "Pending"
    cloud.begins(vswitch, cloud.estate.timings.vswitch)


def _checked_destination(cloud: Cloud, table: RouteTable, text: str) -> IPv4Network:
    block = parsed(text)
    if block is None:
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")
    occupied = [SERVICE_BLOCK, *(IPv4Network(v.cidr_block) for v in cloud.vswitches_of(table.vpc_id))]
    if any(block.subnet_of(other) for other in occupied):
        raise CloudError("InvalidCidrBlock", "Specified CIDR block is not valid.")
    if any(entry.destination_cidr_block == str(block) for entry in cloud.route_entries_of(table.id)):
        raise CloudError("RouterEntryConflict.Duplicated", f"A route entry already exists, which CIDR is '{block}'")
    return block


def _check_next_hop(cloud: Cloud, table: RouteTable, next_hop_type: str, next_hop_id: str) -> None:
    """Check a next hop: an instance or a network interface in the VPC of the table.

    Raises InvalidNextHopType, MissingParameter, and for instances InvalidNextHop.NotFound, IllegalParam.NextHopId (a
    classic one), OperationFailed.InstanceDismatchCurrentVpc (404), IncorrectInstanceStatus, for network interfaces
    InvalidNetworkInterface.NotFound (404), Mismatch.EniIdAndRouteTableId, InvalidNexthop.DirectEni (with a cut-through
    EIP).
    """
    if next_hop_type in UNKNOWN_NEXT_HOP_TYPES:
        raise NotSimulatedError(f"routes with NextHopType {next_hop_type}")
    if next_hop_type not in NEXT_HOP_TYPES:
        raise CloudError("InvalidNextHopType", 'Specified parameter "NextHopType" is not valid.')
    if not next_hop_id:
        raise missing_parameter("NextHopId")
    if next_hop_type == "Instance":
        _check_instance(cloud, table, next_hop_id)
    else:
        _check_network_interface(cloud, table, next_hop_id)


def _check_instance(cloud: Cloud, table: RouteTable, instance_id: str) -> None:
    instance = cloud.estate.instances.find(instance_id)
    if instance is None:
        raise CloudError("InvalidNextHop.NotFound", "Specified next hop does not exist.")
    if instance.network_type != "vpc":
        raise CloudError("IllegalParam.NextHopId", "Instance not exists or not vpc vm.")
    if instance.vpc_id != table.vpc_id:
        raise NotFoundError(
            "OperationFailed.InstanceDismatchCurrentVpc", "The specified instance does not exist in current vpc."
        )
    if instance.status not in ("Running", "Stopped"):
        raise CloudError("IncorrectInstanceStatus", "Current instance status does not support this operation.")


def _check_network_interface(cloud: Cloud, table: RouteTable, interface_id: str) -> None:
    interface = cloud.estate.network_interfaces.find(interface_id)
    if interface is None:
        raise NotFoundError("InvalidNetworkInterface.NotFound", "The specified networkInterface does not exist.")
    if cloud.vswitch(interface.vswitch_id).vpc_id != table.vpc_id:
        raise CloudError(
            "Mismatch.EniIdAndRouteTableId",
            "The operation is not allowed because eni and route table not in same vpc.",
        )
    if any(eip.instance_id == interface_id and eip.mode == "BINDED" for eip in cloud.estate.eips):
        raise CloudError("InvalidNexthop.DirectEni", "The direct Eni cannot be nexthop.")


def _entry_in_change() -> CloudError:
    return CloudError("IncorrectRouteEntryStatus", "Some route entry status blocked this operation.")
