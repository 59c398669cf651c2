"""Shared parts of the config's sections: the strict model, and the patterns of ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from components.config.errors import Problem
from components.config.identities import identity


class Strict(BaseModel):
    """What all models of the config share: frozen, strict about names, camelCase in the file."""

    # Only the whole is ever read: built with it, its parts need not be built one by one when they are imported.
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, alias_generator=to_camel)


# Ids of 2012 to 2015 have other forms than today's (AY1210..., rds...), and estates of that time are still classic. An
# id may only have characters that are safe in commands and URNs; the estate shows whether it exists.
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
ZONE_PATTERN = r"^[a-z]{2}-[a-z0-9-]+$"
CIDR_PATTERN = r"^\d+\.\d+\.\d+\.\d+/\d+$"
VPC_PATTERN = r"^vpc-[a-z0-9]+$"
VSWITCH_PATTERN = r"^vsw-[a-z0-9]+$"
FLOW_END_PATTERN = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,127}|\d+\.\d+\.\d+\.\d+)$"
FLOW_PORT_PATTERN = r"^((tcp|udp)/)?\d{1,5}(-\d{1,5})?$"
CLOCK_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
STACK_PATTERN = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"
WAVE_NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
TIER_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
WRITTEN_PATTERN = r"\S"
ADDRESS_PATTERN = r"^\d+\.\d+\.\d+\.\d+(/\d+)?$"
# What ApsaraDB accepts as the name of a whitelist group.
WHITELIST_GROUP_PATTERN = r"^[a-z][a-z0-9_]{0,30}[a-z0-9]$"

PATTERN_WORDS = {
    ID_PATTERN: "an id as the console shows it: letters, digits, hyphens and underscores",
    ZONE_PATTERN: "a zone id, such as cn-hangzhou-h",
    CIDR_PATTERN: "an IPv4 CIDR block, such as 172.16.0.0/16",
    VPC_PATTERN: "a VPC id, such as vpc-bp1a2b3c",
    VSWITCH_PATTERN: "a VSwitch id, such as vsw-bp1a2b3c",
    TIER_PATTERN: "1 to 32 lowercase letters, digits and hyphens, such as web",
    FLOW_END_PATTERN: "an instance id or an intranet address, such as 10.25.16.10",
    FLOW_PORT_PATTERN: "a port or ports, such as 6379, udp/53 or 8000-8010",
    WRITTEN_PATTERN: "text that is not blank",
    ADDRESS_PATTERN: "an IPv4 address or CIDR block, such as 172.16.0.7",
    CLOCK_PATTERN: "a time of the day, such as 22:00",
    STACK_PATTERN: "organization/project/stack, such as organization/classic-to-vpc/wave-1",
    WAVE_NAME_PATTERN: "1 to 63 lowercase letters, digits and hyphens, such as wave-1",
    WHITELIST_GROUP_PATTERN: "2 to 32 lowercase letters, digits and underscores, beginning with a letter",
}


def _says_something(text: str) -> str:
    if not identity(text):
        raise ValueError(f"expected text that is not blank; got {text!r}")
    return text


WrittenText = Annotated[str, Field(pattern=WRITTEN_PATTERN), AfterValidator(_says_something)]
"""Text with content: blank is no name and no reason."""

InstanceId = Annotated[str, Field(pattern=ID_PATTERN)]
ZoneId = Annotated[str, Field(pattern=ZONE_PATTERN)]
CidrBlock = Annotated[str, Field(pattern=CIDR_PATTERN)]
VSwitchId = Annotated[str, Field(pattern=VSWITCH_PATTERN)]


def duplicates(key: str, ids: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each id that is listed more than once under one key."""
    for item, count in Counter(ids).items():
        if count > 1:
            yield Problem(key, f"{item} stands here {count} times; expected once")
