"""The source of the VPC security groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from components.config.approvals import Approval
from components.config.base import ID_PATTERN, Strict, duplicates
from components.config.errors import Problem

GroupId = Annotated[str, Field(pattern=ID_PATTERN)]


class AcceptedDifferences(Strict):
    """Accepted differences between VPC groups and the classic group, each with its owner."""

    opened: Approval | None = Field(default=None, description="Why they may accept what the classic group refuses.")
    lost: Approval | None = Field(default=None, description="Why they may refuse what the classic group accepts.")


class GroupChoice(Strict):
    """The choice for one classic group."""

    id: GroupId = Field(description="The classic group.")
    mode: Literal["clone", "map"] = Field(
        default="map", description="map: the VPC groups under mapTo, which are never changed. clone: as above."
    )
    map_to: tuple[GroupId, ...] = Field(
        default=(), description="Groups of the target VPC that each member gets in place of the classic one."
    )
    accept_differences: AcceptedDifferences | None = Field(
        default=None, description="Without it, everything that the VPC groups open or close is a finding."
    )

    @model_validator(mode="after")
    def _mapped_to_something(self) -> GroupChoice:
        if (self.mode == "map") != bool(self.map_to):
            raise ValueError("expected mapTo, a list that is not empty, with mode map, and only with it")
        if self.mode == "clone" and self.accept_differences is not None:
            raise ValueError("expected acceptDifferences with mode map only: a clone opens nothing")
        return self


class SecurityGroupChoice(Strict):
    """The source of the VPC security groups."""

    mode: Literal["clone", "map", "shared"] = Field(
        description="clone: a VPC group for each classic group, with its rules converted. map: VPC groups that exist, "
        "listed under groups for each classic one. shared: the clones of the stack whose network is shared."
    )
    groups: tuple[GroupChoice, ...] = Field(
        default=(), description="Exceptions for single classic groups, and the mapped ones."
    )

    @property
    def mapped(self) -> dict[str, GroupChoice]:
        """The choices of the classic groups that are mapped, by id."""
        return {choice.id: choice for choice in self.groups if choice.mode == "map"}


def security_group_problems(choice: SecurityGroupChoice) -> Iterator[Problem]:
    """Yield problems that need more than one key of the section."""
    yield from duplicates("securityGroups.groups", [item.id for item in choice.groups])
    for index, item in enumerate(choice.groups):
        yield from duplicates(f"securityGroups.groups[{index}].mapTo", item.map_to)
    if choice.mode == "shared" and choice.groups:
        yield Problem("securityGroups.groups", "expected none with mode shared: the other stack chose")
