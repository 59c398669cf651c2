"""VPCs, VSwitches and route tables.

Error codes are those of the CreateVpc, DeleteVpc and CreateVSwitch references of the VPC API 2016-04-28
(`InvalidCirdrBlock.MaskLength` is spelled so there).
"""

import ipaddress
from ipaddress import IPv4Network

from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.names import check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.vpc import Vpc, VSwitch

DEFAULT_BLOCK = "172.16.0.0/12"
# Mask lengths: VPC 8 to 28 (provider documentation; /8 is what the migration plan makes), VSwitch 16 to 29.
VPC_MASKS = range(8, 29)
VSWITCH_MASKS = range(16, 30)
MAX_VSWITCHES = 150

_RESERVED_BLOCKS = tuple(
    IPv4Network(block) for block in ("100.64.0.0/10", "224.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16")
)


def create_vpc(cloud: Cloud, cidr_block: str, name: str, description: str, tags: dict[str, str]) -> Vpc:
    """Make a VPC, Pending for `timings.vpc` seconds.

    Raises InvalidCidrBlock.Malformed, InvalidVpcName.Malformed, InvalidVpcDiscription.Malformed.
    """
    block = check_new_vpc(cidr_block, name, description)
    now = cloud.clock.now()
    vpc_id = cloud.ids.new("vpc", name, str(block), length=21)
    vpc = Vpc(
        id=vpc_id,
        name=name,
        description=description,
        cidr_block=str(block),
        status="Pending",
        vrouter_id=cloud.ids.new("vrt", vpc_id, length=21),
        route_table_id=cloud.ids.new("vtb", vpc_id, length=21),
        created_at=now,
        tags=tags,
    )
    cloud.begins(vpc, cloud.estate.timings.vpc)
    cloud.estate.vpcs.append(vpc)
    return vpc


def check_new_vpc(cidr_block: str, name: str, description: str) -> IPv4Network:
    """What `create_vpc` checks, for dry runs too."""
    _check_vpc_texts(name, description)
    block = _block(cidr_block)
    if block.prefixlen not in VPC_MASKS or any(block.subnet_of(reserved) for reserved in _RESERVED_BLOCKS):
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")
    return block


def modify_vpc(cloud: Cloud, vpc_id: str, name: str | None, description: str | None) -> None:
    """Change what is given; raises InvalidVpcId.NotFound, IncorrectVpcStatus and the texts' errors."""
    vpc = available_vpc(cloud, vpc_id)
    _check_vpc_texts(name or "", description or "")
    vpc.name = vpc.name if name is None else name
    vpc.description = vpc.description if description is None else description


def delete_vpc(cloud: Cloud, vpc_id: str) -> None:
    """Delete an empty VPC; raises InvalidVpcId.NotFound, IncorrectVpcStatus, DependencyViolation.*."""
    vpc = available_vpc(cloud, vpc_id)
    if cloud.vswitches_of(vpc_id):
        raise CloudError("DependencyViolation.VSwitch", "Specified object has dependent resources.")
    if any(group.vpc_id == vpc_id for group in cloud.estate.security_groups):
        raise CloudError("DependencyViolation.SecurityGroup", "Specified object has dependent resources SecurityGroup.")
    if any(link.vpc_id == vpc_id for link in cloud.estate.classic_links):
        raise CloudError("DependencyViolation.Instance", "Specified object has dependent resources.")
    cloud.estate.vpcs.remove(vpc)


def available_vpc(cloud: Cloud, vpc_id: str) -> Vpc:
    """The VPC, if it is Available; raises IncorrectVpcStatus, InvalidVpcId.NotFound."""
    vpc = cloud.vpc(vpc_id)
    if vpc.status != "Available":
        raise CloudError("IncorrectVpcStatus", "Current VPC status does not support this operation.")
    return vpc


