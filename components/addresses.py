"""Addresses, sorted, so that those in a block are looked up instead of searched."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from estate.model import Instance


class AddressIndex:
    """Pairs of an address and the id of who has it. Raises ValueError for one that is no IPv4 address."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._addresses = sorted((int(IPv4Address(text)), holder) for text, holder in pairs)

    @classmethod
    def of(cls, instances: Iterable[Instance]) -> AddressIndex:
        """Return the index of the intranet addresses of instances."""
        return cls((text, item.id) for item in instances for text in item.intranet_ips)

    def inside(self, block: IPv4Network) -> list[tuple[int, str]]:
        """Return the addresses in a block, in order, each with the id of who has it."""
        first = bisect_left(self._addresses, (int(block.network_address), ""))
        last = bisect_left(self._addresses, (int(block.broadcast_address) + 1, ""))
        return self._addresses[first:last]
