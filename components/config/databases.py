"""Databases that must stay reachable from the VPC."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from components.config.base import (
    ADDRESS_PATTERN,
    ID_PATTERN,
    WHITELIST_GROUP_PATTERN,
    InstanceId,
    Strict,
    duplicates,
)
from components.config.errors import Problem

# The broadest block of private addresses, 10.0.0.0/8.
_BROADEST = 8


class HybridAccessChoice(Strict):
    """The database moves into the target VPC, for good, and keeps its classic addresses for a while."""

    margin_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="Days that classic addresses outlive the Latest Schedule Time of the last wave that uses it.",
    )
    leaves_behind: tuple[InstanceId, ...] = Field(
        default=(), description="Classic instances that stay, and may lose the database when its classic addresses end."
    )


class DatabaseChoice(Strict):
    """An RDS, Redis or MongoDB instance that must stay reachable; its read-only instances go with it."""

    id: str = Field(pattern=ID_PATTERN, description="RDS, Redis or MongoDB instance id.")
    whitelist_group: str = Field(
        default="classic_to_vpc",
        pattern=WHITELIST_GROUP_PATTERN,
        description="Name of the whitelist group of our own that takes the VSwitch CIDR blocks.",
    )
    also_admit: tuple[Annotated[str, Field(pattern=ADDRESS_PATTERN)], ...] = Field(
        default=(), description="Further entries of that group: addresses of an ENI or a NAT gateway, or blocks."
    )
    hybrid_access: HybridAccessChoice | None = Field(
        default=None, description="An address in the target VPC beside the classic ones. There is no way back."
    )


def database_choice_problems(databases: Sequence[DatabaseChoice]) -> Iterator[Problem]:
    """Yield databases and instances that are listed twice, and entries that are no addresses."""
    yield from duplicates("databases", [choice.id for choice in databases])
    for index, choice in enumerate(databases):
        if choice.hybrid_access is not None:
            yield from duplicates(f"databases[{index}].hybridAccess.leavesBehind", choice.hybrid_access.leaves_behind)
        for place, entry in enumerate(choice.also_admit):
            key = f"databases[{index}].alsoAdmit[{place}]"
            try:
                network = ipaddress.IPv4Network(entry)
            except ValueError as error:
                yield Problem(key, f"{error}; expected an address or a block")
                continue
            if network.prefixlen < _BROADEST:
                yield Problem(key, f"{entry} opens the database to the Internet; expected /{_BROADEST} or narrower")
