"""The target VPC and its VSwitches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from components import cidr
from components.config.base import VPC_PATTERN, CidrBlock, Strict, VSwitchId, ZoneId, duplicates
from components.config.errors import Problem


class NewVSwitch(Strict):
    """A VSwitch to create."""

    zone: ZoneId = Field(description="Its zone.")
    cidr_block: CidrBlock = Field(description="Its block, a subset of the VPC's; mask 16 to 29.")
    name: str | None = Field(
        default=None, min_length=2, max_length=128, description="Its name; made of VPC name and zone when not given."
    )


class CreateNetwork(Strict):
    """A VPC and VSwitches of one's own, created by this stack."""

    mode: Literal["create"]
    name: str = Field(default="classic-to-vpc", min_length=2, max_length=128, description="Name of the VPC.")
    cidr_block: CidrBlock = Field(description="Block of the VPC, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
    vswitches: tuple[NewVSwitch, ...] = Field(min_length=1, alias="vswitches", description="One VSwitch a zone.")

    def name_of(self, vswitch: NewVSwitch) -> str:
        """The name that a VSwitch gets: its own, else one made of the VPC's name and its zone."""
        return vswitch.name or f"{self.name}-{vswitch.zone}"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(vswitch.zone for vswitch in self.vswitches)


class ExistingNetwork(Strict):
    """A VPC and VSwitches that exist already and are left as they are."""

    mode: Literal["existing"]
    vpc_id: str = Field(pattern=VPC_PATTERN, description="Id of the VPC.")
    vswitch_ids: tuple[VSwitchId, ...] = Field(
        min_length=1, alias="vswitchIds", description="Ids of its VSwitches to migrate into, one a zone."
    )


NetworkChoice: TypeAlias = Annotated[CreateNetwork | ExistingNetwork, Field(discriminator="mode")]


def network_problems(network: CreateNetwork, *, classic_link: bool) -> Iterator[Problem]:
    """What the blocks, zones and names of a network to create have wrong, alone and against each other."""
    names = [network.name_of(vswitch) for vswitch in network.vswitches]
    yield from list(duplicates("network.vswitches", network.zones)) or duplicates("network.vswitches", names)
    blocks = [vswitch.cidr_block for vswitch in network.vswitches]
    for found in cidr.network_problems(network.cidr_block, blocks, classic_link=classic_link):
        place = "" if found.vswitch is None else f".vswitches[{found.vswitch}]"
        yield Problem(f"network{place}.cidrBlock", f"{found.what}; expected {found.expected}")
