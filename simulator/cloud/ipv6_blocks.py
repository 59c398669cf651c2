"""IPv6 blocks of VPCs and VSwitches.

The cloud assigns a /56 to a VPC, and the VSwitch chooses a /64 of it by its last 8 bits (SDK text of
CreateVpc and CreateVSwitch, vpc20160428 6.11.0). Undocumented: the codes of refusals (InvalidParameter, and
DependencyViolation.VSwitch of DeleteVpc). Assigned blocks are from the documentation prefix, so that no test can reach
anybody. Not simulated: blocks reserved by AllocateVpcIpv6Cidr, IPv6 addresses of instances, IPv6 gateways and routes.
"""

from ipaddress import IPv6Network
from typing import get_args

from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.vpc import Ipv6Block, Ipv6Isp, Vpc, VSwitch

_POOL = IPv6Network("2001:db8::/32")
_VPC_MASK = 56
_VSWITCH_MASK = 64
#: IPv6 blocks of a VPC (quota vpc_quota_secondary_ipv6_cidr_num, and the first one)
MAX_BLOCKS = 6


def checked_isp(text: str | None) -> Ipv6Isp:
    """Return the ISP of the block, BGP by default; raises InvalidParameter."""
    for isp in get_args(Ipv6Isp):
        if isp == (text or "BGP"):
            known_isp: Ipv6Isp = isp
            return known_isp
    raise invalid_parameter("Ipv6Isp")


def assign(cloud: Cloud, vpc: Vpc, isp: Ipv6Isp) -> Ipv6Block:
    """Add the first free block to a VPC; raises QuotaExceeded.VpcMultiCidr."""
    if len(vpc.ipv6_blocks) >= MAX_BLOCKS:
        raise CloudError("QuotaExceeded.VpcMultiCidr", "The quota of IPv6 CIDR blocks is exceeded.")
    taken = {block.cidr_block for other in cloud.estate.vpcs for block in other.ipv6_blocks}
    free = next(str(block) for block in _POOL.subnets(new_prefix=_VPC_MASK) if str(block) not in taken)
    block = Ipv6Block(cidr_block=free, isp=isp)
    vpc.ipv6_blocks.append(block)
    return block


def remove(cloud: Cloud, vpc: Vpc, cidr_block: str) -> None:
    """Remove a block of a VPC; raises InvalidParameter (not its block), DependencyViolation.VSwitch (in use)."""
    block = next((block for block in vpc.ipv6_blocks if block.cidr_block == cidr_block), None)
    if block is None:
        raise invalid_parameter("IPv6CidrBlock")
    _check_unused(cloud, vpc, block)
    vpc.ipv6_blocks.remove(block)


def remove_all(cloud: Cloud, vpc: Vpc) -> None:
    """Remove all blocks of a VPC; raises DependencyViolation.VSwitch while a VSwitch uses one."""
    for block in vpc.ipv6_blocks:
        _check_unused(cloud, vpc, block)
    vpc.ipv6_blocks = []


def for_vswitch(cloud: Cloud, vswitch: VSwitch, last_bits: int, vpc_block: str | None) -> str:
    """Return the /64 of a VSwitch: its last 8 bits within a block of its VPC, by default the first one.

    Raises InvalidParameter (no IPv6 in the VPC, bits beyond 0..255, another VSwitch's block, a block of another VPC).
    """
    blocks = [block.cidr_block for block in cloud.vpc(vswitch.vpc_id).ipv6_blocks]
    if not 0 <= last_bits < 2 ** (_VSWITCH_MASK - _VPC_MASK) or not blocks:
        raise invalid_parameter("Ipv6CidrBlock")
    if vpc_block not in (None, *blocks):
        raise invalid_parameter("VpcIpv6CidrBlock")
    whole = IPv6Network(vpc_block or blocks[0])
    step = 2 ** (whole.max_prefixlen - _VSWITCH_MASK)
    block = str(IPv6Network((int(whole.network_address) + last_bits * step, _VSWITCH_MASK)))
    siblings = (other for other in cloud.vswitches_of(vswitch.vpc_id) if other.id != vswitch.id)
    if any(other.ipv6_cidr_block == block for other in siblings):
        raise invalid_parameter("Ipv6CidrBlock")
    return block


def _check_unused(cloud: Cloud, vpc: Vpc, block: Ipv6Block) -> None:
    whole = IPv6Network(block.cidr_block)
    parts = [IPv6Network(vswitch.ipv6_cidr_block) for vswitch in cloud.vswitches_of(vpc.id) if vswitch.ipv6_cidr_block]
    if any(part.subnet_of(whole) for part in parts):
        raise CloudError("DependencyViolation.VSwitch", "Specified object has dependent resources.")
