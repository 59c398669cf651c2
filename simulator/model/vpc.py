"""VPC: VPCs, VSwitches, route tables, network ACLs, HAVIPs, ClassicLink and EIPs."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Cidr, Ipv4Text, Refers, ResourceGroupId, Strict, Tags, Transitional

VpcStatus = Literal["Pending", "Available", "Deleting"]
VSwitchStatus = Literal["Pending", "Available"]
RouteTableStatus = Literal["Creating", "Available", "Deleting"]
RouteEntryStatus = Literal["Pending", "Available", "Modifying", "Deleting"]
NextHopType = Literal["Instance", "NetworkInterface"]
EipStatus = Literal["Available", "Associating", "InUse", "Unassociating", "Releasing"]
EipInstanceType = Literal["EcsInstance", "NetworkInterface"]
EipMode = Literal["NAT", "BINDED"]
EipLine = Literal[
    "BGP",
    "BGP_PRO",
    "BGP_FinanceCloud",
    "ChinaTelecom",
    "ChinaUnicom",
    "ChinaMobile",
    "ChinaTelecom_L2",
    "ChinaUnicom_L2",
    "ChinaMobile_L2",
]
Ipv6Isp = Literal["BGP", "ChinaMobile", "ChinaUnicom", "ChinaTelecom"]


class Ipv6Block(Strict):
    """An IPv6 block of a VPC, and its ISP."""

    cidr_block: Cidr
    isp: Ipv6Isp = "BGP"


class Vpc(Transitional):
    """A VPC."""

    id: str = Field(pattern=r"^vpc-", description="vpc-...")
    name: str = ""
    description: str = ""
    cidr_block: Cidr
    secondary_cidr_blocks: list[Cidr] = Field(default_factory=list, description="The oldest is first.")
    user_cidrs: list[Cidr] = Field(
        default_factory=list, description="Public blocks that the VPC routes as private ones."
    )
    ipv6_blocks: list[Ipv6Block] = Field(default_factory=list, description="The first is the block of EnableIpv6.")
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available"}

    status: VpcStatus = "Available"
    is_default: bool = False
    dns_hostnames: bool = Field(default=False, description="Whether instances have DNS host names.")
    classic_link_enabled: bool = False
    ipv4_gateway: bool = Field(
        default=False, description="Whether routes to an IPv4 gateway alone lead to the Internet; it is only shown."
    )
    ipv4_gateway_id: str = Field(default="", description="ipv4gw-..., to which route entries of the file may lead.")
    vrouter_id: str | None = Field(default=None, description="vrt-...; absent: assigned by the simulator.")
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags


class VSwitch(Transitional):
    """A VSwitch; Pending while it is made, deleted, or given another route table."""

    id: str = Field(pattern=r"^vsw-", description="vsw-...")
    name: str = ""
    description: str = ""
    vpc_id: Annotated[str, Refers("vpcs")]
    zone_id: Annotated[str, Refers("zones")]
    cidr_block: Cidr
    ipv6_cidr_block: Cidr | None = Field(default=None, description="A /64 of an IPv6 block of the VPC.")
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available"}

    status: VSwitchStatus = "Available"
    is_default: bool = False
    route_table_id: Annotated[str | None, Refers("route_tables")] = Field(
        default=None, description="Custom route table; absent: the VPC's system route table."
    )
    network_acl_id: Annotated[str | None, Refers("network_acls")] = Field(
        default=None, description="The network ACL that is bound to it; it is only shown, and stops no packet."
    )
    created_at: AwareDatetime | None = None
    tags: Tags


class RouteTable(Transitional):
    """A route table of a VPC. The simulator creates the system one if the file has none."""

    id: str = Field(pattern=r"^vtb-", description="vtb-...")
    name: str = ""
    description: str = ""
    vpc_id: Annotated[str, Refers("vpcs")]
    type: Literal["System", "Custom"] = "Custom"
    becomes: ClassVar[dict[str, str]] = {"Creating": "Available"}

    status: RouteTableStatus = "Available"
    route_propagation: bool = Field(default=True, description="Whether the table accepts dynamic routes.")
    created_at: AwareDatetime | None = None
    tags: Tags


class RouteEntry(Transitional):
    """A custom route entry; system entries are not stored, because they follow from the VSwitches."""

    id: str = Field(pattern=r"^rte-", description="rte-...")
    name: str = ""
    description: str = ""
    route_table_id: Annotated[str, Refers("route_tables")]
    destination_cidr_block: Cidr
    next_hop_type: NextHopType | Literal["Ipv4Gateway"] = "Instance"
    next_hop_id: str = Field(
        description="Instance or network interface in the VPC of the route table, or its IPv4 gateway."
    )
    becomes: ClassVar[dict[str, str]] = {"Pending": "Available", "Modifying": "Available"}

    status: RouteEntryStatus = "Available"


class NetworkAclEntry(Strict):
    """An entry of a network ACL; `cidr_block` is the source of an ingress entry, the destination of an egress one."""

    name: str = ""
    description: str = ""
    type: Literal["custom", "service", "system"] = Field(
        default="custom", description="service and system entries are the cloud's own."
    )
    policy: Literal["accept", "drop"] = "accept"
    protocol: Literal["tcp", "udp", "icmp", "icmpv6", "gre", "all"] = "all"
    port: str = Field(default="-1/-1", pattern=r"^(-1/-1|\d+/\d+)$", description="Destination ports.")
    cidr_block: Cidr = "0.0.0.0/0"


class NetworkAcl(Strict):
    """A network ACL. A new one lets all IPv4 traffic through (VPC user guide, network ACLs)."""

    id: str = Field(pattern=r"^nacl-", description="nacl-...")
    name: str = ""
    description: str = ""
    vpc_id: Annotated[str, Refers("vpcs")]
    status: Literal["Available", "Modifying"] = "Available"
    ingress: list[NetworkAclEntry] = Field(
        default_factory=lambda: [NetworkAclEntry()], description="The first that matches decides."
    )
    egress: list[NetworkAclEntry] = Field(
        default_factory=lambda: [NetworkAclEntry()], description="The first that matches decides."
    )
    created_at: AwareDatetime | None = None
    tags: Tags


class HaVip(Strict):
    """A high-availability virtual IP address (HAVIP); what it is associated with is not simulated."""

    id: str = Field(pattern=r"^havip-", description="havip-...")
    name: str = ""
    description: str = ""
    vswitch_id: Annotated[str, Refers("vswitches")]
    ip_address: Ipv4Text
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags


class ClassicLink(Strict):
    """A classic instance linked to a VPC."""

    instance_id: Annotated[str, Refers("instances")]
    vpc_id: Annotated[str, Refers("vpcs")]

    @property
    def id(self) -> str:
        """The instance's id: an instance has one link at most."""
        return self.instance_id


