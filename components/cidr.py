"""Plan the CIDR blocks of the target network: what a VPC, its VSwitches and ClassicLink allow. Pure, without Pulumi.

Every check returns problems and raises nothing, so that a config can report all of them at once. Blocks are IPv4, as
text such as `10.0.0.0/16`. The facts are of the CreateVpc and CreateVSwitch API references (VPC API 2016-04-28), the
default VPC page and the ClassicLink overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations
from typing import NamedTuple

RFC1918 = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
"""The private ranges. The API accepts others too, except 100.64.0.0/10, 224.0.0.0/4, 127.0.0.0/8 and 169.254.0.0/16."""

CLASSIC_LINK_RANGES = (IPv4Network("10.111.0.0/16"), *RFC1918[1:])
"""The range that a classic instance reaches by ClassicLink; the classic network has the rest of 10.0.0.0/8."""

CLASSIC_RANGES = tuple(RFC1918[0].address_exclude(CLASSIC_LINK_RANGES[0]))
"""The range of the classic network itself: 10.0.0.0/8 less 10.111.0.0/16."""

VPC_MASKS = range(8, 29)
VSWITCH_MASKS = range(16, 30)
MAX_VSWITCHES = 150
RESERVED_ADDRESSES = 4
"""The first address of a VSwitch and its last three are the cloud's own."""
PLANNED_MASK = 24
"""The smallest planned VSwitch: its block can never be changed, and 252 addresses cost nothing."""


class CidrProblem(NamedTuple):
    """A problem of a block: `vswitch` is the position of its VSwitch, None for the VPC."""

    vswitch: int | None
    fault: str
    expected: str


def network_problems(
    vpc: str, vswitches: Sequence[str], *, further: Iterable[str] = (), classic_link: bool = False
) -> list[CidrProblem]:
    """Check the block of a VPC and those of its VSwitches, alone and against each other.

    `further` are the secondary blocks of an existing VPC: VSwitches may be in those that are private. With
    `classic_link` the requirements of ClassicLink too, which reaches no secondary block. Two checks are left to the
    caller, because no block shows them: the VPC must have no custom route to 10.0.0.0/8, and `guest_route` may name a
    route that classic instances need.
    """
    block, problems = _parse(vpc, None, VPC_MASKS)
    if block and not _inside_any(block, RFC1918):
        problems.append(CidrProblem(None, f"{vpc} is not private", f"a block inside {_names(RFC1918)}"))
    blocks = [block] if block else []
    if not classic_link:
        blocks += [item for item in map(IPv4Network, further) if _inside_any(item, RFC1918)]
    return [*problems, *vswitch_problems(dict(enumerate(vswitches)), blocks, classic_link=classic_link)]


def block_problems(blocks: Sequence[str]) -> list[CidrProblem]:
    """Check by their positions that texts are blocks, of any size; they may overlap."""
    return [problem for index, text in enumerate(blocks) for problem in _parse(text, index, range(33))[1]]


def vswitch_problems(
    vswitches: Mapping[int, str], vpc: Sequence[IPv4Network] = (), *, classic_link: bool = False
) -> list[CidrProblem]:
    """Check the blocks of VSwitches by their positions: alone, against each other, and against those of a known VPC."""
    problems: list[CidrProblem] = []
    if len(vswitches) > MAX_VSWITCHES:
        problems.append(CidrProblem(None, f"{len(vswitches)} VSwitches", f"at most {MAX_VSWITCHES} in a VPC"))
    blocks: dict[int, IPv4Network] = {}
    for index, text in vswitches.items():
        vswitch, wrong = _parse(text, index, VSWITCH_MASKS)
        problems += wrong
        if vswitch:
            blocks[index] = vswitch
            problems += _placement_problems(index, vswitch, vpc, classic_link=classic_link)
    problems += _overlaps(blocks)
    return problems


