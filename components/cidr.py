"""CIDR planning for the target network: what a VPC, its VSwitches and ClassicLink allow. Pure, knows no Pulumi.

Every check returns problems and raises nothing, so that a config can report all of them at once. Blocks are IPv4, as
text such as `10.0.0.0/16`. The facts are of the CreateVpc and CreateVSwitch API references (VPC API 2016-04-28), the
default VPC page and the ClassicLink overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations
from typing import NamedTuple

RFC1918 = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
"""The private ranges. The API takes others too, never 100.64.0.0/10, 224.0.0.0/4, 127.0.0.0/8 or 169.254.0.0/16."""

CLASSIC_LINK_RANGES = (IPv4Network("10.111.0.0/16"), *RFC1918[1:])
"""What a classic instance reaches by ClassicLink; the classic network itself has the rest of 10.0.0.0/8."""

VPC_MASKS = range(8, 29)
VSWITCH_MASKS = range(16, 30)
MAX_VSWITCHES = 150
RESERVED_ADDRESSES = 4
"""The first address of a VSwitch and its last three are the cloud's own."""

_ROOMY_MASK = 24
_GROWTH = 2


class CidrProblem(NamedTuple):
    """Something wrong with a block: `vswitch` is the position of the VSwitch it is about, None for the VPC."""

    vswitch: int | None
    what: str
    expected: str


@dataclass(frozen=True)
class VSwitchPlan:
    """Blocks chosen for VSwitches, by zone; either all zones have one, or `problems` says why none has."""

    cidr_blocks: Mapping[str, str]
    problems: tuple[CidrProblem, ...] = ()


def network_problems(vpc: str, vswitches: Sequence[str], *, classic_link: bool = False) -> list[CidrProblem]:
    """Check the block of a VPC and those of its VSwitches, alone and against each other.

    With `classic_link` also what ClassicLink asks of them. What no block can show is left to the caller: the VPC must
    have no custom route to 10.0.0.0/8, and `guest_route` may name a route that classic instances need.
    """
    block, problems = _parse(vpc, None, VPC_MASKS)
    if block and not _inside_any(block, RFC1918):
        problems.append(CidrProblem(None, f"{vpc} is not private", f"a block inside {_names(RFC1918)}"))
    if len(vswitches) > MAX_VSWITCHES:
        problems.append(CidrProblem(None, f"{len(vswitches)} VSwitches", f"at most {MAX_VSWITCHES} in a VPC"))
    blocks: dict[int, IPv4Network] = {}
    for index, text in enumerate(vswitches):
        vswitch, wrong = _parse(text, index, VSWITCH_MASKS)
        problems += wrong
        if vswitch:
            blocks[index] = vswitch
            problems += _placement_problems(index, vswitch, block, classic_link=classic_link)
    problems += _overlaps(blocks)
    return problems


def capacity(vswitch: str) -> int:
    """Return the number of addresses that a VSwitch has for instances: 2^(32 - mask) - 4.

    Raises ValueError for text that is no block.
    """
    return _capacity(IPv4Network(vswitch).prefixlen)


def is_enough(free_addresses: int, instances: int) -> bool:
    """Whether a VSwitch can take the instances: the migration plan wants its free addresses to be more, not as many."""
    return free_addresses > instances


def guest_route(vpc: str) -> str | None:
    """Return the destination of the route that each linked classic instance needs in its guest system, None for none.

    Only a VPC in 192.168.0.0/16 needs one, to the intranet NIC. Raises ValueError for text that is no block.
    """
    return str(RFC1918[2]) if IPv4Network(vpc).subnet_of(RFC1918[2]) else None


