"""The moving instances, and the team's choices for each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from components.config.base import TIER_PATTERN, InstanceId, Strict, ZoneId


class FtpChoice(Strict):
    """How an FTP server stays reachable once its public NIC is gone."""

    plan: Literal["eip-cut-through", "passive-mode"] = Field(
        description="eip-cut-through: after the window the public address becomes an EIP, bound in cut-through mode to "
        "a second network interface. passive-mode: the server announces the public address and a fixed port range."
    )


class MigratingInstanceChoice(Strict):
    """One instance that moves in this stack's window, with the team's choices about it."""

    id: InstanceId = Field(description="ECS instance id.")
    target_zone: ZoneId | None = Field(
        default=None, description="Zone of the VSwitch that it moves into; its present zone when not given."
    )
    tier: Annotated[str, Field(pattern=TIER_PATTERN)] | None = Field(
        default=None, description="Tier of the VSwitch that it moves into, where its zone has several."
    )
    retain_ip: bool = Field(
        default=False,
        description="Its intranet address is to be kept: the console's migration plan does so in a VPC of 10.0.0.0/8.",
    )
    release_public_ip: bool = Field(
        default=False,
        description="Accepts that its public address goes: at 0 Mbit/s of Internet bandwidth it is released.",
    )
    rejoin_vserver_groups: bool = Field(
        default=False,
        description="The team puts it back into its vServer groups of CLB after the move, which takes it out of them.",
    )
    ftp: FtpChoice | None = Field(default=None, description="What becomes of its FTP server, where it has one.")


class Selector(Strict):
    """Selects classic instances by tags, all of which must match."""

    tags: dict[str, str] = Field(min_length=1, description="Tag key to tag value.")


def let_ids_stand_alone(value: object) -> object:
    """Accept an instance that is named by its id alone."""
    if isinstance(value, list | tuple):
        return tuple({"id": item} if isinstance(item, str) else item for item in value)
    return value
