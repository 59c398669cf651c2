"""ECS: prefix lists."""

from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Cidr, ResourceGroupId, Strict, Tags


class PrefixListEntry(Strict):
    """One block of a prefix list."""

    cidr: Cidr
    description: str = ""


class PrefixList(Strict):
    """A prefix list, which rules of security groups refer to."""

    id: str = Field(pattern=r"^pl-", description="pl-...")
    name: str
    description: str = ""
    address_family: Literal["IPv4", "IPv6"] = "IPv4"
    max_entries: int = Field(ge=1, le=200, description="Number of rules that a rule with this list counts as.")
    entries: list[PrefixListEntry] = Field(default_factory=list)
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @model_validator(mode="after")
    def _room(self) -> Self:
        if len(self.entries) > self.max_entries:
            raise ValueError("expected at most max_entries entries")
        return self