def create_vswitch(
    cloud: Cloud, vpc_id: str, zone_id: str, cidr_block: str, name: str, description: str, tags: dict[str, str]
) -> VSwitch:
    """Make a VSwitch, Pending for `timings.vswitch` seconds.

    Raises InvalidVpcId.NotFound, InvalidZoneId.NotFound, ResourceNotAvailable (no VSwitch stock in the zone),
    IncorrectVpcStatus, IncorrectVSwitchStatus (another one of the VPC is Pending), InvalidCidrBlock.Malformed,
    InvalidCirdrBlock.MaskLength, InvalidParameter (outside the VPC), InvalidCidrBlock.Overlapped,
    QuotaExceeded.VSwitch, InvalidVSwitchName.Malformed, InvalidVSwitchDiscription.Malformed.
    """
    _check_vswitch_texts(name, description)
    vpc = available_vpc(cloud, vpc_id)
    if not cloud.zone(zone_id).vswitch_available:
        raise CloudError("ResourceNotAvailable", "Resource you requested is not available in this region or zone.")
    block = _vswitch_block(cloud, vpc, cidr_block)
    siblings = cloud.vswitches_of(vpc_id)
    if len(siblings) >= MAX_VSWITCHES:
        raise CloudError("QuotaExceeded.VSwitch", "Virtual switch quota exceeded.")
    if any(sibling.status == "Pending" for sibling in siblings):
        raise CloudError("IncorrectVSwitchStatus", "Some virtual switch is modifying within the same VPC.")
    now = cloud.clock.now()
    vswitch = VSwitch(
        id=cloud.ids.new("vsw", vpc_id, name, str(block), length=21),
        name=name,
        description=description,
        vpc_id=vpc_id,
        zone_id=zone_id,
        cidr_block=str(block),
        status="Pending",
        created_at=now,
        tags=tags,
    )
    cloud.begins(vswitch, cloud.estate.timings.vswitch)
    cloud.estate.vswitches.append(vswitch)
    return vswitch


def modify_vswitch(cloud: Cloud, vswitch_id: str, name: str | None, description: str | None) -> None:
    """Change what is given; raises InvalidVSwitchId.NotFound and the texts' errors."""
    vswitch = cloud.vswitch(vswitch_id)
    _check_vswitch_texts(name or "", description or "")
    vswitch.name = vswitch.name if name is None else name
    vswitch.description = vswitch.description if description is None else description


def delete_vswitch(cloud: Cloud, vswitch_id: str) -> None:
    """Delete an empty VSwitch; raises InvalidVSwitchId.NotFound, IncorrectVSwitchStatus, DependencyViolation."""
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.status != "Available":
        raise CloudError("IncorrectVSwitchStatus", "The status of the virtual switch does not support this operation.")
    taken = [user.vswitch_id for user in cloud.estate.instances] + [user.vswitch_id for user in cloud.estate.databases]
    if vswitch_id in taken:
        raise CloudError("DependencyViolation", "Specified object has dependent resources.")
    cloud.estate.vswitches.remove(vswitch)


def _vswitch_block(cloud: Cloud, vpc: Vpc, cidr_block: str) -> IPv4Network:
    block = _block(cidr_block)
    if block.prefixlen not in VSWITCH_MASKS:
        raise CloudError("InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid.")
    if not block.subnet_of(IPv4Network(vpc.cidr_block)):
        raise CloudError("InvalidParameter", "Specified CIDR block is not valid in VPC.")
    taken = [IPv4Network(sibling.cidr_block) for sibling in cloud.vswitches_of(vpc.id)]
    if any(block.overlaps(other) for other in taken):
        raise CloudError("InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other subnets.")
    # A VSwitch may lie within a route's destination, but neither equal nor contain it.
    routes = [IPv4Network(route.destination_cidr_block) for route in vpc.custom_routes]
    if any(route.subnet_of(block) for route in routes):
        raise CloudError("InvalidCidrBlock.Overlapped", "Specified CIDR block overlapped with other entry.")
    return block


def _block(text: str) -> IPv4Network:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.") from None


def _check_vpc_texts(name: str, description: str) -> None:
    check_name(name, "InvalidVpcName.Malformed", "VpcName")
    check_description(description, "InvalidVpcDiscription.Malformed")


def _check_vswitch_texts(name: str, description: str) -> None:
    check_name(name, "InvalidVSwitchName.Malformed", "VSwitchName")
    check_description(description, "InvalidVSwitchDiscription.Malformed")


def modify_route_table(cloud: Cloud, route_table_id: str, name: str | None, description: str | None) -> None:
    """Change the system route table of a VPC; raises InvalidRouteTableId.NotFound (400)."""
    for vpc in cloud.estate.vpcs:
        if vpc.route_table_id == route_table_id:
            vpc.route_table_name = vpc.route_table_name if name is None else name
            vpc.route_table_description = vpc.route_table_description if description is None else description
            return
    raise invalid_parameter("RouteTableId", "InvalidRouteTableId.NotFound")
