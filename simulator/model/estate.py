"""All resources in one region of one account."""

import functools
from collections.abc import Iterator
from typing import Any, Literal, Self, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from simulator.model.base import Refers, Strict, Table
from simulator.model.cloud_assistant import Invocation
from simulator.model.cr import Registry
from simulator.model.dhcp_options import DhcpAttachment, DhcpOptionsSet
from simulator.model.ecs import Instance, InstanceType, SecurityGroup, Zone
from simulator.model.ecs_storage import AutoSnapshotPolicy, Disk, Snapshot, SnapshotGroup
from simulator.model.fault import Fault
from simulator.model.images import Image, public_images
from simulator.model.key_pairs import KeyPair
from simulator.model.kms import KmsKey
from simulator.model.migrations import Migration
from simulator.model.mongodb import MongoDb
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.oss import Bucket
from simulator.model.prefix_lists import PrefixList
from simulator.model.ram import OidcProvider, RamRole, Role, User
from simulator.model.rds import Database
from simulator.model.redis import Redis
from simulator.model.resource_groups import ResourceGroup, default_groups
from simulator.model.slb import AccessList, LoadBalancer, VServerGroup
from simulator.model.system_events import SystemEvent
from simulator.model.vpc import ClassicLink, Eip, HaVip, NetworkAcl, RouteEntry, RouteTable, Vpc, VSwitch


class Timings(Strict):
    """How long state changes take, in model seconds."""

    vpc: float = Field(default=0.3, ge=0, description="To create or delete a VPC.")
    vswitch: float = Field(
        default=0.3, ge=0, description="To create or delete a VSwitch, or to change its route table."
    )
    snapshot: float = Field(default=0.3, ge=0, description="To complete a new snapshot.")
    instance: float = Field(default=0.3, ge=0, description="To start or stop an instance.")
    disk: float = Field(default=0.3, ge=0, description="To create, attach or detach a disk.")
    network_interface: float = Field(default=0.3, ge=0, description="To create, attach or detach a network interface.")
    eip: float = Field(default=0.3, ge=0, description="To associate, unassociate or release an EIP.")
    route: float = Field(default=0.3, ge=0, description="To create or delete a route table or an entry.")
    database: float = Field(default=0.3, ge=0, description="To change the network of an ApsaraDB instance.")
    session: float | None = Field(
        default=None, gt=0, description="Lifetime of an STS session, in real seconds; absent: as the caller requests."
    )
    migration: float = Field(default=900, ge=0, description="To move an instance to a VPC, from stop to start.")


class Quotas(Strict):
    """Quotas that a ticket can raise (ECS, VPC and EIP Limits); more groups per interface mean fewer rules each."""

    groups_per_interface: Literal[5, 10, 16] = Field(
        default=5,
        description="Security groups of an instance or network interface; with them each group may have 200, 100 or "
        "60 rules.",
    )
    network_interfaces: int = Field(
        default=1000,
        ge=0,
        description="Secondary network interfaces of the region; the figure is an assumption of the simulator.",
    )
    vpcs: int = Field(default=10, ge=0, description="VPCs of the region, without the default one.")
    eips: int = Field(default=20, ge=0, description="EIPs of the account.")
    prefix_lists: int = Field(default=100, ge=0, description="Prefix lists of the region.")

    @property
    def rules_per_group(self) -> int:
        """Rules of a group, both directions together; rules times groups per interface is at most 1,000."""
        return {5: 200, 10: 100, 16: 60}[self.groups_per_interface]


