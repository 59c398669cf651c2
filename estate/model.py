"""The estate as it is, as immutable values.

Every model is frozen and rejects unknown fields. In Python the fields are snake_case; `model_dump(by_alias=True)` and
the inventory file use camelCase, and both are accepted on the way in. Sizes are GiB, bandwidths Mbit/s, times aware
`datetime`s. An optional field is None only where the cloud says "none" (a classic instance has no VPC); lists are
tuples, and the lists of an `Estate` are sorted by id, so that two reads of the same cloud are equal.
"""

from __future__ import annotations

import itertools
import re
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Annotated, Final, Literal, NamedTuple, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

NetworkType = Literal["classic", "vpc"]
Direction = Literal["ingress", "egress"]
NicType = Literal["internet", "intranet"]
RulePolicy = Literal["accept", "drop"]
DatabaseProduct = Literal["rds", "redis", "mongodb"]
WhitelistNetworkType = Literal["MIX", "VPC", "Classic"]


class _Model(BaseModel):
    """What all models of the estate share: frozen, strict about names, camelCase outside Python."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class _Identified(_Model):
    """A resource with an id."""

    id: str = Field(min_length=1)


_Item = TypeVar("_Item", bound=_Identified)


def _by_id(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Return the items sorted by id; a duplicate id is an error, because either of the two could be wrong."""
    ordered = tuple(sorted(items, key=lambda item: item.id))
    for first, second in itertools.pairwise(ordered):
        if first.id == second.id:
            raise ValueError(f"id {first.id} occurs twice")
    return ordered


ById = AfterValidator(_by_id)
Sorted = AfterValidator(lambda values: tuple(sorted(values)))


def _address(text: str) -> str:
    try:
        IPv4Address(text)
    except AddressValueError:
        raise ValueError("expected an IPv4 address") from None
    return text


def _block(text: str) -> str:
    try:
        IPv4Network(text)
    except ValueError:
        raise ValueError("expected an IPv4 block, such as 172.16.0.0/16") from None
    return text


IS_ADDRESS = AfterValidator(_address)
IS_BLOCK = AfterValidator(_block)
Address = Annotated[str, IS_ADDRESS]
Block = Annotated[str, IS_BLOCK]


class Tag(_Model):
    """A tag: a key and a value, the value possibly empty."""

    key: str
    value: str = ""


class NetworkInterface(_Model):
    """A network interface that DescribeInstances lists; software licences are often bound to its `mac_address`."""

    id: str
    type: str = ""
    mac_address: str | None = None
    primary_ip: Address | None = None


class Instance(_Identified):
    """An ECS instance, classic or VPC.

    `public_ips` are the system-assigned public addresses, without EIPs. `internet_max_bandwidth_out` is Mbit/s; with 0
    the migration releases the public address. `operation_locks` are the API's lock reasons (financial, security, ...).
    `instance_charge_type`, `spot_strategy`, `io_optimized` and `local_storage_amount` are None where they are unknown,
    because no default would be safe.
    """

    name: str = ""
    zone_id: str
    instance_type: str
    status: str
    network_type: NetworkType
    vpc_id: str | None = None
    vswitch_id: str | None = None
    security_group_ids: Annotated[tuple[str, ...], Sorted] = ()
    intranet_ips: tuple[Address, ...] = ()
    public_ips: tuple[Address, ...] = ()
    eip: str | None = None
    internet_max_bandwidth_out: int = 0
    internet_charge_type: str | None = None
    instance_charge_type: str | None = None
    creation_time: AwareDatetime | None = None
    expired_time: AwareDatetime | None = None
    auto_release_time: AwareDatetime | None = None
    operation_locks: Annotated[tuple[str, ...], Sorted] = ()
    spot_strategy: str | None = None
    io_optimized: bool | None = None
    os_type: str | None = None
    os_name: str | None = None
    local_storage_amount: int | None = None
    network_interfaces: tuple[NetworkInterface, ...] = ()
    tags: tuple[Tag, ...] = ()

    @property
    def is_classic(self) -> bool:
        """Whether the instance is in the classic network."""
        return self.network_type == "classic"

    @property
    def interface_ips(self) -> tuple[str, ...]:
        """Its intranet addresses, and those of its secondary interfaces, which may be in other VSwitches."""
        return (*self.intranet_ips, *(item.primary_ip for item in self.network_interfaces if item.primary_ip))


