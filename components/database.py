"""Access of the VPC to the databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import pulumi

from components.alimigrate import kvstore, mongodb, rds
from components.facts.databases import (
    DatabaseAccessFacts,
    HybridAccessFacts,
    database_access_facts,
    hybrid_access_facts,
)
from components.network import TargetVSwitch
from estate import hybrid
from estate.model import Database, DatabaseProduct, Estate

HybridAccess: TypeAlias = rds.HybridAccess | kvstore.HybridAccess | mongodb.HybridAccess

_HYBRID_ACCESS: Final[
    dict[DatabaseProduct, type[rds.HybridAccess] | type[kvstore.HybridAccess] | type[mongodb.HybridAccess]]
] = {"rds": rds.HybridAccess, "redis": kvstore.HybridAccess, "mongodb": mongodb.HybridAccess}


@dataclass(frozen=True, kw_only=True)
class HybridAccessArgs:
    """An address in the VPC beside the classic ones, which the cloud keeps for a while only; there is no way back."""

    valid_until: datetime
    """The time until which the classic addresses are needed."""
    margin_days: int = 0
    """The days of that period that are a reserve after the last move; for the policy pack."""
    leaves_behind: Sequence[str] = ()
    """Instances that are known to lose the database when its classic addresses end; for the policy pack."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAccessArgs:
    """One database, and the network that gets access to it."""

    database: Database
    """The database as the estate has it."""
    vpc_id: pulumi.Input[str]
    """The VPC that gets access."""
    vswitches: Sequence[TargetVSwitch]
    """The VSwitches whose blocks are admitted; hybrid access uses the first in a zone of the database."""
    whitelist_group: str
    """The name of the whitelist group to create: 2 to 32 small letters, digits and underscores, not `default`."""
    also_admit: Sequence[str] = ()
    """Further IPv4 addresses and blocks to admit."""
    hybrid_access: HybridAccessArgs | None = None
    """Requests an address in the VPC; None leaves the database's network unchanged."""


def find_database(estate: Estate, db_instance_id: str) -> Database:
    """Return a database by its id; raise pulumi.RunError where there is none."""
    for database in estate.databases:
        if database.id == db_instance_id:
            return database
    raise pulumi.RunError(f"expected the id of a database in {estate.region_id}; there is no {db_instance_id}")


class DatabaseAccess(pulumi.ComponentResource):
    """Gives a VPC access to one database: an address there, if requested, and a whitelist group of our own.

    No other whitelist group is touched, and the database itself is no resource of the stack. Hybrid access outlives a
    destroy, because there is no way back from it. If it is not possible (see `estate.hybrid`), or the target network
    has no VSwitch in the database's zone, none is declared, and the policy pack reports it.

    Registered outputs: see DatabaseAccess in docs/facts.md. RAM actions: `ram_actions`.
    """

    resource_type = "classic-to-vpc:database:DatabaseAccess"

    ram_actions = (
        "rds:DescribeDBInstanceAttribute",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceNetInfo",
        "rds:ModifySecurityIps",
        "rds:ModifyDBInstanceNetworkType",
        "rds:ModifyDBInstanceNetworkExpireTime",
        "kvstore:DescribeInstanceAttribute",
        "kvstore:DescribeDBInstanceNetInfo",
        "kvstore:DescribeSecurityIps",
        "kvstore:ModifySecurityIps",
        "kvstore:SwitchNetwork",
        "kvstore:ModifyInstanceNetExpireTime",
        "dds:DescribeDBInstanceAttribute",
        "dds:DescribeReplicaSetRole",
        "dds:DescribeSecurityIps",
        "dds:ModifySecurityIps",
        "dds:ModifyDBInstanceNetworkType",
        "dds:ModifyDBInstanceNetExpireTime",
    )

    def __init__(self, name: str, args: DatabaseAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        database, hybrid_access = args.database, args.hybrid_access
        retained_endpoint: HybridAccessFacts | None = None
        if hybrid_access is not None:
            retained_endpoint = hybrid_access_facts(
                hybrid_access.valid_until, hybrid_access.margin_days, hybrid_access.leaves_behind
            )
        entries = _entries([*(vswitch.cidr_block for vswitch in args.vswitches), *args.also_admit])
        facts = database_access_facts(database, args.whitelist_group, entries, retained_endpoint)
        super().__init__(self.resource_type, name, facts, opts)
        self.hybrid_access = self._declare_hybrid_access(args)
        self.whitelist_group_id = self._declare_whitelist_group(database, facts)
        self.register_outputs(facts)

    def _declare_hybrid_access(self, args: DatabaseAccessArgs) -> HybridAccess | None:
        database = args.database
        vswitch = _vswitch_for(database, args.vswitches)
        if args.hybrid_access is None or vswitch is None or hybrid.obstacle(database):
            return None
        return _HYBRID_ACCESS[database.product](
            database.id,
            db_instance_id=database.id,
            vpc_id=args.vpc_id,
            vswitch_id=vswitch.vswitch_id,
            valid_until=args.hybrid_access.valid_until.isoformat(),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )

    def _declare_whitelist_group(self, database: Database, facts: DatabaseAccessFacts) -> pulumi.Output[str]:
        # While its network changes, which takes minutes, nothing else of a database can be changed.
        first = [self.hybrid_access] if self.hybrid_access else []
        opts = pulumi.ResourceOptions(parent=self, depends_on=first)
        name, group_name, entries = f"{database.id}-{facts['groupName']}", facts["groupName"], facts["securityIps"]
        if database.product == "rds":
            return rds.WhitelistGroup(
                name,
                db_instance_id=database.id,
                group_name=group_name,
                network_type=facts["networkType"],
                security_ips=entries,
                opts=opts,
            ).id
        return _PLAIN_GROUPS[database.product](
            name, db_instance_id=database.id, group_name=group_name, security_ips=entries, opts=opts
        ).id


_PLAIN_GROUPS: Final[dict[DatabaseProduct, type[kvstore.WhitelistGroup] | type[mongodb.WhitelistGroup]]] = {
    "redis": kvstore.WhitelistGroup,
    "mongodb": mongodb.WhitelistGroup,
}


def _entries(entries: Sequence[pulumi.Input[str]]) -> pulumi.Input[list[str]]:
    """Each entry once, sorted; known at once unless the block of a default VSwitch is not."""
    known_entries = [entry for entry in entries if isinstance(entry, str)]
    if len(known_entries) == len(entries):
        return sorted(set(known_entries))
    return pulumi.Output.all(*entries).apply(lambda every: sorted(set(every)))


def _vswitch_for(database: Database, vswitches: Sequence[TargetVSwitch]) -> TargetVSwitch | None:
    """Return the VSwitch for the database, which must be in one of its zones (hybrid access pages of all products)."""
    return next((vswitch for vswitch in vswitches if vswitch.zone_id in database.zone_ids), None)
