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
from simulator.model.ram import OidcProvider, Role, User
from simulator.model.rds import Database
from simulator.model.redis import Redis
from simulator.model.resource_groups import ResourceGroup, default_groups
from simulator.model.slb import AccessList, LoadBalancer, VServerGroup
from simulator.model.system_events import SystemEvent
from simulator.model.vpc import ClassicLink, Eip, RouteEntry, RouteTable, Vpc, VSwitch


class Timings(Strict):
    """How long state changes take, in model seconds."""

    vpc: float = Field(default=0.3, ge=0, description="Creating and deleting a VPC, each.")
    vswitch: float = Field(default=0.3, ge=0, description="Creating, deleting, rerouting a VSwitch, each.")
    snapshot: float = Field(default=0.3, ge=0, description="A new snapshot is progressing for so long.")
    instance: float = Field(default=0.3, ge=0, description="Starting and stopping an instance, each.")
    disk: float = Field(default=0.3, ge=0, description="Creating, attaching and detaching a disk, each.")
    network_interface: float = Field(default=0.3, ge=0, description="Creating, attaching, detaching an ENI, each.")
    eip: float = Field(default=0.3, ge=0, description="Associating, unassociating, releasing an EIP, each.")
    route: float = Field(default=0.3, ge=0, description="Creating and deleting a route table or an entry, each.")
    database: float = Field(default=0.3, ge=0, description="Changing the network of an ApsaraDB instance.")
    session: float | None = Field(
        default=None, gt=0, description="How long a session of STS lasts, in real seconds. Absent: as it is asked for."
    )
    migration: float = Field(default=900, ge=0, description="Moving an instance to a VPC, from stop to start.")


class Quotas(Strict):
    """Quotas that a ticket can raise (ECS, VPC and EIP Limits); more groups per interface mean fewer rules each."""

    groups_per_interface: Literal[5, 10, 16] = Field(
        default=5, description="Security groups of an instance or ENI; 200, 100 or 60 rules a group come with it."
    )
    network_interfaces: int = Field(default=1000, ge=0, description="Secondary ENIs of the region; the figure is ours.")
    vpcs: int = Field(default=10, ge=0, description="VPCs of the region, the default one not counted.")
    eips: int = Field(default=20, ge=0, description="EIPs of the account.")
    prefix_lists: int = Field(default=100, ge=0, description="Prefix lists of the region.")

    @property
    def rules_per_group(self) -> int:
        """Rules of a group, both directions together; rules times groups per interface is at most 1,000."""
        return {5: 200, 10: 100, 16: 60}[self.groups_per_interface]


class Estate(Strict):
    """All resources in one region of one account of the simulated cloud."""

    version: Literal[1] = Field(description="Version of this schema.")
    now: AwareDatetime = Field(description="Where the model clock starts; it runs on with real time.")
    region_id: str = "cn-hangzhou"
    account_id: str = Field(pattern=r"^\d{16}$", description="Account id, 16 digits.")
    users: list[User] = Field(min_length=1)
    roles: list[Role] = Field(default_factory=list, description="RAM roles, for AssumeRole and AssumeRoleWithOIDC.")
    oidc_providers: list[OidcProvider] = Field(default_factory=list, description="For AssumeRoleWithOIDC.")
    classic_network: bool = Field(
        default=True,
        description="Whether the account still has the classic network. One of our time has none: what names no VPC "
        "goes to the default one, and nothing classic may stand in the file.",
    )
    timings: Timings = Field(default_factory=Timings)
    emptied_whitelist_group: Literal["refused", "deleted"] = Field(
        default="refused",
        description="What ModifySecurityIps with ModifyMode Delete does with the last entry of a group. refused: the "
        "present documentation (one entry must remain); deleted: the one before 2018 (the group goes).",
    )
    whitelist_entry_there: Literal["refused", "merged"] = Field(
        default="refused",
        description="What ModifySecurityIps of RDS with ModifyMode Append does with an entry that the group has. "
        "refused: a public report of 2020 quotes the refusal; merged: the reference, which says nothing of one.",
    )
    whitelist_entry_within: Literal["allowed", "refused"] = Field(
        default="allowed",
        description="What ModifySecurityIps of RDS for MySQL does with an address and a block around it in one group. "
        "allowed: the reference, which says nothing; refused: the FAQ of 2025, by which they conflict.",
    )
    bandwidth_from_zero: Literal["running", "stopped"] = Field(
        default="running",
        description="When a classic instance of 0 Mbit/s can be given a bandwidth. running: always, with a restart "
        "to follow (user guide of 2021); stopped: while it is Stopped (reference of ModifyInstanceNetworkSpec).",
    )
    cloud_assistant_on_classic: Literal["allowed", "refused"] = Field(
        default="allowed",
        description="Whether RunCommand takes classic instances. allowed: the reference of 2024 and later; refused: "
        "that of 2021, which wants an instance in a VPC.",
    )
    quotas: Quotas = Field(default_factory=Quotas)
    snapshot_service: bool = Field(
        default=True, description="Whether the snapshot service is activated; without it there are no new snapshots."
    )
    faults: list[Fault] = Field(default_factory=list, description="Faults that are there from the beginning, in order.")
    zones: Table[Zone]
    resource_groups: Table[ResourceGroup] = Field(
        default_factory=lambda: Table(default_groups()), description="Absent: the default one."
    )
    instance_types: Table[InstanceType] = Field(default_factory=Table)
    security_groups: Table[SecurityGroup] = Field(default_factory=Table)
    images: Table[Image] = Field(default_factory=lambda: Table(public_images()), description="Absent: two public ones.")
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
