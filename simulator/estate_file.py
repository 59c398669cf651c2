"""The estate file: what exists in the simulated cloud, in one schema.

The same models are the live state of a running simulator, so a state dump is an estate file again
(secrets apart, which a dump masks). Times carry an offset, sizes are GiB, bandwidths Mbit/s.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

SCHEMA_VERSION = 1

Ipv4Text = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}$", description="An IPv4 address.")]
Tags = Annotated[dict[str, str], Field(default_factory=dict, description="Tag key to tag value.")]

NicType = Literal["internet", "intranet"]
Direction = Literal["ingress", "egress"]
Policy = Literal["accept", "drop"]
IpProtocol = Literal["TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL"]
NetworkType = Literal["classic", "vpc"]
InstanceStatus = Literal["Pending", "Starting", "Running", "Stopping", "Stopped"]
DiskCategory = Literal["cloud", "cloud_efficiency", "cloud_ssd", "cloud_essd", "ephemeral_ssd"]
SnapshotStatus = Literal["progressing", "accomplished", "failed"]
NetworkStatus = Literal["Pending", "Available"]
WhitelistNetworkType = Literal["MIX", "Classic", "VPC"]
LockReason = Literal["financial", "security", "Recycling", "dedicatedhostfinancial", "refunded"]


class EstateFileError(Exception):
    """The estate file cannot be used; the message names the file and every fault with its key path."""


class _Strict(BaseModel):
    """Unknown keys are errors: a misspelt key would otherwise silently be a default."""

    model_config = ConfigDict(extra="forbid")


class User(_Strict):
    """A RAM user with one access key."""

    name: str = Field(description="RAM user name, as in the Arn of GetCallerIdentity.")
    user_id: str = Field(pattern=r"^\d{18}$", description="RAM user id, 18 digits.")
    access_key_id: str = Field(description="Access key id; take an obviously false one.")
    access_key_secret: SecretStr = Field(description="Access key secret; take an obviously false one. Never dumped.")
    deny: list[str] = Field(
        default_factory=list,
        description="Actions this user may not call: `ecs:DescribeInstances`, `rds:*`. All others are permitted.",
    )


class Timings(_Strict):
    """How long state changes take, in model seconds."""

    vpc: float = Field(default=0.3, ge=0, description="A new VPC is Pending for so long.")
    vswitch: float = Field(default=0.3, ge=0, description="A new VSwitch is Pending for so long.")
    snapshot: float = Field(default=0.3, ge=0, description="A new snapshot is progressing for so long.")


class Zone(_Strict):
    """A zone of the region."""

    id: str = Field(description="For example cn-hangzhou-h.")
    local_name: str = Field(description="Name shown to people.")
    vswitch_available: bool = Field(default=True, description="Whether a VSwitch can be created in it.")
    instance_types: list[str] = Field(default_factory=list, description="Types in stock for instances in a VPC.")


class InstanceType(_Strict):
    """An ECS instance type."""

    id: str = Field(description="For example ecs.n1.small.")
    family: str = Field(description="For example ecs.n1.")
    cpu: int = Field(ge=1, description="vCPUs.")
    memory_gib: float = Field(gt=0, description="Memory in GiB.")
    eni_quantity: int | None = Field(
        default=None, ge=0, description="Network interfaces it can have, the primary included; absent: none answered."
    )


class Rule(_Strict):
    """One security group rule; exactly one of the four peers is set."""

    id: str | None = Field(default=None, description="sgr-...; given by the simulator where absent.")
    direction: Direction
    nic_type: NicType = Field(description="Groups in a VPC know intranet only.")
    ip_protocol: IpProtocol
    port_range: str = Field(
        pattern=r"^(-1/-1|\d{1,5}/\d{1,5})$", description="80/80, or -1/-1 where ports mean nothing."
    )
    policy: Policy = "accept"
    priority: int = Field(
        default=1, ge=1, le=110, description="1 is first. 110 is only found in system rules made before 2020-05-27."
    )
    cidr_ip: str | None = Field(default=None, description="IPv4 block; source of an ingress, target of an egress rule.")
    ipv6_cidr_ip: str | None = Field(default=None, description="IPv6 block.")
    group_id: str | None = Field(default=None, description="Security group.")
    prefix_list_id: str | None = Field(default=None, description="Prefix list.")
    group_owner_account: str | None = Field(default=None, description="Account that owns group_id, if not this one.")
    source_port_range: str | None = Field(default=None, description="Port range of the sender, rarely set.")
    description: str = ""
    created_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_peer(self) -> Self:
        peers = [self.cidr_ip, self.ipv6_cidr_ip, self.group_id, self.prefix_list_id]
        if sum(peer is not None for peer in peers) != 1:
            raise ValueError("expected exactly one of cidr_ip, ipv6_cidr_ip, group_id, prefix_list_id")
        return self


class SecurityGroup(_Strict):
    """A security group: classic without vpc_id, else in that VPC."""

    id: str = Field(pattern=r"^sg-", description="sg-...")
    name: str
    description: str = ""
    vpc_id: str | None = Field(default=None, description="Absent: a classic group.")
    type: Literal["normal", "enterprise"] = Field(default="normal", description="Basic or advanced group.")
    inner_access_policy: Literal["Accept", "Drop"] = Field(default="Accept", description="Between its members.")
    created_at: AwareDatetime | None = None
    tags: Tags
    rules: list[Rule] = Field(default_factory=list, description="Newest last.")

    @model_validator(mode="after")
    def _nic_types(self) -> Self:
        if self.vpc_id and any(rule.nic_type != "intranet" for rule in self.rules):
            raise ValueError("expected nic_type intranet in every rule of a group in a VPC")
        return self


class Instance(_Strict):
    """An ECS instance."""

    id: str = Field(pattern=r"^i-", description="i-...")
    name: str
    description: str = ""
    zone_id: str
    instance_type: str
    status: InstanceStatus = "Running"
    network_type: NetworkType = "classic"
    intranet_ips: list[Ipv4Text] = Field(description="InnerIpAddress of a classic, private address of a VPC instance.")
    public_ips: list[Ipv4Text] = Field(default_factory=list)
    internet_max_bandwidth_out: int = Field(default=0, ge=0, le=1000, description="Mbit/s.")
    internet_max_bandwidth_in: int = Field(default=200, ge=0, le=1000, description="Mbit/s.")
    internet_charge_type: Literal["PayByTraffic", "PayByBandwidth"] = "PayByTraffic"
    security_group_ids: list[str] = Field(min_length=1)
    vpc_id: str | None = Field(default=None, description="With network_type vpc.")
    vswitch_id: str | None = Field(default=None, description="With network_type vpc.")
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription, with PrePaid.")
    io_optimized: bool = True
    image_id: str = "centos_7_9_x64_20G_alibase_20211227.vhd"
    os_name: str = "CentOS 7.9 64-bit"
    os_type: Literal["linux", "windows"] = "linux"
    spot_strategy: Literal["NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"] = "NoSpot"
    local_storage_amount: int = Field(default=0, ge=0, description="Number of local disks.")
    local_storage_gib: int = Field(default=0, ge=0, description="Size of one local disk in GiB.")
    locks: list[LockReason] = Field(default_factory=list, description="OperationLocks.")
    created_at: AwareDatetime | None = None
    tags: Tags

    @model_validator(mode="after")
    def _network(self) -> Self:
        if (self.network_type == "vpc") != bool(self.vpc_id and self.vswitch_id):
            raise ValueError("expected vpc_id and vswitch_id exactly with network_type vpc")
        return self


class Disk(_Strict):
    """A cloud disk."""

    id: str = Field(pattern=r"^d-", description="d-...")
    name: str = ""
    instance_id: str | None = Field(default=None, description="Absent: not attached.")
    type: Literal["system", "data"]
    category: DiskCategory = "cloud_efficiency"
    size_gib: int = Field(ge=1, le=65536)
    device: str = Field(default="", description="/dev/xvda as the instance sees it.")
    zone_id: str
    ever_attached: bool = Field(default=True, description="A disk never attached cannot have snapshots.")
    created_at: AwareDatetime | None = None
    tags: Tags


class Snapshot(_Strict):
    """A snapshot of a disk."""

    id: str = Field(pattern=r"^s-", description="s-...")
    name: str = ""
    description: str = ""
    disk_id: str = Field(description="Source disk; it may be gone.")
    source_type: Literal["system", "data"] = "system"
    source_size_gib: int = Field(ge=1)
    status: SnapshotStatus = "accomplished"
    type: Literal["user", "auto"] = "user"
    retention_days: int | None = Field(default=None, ge=1, le=65536, description="Absent: kept until deleted.")
    created_at: AwareDatetime
    ready_at: AwareDatetime | None = Field(default=None, description="When a progressing one will be accomplished.")
    tags: Tags


class CustomRoute(_Strict):
    """A custom entry of a VPC's system route table."""

    destination_cidr_block: str
    next_hop_type: str = "Instance"
    next_hop_id: str


