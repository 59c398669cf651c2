"""VPC: DHCP options sets."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import Ipv4Text, Refers, ResourceGroupId, Tags, Transitional


class DhcpOptionsSet(Transitional):
    """A DHCP options set; it is InUse while a VPC has it, which follows from the attachments."""

    id: str = Field(pattern=r"^dopt-", description="dopt-...")
    name: str = ""
    description: str = ""
    domain_name: str = ""
    domain_name_servers: list[Ipv4Text] = Field(default_factory=list, description="At most four addresses.")
    lease_time: str = Field(default="3650d", description="Lease time for IPv4, in hours (24h) or days (1d).")
    ipv6_lease_time: str = Field(default="1d", description="Lease time for IPv6, in hours (24h) or days (1d).")
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available"}

    status: Literal["Pending", "Available", "Deleting"] = "Available"
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags


class DhcpAttachment(Transitional):
    """The DHCP options set of a VPC."""

    vpc_id: Annotated[str, Refers("vpcs")]
    dhcp_options_set_id: Annotated[str, Refers("dhcp_options_sets")]
    becomes: ClassVar[dict[str, str]] = {"Pending": "InUse"}

    status: Literal["Pending", "InUse"] = "InUse"

    @property
    def id(self) -> str:
        """The VPC's id: a VPC has one set at most."""
        return self.vpc_id
