"""VSwitches, their addresses, and what keeps one from being deleted.

Codes: references of CreateVSwitch and DeleteVSwitch of the VPC API 2016-04-28 (`InvalidCirdrBlock.MaskLength` is
spelled so there). Undocumented: the codes of CreateDefaultVSwitch (InvalidVpcId.NotFound without a
default VPC, OperationDenied if the zone has a default VSwitch).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from simulator.cloud import ipv6_blocks, vpcs
from simulator.cloud.blocks import parsed, within
from simulator.cloud.errors import CloudError, NotFoundError, invalid_parameter
from simulator.cloud.names import NO_LABELS, Labels, check_network_text
from simulator.cloud.state import Cloud
from simulator.model.databases import ApsaraInstance
from simulator.model.vpc import RouteTable, Vpc, VSwitch

#: Masks of a VSwitch (SDK text of CreateVSwitch)
VSWITCH_MASKS = range(16, 30)
DEFAULT_MASK = 20
#: VSwitches of a VPC (SDK text of CreateVSwitch, vpc20160428 6.11.0)
MAX_VSWITCHES = 150
#: Reserved addresses of a VSwitch, the first and the last three (SDK text of CreateVSwitch, vpc20160428 6.11.0)
RESERVED_ADDRESSES = 4


@dataclass(frozen=True)
class NewVSwitch:
    """The settings of a new VSwitch; `ipv6_last_bits` choose its /64 in the VPC's IPv6 block, None gives it none."""

    vpc_id: str
    zone_id: str
    cidr_block: str
    labels: Labels = NO_LABELS
    ipv6_last_bits: int | None = None
    vpc_ipv6_block: str | None = None


def create(cloud: Cloud, new: NewVSwitch, *, default: bool = False) -> VSwitch:
    """Make a VSwitch, Pending for `timings.vswitch` seconds.

    Raises InvalidVpcId.NotFound, InvalidZoneId.NotFound, ResourceNotAvailable (no VSwitch stock in the zone),
    IncorrectVpcStatus, IncorrectVSwitchStatus (another one of the VPC is Pending), InvalidCidrBlock.Malformed,
    InvalidCirdrBlock.MaskLength, InvalidParameter (outside the VPC), InvalidCidrBlock.Overlapped,
    QuotaExceeded.VSwitch, InvalidVSwitchName.Malformed, InvalidVSwitchDiscription.Malformed, and what
    `ipv6_blocks.for_vswitch` does.
    """
    check_texts(new.labels.name, new.labels.description)
    vpc = vpcs.available(cloud, new.vpc_id)
    if not cloud.zone(new.zone_id).vswitch_available:
        raise CloudError("ResourceNotAvailable", "Resource you requested is not available in this region or zone.")
    block = _checked_block(cloud, vpc, new.cidr_block)
    siblings = cloud.vswitches_of(vpc.id)
    if len(siblings) >= MAX_VSWITCHES:
        raise CloudError("QuotaExceeded.VSwitch", "Virtual switch quota exceeded.")
    if any(sibling.status == "Pending" for sibling in siblings):
        raise CloudError("IncorrectVSwitchStatus", "Some virtual switch is modifying within the same VPC.")
    vswitch = VSwitch(
        id=cloud.ids.new("vsw", vpc.id, new.labels.name, str(block), length=21),
        name=new.labels.name,
        description=new.labels.description,
        vpc_id=vpc.id,
        zone_id=new.zone_id,
        cidr_block=str(block),
        status="Pending",
        is_default=default,
        created_at=cloud.clock.now(),
        tags=dict(new.labels.tags),
    )
    vswitch.ipv6_cidr_block = _ipv6_block(cloud, vswitch, new.ipv6_last_bits, new.vpc_ipv6_block)
    cloud.begins(vswitch, cloud.estate.timings.vswitch)
    cloud.estate.vswitches.append(vswitch)
    return vswitch


def create_default(cloud: Cloud, zone_id: str, ipv6_last_bits: int | None) -> VSwitch:
    """Make the default VSwitch of a zone, the first free /20 of the default VPC.

    Raises as `create` does, InvalidVpcId.NotFound without a default VPC, OperationDenied if the zone has one.
    """
    vpc = next((vpc for vpc in cloud.estate.vpcs if vpc.is_default), None)
    if vpc is None:
        raise NotFoundError("InvalidVpcId.NotFound", "The region has no default VPC.")
    siblings = cloud.vswitches_of(vpc.id)
    if any(vswitch.is_default and vswitch.zone_id == zone_id for vswitch in siblings):
        raise CloudError("OperationDenied", "The default VSwitch already exists in the zone.")
    taken = [IPv4Network(vswitch.cidr_block) for vswitch in siblings]
    free = (
        block
        for block in IPv4Network(vpc.cidr_block).subnets(new_prefix=DEFAULT_MASK)
        if not any(block.overlaps(other) for other in taken)
    )
    block = next(free, None)
    if block is None:
        raise CloudError("InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other subnets.")
    new = NewVSwitch(vpc.id, zone_id, str(block), ipv6_last_bits=ipv6_last_bits)
    return create(cloud, new, default=True)


def modify(cloud: Cloud, vswitch_id: str, name: str | None, description: str | None) -> None:
    """Make the given changes; raises InvalidVSwitchId.NotFound, and as `check_texts` does."""
    vswitch = cloud.vswitch(vswitch_id)
    check_texts(name, description)
    vswitch.name = vswitch.name if name is None else name
    vswitch.description = vswitch.description if description is None else description