class Vpc(_Strict):
    """A VPC with its system route table."""

    id: str = Field(pattern=r"^vpc-", description="vpc-...")
    name: str = ""
    description: str = ""
    cidr_block: str
    status: NetworkStatus = "Available"
    is_default: bool = False
    classic_link_enabled: bool = False
    vrouter_id: str | None = Field(default=None, description="vrt-...; given by the simulator where absent.")
    route_table_id: str | None = Field(default=None, description="vtb-...; given by the simulator where absent.")
    route_table_name: str = ""
    route_table_description: str = ""
    custom_routes: list[CustomRoute] = Field(default_factory=list)
    created_at: AwareDatetime | None = None
    ready_at: AwareDatetime | None = Field(default=None, description="When a Pending one will be Available.")
    tags: Tags


class VSwitch(_Strict):
    """A VSwitch."""

    id: str = Field(pattern=r"^vsw-", description="vsw-...")
    name: str = ""
    description: str = ""
    vpc_id: str
    zone_id: str
    cidr_block: str
    status: NetworkStatus = "Available"
    is_default: bool = False
    created_at: AwareDatetime | None = None
    ready_at: AwareDatetime | None = Field(default=None, description="When a Pending one will be Available.")
    tags: Tags


class WhitelistGroup(_Strict):
    """One IP whitelist group of a database."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,31}$", description="Letters, digits, underscore; starts with a letter."
    )
    attribute: Literal["", "hidden"] = Field(default="", description="hidden: made by DMS, DTS, DAS.")
    network_type: WhitelistNetworkType = "MIX"
    security_ips: list[str] = Field(description="Addresses and CIDR blocks.")


class Endpoint(_Strict):
    """A connection endpoint of a database."""

    connection_string: str
    ip_address: Ipv4Text
    ip_type: Literal["Inner", "Private", "Public"] = Field(
        description="Inner: classic; Private: VPC; Public: internet."
    )
    port: int = Field(ge=1, le=65535)
    expires_at: AwareDatetime | None = Field(default=None, description="End of a classic endpoint in hybrid access.")


class Database(_Strict):
    """An ApsaraDB RDS instance."""

    id: str = Field(pattern=r"^(rm|pgm)-", description="rm-... or pgm-...")
    description: str
    engine: Literal["MySQL", "PostgreSQL", "SQLServer", "MariaDB"]
    engine_version: str
    zone_id: str
    instance_class: str = "rds.mysql.s2.large"
    storage_type: Literal["local_ssd", "cloud_ssd", "cloud_essd"] = "local_ssd"
    storage_gib: int = Field(default=100, ge=5)
    status: Literal["Running", "Creating", "Rebooting", "Released"] = "Running"
    network_type: Literal["Classic", "VPC"] = "Classic"
    vpc_id: str | None = None
    vswitch_id: str | None = None
    security_ip_mode: Literal["normal", "safety"] = Field(
        default="normal", description="normal: standard whitelist mode; safety: enhanced, Classic and VPC apart."
    )
    endpoints: list[Endpoint] = Field(min_length=1)
    whitelist_groups: list[WhitelistGroup] = Field(description="default among them.")
    created_at: AwareDatetime | None = None
    tags: Tags

    @model_validator(mode="after")
    def _whitelist_modes(self) -> Self:
        allowed = {"MIX"} if self.security_ip_mode == "normal" else {"Classic", "VPC"}
        if any(group.network_type not in allowed for group in self.whitelist_groups):
            raise ValueError(f"expected network_type {' or '.join(sorted(allowed))} with this security_ip_mode")
        return self


class ClassicLink(_Strict):
    """A classic instance linked to a VPC."""

    instance_id: str
    vpc_id: str


class Estate(_Strict):
    """Everything that exists in one region of one account of the simulated cloud."""

    version: Literal[1] = Field(description="Version of this schema.")
    now: AwareDatetime = Field(description="Where the model clock starts; it runs on with real time.")
    region_id: str = "cn-hangzhou"
    account_id: str = Field(pattern=r"^\d{16}$", description="Account id, 16 digits.")
    users: list[User] = Field(min_length=1)
    timings: Timings = Field(default_factory=Timings)
    emptied_whitelist_group: Literal["refused", "deleted"] = Field(
        default="refused",
        description="What ModifySecurityIps with ModifyMode Delete does with the last entry of a group. refused: the "
        "present documentation (one entry must remain); deleted: the one before 2018 (the group goes).",
    )
    zones: list[Zone] = Field(min_length=1)
    instance_types: list[InstanceType] = Field(default_factory=list)
    security_groups: list[SecurityGroup] = Field(default_factory=list)
    instances: list[Instance] = Field(default_factory=list)
    disks: list[Disk] = Field(default_factory=list)
    snapshots: list[Snapshot] = Field(default_factory=list)
    vpcs: list[Vpc] = Field(default_factory=list)
    vswitches: list[VSwitch] = Field(default_factory=list)
    databases: list[Database] = Field(default_factory=list)
    classic_links: list[ClassicLink] = Field(default_factory=list)

    @model_validator(mode="after")
    def _references(self) -> Self:
        faults = [*_duplicate_ids(self), *_dangling(self), *_bad_blocks(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def load(path: Path) -> Estate:
    """Read and check an estate file.

    Raises EstateFileError with every fault of the file: unreadable, not YAML, keys given twice, unknown keys, wrong
    values, references to what does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8")
        twice = list(_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader), ()))
        data = yaml.safe_load(text)
    except (OSError, yaml.YAMLError) as error:
        raise EstateFileError(f"{path}: {error}") from error
    if twice:
        raise EstateFileError("\n".join(f"{path}: {key}: key given twice, expected once" for key in twice))
    try:
        return Estate.model_validate(data)
    except ValidationError as error:
        raise EstateFileError("\n".join(_fault_lines(path, error))) from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an estate file, for editors and for docs/schema."""
    schema = Estate.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _fault_lines(path: Path, error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        where = _key_path(fault["loc"]) or "(the whole file)"
        if fault["type"] == "extra_forbidden":
            expected = ", ".join(_known_keys(fault["loc"][:-1]))
            yield f"{path}: {where}: unknown key, expected one of: {expected}"
        else:
            yield f"{path}: {where}: {fault['msg']}"


def _key_path(location: Iterable[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _known_keys(location: Iterable[str | int]) -> list[str]:
    model: Any = Estate
    for part in location:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            model = next((arg for arg in get_args(annotation) if isinstance(arg, type)), annotation)
    return sorted(model.model_fields)


def _repeated_keys(node: yaml.Node | None, path: tuple[str | int, ...]) -> Iterator[str]:
    """Keys that a mapping gives twice: YAML would keep the last and drop the rest without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield _key_path((*path, key.value))
            seen.add(key.value)
            yield from _repeated_keys(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, (*path, index))


