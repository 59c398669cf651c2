"""ECS: instances, security groups, zones and instance types."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import (
    Cidr,
    CidrAsWritten,
    ClassicId,
    Ipv4Text,
    Mac,
    Refers,
    ResourceGroupId,
    Strict,
    Tags,
    Transitional,
    Value,
)
from simulator.model.cloud_assistant import Guest

NicType = Literal["internet", "intranet"]
Direction = Literal["ingress", "egress"]
Policy = Literal["accept", "drop"]
IpProtocol = Literal["TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL"]
NetworkType = Literal["classic", "vpc"]
InstanceStatus = Literal["Pending", "Starting", "Running", "Stopping", "Stopped"]
LockReason = Literal["financial", "security", "Recycling", "dedicatedhostfinancial", "refunded"]


class Zone(Strict):
    """A zone of the region."""

    id: str = Field(description="For example cn-hangzhou-h.")
    local_name: str = Field(description="Name that the console shows.")
    vswitch_available: bool = Field(default=True, description="Whether a VSwitch can be created in it.")
    instance_types: list[str] = Field(default_factory=list, description="Types in stock for instances in a VPC.")


class InstanceType(Strict):
    """An ECS instance type."""

    id: str = Field(description="For example ecs.n1.small.")
    family: str = Field(description="For example ecs.n1.")
    cpu: int = Field(ge=1, description="Number of vCPUs.")
    memory_gib: float = Field(gt=0, description="Memory in GiB.")
    eni_quantity: int | None = Field(
        default=None,
        ge=0,
        description="Greatest number of network interfaces, the primary one included; absent: not answered.",
    )


class Rule(Strict):
    """One security group rule; exactly one of the four peers is set."""

    id: str | None = Field(default=None, description="sgr-...; absent: assigned by the simulator.")
    direction: Direction
    nic_type: NicType = Field(description="Groups in a VPC have intranet only.")
    ip_protocol: IpProtocol
    port_range: str = Field(
        pattern=r"^(-1/-1|\d{1,5}/\d{1,5})$", description="As in 80/80; -1/-1 for protocols without ports."
    )
    policy: Policy = "accept"
    priority: int = Field(
        default=1, ge=1, le=110, description="1 is the highest. 110 exists only in system rules made before 2020-05-27."
    )
    cidr_ip: Cidr | None = Field(
        default=None, description="IPv4 block: the source of an ingress rule, the destination of an egress rule."
    )
    ipv6_cidr_ip: CidrAsWritten | None = Field(default=None, description="IPv6 block, as cidr_ip.")
    group_id: Annotated[str | None, Refers("security_groups", unless="group_owner_account")] = Field(
        default=None, description="Security group as the source or destination."
    )
    prefix_list_id: str | None = Field(default=None, description="Prefix list as the source or destination.")
    group_owner_account: str | None = Field(
        default=None, description="Account that owns group_id, if it is another one."
    )
    source_port_range: str | None = Field(default=None, description="Ports of the sender; rarely set.")
    description: str = ""
    created_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_peer(self) -> Self:
        peers = [self.cidr_ip, self.ipv6_cidr_ip, self.group_id, self.prefix_list_id]
        if sum(peer is not None for peer in peers) != 1:
            raise ValueError("expected exactly one of cidr_ip, ipv6_cidr_ip, group_id, prefix_list_id")
        return self


class SecurityGroup(Strict):
    """A security group: classic without vpc_id, else in that VPC."""

    id: ClassicId = Field(description="sg-..., or an id of an older form.")
    name: str
    description: str = ""
    vpc_id: Annotated[str | None, Refers("vpcs")] = Field(default=None, description="Absent: a classic group.")
    type: Literal["normal", "enterprise"] = Field(
        default="normal", description="normal: basic group; enterprise: advanced group."
    )
    inner_access_policy: Literal["Accept", "Drop"] = Field(
        default="Accept", description="Whether members accept traffic of each other."
    )
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags
    rules: list[Rule] = Field(default_factory=list, description="The newest is last.")

    @model_validator(mode="after")
    def _nic_types(self) -> Self:
        if self.vpc_id and any(rule.nic_type != "intranet" for rule in self.rules):
            raise ValueError("expected nic_type intranet in every rule of a group in a VPC")
        return self


class Maintenance(Value):
    """The cloud's treatment of an instance when its host needs maintenance."""

    action: Literal["Stop", "AutoRecover", "AutoRedeploy"] = "AutoRecover"
    notify: bool = Field(default=False, description="Whether an event is sent before the instance goes down.")
    window: tuple[int, int] | None = Field(
        default=None, description="First and last hour of the maintenance window, UTC+8; absent: none was set."
    )


class MetadataOptions(Value):
    """Access to the metadata service from an instance."""

    endpoint: Literal["enabled", "disabled"] = "enabled"
    tokens: Literal["optional", "required"] = "optional"
    hop_limit: int = Field(default=1, ge=1, le=64)


