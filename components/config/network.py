"""The target VPC and its VSwitches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from components import cidr
from components.config.base import (
    STACK_PATTERN,
    TIER_PATTERN,
    VPC_PATTERN,
    CidrBlock,
    Strict,
    VSwitchId,
    ZoneId,
    duplicates,
)
from components.config.errors import Problem

Tier = Annotated[str, Field(pattern=TIER_PATTERN)]
VpcId = Annotated[str, Field(pattern=VPC_PATTERN)]


class NewVSwitch(Strict):
    """A VSwitch to create."""

    zone: ZoneId = Field(description="Its zone.")
    tier: Tier | None = Field(
        default=None, description="The tier that it is for, such as web; instances choose it by the same word."
    )
    cidr_block: CidrBlock | None = Field(
        default=None,
        description="Its block inside the VPC's; mask 16 to 29. Planned when not given, and kept once it is made.",
    )
    name: str | None = Field(
        default=None,
        min_length=2,
        max_length=128,
        description="Its name; made of VPC name, tier and zone when not given.",
    )


class _WithNewVSwitches(Strict):
    """Shared keys of networks with VSwitches to create."""

    growth: float = Field(
        default=4,
        ge=1,
        le=100,
        description="A planned VSwitch has room for so many times the instances that move into it; at least a /24.",
    )
    avoid: tuple[CidrBlock | VpcId, ...] = Field(
        default=(), description="Blocks, and VPCs by id, that the instances must reach: no VSwitch may overlap them."
    )

    @property
    def avoided_blocks(self) -> tuple[str, ...]:
        """Those of `avoid` that are blocks."""
        return tuple(item for item in self.avoid if not item.startswith("vpc-"))

    @property
    def avoided_vpcs(self) -> tuple[str, ...]:
        """Those of `avoid` that are VPCs."""
        return tuple(item for item in self.avoid if item.startswith("vpc-"))


class CreateNetwork(_WithNewVSwitches):
    """A VPC and VSwitches that this stack creates."""

    mode: Literal["create"]
    name: str = Field(default="classic-to-vpc", min_length=2, max_length=128, description="Name of the VPC.")
    cidr_block: CidrBlock = Field(description="Block of the VPC, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
    vswitches: tuple[NewVSwitch, ...] = Field(
        min_length=1, alias="vswitches", description="One VSwitch a zone, or a zone and tier."
    )


class ExistingNetwork(_WithNewVSwitches):
    """An existing VPC; its VSwitches are used unchanged, and those named under `vswitches` are added."""

    mode: Literal["existing"]
    vpc_id: VpcId = Field(description="Id of the VPC.")
    vswitch_ids: tuple[VSwitchId, ...] = Field(
        default=(), alias="vswitchIds", description="Ids of its VSwitches to migrate into, one a zone."
    )
    vswitches: tuple[NewVSwitch, ...] = Field(
        default=(), alias="vswitches", description="VSwitches to add to the VPC, one a zone and tier."
    )


class DefaultNetwork(Strict):
    """The default VPC of the region and the default VSwitches of the zones: existing, or created by the cloud."""

    mode: Literal["default"]
    zones: tuple[ZoneId, ...] = Field(min_length=1, description="Zones whose default VSwitch instances move into.")


class SharedNetwork(Strict):
    """The target network of another stack of this program, which must be up: one network for a stack each wave."""

    mode: Literal["shared"]
    stack: str = Field(
        pattern=STACK_PATTERN,
        description="The other stack: organization/project/stack; without Pulumi Cloud the organization is "
        '"organization".',
    )


NetworkChoice: TypeAlias = Annotated[
    CreateNetwork | ExistingNetwork | DefaultNetwork | SharedNetwork,
    Field(discriminator="mode"),
]


def vswitch_name(vpc_name: str, vswitch: NewVSwitch) -> str:
    """Return the name of a new VSwitch: its own, else one made of the VPC's name, its tier and its zone."""
    return vswitch.name or "-".join(part for part in (vpc_name, vswitch.tier, vswitch.zone) if part)


def network_problems(network: NetworkChoice, *, classic_link: bool) -> Iterator[Problem]:
    """Yield the problems of a network's blocks, zones and names, alone and against each other."""
    if isinstance(network, SharedNetwork):
        return
    if isinstance(network, DefaultNetwork):
        yield from duplicates("network.zones", network.zones)
        return
    if isinstance(network, ExistingNetwork) and not network.vswitch_ids and not network.vswitches:
        yield Problem("network.vswitchIds", "expected at least one item, here or under vswitches")
    vpc_name = network.name if isinstance(network, CreateNetwork) else network.vpc_id
    names = [vswitch_name(vpc_name, item) for item in network.vswitches]
    yield from list(_place_problems(network.vswitches)) or duplicates("network.vswitches", names)
    if isinstance(network, CreateNetwork):
        given = [(index, item.cidr_block) for index, item in enumerate(network.vswitches) if item.cidr_block]
        blocks = [block for _, block in given]
        for problem in cidr.network_problems(network.cidr_block, blocks, classic_link=classic_link):
            place = "" if problem.vswitch is None else f".vswitches[{given[problem.vswitch][0]}]"
            yield Problem(f"network{place}.cidrBlock", f"{problem.fault}; expected {problem.expected}")
    yield from avoid_problems(network, network.avoided_blocks)


def avoid_problems(network: CreateNetwork | ExistingNetwork, avoided: Sequence[str]) -> Iterator[Problem]:
    """Yield blocks to avoid that are no blocks, or that a given block overlaps."""
    for block in avoided:
        if not cidr.is_block(block):
            yield Problem("network.avoid", f"{block!r} is no CIDR block; expected one such as 10.0.0.0/16")
            continue
        for index, vswitch in enumerate(network.vswitches):
            if vswitch.cidr_block and cidr.is_block(vswitch.cidr_block) and cidr.overlap(vswitch.cidr_block, block):
                yield Problem(
                    f"network.vswitches[{index}].cidrBlock",
                    f"{vswitch.cidr_block} overlaps {block}, which is to be avoided; expected a block apart from it",
                )


def _place_problems(vswitches: Sequence[NewVSwitch]) -> Iterator[Problem]:
    places = Counter((vswitch.zone, vswitch.tier) for vswitch in vswitches)
    for (zone, tier), count in places.items():
        if count > 1:
            place = zone if tier is None else f"{zone} for {tier}"
            yield Problem("network.vswitches", f"{place} stands here {count} times; expected once")
