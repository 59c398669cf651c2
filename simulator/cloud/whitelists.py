"""IP whitelists of RDS instances (ModifySecurityIps, SDK text of rds20140815 16.0.2)."""

import ipaddress
import re

from simulator.cloud.errors import CloudError, ForbiddenError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.rds import Database, WhitelistGroup, WhitelistNetworkType

MAX_GROUPS = 200
MAX_ENTRIES = 1000
MODES = ("Cover", "Append", "Delete")

_GROUP_NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")


def modify(
    cloud: Cloud, db_instance_id: str, name: str, mode: str, entries: list[str], network_type: str, attribute: str
) -> None:
    """Cover, append to or delete from one whitelist group; one that is absent is made.

    `network_type` MIX reaches, in enhanced mode, the Classic and the VPC group of that name (help page
    api-modify-ip-address-whitelist); in standard mode every network type means MIX. Deleting must leave one entry
    (same page and SDK text: no documented call deletes a group), unless the estate file chooses the older behaviour.

    Raises InvalidDBInstanceId.NotFound, OperationDenied.DBInstanceStatus, InvalidSecurityIPList.Format / .Duplicate /
    .QuotaExceeded, InvalidParameter.
    """
    database = cloud.database(db_instance_id)
    name = name.lower()
    _check_request(database, name, mode, entries, network_type, attribute)
    for network in _networks(database, network_type):
        _modify_one(cloud, database, name, mode, entries, network, attribute)


def groups(cloud: Cloud, db_instance_id: str, network_type: str | None) -> list[WhitelistGroup]:
    """The whitelist groups of an RDS instance, of one network type or (None) of all."""
    database = cloud.database(db_instance_id)
    return [group for group in database.whitelist_groups if network_type in (None, group.network_type)]


def _check_request(
    database: Database, name: str, mode: str, entries: list[str], network_type: str, attribute: str
) -> None:
    if database.status != "Running":
        raise ForbiddenError("OperationDenied.DBInstanceStatus", "The DB instance is not in the Running state.")
    if mode not in MODES:
        raise invalid_parameter("ModifyMode")
    if network_type not in ("MIX", "Classic", "VPC"):
        raise invalid_parameter("WhitelistNetworkType")
    if attribute not in ("", "hidden"):
        raise invalid_parameter("DBInstanceIPArrayAttribute")
    if not _GROUP_NAME.fullmatch(name):
        raise invalid_parameter("DBInstanceIPArrayName")
    if not entries or not all(_is_entry(entry) for entry in entries):
        raise CloudError("InvalidSecurityIPList.Format", "Specified security IP list format is not valid.")
    if len(set(entries)) != len(entries):
        raise CloudError(
            "InvalidSecurityIPList.Duplicate",
            "Specified security IP list is not valid: Duplicate IP address in the list",
        )


def _networks(database: Database, network_type: str) -> list[WhitelistNetworkType]:
    if database.security_ip_mode == "normal":
        return ["MIX"]
    if network_type == "MIX":
        return ["Classic", "VPC"]
    return ["Classic"] if network_type == "Classic" else ["VPC"]


def _modify_one(
    cloud: Cloud,
    database: Database,
    name: str,
    mode: str,
    entries: list[str],
    network: WhitelistNetworkType,
    attribute: str,
) -> None:
    group = next((g for g in database.whitelist_groups if (g.name, g.network_type) == (name, network)), None)
    kept = _result(group.security_ips if group else [], mode, entries)
    if not kept:
        if group is not None and name != "default" and cloud.estate.emptied_whitelist_group == "deleted":
            database.whitelist_groups.remove(group)
            return
        raise CloudError(
            "InvalidSecurityIPList.Format", "At least one IP address must be retained in the IP address whitelist."
        )
    others = sum(len(g.security_ips) for g in database.whitelist_groups if g is not group)
    if others + len(kept) > MAX_ENTRIES or (group is None and len(database.whitelist_groups) >= MAX_GROUPS):
        raise CloudError(
            "InvalidSecurityIPList.QuotaExceeded",
            "Specified security IP list is not valid: Exceeding the allowed amount of IP address in the list.",
        )
    if group is None:
        made = WhitelistGroup.model_validate(
            {"name": name, "attribute": attribute, "network_type": network, "security_ips": kept}
        )
        database.whitelist_groups.append(made)
    else:
        group.security_ips = kept


def _result(present: list[str], mode: str, entries: list[str]) -> list[str]:
    if mode == "Cover":
        return list(entries)
    if mode == "Append":
        return [*present, *(entry for entry in entries if entry not in present)]
    return [entry for entry in present if entry not in entries]


def _is_entry(text: str) -> bool:
    """An IPv4 address, or a block of mask length 0 (all) to 32; host bits are allowed, as the API allows them."""
    try:
        ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return False
    return True