class Disk(_Identified):
    """A disk; several `instance_ids` share it where it can be attached to several at once. `size_gib` is GiB.

    `device` is None while it is not attached, and of a shared one. `auto_snapshot_policy_id` is None where no policy
    takes its snapshots.
    """

    name: str = ""
    instance_ids: Annotated[tuple[str, ...], Sorted] = ()
    zone_id: str | None = None
    type: Literal["system", "data"]
    category: str
    size_gib: int
    device: str | None = None
    status: str
    encrypted: bool = False
    auto_snapshot_policy_id: str | None = None


class AutoSnapshotPolicy(_Identified):
    """When disks with this policy are snapshotted: hours 0 to 23 of weekdays 1 (Monday) to 7, in UTC+8."""

    name: str = ""
    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...]
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...]


class Snapshot(_Identified):
    """A disk snapshot; usable only once `status` is accomplished.

    `type` is user, or auto for one that a policy took. `retention_days` None means kept until deleted.
    """

    name: str = ""
    description: str = ""
    disk_id: str
    type: str = "user"
    status: str
    progress: str = ""
    created_at: AwareDatetime
    retention_days: int | None = None
    available: bool | None = None


class SnapshotGroup(_Identified):
    """A snapshot-consistent group: snapshots of several disks at one moment; `disk_ids` are those of its snapshots."""

    description: str = ""
    instance_id: str = ""
    status: str
    created_at: AwareDatetime
    disk_ids: tuple[str, ...]


class FreeInterface(_Identified):
    """A network interface that is attached to no instance."""

    description: str = ""
    vpc_id: str


class VpcInterface(_Identified):
    """A network interface in a VPC, of which `Instance` has not all: a second one, a container's, or a free one.

    The primary one of a server is among them where it has several addresses. `instance_id` is None where no server is
    named. `in_use` tells whether it is attached to anything.
    """

    vpc_id: str
    instance_id: str | None = None
    in_use: bool
    private_ips: tuple[Address, ...] = ()


class VirtualIp(_Identified):
    """An address in a VPC that no network interface has: an HAVIP, or that of a load balancer (CLB)."""

    vpc_id: str
    ip_address: Address


class Eip(_Identified):
    """An elastic IP address, which counts in the region's quota."""


class PeerKind(StrEnum):
    """The form in which the far end of a security group rule is given."""

    CIDR = "cidrIp"
    IPV6_CIDR = "ipv6CidrIp"
    GROUP = "groupId"
    PREFIX_LIST = "prefixListId"


class Peer(NamedTuple):
    """The far end of a rule: the source of an ingress rule, the destination of an egress rule."""

    kind: PeerKind
    value: str

    def __str__(self) -> str:
        """Return the bare address, group or list, as a person would write it."""
        return self.value


class SecurityGroupRule(_Model):
    """One rule of a security group, in the terms of its far end.

    `cidr_ip`, `ipv6_cidr_ip`, `group_id` and `prefix_list_id` are the peer: the source of an ingress rule, the
    destination of an egress rule. `local_cidr_ip` and `local_ipv6_cidr_ip` are the near end of a five-tuple rule, None
    in nearly all rules. `group_owner_account` names the account of `group_id` where the API does. `ip_protocol` is one
    of TCP, UDP, ICMP, ICMPv6, GRE, ALL, or an IANA number in the few regions that take one. `port_range` is
    "first/last", "-1/-1" for protocols without ports, and "" only where `port_range_list_id` holds the ports instead.
    `priority` is 1..100, lower wins; system rules made before 2020-05-27 have 110, which cannot be created any more.
    `rule_id` and `create_time` are the cloud's own.
    """

    direction: Direction
    nic_type: NicType
    ip_protocol: str
    port_range: str = ""
    source_port_range: str | None = None
    port_range_list_id: str | None = None
    policy: RulePolicy
    priority: int = Field(ge=1, le=110)
    description: str = ""
    cidr_ip: str | None = None
    ipv6_cidr_ip: str | None = None
    group_id: str | None = None
    group_owner_account: str | None = None
    prefix_list_id: str | None = None
    local_cidr_ip: str | None = None
    local_ipv6_cidr_ip: str | None = None
    rule_id: str | None = None
    create_time: AwareDatetime | None = None

    @model_validator(mode="after")
    def _has_a_peer(self) -> SecurityGroupRule:
        if not any((self.cidr_ip, self.ipv6_cidr_ip, self.group_id, self.prefix_list_id)):
            raise ValueError("a rule needs a peer: one of cidrIp, ipv6CidrIp, groupId, prefixListId")
        return self

    @property
    def is_system_rule(self) -> bool:
        """Whether the cloud made the rule itself: only it could set a priority above 100 (until 2020-05-27)."""
        return self.priority > 100

    @property
    def peer(self) -> Peer:
        """The far end. Where the API returns an address and a group, the address wins, as it does in the cloud."""
        for kind, value in (
            (PeerKind.CIDR, self.cidr_ip),
            (PeerKind.IPV6_CIDR, self.ipv6_cidr_ip),
            (PeerKind.GROUP, self.group_id),
            (PeerKind.PREFIX_LIST, self.prefix_list_id),
        ):
            if value:
                return Peer(kind, value)
        raise AssertionError("the validator lets no rule without a peer through")


