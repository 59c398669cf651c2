"""The whole of what exists in one region of one account."""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from simulator.model.base import Refers, Strict, Table
from simulator.model.ecs import Disk, Instance, InstanceType, SecurityGroup, Snapshot, Zone
from simulator.model.ram import User
from simulator.model.rds import Database
from simulator.model.vpc import ClassicLink, Vpc, VSwitch


class Timings(Strict):
    """How long state changes take, in model seconds."""

    vpc: float = Field(default=0.3, ge=0, description="A new VPC is Pending for so long.")
    vswitch: float = Field(default=0.3, ge=0, description="A new VSwitch is Pending for so long.")
    snapshot: float = Field(default=0.3, ge=0, description="A new snapshot is progressing for so long.")
    instance: float = Field(default=0.3, ge=0, description="Starting and stopping an instance, each.")
    disk: float = Field(default=0.3, ge=0, description="Creating, attaching and detaching a disk, each.")
    network_interface: float = Field(default=0.3, ge=0, description="Creating, attaching, detaching an ENI, each.")
    eip: float = Field(default=0.3, ge=0, description="Associating and unassociating an EIP, each.")
    route: float = Field(default=0.3, ge=0, description="Creating and deleting a route table or an entry, each.")
    database: float = Field(default=0.3, ge=0, description="Changing the network of an ApsaraDB instance.")


class Estate(Strict):
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
    zones: Table[Zone]
    instance_types: Table[InstanceType] = Field(default_factory=Table)
    security_groups: Table[SecurityGroup] = Field(default_factory=Table)
    instances: Table[Instance] = Field(default_factory=Table)
    disks: Table[Disk] = Field(default_factory=Table)
    snapshots: Table[Snapshot] = Field(default_factory=Table)
    vpcs: Table[Vpc] = Field(default_factory=Table)
    vswitches: Table[VSwitch] = Field(default_factory=Table)
    databases: Table[Database] = Field(default_factory=Table)
    classic_links: Table[ClassicLink] = Field(default_factory=Table)

    @model_validator(mode="after")
    def _references(self) -> Self:
        faults = list(_dangling(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def tables(self) -> Iterator[tuple[str, Table[Any]]]:
        """Name and table of everything that has ids."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Table):
                yield name, value


def _dangling(estate: Estate) -> Iterator[str]:
    """References to what is not in the file, by what the models mark as references."""
    tables = dict(estate.tables())
    for name, table in tables.items():
        for item in table:
            for path, refers, target in _references(item, f"{name}.{item.id}"):
                if tables[refers.table].find(target) is None:
                    yield f"{path}: {target} is not in this file"


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