class Eip(Transitional):
    """An elastic IP address."""

    id: str = Field(pattern=r"^eip-", description="eip-...")
    ip_address: Ipv4Text
    name: str = ""
    description: str = ""
    isp: EipLine = Field(default="BGP", description="Type of the line; the simulator has every type in every region.")
    bandwidth: int = Field(default=5, ge=1, le=1000, description="In Mbit/s.")
    internet_charge_type: Literal["PayByBandwidth", "PayByTraffic"] = "PayByBandwidth"
    charge_type: Literal["PostPaid", "PrePaid"] = "PostPaid"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription; only with PrePaid.")
    becomes: ClassVar[dict[str, str]] = {"Associating": "InUse", "Unassociating": "Available"}

    status: EipStatus = "Available"
    instance_type: EipInstanceType | None = Field(default=None, description="Kind of the resource in instance_id.")
    instance_id: str | None = Field(default=None, description="Instance or network interface that the EIP is bound to.")
    mode: EipMode = Field(
        default="NAT", description="BINDED: cut-through mode, with a secondary network interface only."
    )
    private_ip_address: Ipv4Text | None = Field(
        default=None, description="Private address of the instance that the EIP is bound to, if one was named."
    )
    deletion_protection: bool = False
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @model_validator(mode="after")
    def _binding(self) -> Self:
        bound = self.status in ("Associating", "InUse", "Unassociating")
        if bound != bool(self.instance_id and self.instance_type):
            raise ValueError("expected instance_id and instance_type exactly with a status of a bound EIP")
        return self

    def arrive(self) -> None:
        """End the transition; an Available EIP is bound to nothing."""
        super().arrive()
        if self.status == "Available":
            self.instance_type = self.instance_id = self.private_ip_address = None
            self.mode = "NAT"