class Estate(Strict):
    """All resources in one region of one account of the simulated cloud."""

    version: Literal[1] = Field(description="Version of this schema.")
    now: AwareDatetime = Field(description="Start of the model clock; it runs on with real time.")
    region_id: str = "cn-hangzhou"
    account_id: str = Field(pattern=r"^\d{16}$", description="Account id, 16 digits.")
    users: list[User] = Field(min_length=1)
    roles: list[Role] = Field(default_factory=list, description="RAM roles, for AssumeRole and AssumeRoleWithOIDC.")
    oidc_providers: list[OidcProvider] = Field(
        default_factory=list, description="Identity providers, for AssumeRoleWithOIDC."
    )
    ram_roles: Table[RamRole] = Field(
        default_factory=Table, description="RAM roles as CreateRole makes them, for instances; roles are others."
    )
    classic_network: bool = Field(
        default=True,
        description="Whether the account still has the classic network. If false, as for accounts made today, calls "
        "that name no VPC use the default one, and nothing classic may stand in the file.",
    )
    timings: Timings = Field(default_factory=Timings)
    emptied_whitelist_group: Literal["refused", "deleted"] = Field(
        default="refused",
        description="How ModifySecurityIps with ModifyMode Delete answers for the last entry of a group. refused: the "
        "present documentation (one entry must remain); deleted: the documentation before 2018 (the "
        "group is deleted).",
    )
    whitelist_entry_there: Literal["refused", "merged"] = Field(
        default="refused",
        description="How ModifySecurityIps of RDS with ModifyMode Append answers for an entry that the group already "
        "has. refused: a public report of 2020 quotes the refusal; merged: the reference, which mentions "
        "no refusal.",
    )
    whitelist_entry_within: Literal["allowed", "refused"] = Field(
        default="allowed",
        description="How ModifySecurityIps of RDS for MySQL answers for an address and a block around it in one "
        "group. allowed: the reference, which mentions no conflict; refused: the FAQ of 2025, which does.",
    )
    bandwidth_from_zero: Literal["running", "stopped"] = Field(
        default="running",
        description="When a classic instance of 0 Mbit/s can be given a bandwidth. running: always, but it takes "
        "effect after a restart (user guide of 2021); stopped: only while it is Stopped (reference of "
        "ModifyInstanceNetworkSpec).",
    )
    cloud_assistant_on_classic: Literal["allowed", "refused"] = Field(
        default="allowed",
        description="Whether RunCommand accepts classic instances. allowed: the reference of 2024 and later; refused: "
        "the reference of 2021, which requires an instance in a VPC.",
    )
    quotas: Quotas = Field(default_factory=Quotas)
    snapshot_service: bool = Field(
        default=True, description="Whether the snapshot service is activated; without it new snapshots are refused."
    )
    faults: list[Fault] = Field(default_factory=list, description="Faults that are set from the start, in order.")
    zones: Table[Zone]
    resource_groups: Table[ResourceGroup] = Field(
        default_factory=lambda: Table(default_groups()), description="Absent: the default resource group only."
    )
    instance_types: Table[InstanceType] = Field(default_factory=Table)
    security_groups: Table[SecurityGroup] = Field(default_factory=Table)
    images: Table[Image] = Field(
        default_factory=lambda: Table(public_images()), description="Absent: two public images."
    )
    prefix_lists: Table[PrefixList] = Field(default_factory=Table)
    key_pairs: Table[KeyPair] = Field(default_factory=Table)
    instances: Table[Instance] = Field(default_factory=Table)
    network_interfaces: Table[NetworkInterface] = Field(default_factory=Table)
    events: Table[SystemEvent] = Field(default_factory=Table)
    invocations: Table[Invocation] = Field(default_factory=Table)
    disks: Table[Disk] = Field(default_factory=Table)
    snapshots: Table[Snapshot] = Field(default_factory=Table)
    snapshot_groups: Table[SnapshotGroup] = Field(default_factory=Table)
    auto_snapshot_policies: Table[AutoSnapshotPolicy] = Field(default_factory=Table)
    vpcs: Table[Vpc] = Field(default_factory=Table)
    vswitches: Table[VSwitch] = Field(default_factory=Table)
    route_tables: Table[RouteTable] = Field(default_factory=Table)
    route_entries: Table[RouteEntry] = Field(default_factory=Table)
    network_acls: Table[NetworkAcl] = Field(default_factory=Table)
    ha_vips: Table[HaVip] = Field(default_factory=Table)
    dhcp_options_sets: Table[DhcpOptionsSet] = Field(default_factory=Table)
    dhcp_attachments: Table[DhcpAttachment] = Field(default_factory=Table)
    eips: Table[Eip] = Field(default_factory=Table)
    databases: Table[Database] = Field(default_factory=Table)
    redis: Table[Redis] = Field(default_factory=Table)
    mongodb: Table[MongoDb] = Field(default_factory=Table)
    classic_links: Table[ClassicLink] = Field(default_factory=Table)
    load_balancers: Table[LoadBalancer] = Field(default_factory=Table)
    vserver_groups: Table[VServerGroup] = Field(default_factory=Table)
    access_lists: Table[AccessList] = Field(default_factory=Table)
    registries: Table[Registry] = Field(default_factory=Table)
    buckets: Table[Bucket] = Field(default_factory=Table)
    kms_keys: Table[KmsKey] = Field(default_factory=Table)
    migrations: Table[Migration] = Field(default_factory=Table)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = list(_dangling(self))
        if not self.classic_network:
            faults += [f"{path}: expected nothing classic with classic_network: false" for path in _classic(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def tables(self, having: str | None = None) -> Iterator[tuple[str, Table[Any]]]:
        """Yield name and table of all resource types, or only of those with the field `having`."""
        for name, kind in kinds().items():
            if having is None or having in kind.model_fields:
                yield name, getattr(self, name)


@functools.cache
def kinds() -> dict[str, type[BaseModel]]:
    """Return the model class of each table, by the table's name."""
    fields = Estate.model_fields.items()
    return {name: get_args(field.annotation)[0] for name, field in fields if get_origin(field.annotation) is Table}


def _dangling(estate: Estate) -> Iterator[str]:
    """Yield references to resources that are not in the file; `Refers` marks the fields."""
    tables = dict(estate.tables())
    for name, table in tables.items():
        for item in table:
            for path, refers, target in _references(item, f"{name}.{item.id}"):
                if tables[refers.table].find(target) is None:
                    yield f"{path}: {target} is not in this file"


def _classic(estate: Estate) -> Iterator[str]:
    """Yield resources in the classic network, or linked to it."""
    yield from (f"security_groups.{group.id}" for group in estate.security_groups if group.vpc_id is None)
    yield from (f"instances.{instance.id}" for instance in estate.instances if instance.network_type == "classic")
    for name, table in estate.tables("next_endpoints"):
        for database in table:
            endpoints = (*database.endpoints, *database.next_endpoints)
            if database.network_type == "Classic" or any(endpoint.ip_type == "Inner" for endpoint in endpoints):
                yield f"{name}.{database.id}"
    yield from (
        f"load_balancers.{item.id}"
        for item in estate.load_balancers
        if item.address_type == "intranet" and item.vpc_id is None
    )


def _references(item: BaseModel, path: str) -> Iterator[tuple[str, Refers, str]]:
    for name, field in type(item).model_fields.items():
        value = getattr(item, name)
        values = value if isinstance(value, list) else [value]
        for refers in (mark for mark in field.metadata if isinstance(mark, Refers)):
            if not (refers.unless and getattr(item, refers.unless)):
                yield from ((f"{path}.{name}", refers, target) for target in values if target is not None)
        for nested in values:
            if isinstance(nested, BaseModel):
                yield from _references(nested, f"{path}.{name}")