class SecurityGroup(_Identified):
    """A security group with all its rules; without `vpc_id` it is classic, and has the rules of both NICs.

    `type` is normal or enterprise. `inner_access_policy` decides whether members reach each other without any rule.
    """

    name: str = ""
    description: str = ""
    vpc_id: str | None = None
    type: str = "normal"
    inner_access_policy: Literal["Accept", "Drop"] = "Accept"
    service_managed: bool = False
    rules: tuple[SecurityGroupRule, ...] = ()
    tags: tuple[Tag, ...] = ()

    @property
    def network_type(self) -> NetworkType:
        """Classic or vpc; the API tells them apart by an empty VpcId."""
        return "vpc" if self.vpc_id else "classic"

    @property
    def is_classic(self) -> bool:
        """Whether the group is in the classic network."""
        return self.vpc_id is None


class InstanceType(_Identified):
    """An instance type; `id` is its name. `eni_quantity` counts the network interfaces, the primary included.

    `local_storage_amount` is the number of its local disks, None where it is unknown.
    """

    family: str = ""
    eni_quantity: int = Field(ge=0)
    local_storage_amount: int | None = None


class Zone(_Identified):
    """A zone of the region, and what can be created in it now."""

    vswitch_available: bool
    instance_types: Annotated[tuple[str, ...], Sorted] = ()


class Vpc(_Identified):
    """A VPC; ClassicLink reaches only `cidr_block`, never a secondary one.

    With an `ipv4_gateway` the Internet is reached by routes to it alone. None where the answer is older than these. Its
    id is None where there is none any more.
    """

    name: str = ""
    description: str = ""
    status: str = "Available"
    cidr_block: Block
    secondary_cidr_blocks: Annotated[tuple[Block, ...], Sorted] = ()
    classic_link_enabled: bool = False
    is_default: bool = False
    ipv4_gateway: bool | None = None
    ipv4_gateway_id: str | None = None


class VSwitch(_Identified):
    """A VSwitch with the number of addresses still free in it, and the network ACL that filters its traffic, if any."""

    name: str = ""
    description: str = ""
    vpc_id: str
    zone_id: str
    cidr_block: Block
    status: str
    available_ip_address_count: int = Field(ge=0)
    is_default: bool = False
    network_acl_id: str | None = None
    route_table_id: str | None = None


class NetworkAclEntry(_Model):
    """One entry of a network ACL; `cidr_block` is the source of an ingress entry, the destination of an egress one.

    `entry_type` is custom, or service or system for the cloud's own. `port_range` holds destination ports. All but
    `direction` and `policy` are spelt as the API has them: `cidr_block` may name a prefix list.
    """

    direction: Direction
    entry_type: str
    policy: RulePolicy
    protocol: str
    port_range: str
    cidr_block: str


class NetworkAcl(_Identified):
    """A network ACL that filters the traffic of VSwitches, without state: the first entry that matches decides."""

    status: str
    ordered_entries: tuple[NetworkAclEntry, ...] = ()


class WhitelistGroup(_Model):
    """One whitelist group of a database.

    `attribute` is "hidden" for groups that the cloud reserves. `network_type` is MIX in standard mode. In enhanced mode
    a VPC group does not apply to classic addresses, nor a classic group to VPC addresses.
    """

    name: str
    attribute: str = ""
    network_type: WhitelistNetworkType = "MIX"
    security_ips: tuple[str, ...] = ()


class AdmittedGroup(_Model):
    """An ECS security group whose members a database admits, beside its whitelists.

    `network_type` is that of the group. A change of the database's network type makes the association invalid (RDS user
    guide, security group settings).
    """

    id: str
    network_type: NetworkType


class NetInfo(_Model):
    """One connection address of a database.

    `connection_string_type` is Normal or ReadWriteSplitting, and Primary or Secondary for a node of MongoDB. `ip_type`
    is Inner or Public in the classic network, Private or Public in a VPC. `expires_in_seconds` is the time left to a
    classic address that hybrid access keeps alive; None for addresses that do not expire.
    """

    connection_string: str
    connection_string_type: str = "Normal"
    ip_type: str
    ip_address: str | None = None
    port: str | None = None
    vpc_id: str | None = None
    vswitch_id: str | None = None
    expires_in_seconds: int | None = None