def set_ipv6(cloud: Cloud, vswitch_id: str, last_bits: int | None, vpc_block: str | None) -> None:
    """Add the IPv6 block with `last_bits` to a VSwitch, or (None) remove it; a block cannot be changed.

    Raises InvalidVSwitchId.NotFound, and what `ipv6_blocks.for_vswitch` does.
    """
    vswitch = cloud.vswitch(vswitch_id)
    block = _ipv6_block(cloud, vswitch, last_bits, vpc_block)
    if block and vswitch.ipv6_cidr_block not in (None, block):
        raise invalid_parameter("Ipv6CidrBlock")
    vswitch.ipv6_cidr_block = block


def delete(cloud: Cloud, vswitch_id: str) -> None:
    """Delete an unused VSwitch: Pending for `timings.vswitch` seconds, then gone; raises as `check_deletable` does."""
    vswitch = check_deletable(cloud, vswitch_id)
    vswitch.status = "Pending"
    cloud.begins(vswitch, cloud.estate.timings.vswitch, leaving=True)


def check_deletable(cloud: Cloud, vswitch_id: str) -> VSwitch:
    """Return the VSwitch if it can be deleted.

    Raises InvalidVSwitchId.NotFound, IncorrectVSwitchStatus, OperationDenied.OtherSubnetProcessing (another one of the
    VPC is Pending), IncorrectRouteEntryStatus (a route of the VPC is being changed), DependencyViolation.RouteTable,
    DependencyViolation (other resources that name the VSwitch).
    """
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.status != "Available":
        raise CloudError("IncorrectVSwitchStatus", "The status of the virtual switch does not support this operation.")
    if any(sibling.status == "Pending" for sibling in cloud.vswitches_of(vswitch.vpc_id)):
        raise CloudError("OperationDenied.OtherSubnetProcessing", "other subnet is processing.")
    tables = cloud.route_tables_of(vswitch.vpc_id)
    if any(entry.status != "Available" for table in tables for entry in cloud.route_entries_of(table.id)):
        raise CloudError("IncorrectRouteEntryStatus", "Some route entry status blocked this operation.")
    users = (item for _, table in cloud.estate.tables("vswitch_id") for item in table)
    if any(item.vswitch_id == vswitch_id for item in (*users, *cloud.registry_links())):
        raise CloudError("DependencyViolation", "Specified object has dependent resources.")
    if vswitch.route_table_id:
        raise CloudError(
            "DependencyViolation.RouteTable", "VSwitch cannot be deleted when associated with route table."
        )
    return vswitch


def route_table_of(cloud: Cloud, vswitch: VSwitch) -> RouteTable:
    """Return the route table of a VSwitch: a custom one, or the system route table of its VPC."""
    return cloud.estate.route_tables.find(vswitch.route_table_id) or cloud.system_route_table(vswitch.vpc_id)


def available_addresses(cloud: Cloud, vswitches: Iterable[VSwitch]) -> dict[str, int]:
    """Return AvailableIpAddressCount of each VSwitch, by id: the addresses neither reserved nor in use."""
    free = {vswitch.id: IPv4Network(vswitch.cidr_block).num_addresses - RESERVED_ADDRESSES for vswitch in vswitches}
    for link in cloud.registry_links():
        if link.vswitch_id in free:
            free[link.vswitch_id] -= 1
    for _, table in cloud.estate.tables("vswitch_id"):
        for item in table:
            if item.vswitch_id in free:
                free[item.vswitch_id] -= _addresses(item)
    return free


def _addresses(item: Any) -> int:
    """Return how many addresses of its VSwitch a resource uses.

    A network interface uses those it lists, a database one per endpoint, other resources one. The primary network
    interface of an instance is not counted, because its address is the instance's.
    """
    if isinstance(item, ApsaraInstance):
        return max(1, len(item.private_addresses()))
    private_ips: list[str] | None = getattr(item, "private_ips", None)
    if private_ips is None:
        return 1
    return len(private_ips) - (1 if item.type == "Primary" else 0)


def _checked_block(cloud: Cloud, vpc: Vpc, cidr_block: str) -> IPv4Network:
    block = parsed(cidr_block)
    if block is None:
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")
    if block.prefixlen not in VSWITCH_MASKS:
        raise CloudError("InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid.")
    if not within(block, vpcs.blocks_of(vpc)):
        raise CloudError("InvalidParameter", "Specified CIDR block is not valid in VPC.")
    if any(block.overlaps(IPv4Network(sibling.cidr_block)) for sibling in cloud.vswitches_of(vpc.id)):
        raise CloudError("InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other subnets.")
    # A VSwitch may lie within a route's destination, but must not equal or contain it.
    entries = [entry for table in cloud.route_tables_of(vpc.id) for entry in cloud.route_entries_of(table.id)]
    if any(IPv4Network(entry.destination_cidr_block).subnet_of(block) for entry in entries):
        raise CloudError("InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other entry.")
    return block


def _ipv6_block(cloud: Cloud, vswitch: VSwitch, last_bits: int | None, vpc_block: str | None) -> str | None:
    return None if last_bits is None else ipv6_blocks.for_vswitch(cloud, vswitch, last_bits, vpc_block)


def check_texts(name: str | None, description: str | None) -> None:
    """Check the texts of a VSwitch; raises InvalidVSwitchName.Malformed, InvalidVSwitchDiscription.Malformed."""
    check_network_text(name or "", "InvalidVSwitchName.Malformed", "Specified VSwitch name is not valid.")
    check_network_text(
        description or "",
        "InvalidVSwitchDiscription.Malformed",
        "Specified VSwitch description is not valid.",
        most=256,
    )
