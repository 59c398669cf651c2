"""VPC: VPCs, VSwitches and ClassicLink."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import Cidr, Refers, Strict, Tags, Transitional

NetworkStatus = Literal["Pending", "Available"]


class CustomRoute(Strict):
    """A custom entry of a VPC's system route table."""

    destination_cidr_block: Cidr
    next_hop_type: str = "Instance"
    next_hop_id: str


class Vpc(Transitional):
    """A VPC with its system route table."""

    id: str = Field(pattern=r"^vpc-", description="vpc-...")
    name: str = ""
    description: str = ""
    cidr_block: Cidr
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available"}

    status: NetworkStatus = "Available"
    is_default: bool = False
    classic_link_enabled: bool = False
    vrouter_id: str | None = Field(default=None, description="vrt-...; given by the simulator where absent.")
    route_table_id: str | None = Field(default=None, description="vtb-...; given by the simulator where absent.")
    route_table_name: str = ""
    route_table_description: str = ""
    custom_routes: list[CustomRoute] = Field(default_factory=list)
    created_at: AwareDatetime | None = None
    tags: Tags


class VSwitch(Transitional):
    """A VSwitch."""

    id: str = Field(pattern=r"^vsw-", description="vsw-...")
    name: str = ""
    description: str = ""
    vpc_id: Annotated[str, Refers("vpcs")]
    zone_id: Annotated[str, Refers("zones")]
    cidr_block: Cidr
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available"}

    status: NetworkStatus = "Available"
    is_default: bool = False
    created_at: AwareDatetime | None = None
    tags: Tags


class ClassicLink(Strict):
    """A classic instance linked to a VPC."""

    instance_id: Annotated[str, Refers("instances")]
    vpc_id: Annotated[str, Refers("vpcs")]

    @property
    def id(self) -> str:
        """An instance has one link at most."""
        return self.instance_id
