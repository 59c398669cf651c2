"""Facts of databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from components.facts.base import Facts
from estate.model import Database, NetInfo


def database_facts(database: Database, read_at: datetime) -> Facts:
    """Facts of one database, read at `read_at`: what it is, where it is, how it is reached, and whom it admits.

    What was not read of it is left out, and why is told by `unread`.
    """
    unread = {item.part: item.reason for item in database.unread}
    facts = _facts(database, read_at)
    return {key: value for key, value in facts.items() if key not in unread} | ({"unread": unread} if unread else {})


def _facts(database: Database, read_at: datetime) -> Facts:
    known = {"vpcId": database.vpc_id, "primaryId": database.primary_id, "architecture": database.architecture}
    return {key: value for key, value in known.items() if value} | {
        "dbInstanceId": database.id,
        "product": database.product,
        "description": database.description,
        "engine": database.engine,
        "engineVersion": database.engine_version,
        "zoneId": database.zone_id,
        "zoneIds": list(database.zone_ids),
        "status": database.status,
        "networkType": "VPC" if database.network_type == "vpc" else "Classic",
        "securityIpMode": database.security_ip_mode,
        "endpoints": [_endpoint(info, read_at) for info in database.net_infos],
        "whitelistGroups": [
            {
                "groupName": group.name,
                "attribute": group.attribute,
                "networkType": group.network_type,
                "securityIps": list(group.security_ips),
            }
            for group in database.whitelist_groups
        ],
        "securityGroups": [
            {"securityGroupId": group.id, "networkType": "VPC" if group.network_type == "vpc" else "Classic"}
            for group in database.security_groups
        ],
    }


def _endpoint(info: NetInfo, read_at: datetime) -> Facts:
    facts: Facts = {
        "kind": info.connection_string_type,
        "ipType": info.ip_type,
        "connectionString": info.connection_string,
    }
    if info.vpc_id:
        facts["vpcId"] = info.vpc_id
    if info.expires_in_seconds is not None:
        facts["expiresAt"] = (read_at + timedelta(seconds=info.expires_in_seconds)).isoformat(timespec="seconds")
    return facts
