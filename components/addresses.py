"""Intranet addresses of instances, sorted, so that those in a block are looked up instead of searched."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network

from estate.model import Instance


class AddressIndex:
    """Addresses of some instances, by default the intranet ones. Raises ValueError for one that is no IPv4 address."""

    def __init__(
        self,
        instances: Iterable[Instance],
        addresses: Callable[[Instance], Iterable[str]] = lambda item: item.intranet_ips,
    ) -> None:
        self._addresses = sorted((int(IPv4Address(text)), item.id) for item in instances for text in addresses(item))

    def inside(self, block: IPv4Network) -> list[tuple[int, str]]:
        """Return the addresses in a block, in order, each with the id of its instance."""
        first = bisect_left(self._addresses, (int(block.network_address), ""))
        last = bisect_left(self._addresses, (int(block.broadcast_address) + 1, ""))
        return self._addresses[first:last]