class Instance(Transitional):
    """An ECS instance."""

    id: ClassicId = Field(description="i-..., or an id of an older form.")
    name: str
    description: str = ""
    host_name: str | None = Field(default=None, description="Absent: the name of the instance.")
    zone_id: Annotated[str, Refers("zones")]
    instance_type: Annotated[str, Refers("instance_types")]
    becomes: ClassVar[dict[str, str]] = {"Pending": "Running", "Starting": "Running", "Stopping": "Stopped"}

    status: InstanceStatus = "Running"
    network_type: NetworkType = "classic"
    intranet_ips: list[Ipv4Text] = Field(
        description="InnerIpAddress of a classic instance, private addresses of one in a VPC."
    )
    public_ips: list[Ipv4Text] = Field(default_factory=list)
    internet_max_bandwidth_out: int = Field(default=0, ge=0, le=1000, description="In Mbit/s.")
    internet_max_bandwidth_in: int = Field(default=200, ge=0, le=1000, description="In Mbit/s.")
    internet_charge_type: Literal["PayByTraffic", "PayByBandwidth"] = "PayByTraffic"
    security_group_ids: Annotated[list[str], Refers("security_groups")] = Field(min_length=1)
    vpc_id: Annotated[str | None, Refers("vpcs")] = Field(default=None, description="Only with network_type vpc.")
    vswitch_id: Annotated[str | None, Refers("vswitches")] = Field(
        default=None, description="Only with network_type vpc."
    )
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription; only with PrePaid.")
    renewal_status: Literal["AutoRenewal", "Normal", "NotRenewal"] = Field(
        default="Normal", description="Only with PrePaid."
    )
    auto_renew_months: int = Field(
        default=0, ge=0, description="Length of an automatic renewal; only with AutoRenewal."
    )
    auto_release_at: AwareDatetime | None = Field(
        default=None, description="When the instance is released; only with PostPaid."
    )
    deletion_protection: bool = Field(default=False, description="Whether releasing the instance by hand is refused.")
    io_optimized: bool = True
    image_id: str = "centos_7_9_x64_20G_alibase_20211227.vhd"
    os_name: str = "CentOS 7.9 64-bit"
    os_type: Literal["linux", "windows"] = "linux"
    spot_strategy: Literal["NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"] = "NoSpot"
    local_storage_amount: int = Field(default=0, ge=0, description="Number of local disks.")
    local_storage_gib: int = Field(default=0, ge=0, description="Size of one local disk in GiB.")
    locks: list[LockReason] = Field(default_factory=list, description="Reasons in OperationLocks.")
    user_data: str = Field(default="", description="User data as it was sent, in Base64.")
    ram_role_name: str = Field(default="", description="RAM role of the instance; the role need not exist.")
    maintenance: Maintenance = Maintenance()
    metadata: MetadataOptions = MetadataOptions()
    private_pool: Literal["None", "Open"] = Field(
        default="None", description="Whether the instance starts in an open private pool, if there is one."
    )
    key_pair_name: Annotated[str | None, Refers("key_pairs")] = Field(
        default=None, description="Key pair of a Linux instance."
    )
    jumbo_frame: bool = Field(default=False, description="Whether it sends frames larger than 1,500 bytes.")
    stop_charging: bool = Field(
        default=False, description="Whether the instance was stopped with StopCharging; it has no public address then."
    )
    address_changed: bool = Field(
        default=False, description="Whether the private address was changed since the last start."
    )
    bandwidth_awaits_start: bool = Field(
        default=False,
        description="Whether the first bandwidth above 0 of a classic instance still waits for its next start.",
    )
    started_at: AwareDatetime | None = Field(
        default=None, description="Time of the last start; absent: the time of creation."
    )
    intranet_mac: Mac | None = Field(
        default=None,
        description="MAC address of a classic instance's intranet interface; absent: assigned by the simulator.",
    )
    internet_mac: Mac | None = Field(
        default=None, description="The same for the Internet interface of a classic instance with a public address."
    )
    guest: Guest | None = Field(
        default=None, description="Guest system as Cloud Assistant sees it; absent: no agent is installed."
    )
    migrating: bool = Field(
        default=False, description="Whether a migration plan is moving the instance; operations on it are refused then."
    )
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @property
    def effective_bandwidth(self) -> int:
        """The present outbound Internet bandwidth, in Mbit/s."""
        return 0 if self.bandwidth_awaits_start else self.internet_max_bandwidth_out

    @property
    def operable(self) -> bool:
        """Whether calls that need a Running or Stopped instance are possible: not while a migration plan moves it."""
        return self.status in ("Running", "Stopped") and not self.migrating

    @model_validator(mode="after")
    def _network(self) -> Self:
        if (self.network_type == "vpc") != bool(self.vpc_id and self.vswitch_id):
            raise ValueError("expected vpc_id and vswitch_id exactly with network_type vpc")
        return self

    @model_validator(mode="after")
    def _release_time(self) -> Self:
        if self.auto_release_at is not None and self.charge_type == "PrePaid":
            raise ValueError("expected auto_release_at with charge_type PostPaid only")
        return self
