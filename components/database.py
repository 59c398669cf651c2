"""Access of the VPC to the databases."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.alimigrate import WhitelistGroup
from estate.model import Database


class DatabaseAccess(pulumi.ComponentResource):
    """Admits the VSwitch CIDR blocks to one RDS instance, in a whitelist group of our own; no other group is touched.

    Registered outputs: see DatabaseAccess in docs/contracts.md. RAM actions: `ram_actions`.
    """

    ram_actions = ("rds:DescribeDBInstanceAttribute", "rds:DescribeDBInstanceIPArrayList", "rds:ModifySecurityIps")

    def __init__(
        self,
        name: str,
        database: Database,
        group_name: str,
        cidr_blocks: Iterable[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # In enhanced mode a group serves one network only, and a VPC address in a Classic group is not admitted
        # (Alibaba Cloud, "Change the network isolation mode"); in standard mode there is one kind for both.
        network_type = "VPC" if database.security_ip_mode == "safety" else "MIX"
        outputs = {
            "dbInstanceId": database.id,
            "groupName": group_name,
            "networkType": network_type,
            "securityIps": sorted(cidr_blocks),
        }
        super().__init__("classic-to-vpc:database:DatabaseAccess", name, outputs, opts)
        self.whitelist_group = WhitelistGroup(
            f"{database.id}-{group_name}",
            db_instance_id=database.id,
            group_name=group_name,
            network_type=network_type,
            security_ips=outputs["securityIps"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs(outputs)
