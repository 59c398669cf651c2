"""IPv4 blocks of VPCs, VSwitches and routes."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network

# Blocks that a VPC must not use (CreateVpc, AssociateVpcCidrBlock).
RESERVED_BLOCKS = tuple(
    IPv4Network(block) for block in ("100.64.0.0/10", "224.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16")
)
# Every VPC routes this block to the cloud's own services.
SERVICE_BLOCK = RESERVED_BLOCKS[0]

_WRITTEN = re.compile(r"[0-9.]+(/[0-9]{1,2})?")


def parsed(text: str) -> IPv4Network | None:
    """Return the block, or the single address, in `text`.

    None if it is neither, or has host bits.
    """
    try:
        return IPv4Network(text) if _WRITTEN.fullmatch(text) else None
    except ValueError:
        return None


def within(block: IPv4Network, blocks: Iterable[IPv4Network]) -> bool:
    """Whether `block` lies in one of `blocks`."""
    return any(block.subnet_of(other) for other in blocks)