def plan_vswitches(
    vpc: str, instances_by_zone: Mapping[str, int], *, classic_link: bool = False, taken: Iterable[str] = ()
) -> VSwitchPlan:
    """Choose a VSwitch block for every zone from the VPC's block, with room to grow.

    A block takes twice the zone's instances and is a /24 at least; where the VPC is too small for that, just enough.
    `taken` are valid blocks of the VPC that are in use, left alone. A VSwitch's block cannot be changed later: write
    the chosen blocks into the config before the first `up`, so that a further zone does not move them.
    """
    block, problems = _parse(vpc, None, VPC_MASKS)
    if block is None:
        return VSwitchPlan({}, tuple(problems))
    pools = [_common(block, area) for area in CLASSIC_LINK_RANGES if block.overlaps(area)] if classic_link else [block]
    used = [IPv4Network(text) for text in taken]
    for roomy in (True, False):
        masks = {zone: _mask_for(count, roomy=roomy) for zone, count in instances_by_zone.items()}
        chosen = _allocate(pools, used, masks)
        if chosen is not None:
            return VSwitchPlan(chosen)
    total = sum(instances_by_zone.values())
    where = f"{vpc} has no room" + (" that ClassicLink reaches" if classic_link else "")
    wanted = f"a VPC block with room for {total} instances in {len(instances_by_zone)} zones"
    return VSwitchPlan({}, (CidrProblem(None, where, wanted),))


def _parse(text: str, vswitch: int | None, masks: range) -> tuple[IPv4Network | None, list[CidrProblem]]:
    """Read one block; None where nothing further can be said of it."""
    try:
        block = IPv4Network(text, strict=False)
    except ValueError:
        return None, [CidrProblem(vswitch, f"{text!r} is no CIDR block", "an address and a mask, such as 10.0.0.0/16")]
    problems = []
    if text != str(block):
        problems.append(CidrProblem(vswitch, f"{text} is not the first address of its block", str(block)))
    if block.prefixlen not in masks:
        problems.append(
            CidrProblem(vswitch, f"{text} has mask {block.prefixlen}", f"a mask of {masks[0]} to {masks[-1]}")
        )
    return block, problems


def _placement_problems(
    index: int, vswitch: IPv4Network, vpc: IPv4Network | None, *, classic_link: bool
) -> Iterator[CidrProblem]:
    if vpc and not vswitch.subnet_of(vpc):
        yield CidrProblem(index, f"{vswitch} is not inside the VPC", f"a block inside {vpc}")
    if classic_link and not _inside_any(vswitch, CLASSIC_LINK_RANGES):
        yield CidrProblem(
            index, f"{vswitch} cannot be reached by ClassicLink", f"a block inside {_names(CLASSIC_LINK_RANGES)}"
        )


def _overlaps(blocks: Mapping[int, IPv4Network]) -> Iterator[CidrProblem]:
    for (_, first), (index, second) in combinations(blocks.items(), 2):
        if first.overlaps(second):
            yield CidrProblem(index, f"{second} overlaps {first}", "VSwitch blocks that share no address")


def _mask_for(instances: int, *, roomy: bool) -> int:
    """The longest mask with enough addresses; one too short for a VSwitch where no VSwitch is big enough."""
    wanted, longest = (instances * _GROWTH, _ROOMY_MASK) if roomy else (instances, VSWITCH_MASKS[-1])
    return next((mask for mask in range(longest, 0, -1) if is_enough(_capacity(mask), wanted)), 0)


def _allocate(
    pools: Sequence[IPv4Network], used: Sequence[IPv4Network], masks: Mapping[str, int]
) -> dict[str, str] | None:
    """First fit, big blocks first; None where a zone finds no room."""
    if any(mask < VSWITCH_MASKS[0] for mask in masks.values()):
        return None
    occupied, chosen = list(used), {}
    for zone, mask in sorted(masks.items(), key=lambda item: (item[1], item[0])):
        block = _first_free(pools, occupied, mask)
        if block is None:
            return None
        occupied.append(block)
        chosen[zone] = str(block)
    return dict(sorted(chosen.items()))


def _first_free(pools: Sequence[IPv4Network], occupied: Sequence[IPv4Network], mask: int) -> IPv4Network | None:
    candidates = (block for pool in pools if pool.prefixlen <= mask for block in pool.subnets(new_prefix=mask))
    return next((block for block in candidates if not any(block.overlaps(other) for other in occupied)), None)


def _common(one: IPv4Network, other: IPv4Network) -> IPv4Network:
    """The smaller of two blocks that overlap: of two such blocks one always holds the other."""
    return max(one, other, key=lambda block: block.prefixlen)


def _inside_any(block: IPv4Network, areas: Iterable[IPv4Network]) -> bool:
    return any(block.subnet_of(area) for area in areas)


def _capacity(mask: int) -> int:
    return (1 << (32 - mask)) - RESERVED_ADDRESSES


def _names(blocks: Sequence[IPv4Network]) -> str:
    return " or ".join(map(str, blocks))