def plan_blocks(
    vpc: str, needs: Sequence[int], *, taken: Iterable[str] = (), avoid: Iterable[str] = (), classic_link: bool = False
) -> list[str | None]:
    """Choose a block for each VSwitch to be made, in the order of `needs`: the addresses that each must hold.

    Each is the first free block of the VPC that is large enough; None where there is none. Blocks never overlap those
    that are `taken` in the VPC, those to `avoid`, or each other; nor the classic network's addresses, unless the whole
    VPC is in them; with `classic_link` they are in the range that links reach. Every argument must be a valid block.
    """
    block = IPv4Network(vpc)
    closed = [IPv4Network(text) for text in (*taken, *avoid)]
    if not any(block.subnet_of(area) for area in CLASSIC_RANGES):
        closed += CLASSIC_RANGES
    areas = [area for area in CLASSIC_LINK_RANGES if area.overlaps(block)] if classic_link else [block]
    planned: list[str | None] = []
    for need in needs:
        free_block = _first_free(block, areas, closed, need)
        planned.append(str(free_block) if free_block else None)
        closed += [free_block] if free_block else []
    return planned


def _first_free(
    vpc: IPv4Network, areas: Iterable[IPv4Network], closed: Sequence[IPv4Network], need: int
) -> IPv4Network | None:
    needed = 32 - (need + RESERVED_ADDRESSES - 1).bit_length()
    for area in areas:
        inside = max(vpc, area, key=lambda item: item.prefixlen)
        # A VPC that is smaller than the planned size is used whole, if that is enough.
        mask = max(min(PLANNED_MASK, needed), inside.prefixlen)
        if mask <= needed and mask in VSWITCH_MASKS and (block := _scan(inside, closed, mask)):
            return block
    return None


def _scan(area: IPv4Network, closed: Sequence[IPv4Network], mask: int) -> IPv4Network | None:
    """Return the first block of a mask that overlaps no closed block, skipping those that do."""
    step = 2 ** (32 - mask)
    address, end = int(area.network_address), int(area.broadcast_address)
    while address + step - 1 <= end:
        candidate = IPv4Network((address, mask))
        met = [item for item in closed if item.overlaps(candidate)]
        if not met:
            return candidate
        after = max(int(item.broadcast_address) for item in met) + 1
        address = -(-after // step) * step
    return None


def capacity(vswitch: str) -> int:
    """Return the number of addresses that a VSwitch has for instances: 2^(32 - mask) - 4.

    Raises ValueError for text that is no block.
    """
    return IPv4Network(vswitch).num_addresses - RESERVED_ADDRESSES


def is_block(text: str) -> bool:
    """Return whether a text is an IPv4 block, host bits or not."""
    try:
        IPv4Network(text, strict=False)
    except ValueError:
        return False
    return True


def overlap(one: str, other: str) -> bool:
    """Return whether two blocks share an address. Raises ValueError for text that is no block."""
    return IPv4Network(one, strict=False).overlaps(IPv4Network(other, strict=False))


def guest_route(vpc: str) -> str | None:
    """Return the destination of the route that each linked classic instance needs in its guest system, None for none.

    Only a VPC in 192.168.0.0/16 needs one, to the intranet NIC. Raises ValueError for text that is no block.
    """
    return str(RFC1918[2]) if IPv4Network(vpc).subnet_of(RFC1918[2]) else None


def _parse(text: str, vswitch: int | None, masks: range) -> tuple[IPv4Network | None, list[CidrProblem]]:
    """Read one block; None where it cannot be checked further."""
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
    index: int, vswitch: IPv4Network, vpc: Sequence[IPv4Network], *, classic_link: bool
) -> Iterator[CidrProblem]:
    if vpc and not _inside_any(vswitch, vpc):
        fault = "inside the VPC" if _inside_any(vswitch, RFC1918) else "private"
        yield CidrProblem(index, f"{vswitch} is not {fault}", f"a block inside {_names(vpc)}")
    if classic_link and not _inside_any(vswitch, CLASSIC_LINK_RANGES):
        yield CidrProblem(
            index, f"{vswitch} cannot be reached by ClassicLink", f"a block inside {_names(CLASSIC_LINK_RANGES)}"
        )


def _overlaps(blocks: Mapping[int, IPv4Network]) -> Iterator[CidrProblem]:
    for (_, first), (index, second) in combinations(blocks.items(), 2):
        if first.overlaps(second):
            yield CidrProblem(index, f"{second} overlaps {first}", "VSwitch blocks that share no address")


def _inside_any(block: IPv4Network, areas: Iterable[IPv4Network]) -> bool:
    return any(block.subnet_of(area) for area in areas)


def _names(blocks: Sequence[IPv4Network]) -> str:
    return " or ".join(map(str, blocks))
