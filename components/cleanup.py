"""Remove old intranet addresses from whitelists of databases and from access control lists of CLB."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components import alimigrate
from components.facts.components import AddressCleanupFacts
from estate.model import AccessControlList, Database

_REMOVED: Final = {
    "rds": alimigrate.rds.RemovedWhitelistEntries,
    "redis": alimigrate.kvstore.RemovedWhitelistEntries,
    "mongodb": alimigrate.mongodb.RemovedWhitelistEntries,
}


@dataclass(frozen=True, kw_only=True)
class AddressCleanupArgs:
    """Addresses that were given up, and the lists that may still admit them."""

    addresses: Sequence[str]
    """The addresses."""
    databases: Sequence[Database] = ()
    """Databases whose whitelist groups must not have them."""
    access_lists: Sequence[AccessControlList] = ()
    """Access control lists of CLB that must not have them."""
    own_groups: Collection[str] = frozenset()
    """Names of whitelist groups that the program manages elsewhere; they are not changed."""


class AddressCleanup(pulumi.ComponentResource):
    """Declares that no whitelist group and no access control list contains addresses that were given up.

    Such an address may belong to another customer tomorrow. Groups of the cloud's own, and those for VPC addresses, are
    not changed. Registered outputs: see AddressCleanup in docs/facts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "rds:DescribeDBInstanceNetInfo",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceAttribute",
        "rds:ModifySecurityIps",
        "kvstore:DescribeInstanceAttribute",
        "kvstore:DescribeSecurityIps",
        "kvstore:ModifySecurityIps",
        "dds:DescribeDBInstanceAttribute",
        "dds:DescribeSecurityIps",
        "dds:ModifySecurityIps",
        "slb:DescribeAccessControlListAttribute",
        "slb:RemoveAccessControlListEntry",
    )

    def __init__(self, name: str, args: AddressCleanupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs: AddressCleanupFacts = {"addresses": list(args.addresses)}
        super().__init__("classic-to-vpc:cleanup:AddressCleanup", name, inputs, opts)
        for database in args.databases:
            self._clean_database(database, args)
        for access_list in args.access_lists:
            if access_list.ip_version == "ipv4":
                alimigrate.slb.RemovedAclEntries(
                    access_list.id,
                    acl_id=access_list.id,
                    entries=[f"{address}/32" for address in args.addresses],
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs(inputs)

    def _clean_database(self, database: Database, args: AddressCleanupArgs) -> None:
        for group in database.whitelist_groups:
            if group.attribute == "hidden" or group.network_type == "VPC" or group.name in args.own_groups:
                continue
            _REMOVED[database.product](
                f"{database.id}-{group.name}",
                db_instance_id=database.id,
                group_name=group.name,
                network_type=group.network_type,
                security_ips=list(args.addresses),
                opts=pulumi.ResourceOptions(parent=self),
            )
