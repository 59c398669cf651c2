"""Facts of databases, and of their preparation by the stack."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal, NotRequired, cast

from typing_extensions import TypedDict

from components.facts.base import Later, note
from components.facts.fields import field, reader
from estate.model import Database, DatabasePart, DatabaseProduct, NetInfo, WhitelistGroup, WhitelistNetworkType


class EndpointFacts(TypedDict):
    """A connection address."""

    kind: Annotated[str, note("Normal, ReadWriteSplitting, Primary or Secondary")]
    ipType: Annotated[str, note("Inner, Private or Public")]
    connectionString: str
    ipAddress: NotRequired[Annotated[str, note("absent where no API shows it: MongoDB")]]
    port: NotRequired[str]
    vpcId: NotRequired[Annotated[str, note("of a Private one")]]
    expiresAt: NotRequired[Annotated[str, note("ISO; of a classic (Inner) one in hybrid access")]]


class WhitelistGroupFacts(TypedDict):
    """A whitelist group."""

    groupName: Annotated[str, field("name")]
    attribute: Annotated[str, note("hidden: the cloud keeps it for itself")]
    networkType: WhitelistNetworkType
    securityIps: list[str]


class AdmittedGroupFacts(TypedDict):
    """An ECS group whose members a database admits, until its network type changes."""

    securityGroupId: str
    networkType: Literal["Classic", "VPC"]


class DatabaseFacts(TypedDict):
    """A database of the region: its product, location, addresses and whitelists.

    Parts that the cloud refuses to read for this database alone are left out, and `unread` gives the reasons.
    """

    dbInstanceId: str
    product: DatabaseProduct
    description: str
    engine: NotRequired[str]
    engineVersion: NotRequired[str]
    zoneId: NotRequired[str]
    zoneIds: NotRequired[Annotated[list[str], note("several where its zone is one of ApsaraDB's own")]]
    status: NotRequired[str]
    networkType: NotRequired[Literal["Classic", "VPC"]]
    securityIpMode: NotRequired[Literal["normal", "safety"]]
    endpoints: NotRequired[Annotated[list[EndpointFacts], note("none: addresses are not known (sharded MongoDB)")]]
    whitelistGroups: NotRequired[list[WhitelistGroupFacts]]
    ownGroups: Annotated[list[str], note("names of the whitelist groups that this stack has made")]
    securityGroups: NotRequired[list[AdmittedGroupFacts]]
    vpcId: NotRequired[Annotated[str, note("in a VPC")]]
    primaryId: NotRequired[Annotated[str, note("of a read-only instance of RDS")]]
    architecture: NotRequired[Annotated[str, note("of Redis and MongoDB: standalone, replicate, sharding, ...")]]
    unread: NotRequired[Annotated[dict[str, str], note("why keys are left out: with the action and the RequestId")]]


class HybridAccessFacts(TypedDict):
    """The end of a database's classic addresses."""

    validUntil: Annotated[str, note("ISO: marginDays after the Latest Schedule Time of the last wave that uses it")]
    marginDays: int
    leavesBehind: Annotated[list[str], note("classic instances that may lose it then")]


class DatabaseAccessFacts(TypedDict):
    """The preparation of one database by the stack, read-only instances included."""

    dbInstanceId: str
    product: DatabaseProduct
    groupName: str
    networkType: WhitelistNetworkType
    securityIps: list[str]
    hybridAccess: NotRequired[HybridAccessFacts]


_whitelist_group_facts = reader(WhitelistGroup, WhitelistGroupFacts)


def database_facts(database: Database, read_at: datetime, own_groups: Iterable[str] = ()) -> DatabaseFacts:
    """Return facts of one database, read at `read_at`; `own_groups` are the names of the stack's whitelist groups."""
    facts: DatabaseFacts = {
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
        "whitelistGroups": list(map(_whitelist_group_facts, database.whitelist_groups)),
        "ownGroups": sorted(own_groups),
        "securityGroups": [
            {"securityGroupId": group.id, "networkType": "VPC" if group.network_type == "vpc" else "Classic"}
            for group in database.security_groups
        ],
    }
    if database.vpc_id:
        facts["vpcId"] = database.vpc_id
    if database.primary_id:
        facts["primaryId"] = database.primary_id
    if database.architecture:
        facts["architecture"] = database.architecture
    if database.unread:
        facts["unread"] = {item.part: item.reason for item in database.unread}
    for item in database.unread:
        del facts[cast(DatabasePart, item.part)]
    return facts


def _endpoint(info: NetInfo, read_at: datetime) -> EndpointFacts:
    facts: EndpointFacts = {
        "kind": info.connection_string_type,
        "ipType": info.ip_type,
        "connectionString": info.connection_string,
    }
    if info.ip_address:
        facts["ipAddress"] = info.ip_address
    if info.port:
        facts["port"] = info.port
    if info.vpc_id:
        facts["vpcId"] = info.vpc_id
    if info.expires_in_seconds is not None:
        facts["expiresAt"] = (read_at + timedelta(seconds=info.expires_in_seconds)).isoformat(timespec="seconds")
    return facts


def database_access_facts(
    database: Database, group_name: str, security_ips: Later, hybrid_access: HybridAccessFacts | None
) -> DatabaseAccessFacts:
    """Return facts of the preparation of one database; `security_ips` are the entries of the whitelist group."""
    facts: DatabaseAccessFacts = {
        "dbInstanceId": database.id,
        "product": database.product,
        "groupName": group_name,
        # In enhanced mode a group serves one network only, and a VPC address in a Classic group is not admitted
        # (Alibaba Cloud, "Change the network isolation mode"); in standard mode there is one kind for both.
        "networkType": "VPC" if database.security_ip_mode == "safety" else "MIX",
        "securityIps": security_ips,
    }
    if hybrid_access is not None:
        facts["hybridAccess"] = hybrid_access
    return facts


def hybrid_access_facts(valid_until: datetime, margin_days: int, leaves_behind: Collection[str]) -> HybridAccessFacts:
    """Return facts of the hybrid access of one database."""
    return {
        "validUntil": valid_until.isoformat(),
        "marginDays": margin_days,
        "leavesBehind": sorted(leaves_behind),
    }
