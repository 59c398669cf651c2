"""Old intranet addresses out of what lets addresses in: whitelists of databases, access control lists of CLB."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import pulumi

from components import alimigrate
from estate.model import AccessControlList, Database

_REMOVED: Final = {
    "rds": alimigrate.rds.RemovedWhitelistEntries,
    "redis": alimigrate.kvstore.RemovedWhitelistEntries,
    "mongodb": alimigrate.mongodb.RemovedWhitelistEntries,
}


class AddressCleanup(pulumi.ComponentResource):
    """Says of addresses that were given up that no whitelist group and no access control list has them.

    An address that was given up may be another customer's tomorrow. Groups of the cloud's own, and those for VPC
    addresses, are left alone; `ours` are names of whitelist groups that this stack manages otherwise. Registered
    outputs: see AddressCleanup in docs/contracts.md. RAM actions: `ram_actions`.
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

    def __init__(
        self,
        name: str,
        addresses: Sequence[str],
        databases: Iterable[Database],
        access_lists: Iterable[AccessControlList],
        ours: Collection[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"addresses": list(addresses)}
        super().__init__("classic-to-vpc:cleanup:AddressCleanup", name, inputs, opts)
        for database in databases:
            self._clean_database(database, addresses, ours)
        for access_list in access_lists:
            if access_list.ip_version == "ipv4":
                alimigrate.slb.RemovedAclEntries(
                    access_list.id,
                    acl_id=access_list.id,
                    entries=[f"{address}/32" for address in addresses],
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs(inputs)

    def _clean_database(self, database: Database, addresses: Sequence[str], ours: Collection[str]) -> None:
        for group in database.whitelist_groups:
            if group.attribute == "hidden" or group.network_type == "VPC" or group.name in ours:
                continue
            _REMOVED[database.product](
                f"{database.id}-{group.name}",
                db_instance_id=database.id,
                group_name=group.name,
                network_type=group.network_type,
                security_ips=list(addresses),
                opts=pulumi.ResourceOptions(parent=self),
            )
