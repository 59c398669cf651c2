"""Facts of databases."""

from __future__ import annotations

from components.facts.base import Facts
from estate.model import Database


def database_facts(database: Database) -> Facts:
    """Facts of one database: where it is, and whom it admits."""
    return {
        "dbInstanceId": database.id,
        "description": database.description,
        "engine": database.engine,
        "engineVersion": database.engine_version,
        "zoneId": database.zone_id,
        "networkType": "VPC" if database.network_type == "vpc" else "Classic",
        "securityIpMode": database.security_ip_mode,
        "whitelistGroups": [
            {
                "groupName": group.name,
                "attribute": group.attribute,
                "networkType": group.network_type,
                "securityIps": list(group.security_ips),
            }
            for group in database.whitelist_groups
        ],
    }
