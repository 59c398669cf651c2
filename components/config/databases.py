"""Databases that must stay reachable from the VPC."""

from __future__ import annotations

from pydantic import Field

from components.config.base import DATABASE_PATTERN, WHITELIST_GROUP_PATTERN, Strict


class DatabaseChoice(Strict):
    """An RDS instance that must stay reachable from the VPC."""

    id: str = Field(pattern=DATABASE_PATTERN, description="RDS instance id.")
    whitelist_group: str = Field(
        default="classic_to_vpc",
        pattern=WHITELIST_GROUP_PATTERN,
        description="Name of the whitelist group of our own that takes the VSwitch CIDR blocks.",
    )