def _duplicate_ids(estate: Estate) -> Iterator[str]:
    keyed: dict[str, list[str]] = {
        "users": [user.access_key_id for user in estate.users],
        "zones": [zone.id for zone in estate.zones],
        "instance_types": [kind.id for kind in estate.instance_types],
        "security_groups": [group.id for group in estate.security_groups],
        "instances": [instance.id for instance in estate.instances],
        "disks": [disk.id for disk in estate.disks],
        "snapshots": [snapshot.id for snapshot in estate.snapshots],
        "vpcs": [vpc.id for vpc in estate.vpcs],
        "vswitches": [vswitch.id for vswitch in estate.vswitches],
        "databases": [database.id for database in estate.databases],
        "classic_links": [link.instance_id for link in estate.classic_links],
    }
    for key, ids in keyed.items():
        for repeated in sorted({item for item in ids if ids.count(item) > 1}):
            yield f"{key}: {repeated} stands there twice"


def _dangling(estate: Estate) -> Iterator[str]:
    zones = {zone.id for zone in estate.zones}
    types = {kind.id for kind in estate.instance_types}
    groups = {group.id for group in estate.security_groups}
    instances = {instance.id for instance in estate.instances}
    vpcs = {vpc.id for vpc in estate.vpcs}
    vswitches = {vswitch.id for vswitch in estate.vswitches}

    references: list[tuple[str, str | None, set[str]]] = []
    for instance in estate.instances:
        who = f"instances.{instance.name}"
        references += [(f"{who}.security_group_ids", group, groups) for group in instance.security_group_ids]
        references += [
            (f"{who}.zone_id", instance.zone_id, zones),
            (f"{who}.instance_type", instance.instance_type, types),
            (f"{who}.vpc_id", instance.vpc_id, vpcs),
            (f"{who}.vswitch_id", instance.vswitch_id, vswitches),
        ]
    references += [(f"disks.{disk.id}.instance_id", disk.instance_id, instances) for disk in estate.disks]
    references += [(f"disks.{disk.id}.zone_id", disk.zone_id, zones) for disk in estate.disks]
    references += [(f"vswitches.{vswitch.id}.vpc_id", vswitch.vpc_id, vpcs) for vswitch in estate.vswitches]
    references += [(f"vswitches.{vswitch.id}.zone_id", vswitch.zone_id, zones) for vswitch in estate.vswitches]
    references += [(f"databases.{db.id}.zone_id", db.zone_id, zones) for db in estate.databases]
    references += [(f"classic_links.{link.instance_id}", link.instance_id, instances) for link in estate.classic_links]
    references += [(f"classic_links.{link.instance_id}.vpc_id", link.vpc_id, vpcs) for link in estate.classic_links]
    for group in estate.security_groups:
        who = f"security_groups.{group.id}"
        references.append((f"{who}.vpc_id", group.vpc_id, vpcs))
        references += [(f"{who}.rules", r.group_id, groups) for r in group.rules if not r.group_owner_account]
    for key, target, known in references:
        if target is not None and target not in known:
            yield f"{key}: {target} is not in this file"


def _bad_blocks(estate: Estate) -> Iterator[str]:
    blocks = [(f"vpcs.{vpc.id}", vpc.cidr_block) for vpc in estate.vpcs]
    blocks += [(f"vswitches.{vswitch.id}", vswitch.cidr_block) for vswitch in estate.vswitches]
    for group in estate.security_groups:
        rules = [rule.cidr_ip or rule.ipv6_cidr_ip for rule in group.rules]
        blocks += [(f"security_groups.{group.id}.rules", block) for block in rules if block]
    for key, block in blocks:
        try:
            ipaddress.ip_network(block)
        except ValueError as error:
            yield f"{key}: {error}, expected a CIDR block"
