"""How the VPC-type security groups come about."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.config.base import Strict


class SecurityGroupChoice(Strict):
    """How the VPC-type security groups come about."""

    mode: Literal["clone", "shared"] = Field(
        description="clone: a VPC group for each classic group, with its rules converted. shared: the clones of the "
        "stack whose network is shared."
    )