# SDK-RDS 16.0.2 and SDK-KV 7.0.0: the ZoneId of a multi-zone instance.
_SEVERAL_ZONES: Final = re.compile(r"(.+?)MAZ\d+\(([a-z0-9, ]+)\)")


DatabasePart = Literal[
    "engine",
    "engineVersion",
    "zoneId",
    "zoneIds",
    "status",
    "networkType",
    "securityIpMode",
    "endpoints",
    "whitelistGroups",
    "securityGroups",
]
"""Parts of a database that separate calls return, by their names in the facts."""


UnreadName = DatabasePart | Literal["entries", "listeners", "vserverGroups"]
"""Those, and the parts of an access control list and of a load balancer."""


class UnreadPart(_Model):
    """A part of one resource that the cloud refuses to read; `reason` names the resource, the action and the answer."""

    part: UnreadName
    reason: str


class Database(_Identified):
    """An ApsaraDB instance of any product: its location, its addresses and its whitelists.

    `architecture` is standard, cluster or rwsplit for Redis, standalone, replicate or sharding for MongoDB, and empty
    for RDS. `status` is Running (of Redis: Normal) while the instance can be changed. `primary_id` names the instance
    that a read-only one of RDS follows. In a VPC and with an Inner address it is in hybrid access. `security_ip_mode`
    normal has one set of whitelist groups for both networks; safety ("enhanced", RDS only) has one for each. The value
    of an `unread` part has no meaning.
    """

    product: DatabaseProduct = "rds"
    description: str = ""
    engine: str
    engine_version: str
    architecture: str = ""
    zone_id: str
    status: str = "Running"
    primary_id: str | None = None
    network_type: NetworkType
    vpc_id: str | None = None
    vswitch_id: str | None = None
    security_ip_mode: Literal["normal", "safety"]
    whitelist_groups: tuple[WhitelistGroup, ...] = ()
    security_groups: tuple[AdmittedGroup, ...] = ()
    net_infos: tuple[NetInfo, ...] = ()
    unread: tuple[UnreadPart, ...] = ()

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """The zones that it is in: several for a zone of ApsaraDB's own, such as cn-hangzhou-MAZ5(b,h)."""
        match = _SEVERAL_ZONES.fullmatch(self.zone_id)
        return tuple(f"{match[1]}{zone.strip()}" for zone in match[2].split(",")) if match else (self.zone_id,)


class ClassicLinkAttachment(_Model):
    """A classic instance linked to a VPC; an instance can be linked to one VPC only."""

    instance_id: str
    vpc_id: str


class RouteEntry(_Model):
    """A custom entry of a route table; `destination` is a CIDR block. The cloud's own entries are not among them."""

    vpc_id: str
    route_table_id: str
    destination: str
    status: str = ""
    next_hop_ids: Annotated[tuple[str, ...], Sorted] = ()


MIGRATION_REASON = "VPCMigrationEcs"
"""The reason code of the move from the classic network. It is DescribeInstanceHistoryEvents' only example. No text
states when it is set, so this is our reading, and a missing event proves nothing."""


EventStatus = Literal["Scheduled", "Executing", "Inquiring"]


class ScheduledEvent(_Identified):
    """A system event of an instance that is not over: `not_before` is its scheduled start.

    It is Inquiring while the cloud waits for the owner's consent, after which it may start at once.
    """

    instance_id: str
    type: str
    status: EventStatus = "Scheduled"
    reason_code: str = ""
    not_before: AwareDatetime


class AccessControlList(_Identified):
    """An access control list of CLB; `listeners` use it, each as "lb-...:port (white|black)".

    The value of an `unread` part has no meaning.
    """

    name: str = ""
    ip_version: str = "ipv4"
    entries: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    unread: tuple[UnreadPart, ...] = ()


class UnreadLoadBalancer(_Identified):
    """A load balancer whose vServer groups the cloud refuses to list, and the reason."""

    reason: str


class BackendServer(_Model):
    """An instance that gets traffic on a port; weight 0 to 100."""

    server_id: str
    port: int
    weight: int


class VServerGroup(_Identified):
    """A vServer group of CLB; `vpc_id` is that of an intranet load balancer in a VPC."""

    name: str = ""
    load_balancer_id: str
    address_type: Literal["internet", "intranet"]
    vpc_id: str | None = None
    servers: tuple[BackendServer, ...] = ()


