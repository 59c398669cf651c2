"""VPCs, their blocks, and what keeps one from being deleted.

Codes: references of CreateVpc (2025-12), DeleteVpc and AssociateVpcCidrBlock (2025-01) of the VPC API 2016-04-28, and
of DeleteVpc in the ECS API. Undocumented: what a second default VPC is refused with (OperationDenied here),
what UnassociateVpcCidrBlock refuses with (those of AssociateVpcCidrBlock, and DependencyViolation.VSwitch of
DeleteVpc), and ModifyVpcAttribute for a block that VSwitches lie outside of (InvalidParameter).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from simulator.cloud import ipv6_blocks
from simulator.cloud.blocks import RESERVED_BLOCKS, SERVICE_BLOCK, parsed, within
from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.names import check_network_text
from simulator.cloud.state import Cloud
from simulator.model.vpc import Ipv6Isp, RouteTable, Vpc

DEFAULT_BLOCK = "172.16.0.0/12"
# The block of a region's default VPC ("Default VPCs and default vSwitches").
DEFAULT_VPC_BLOCK = "172.31.0.0/16"
#: Masks of a VPC (provider documentation; a migration plan makes one with 8)
VPC_MASKS = range(8, 29)
#: Masks of a secondary CIDR block of a VPC (the provider's own tests, 1.285.0, add 10.0.0.0/8; the SDK text says 16)
SECONDARY_MASKS = range(8, 29)
#: Secondary CIDR blocks of a VPC (quota vpc_quota_secondary_cidr_num)
MAX_SECONDARY_BLOCKS = 5
#: User CIDR blocks of a VPC (SDK text of CreateVpc)
MAX_USER_CIDRS = 3


@dataclass(frozen=True)
class NewVpc:
    """The settings of a new VPC."""

    cidr_block: str = DEFAULT_BLOCK
    name: str = ""
    description: str = ""
    user_cidrs: Sequence[str] = ()
    dns_hostnames: bool = False
    ipv6_isp: Ipv6Isp | None = None
    tags: dict[str, str] = field(default_factory=dict)


def create(cloud: Cloud, new: NewVpc, *, default: bool = False) -> Vpc:
    """Make a VPC with its system route table, Pending for `timings.vpc` seconds; raises as `check_new` does."""
    if not default:
        check_new(cloud, new)
    now = cloud.clock.now()
    vpc_id = cloud.ids.new("vpc", new.name, new.cidr_block, length=21)
    vpc = Vpc(
        id=vpc_id,
        name=new.name,
        description=new.description,
        cidr_block=new.cidr_block,
        user_cidrs=list(new.user_cidrs),
        dns_hostnames=new.dns_hostnames,
        status="Pending",
        is_default=default,
        vrouter_id=cloud.ids.new("vrt", vpc_id, length=21),
        created_at=now,
        tags=new.tags,
    )
    cloud.begins(vpc, cloud.estate.timings.vpc)
    if new.ipv6_isp:
        ipv6_blocks.assign(cloud, vpc, new.ipv6_isp)
    cloud.estate.vpcs.append(vpc)
    table_id = cloud.ids.new("vtb", vpc_id, length=21)
    cloud.estate.route_tables.append(RouteTable(id=table_id, vpc_id=vpc_id, type="System", created_at=now, tags={}))
    return vpc


def create_default(cloud: Cloud, ipv6_isp: Ipv6Isp | None = None) -> Vpc:
    """Create the default VPC of the region; raises OperationDenied if there is one."""
    if any(vpc.is_default for vpc in cloud.estate.vpcs):
        raise CloudError("OperationDenied", "The default VPC already exists in the region.")
    return create(cloud, NewVpc(DEFAULT_VPC_BLOCK, ipv6_isp=ipv6_isp), default=True)


def needed_default(cloud: Cloud) -> Vpc:
    """Return the default VPC, created if missing, for calls without a VPC in an account without the classic network."""
    default = next((vpc for vpc in cloud.estate.vpcs if vpc.is_default), None)
    if default is None:
        default = create_default(cloud)
        default.arrive()
    return default


def check_new(cloud: Cloud, new: NewVpc) -> None:
    """Make the checks of `create`, for dry runs too.

    Raises InvalidVpcName.Malformed, InvalidVpcDiscription.Malformed, InvalidParameter and IllegalParam.CidrBlockMask
    (block), IllegalParam.UserCidr, InvalidUserCidr.Quota, InvalidUserCidr.Malformed, QuotaExceeded.Vpc.
    """
    _check_texts(new.name, new.description)
    _check_block(new.cidr_block)
    _check_user_cidrs(new.user_cidrs)
    if sum(not vpc.is_default for vpc in cloud.estate.vpcs) >= cloud.estate.quotas.vpcs:
        raise CloudError("QuotaExceeded.Vpc", "VPC quota exceeded.")


@dataclass(frozen=True)
class VpcChanges:
    """Changes of a VPC; None changes nothing. `ipv6` is whether it has IPv6 blocks."""

    name: str | None = None
    description: str | None = None
    cidr_block: str | None = None
    dns_hostnames: bool | None = None
    ipv6: bool | None = None
    ipv6_isp: Ipv6Isp = "BGP"


def modify(cloud: Cloud, vpc_id: str, changes: VpcChanges) -> None:
    """Make the given changes, all or none; a new block must contain the VPC's VSwitches.

    Raises InvalidVpcId.NotFound, IncorrectVpcStatus, DependencyViolation.VSwitch (IPv6 is removed from a VPC whose
    VSwitches have it), and as `check_new` does for texts and block.
    """
    vpc = available(cloud, vpc_id)
    _check_texts(changes.name or "", changes.description or "")
    cidr_block = vpc.cidr_block if changes.cidr_block is None else _changed_block(cloud, vpc, changes.cidr_block)
    if changes.ipv6 is False:
        ipv6_blocks.remove_all(cloud, vpc)
    elif changes.ipv6 and not vpc.ipv6_blocks:
        ipv6_blocks.assign(cloud, vpc, changes.ipv6_isp)
    vpc.cidr_block = cidr_block
    vpc.name = vpc.name if changes.name is None else changes.name
    vpc.description = vpc.description if changes.description is None else changes.description
    vpc.dns_hostnames = vpc.dns_hostnames if changes.dns_hostnames is None else changes.dns_hostnames


def delete(cloud: Cloud, vpc_id: str) -> None:
    """Delete an empty VPC: Deleting for `timings.vpc` seconds, then gone; raises as `check_deletable` does."""
    vpc = check_deletable(cloud, vpc_id)
    table = cloud.system_route_table(vpc_id)
    vpc.status, table.status = "Deleting", "Deleting"
    cloud.begins(vpc, cloud.estate.timings.vpc, leaving=True)
    for item in (table, *cloud.estate.dhcp_attachments.among([vpc_id])):
        item.leaving, item.ready_at = vpc.leaving, vpc.ready_at


def check_deletable(cloud: Cloud, vpc_id: str) -> Vpc:
    """Return the VPC if it can be deleted.

    Raises InvalidVpcId.NotFound, IncorrectVpcStatus, DependencyViolation.VSwitch, .SecurityGroup, .RouteTable,
    .RouteEntry, .Instance (linked instances, or other resources that name the VPC).
    """
    vpc = available(cloud, vpc_id)
    users = set(_users(cloud, vpc_id))
    if "vswitches" in users:
        raise CloudError("DependencyViolation.VSwitch", "Specified object has dependent resources.")
    if "security_groups" in users:
        raise CloudError("DependencyViolation.SecurityGroup", "Specified object has dependent resources SecurityGroup.")
    if len(cloud.route_tables_of(vpc_id)) > 1:
        raise CloudError("DependencyViolation.RouteTable", "VPC cannot be deleted when custom route table exists.")
    if cloud.route_entries_of(cloud.system_route_table(vpc_id).id):
        raise CloudError("DependencyViolation.RouteEntry", "Specified object has dependent resources.")
    if users - {"route_tables", "dhcp_attachments"}:
        raise CloudError("DependencyViolation.Instance", "Specified object has dependent resources.")
    return vpc


def available(cloud: Cloud, vpc_id: str) -> Vpc:
    """Return the VPC if it is Available; raises IncorrectVpcStatus, InvalidVpcId.NotFound."""
    vpc = cloud.vpc(vpc_id)
    if vpc.status != "Available":
        raise CloudError("IncorrectVpcStatus", "Current VPC status does not support this operation.")
    return vpc


def add_block(cloud: Cloud, vpc_id: str, cidr_block: str) -> None:
    """Add a secondary block to a VPC.

    Raises InvalidVpc.NotFound, IncorrectStatus.Vpc, InvalidCidrBlock.Malformed, IllegalParam.SecondaryCidrBlock (mask,
    reserved, or over another block of the VPC), Duplicated.SecondaryCidrBlock, OperationFailed.ConflictWithEntry,
    QuotaExceeded.VpcMultiCidr.
    """
    vpc = _with_blocks(cloud, vpc_id)
    block = parsed(cidr_block)
    if block is None:
        raise CloudError("InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")
    if str(block) in vpc.secondary_cidr_blocks:
        raise CloudError("Duplicated.SecondaryCidrBlock", "The secondary CIDR block already exists.")
    overlapping = any(block.overlaps(other) for other in blocks_of(vpc))
    if block.prefixlen not in SECONDARY_MASKS or within(block, RESERVED_BLOCKS) or overlapping:
        raise CloudError("IllegalParam.SecondaryCidrBlock", "The secondary CIDR block is illegal.")
    entries = [entry for table in cloud.route_tables_of(vpc_id) for entry in cloud.route_entries_of(table.id)]
    if any(IPv4Network(entry.destination_cidr_block).subnet_of(block) for entry in entries):
        raise CloudError("OperationFailed.ConflictWithEntry", "The CIDR block conflicts with a route entry.")
    if len(vpc.secondary_cidr_blocks) >= MAX_SECONDARY_BLOCKS:
        raise CloudError("QuotaExceeded.VpcMultiCidr", "The quota of secondary CIDR blocks is exceeded.")
    vpc.secondary_cidr_blocks.append(str(block))


def remove_block(cloud: Cloud, vpc_id: str, cidr_block: str) -> None:
    """Remove a secondary block.

    Raises InvalidVpc.NotFound, IncorrectStatus.Vpc, IllegalParam.SecondaryCidrBlock (not one of the VPC),
    DependencyViolation.VSwitch (VSwitches lie in it).
    """
    vpc = _with_blocks(cloud, vpc_id)
    if cidr_block not in vpc.secondary_cidr_blocks:
        raise CloudError("IllegalParam.SecondaryCidrBlock", "The secondary CIDR block is not one of the VPC.")
    block = IPv4Network(cidr_block)
    if any(IPv4Network(vswitch.cidr_block).subnet_of(block) for vswitch in cloud.vswitches_of(vpc_id)):
        raise CloudError("DependencyViolation.VSwitch", "Specified object has dependent resources.")
    vpc.secondary_cidr_blocks.remove(cidr_block)


def add_ipv6_block(cloud: Cloud, vpc_id: str, isp: Ipv6Isp) -> str:
    """Add an IPv6 block to a VPC, and return it.

    Raises InvalidVpc.NotFound, IncorrectStatus.Vpc, QuotaExceeded.VpcMultiCidr.
    """
    return ipv6_blocks.assign(cloud, _with_blocks(cloud, vpc_id), isp).cidr_block


def remove_ipv6_block(cloud: Cloud, vpc_id: str, cidr_block: str) -> None:
    """Remove an IPv6 block.

    Raises InvalidVpc.NotFound, IncorrectStatus.Vpc, InvalidParameter (not one of the VPC), DependencyViolation.VSwitch.
    """
    ipv6_blocks.remove(cloud, _with_blocks(cloud, vpc_id), cidr_block)


def blocks_of(vpc: Vpc) -> list[IPv4Network]:
    """Return the primary and the secondary blocks of a VPC."""
    return [IPv4Network(block) for block in (vpc.cidr_block, *vpc.secondary_cidr_blocks)]


def _with_blocks(cloud: Cloud, vpc_id: str) -> Vpc:
    vpc = cloud.estate.vpcs.find(vpc_id)
    if vpc is None:
        raise CloudError("InvalidVpc.NotFound", "The specified VPC does not exist.")
    if vpc.status != "Available":
        raise CloudError("IncorrectStatus.Vpc", "The status of the VPC does not support this operation.")
    return vpc


def _users(cloud: Cloud, vpc_id: str) -> list[str]:
    """Return the names of tables that have an item in the VPC."""
    return [name for name, table in cloud.estate.tables("vpc_id") if any(item.vpc_id == vpc_id for item in table)]


def _check_texts(name: str, description: str) -> None:
    check_network_text(name, "InvalidVpcName.Malformed", "Specified VPC name is not valid.")
    check_network_text(
        description, "InvalidVpcDiscription.Malformed", "Specified VPC description is not valid.", most=256
    )


def _check_block(text: str) -> IPv4Network:
    block = parsed(text)
    if block is None or within(block, RESERVED_BLOCKS):
        raise CloudError("InvalidParameter", "Specified CIDR block is not valid.")
    if block.prefixlen not in VPC_MASKS:
        raise CloudError("IllegalParam.CidrBlockMask", f"The param of CidrBlock Mask [{block.prefixlen}] is illegal.")
    return block


def _changed_block(cloud: Cloud, vpc: Vpc, text: str) -> str:
    # An empty VPC may go elsewhere: Alibaba's own tests of its provider move one from 172.16.0.0/12 to 10.0.0.0/8.
    old, new = IPv4Network(vpc.cidr_block), _check_block(text)
    inside = [block for v in cloud.vswitches_of(vpc.id) if (block := IPv4Network(v.cidr_block)).subnet_of(old)]
    secondary = [IPv4Network(block) for block in vpc.secondary_cidr_blocks]
    if any(new.overlaps(other) for other in secondary):
        raise invalid_parameter("CidrBlock")
    if not all(block.subnet_of(new) for block in inside):
        raise invalid_parameter("CidrBlock")
    return str(new)


def _check_user_cidrs(texts: Sequence[str]) -> None:
    if len(texts) > MAX_USER_CIDRS:
        raise CloudError("InvalidUserCidr.Quota", "Specified UserCidr number is greater than 3.")
    for text in texts:
        block = parsed(text)
        if block is None:
            raise CloudError("IllegalParam.UserCidr", "UserCidr is not a valid or strict address.")
        if block.overlaps(SERVICE_BLOCK):
            raise CloudError("InvalidUserCidr.Malformed", "Specified UserCidr overlapping in of 100.64.0.0/10.")
