"""Resource Management: resource groups."""

from pydantic import AwareDatetime, Field

from simulator.model.base import Strict


class ResourceGroup(Strict):
    """A resource group of the account."""

    id: str = Field(pattern=r"^rg-", description="rg-...")
    name: str
    display_name: str = ""
    is_default: bool = Field(
        default=False,
        description="Every account has one default group; it holds all resources for which no group is named.",
    )
    created_at: AwareDatetime | None = None


def default_groups() -> list[ResourceGroup]:
    """Return the groups of an account that never made one."""
    return [ResourceGroup(id="rg-acfmdefault00001", name="default", display_name="default", is_default=True)]