class RegistryAccessList(_Model):
    """The whitelist of the public endpoint of one module (Registry or Chart) of a Container Registry instance.

    It applies while it is `in_force`. `linked_vpc_ids` reach the module by the instance's VPC endpoint instead.
    """

    registry_id: str
    registry_name: str = ""
    module: Literal["Registry", "Chart"]
    in_force: bool
    entries: tuple[str, ...] = ()
    linked_vpc_ids: tuple[str, ...] = ()


class PolicyStatement(_Model):
    """The addresses and VPCs in one statement of a bucket policy, spelt as in the policy.

    `addresses` and `vpcs` are those that it lets in: Allow requires them, or Deny excepts them. The `excluded_` ones
    are the others. Statements that differ in nothing but addresses and VPCs have the same `scope`.
    """

    number: int
    effect: Literal["Allow", "Deny"]
    scope: str
    addresses: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()
    excluded_addresses: tuple[str, ...] = ()
    excluded_vpcs: tuple[str, ...] = ()


class BucketPolicy(_Identified):
    """The statements of a bucket's policy that name addresses or VPCs; its id is the bucket's name."""

    statements: tuple[PolicyStatement, ...] = ()


ListService = Literal["container-registry", "oss", "havip", "network-acl", "eip"]
"""Services that not every team uses: unreadable lists of them do not stop the reading of the estate."""


class UnreadLists(_Model):
    """A service whose lists could not be read, and the reason: their content is unknown."""

    service: ListService
    reason: str


class Estate(_Model):
    """Everything read of one region of one account, at one time."""

    region_id: str
    account_id: str
    read_at: AwareDatetime
    instances: Annotated[tuple[Instance, ...], ById] = ()
    disks: Annotated[tuple[Disk, ...], ById] = ()
    snapshots: Annotated[tuple[Snapshot, ...], ById] = ()
    security_groups: Annotated[tuple[SecurityGroup, ...], ById] = ()
    instance_types: Annotated[tuple[InstanceType, ...], ById] = ()
    zones: Annotated[tuple[Zone, ...], ById] = ()
    vpcs: Annotated[tuple[Vpc, ...], ById] = ()
    vswitches: Annotated[tuple[VSwitch, ...], ById] = ()
    network_acls: Annotated[tuple[NetworkAcl, ...], ById] = ()
    network_interfaces: Annotated[tuple[VpcInterface, ...], ById] = ()
    virtual_ips: Annotated[tuple[VirtualIp, ...], ById] = ()
    eips: Annotated[tuple[Eip, ...], ById] = ()
    databases: Annotated[tuple[Database, ...], ById] = ()
    classic_links: tuple[ClassicLinkAttachment, ...] = ()
    routes: tuple[RouteEntry, ...] = ()
    access_lists: Annotated[tuple[AccessControlList, ...], ById] = ()
    unread_load_balancers: Annotated[tuple[UnreadLoadBalancer, ...], ById] = ()
    vserver_groups: Annotated[tuple[VServerGroup, ...], ById] = ()
    auto_snapshot_policies: Annotated[tuple[AutoSnapshotPolicy, ...], ById] = ()
    scheduled_events: Annotated[tuple[ScheduledEvent, ...], ById] = ()
    registry_access_lists: tuple[RegistryAccessList, ...] = ()
    bucket_policies: Annotated[tuple[BucketPolicy, ...], ById] = ()
    unread_lists: tuple[UnreadLists, ...] = ()

    @field_validator("routes")
    @classmethod
    def _sort_routes(cls, routes: tuple[RouteEntry, ...]) -> tuple[RouteEntry, ...]:
        return tuple(sorted(routes, key=lambda route: (route.vpc_id, route.route_table_id, route.destination)))

    @field_validator("registry_access_lists")
    @classmethod
    def _sort_registries(cls, lists: tuple[RegistryAccessList, ...]) -> tuple[RegistryAccessList, ...]:
        return tuple(sorted(lists, key=lambda item: (item.registry_id, item.module)))

    @field_validator("classic_links")
    @classmethod
    def _sort_links(cls, links: tuple[ClassicLinkAttachment, ...]) -> tuple[ClassicLinkAttachment, ...]:
        return tuple(sorted(links, key=lambda link: (link.instance_id, link.vpc_id)))

    def members_of(self, security_group_id: str) -> tuple[Instance, ...]:
        """Return the instances that are in a security group, sorted by id."""
        return tuple(instance for instance in self.instances if security_group_id in instance.security_group_ids)
