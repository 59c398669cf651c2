"""Plan the one network of a fleet: its first stack makes it, with room for all moving instances. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Final

from components import cidr
from estate.model import Instance, Vpc

# ClassicLink reaches this whole block without a route in the guests (ClassicLink overview).
_AREA: Final = IPv4Network("172.16.0.0/12")
_MASKS: Final = (16, 15, 14, 13, 12)
# Room per moving instance, tried in this order: a VSwitch's block can never be changed, so more is better.
_GROWTH: Final = (4, 3, 2)


class NoRoomError(Exception):
    """No block has room for all moving instances."""


def network_of(moving: Iterable[Instance], vpcs: Sequence[Vpc], block: str | None, name: str) -> dict[str, object]:
    """Return the network for the config: the VPC's block, and one VSwitch for each zone with moving instances.

    If no `block` is given, one is chosen that overlaps no VPC of the region. Raises NoRoomError.
    """
    counts = dict(sorted(Counter(item.zone_id for item in moving).items()))
    for candidate in [block] if block is not None else _free(vpcs):
        for growth in _GROWTH:
            vswitches = _vswitches(candidate, counts, growth)
            if vswitches is not None:
                return {"mode": "create", "name": name, "cidrBlock": candidate, "vswitches": vswitches}
    area = f"{block}" if block is not None else f"{_AREA}, beside the VPCs of the region"
    raise NoRoomError(f"there is no room for {sum(counts.values())} instances in {len(counts)} zones in {area}")


def _free(vpcs: Iterable[Vpc]) -> Iterator[str]:
    taken = [IPv4Network(text) for vpc in vpcs for text in (vpc.cidr_block, *vpc.secondary_cidr_blocks)]
    for mask in _MASKS:
        for area in _AREA.subnets(new_prefix=mask):
            if not any(area.overlaps(other) for other in taken):
                yield str(area)


def _vswitches(vpc: str, counts: Mapping[str, int], growth: int) -> list[dict[str, str | None]] | None:
    blocks = cidr.plan_blocks(vpc, [count * growth for count in counts.values()], classic_link=True)
    if None in blocks or len(counts) > cidr.MAX_VSWITCHES:
        return None
    return [{"zone": zone, "cidrBlock": block} for zone, block in zip(counts, blocks, strict=True)]
