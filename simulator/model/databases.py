"""Parts that the ApsaraDB products share: instances with endpoints in the classic network or a VPC, and whitelists."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Ipv4Text, Refers, ResourceGroupId, Strict, Tags, Transitional

WhitelistNetworkType = Literal["MIX", "Classic", "VPC"]
DatabaseNetworkType = Literal["Classic", "VPC"]
EndpointKind = Literal["Normal", "ReadWriteSplitting", "Primary", "Secondary"]


class WhitelistGroup(Strict):
    """One IP whitelist group of a database."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,31}$", description="Letters, digits, underscore; starts with a letter."
    )
    attribute: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9]{0,120}$",
        description="hidden: made by DMS, DTS, DAS or another cloud product.",
    )
    network_type: WhitelistNetworkType = Field(default="MIX", description="Classic and VPC exist in RDS only.")
    security_ips: list[str] = Field(description="Addresses and CIDR blocks.")


class Endpoint(Strict):
    """A connection endpoint of a database."""

    connection_string: str
    ip_address: Ipv4Text
    ip_type: Literal["Inner", "Private", "Public"] = Field(
        description="Inner: classic; Private: VPC; Public: internet."
    )
    port: int = Field(ge=1, le=65535)
    kind: EndpointKind = Field(
        default="Normal", description="ReadWriteSplitting exists in RDS only; Primary and Secondary: a node of MongoDB."
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="Time when a classic endpoint in hybrid access ends; it no longer exists then."
    )


class ApsaraInstance(Transitional):
    """A database instance of any ApsaraDB product.

    In hybrid access it is in a VPC and also has classic endpoints, which end. While its network changes it already has
    its place in the VPC, and answers as before until `next_endpoints` replace its endpoints.
    """

    kinds: ClassVar[frozenset[EndpointKind]] = frozenset({"Normal"})

    id: str
    description: str = Field(description="Name of the instance.")
    zone_id: Annotated[str, Refers("zones")]
    other_zone_ids: Annotated[list[str], Refers("zones")] = Field(
        default_factory=list,
        description="Further zones of a multi-zone instance, whose ZoneId is then answered as MAZ1(b,h).",
    )
    network_type: DatabaseNetworkType = "Classic"
    vpc_id: Annotated[str | None, Refers("vpcs")] = Field(default=None, description="Only with network_type VPC.")
    vswitch_id: Annotated[str | None, Refers("vswitches")] = Field(
        default=None, description="Only with network_type VPC."
    )
    endpoints: list[Endpoint] = Field(min_length=1)
    next_endpoints: list[Endpoint] = Field(
        default_factory=list,
        description="Endpoints after the change of the network type that is under way; else empty.",
    )
    whitelist_groups: list[WhitelistGroup] = Field(description="One of them is named default.")
    security_group_ids: Annotated[list[str], Refers("security_groups")] = Field(
        default_factory=list, description="ECS security groups whose members are admitted besides the whitelists."
    )
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @property
    def answered_zone_id(self) -> str:
        """Its zone in answers; ApsaraDB has names of its own for several zones together (SDK-RDS 16.0.2)."""
        if not self.other_zone_ids:
            return self.zone_id
        return f"{self.zone_id[:-1]}MAZ1({','.join(zone[-1] for zone in self.zone_ids)})"

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """All its zones."""
        return (self.zone_id, *self.other_zone_ids)

    def arrive(self) -> None:
        """End the transition; a change of the network takes effect."""
        super().arrive()
        if self.next_endpoints:
            self.network_type = "VPC"
            # A change of the network type removes the associated groups (RDS, security group settings).
            self.security_group_ids = []
            self.endpoints, self.next_endpoints = self.next_endpoints, []

    def private_addresses(self) -> list[str]:
        """Return its present and its future addresses in its VSwitch."""
        endpoints = [*self.endpoints, *self.next_endpoints]
        return [endpoint.ip_address for endpoint in endpoints if endpoint.ip_type == "Private"]

    @model_validator(mode="after")
    def _network(self) -> Self:
        in_vpc = self.network_type == "VPC" or bool(self.next_endpoints)
        if in_vpc != bool(self.vpc_id and self.vswitch_id):
            raise ValueError("expected vpc_id and vswitch_id exactly with network_type VPC")
        wrong = {endpoint.kind for endpoint in self.endpoints} - self.kinds
        if wrong:
            raise ValueError(f"endpoints: {', '.join(sorted(wrong))} is not a kind that this product has")
        return self
