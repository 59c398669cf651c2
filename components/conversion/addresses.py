"""Address blocks: which are private, and the arithmetic for narrowing rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TypeVar

from components.cidr import RFC1918

Block = TypeVar("Block", IPv4Network, IPv6Network)

SERVICE_RANGE = IPv4Network("100.64.0.0/10")
"""The range of the cloud's own services and of the health checks of its load balancers."""

PRIVATE_V4 = (RFC1918[0], SERVICE_RANGE, *RFC1918[1:])
PRIVATE_V6 = (IPv6Network("fc00::/7"),)
"""Unique local addresses. The classic network has no IPv6; rules for it are treated like those for IPv4."""


def read_block(text: str) -> IPv4Network | IPv6Network | None:
    """Read an address or a block, host bits ignored as the cloud does; None for text that is neither."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def common(block: Block, areas: Sequence[Block]) -> tuple[Block, ...]:
    """Return the parts of the areas that the block shares; of two blocks that overlap, one holds the other."""
    return tuple(max(block, area, key=lambda candidate: candidate.prefixlen) for area in areas if block.overlaps(area))


def overlaps_any(text: str, areas: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether a block shares an address with an area of its own IP version; text that is no block shares none."""
    block = read_block(text)
    return block is not None and any(block.version == area.version and block.overlaps(area) for area in areas)


def without(blocks: Iterable[Block], holes: Iterable[Block]) -> tuple[Block, ...]:
    """Return the remaining part of the blocks, in as few blocks as possible, sorted."""
    left = list(blocks)
    for hole in holes:
        left = [part for block in left for part in _excluded(block, hole)]
    return tuple(collapse_addresses(left))


def _excluded(block: Block, hole: Block) -> Iterator[Block]:
    if not block.overlaps(hole):
        yield block
    elif hole.subnet_of(block):
        yield from block.address_exclude(hole)
