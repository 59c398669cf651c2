"""ApsaraDB RDS: whitelists in both modes, and the switch to a VPC.

Codes of ModifySecurityIps and ModifyDBInstanceNetworkType: the references of these actions, and the service error codes
of RDS 2014-08-15 (InvalidSecurityIPList.*; InvalidConnVPCId and InvalidVswitchId are those of SwitchDBInstanceVpc and
of many others, OperationDenied for an address in use is that of CreateDBInstance). ModifyDBInstanceNetworkExpireTime
and MigrateSecurityIPMode name no codes: here they use the same ones, and those of other RDS actions for the same
reason.
"""

import re

from simulator.cloud import databases, whitelists
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, invalid_parameter
from simulator.cloud.private_addresses import Refusals
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change, Codes
from simulator.model.databases import EndpointKind, WhitelistGroup, WhitelistNetworkType
from simulator.model.rds import Database
from simulator.model.vpc import VSwitch

MODES = ("Cover", "Append", "Delete")
# Days that a classic endpoint stays (ModifyDBInstanceNetworkType, ModifyDBInstanceNetworkExpireTime).
CLASSIC_DAYS = range(1, 121)
DEFAULT_CLASSIC_DAYS = 7

_CODES = Codes(
    name=("InvalidParameter", 'The specified parameter "DBInstanceIPArrayName" is not valid.', 400),
    malformed=("InvalidSecurityIPList.Format", "Specified security IP list format is not valid.", 400),
    duplicate=(
        "InvalidSecurityIPList.Duplicate",
        "Specified security IP list is not valid: Duplicate IP address in the list",
        400,
    ),
    emptied=(
        "InvalidSecurityIPList.Format",
        "At least one IP address must be retained in the IP address whitelist.",
        400,
    ),
    entries=(
        "InvalidSecurityIPList.QuotaExceeded",
        "Specified security IP list is not valid: Exceeding the allowed amount of IP address in the list.",
        400,
    ),
    groups=(
        "InvalidSecurityIPListGroup.QuotaExceeded",
        "Specified security IP list group is not valid: Exceeding the allowed amount of group.",
        400,
    ),
)
# Engines that can have the enhanced whitelist mode, all with local SSDs (SDK text of ModifySecurityIps).
_ENHANCED = {"MySQL": {"5.1", "5.5", "5.6", "5.7"}, "PostgreSQL": {"9.4", "10", "10.0"}}
_TO_VPC = frozenset({"MySQL", "PostgreSQL", "SQLServer"})
_EXTENDABLE = frozenset({"MySQL", "SQLServer"})
_IN_NO_VPC = re.compile(r"2008.?r2", re.IGNORECASE)


def groups(cloud: Cloud, db_instance_id: str, network_type: str | None) -> list[WhitelistGroup]:
    """Return the whitelist groups of an RDS instance, of one network type or (None) of all."""
    database = cloud.database(db_instance_id)
    return [group for group in database.whitelist_groups if network_type in (None, group.network_type)]


def replicas_of(cloud: Cloud, database: Database) -> list[Database]:
    """Return the read-only instances of an RDS instance."""
    return [other for other in cloud.estate.databases if other.primary_id == database.id]


def change_whitelist(
    cloud: Cloud, db_instance_id: str, change: Change, network_type: str, replica_ids: list[str]
) -> None:
    """Change one whitelist group, and make those of read-only instances the same; all or none.

    `network_type` MIX reaches, in enhanced mode, the Classic and the VPC group of that name (help page
    api-modify-ip-address-whitelist); in standard mode every network type means MIX.

    Raises InvalidDBInstanceId.NotFound, OperationDenied.DBInstanceStatus, InvalidParameter,
    InvalidWhitelistNetType.Malformed, InvalidIPArrayAttribute.Format, InvalidSecurityIPList.Format / .Duplicate /
    .QuotaExceeded, InvalidSecurityIPListGroup.QuotaExceeded, IncorrectDBType, Readins.NotFound.
    """
    database = cloud.database(db_instance_id)
    check_running(database)
    if change.mode not in MODES:
        raise invalid_parameter("ModifyMode")
    if network_type not in ("MIX", "Classic", "VPC"):
        raise CloudError("InvalidWhitelistNetType.Malformed", "Specified WhitelistNetType is not valid.")
    if change.attribute not in ("", "hidden"):
        raise CloudError("InvalidIPArrayAttribute.Format", "The format of the IP attribute is invalid.")
    replicas = _synchronized(cloud, database, replica_ids)
    whitelists.check(change, _CODES)
    networks = _networks(database, network_type)
    _check_entries(cloud, database, change, whitelists.results(database, change, networks))
    whitelists.apply(cloud, database, change, _CODES, networks)
    for replica in replicas:
        other_groups = [group for group in replica.whitelist_groups if group.name != change.name]
        same = [group.model_copy(deep=True) for group in database.whitelist_groups if group.name == change.name]
        replica.whitelist_groups = [*other_groups, *same]


def migrate_whitelist_mode(cloud: Cloud, db_instance_id: str) -> Database:
    """Change from the standard whitelist mode to the enhanced one; this cannot be undone.

    The entries of each group become those of a group of each network that the instance has: Classic (and the
    internet), VPC, or in hybrid access both. If the mode is the enhanced one already, nothing happens: no refusal
    is documented.

    Raises InvalidDBInstanceId.NotFound, OperationDenied.DBInstanceStatus, IncorrectDBType, IncorrectEngineVersion.
    """
    database = cloud.database(db_instance_id)
    if database.security_ip_mode == "safety":
        return database
    check_running(database)
    if database.engine not in _ENHANCED:
        raise _wrong_engine()
    if database.engine_version not in _ENHANCED[database.engine] or database.storage_type != "local_ssd":
        raise ForbiddenError("IncorrectEngineVersion", "The engine version does not support the operation.")
    networks: list[WhitelistNetworkType] = []
    if any(endpoint.ip_type == "Inner" for endpoint in database.endpoints):
        networks.append("Classic")
    if database.network_type == "VPC":
        networks.append("VPC")
    database.security_ip_mode = "safety"
    database.whitelist_groups = [
        group.model_copy(update={"network_type": network, "security_ips": list(group.security_ips)})
        for network in networks
        for group in database.whitelist_groups
    ]
    return database


def switch_to_vpc(
    cloud: Cloud,
    db_instance_id: str,
    vpc_id: str | None,
    vswitch_id: str | None,
    retained_days: dict[EndpointKind, int] | None,
    addresses: dict[EndpointKind, str],
) -> str:
    """Begin to move an instance from the classic network to a VPC; return its connection string there.

    It is DBInstanceNetTypeChanging for `timings.database` seconds. With `retained_days` None the classic endpoints are
    removed.

    Raises InvalidDBInstanceId.NotFound, NetTypeExists (it is in a VPC), OperationDenied.DBInstanceStatus (400 here),
    OperationNotSupported (engine), OperationDenied.Switch (SQL Server 2008 R2), InvalidConnVPCId, InvalidVswitchId (of
    another VPC or zone too), VswitchIpExhausted, OperationDenied (address in use), InvalidParameter.
    """
    database = cloud.database(db_instance_id)
    if database.network_type == "VPC":
        raise CloudError("NetTypeExists", "Specified network type already exists.")
    if database.status != "Running":
        raise CloudError(
            "OperationDenied.DBInstanceStatus", "Operation is denied by the current database instance status."
        )
    if database.engine not in _TO_VPC:
        raise _not_supported()
    if database.engine == "SQLServer" and _IN_NO_VPC.search(database.engine_version):
        raise CloudError("OperationDenied.Switch", "The specified instance must not be switched to VPC.")
    if any(days not in CLASSIC_DAYS for days in (retained_days or {}).values()):
        raise invalid_parameter("ClassicExpiredDays")
    vswitch = _vswitch(cloud, database, vpc_id, vswitch_id)
    refusals = Refusals(
        not_enough=CloudError("VswitchIpExhausted", "Vswitch IP exhausted."),
        outside=invalid_parameter("PrivateIpAddress"),
        taken=CloudError("OperationDenied", "VPC IP is in use, please check."),
        malformed=invalid_parameter("PrivateIpAddress"),
    )
    moved = databases.switch_to_vpc(cloud, database, vswitch, retained_days, refusals, addresses)
    database.status = "DBInstanceNetTypeChanging"
    return next((endpoint.connection_string for endpoint in moved if endpoint.kind == "Normal"), "")


def refuse_way_back(cloud: Cloud, db_instance_id: str) -> None:
    """Refuse the classic network as a target: NetTypeExists, or OperationDenied.DBInstanceNetType."""
    if cloud.database(db_instance_id).network_type == "Classic":
        raise CloudError("NetTypeExists", "Specified network type already exists.")
    raise CloudError(
        "OperationDenied.DBInstanceNetType", "Operation is denied by the network type of current database instance."
    )


def extend(cloud: Cloud, db_instance_id: str, connection_string: str, days: int) -> None:
    """End hybrid access of a classic endpoint `days` from now.

    Raises InvalidDBInstanceId.NotFound, OperationDenied.DBInstanceStatus, OperationNotSupported (PostgreSQL and MariaDB
    are not among the documented engines), OperationDenied.DBInstanceNetType (no hybrid access),
    InvalidCurrentConnectionString.NotFound, InvalidParameter.
    """
    database = cloud.database(db_instance_id)
    if days not in CLASSIC_DAYS:
        raise invalid_parameter("ClassicExpiredDays")
    check_running(database)
    if database.engine not in _EXTENDABLE:
        raise _not_supported()
    if databases.retained_endpoint(database, None) is None:
        raise CloudError(
            "OperationDenied.DBInstanceNetType", "Operation is denied by the network type of current database instance."
        )
    endpoint = databases.retained_endpoint(database, connection_string)
    if endpoint is None:
        raise NotFoundError(
            "InvalidCurrentConnectionString.NotFound", "Specified current connection string is not found."
        )
    databases.retain(cloud, endpoint, days)


def check_running(database: Database) -> None:
    """Raise OperationDenied.DBInstanceStatus (403) if the instance is not Running."""
    if database.status != "Running":
        raise ForbiddenError("OperationDenied.DBInstanceStatus", "The DB instance is not in the Running state.")


def _wrong_engine() -> CloudError:
    return ForbiddenError("IncorrectDBType", "The current DB type does not support this operation.")


def _not_supported() -> CloudError:
    return CloudError("OperationNotSupported", "This operation is not currently supported.")


def _synchronized(cloud: Cloud, database: Database, replica_ids: list[str]) -> list[Database]:
    if not replica_ids:
        return []
    if database.engine != "PostgreSQL":
        raise _wrong_engine()
    replicas = {replica.id: replica for replica in replicas_of(cloud, database)}
    if not set(replica_ids) <= set(replicas):
        raise NotFoundError(
            "Readins.NotFound",
            "The current instance does not contain any read only instance. The operation is not supported.",
        )
    chosen = [replicas[replica_id] for replica_id in replica_ids]
    if any(replica.security_ip_mode != database.security_ip_mode for replica in chosen):
        raise NotSimulatedError("FreshWhiteListReadins between instances of different whitelist modes")
    return chosen


def _check_entries(
    cloud: Cloud, database: Database, change: Change, results: list[tuple[list[str], list[str]]]
) -> None:
    """Refuse entries by the code that the estate file chooses; neither reference nor FAQ names one.

    With MIX in enhanced mode an Append is refused if the groups of both networks have the entry.
    """
    there = all(set(before) & set(change.entries) for before, _ in results)
    if change.mode == "Append" and there and cloud.estate.whitelist_entry_there == "refused":
        raise CloudError("InvalidSecurityIPList.Duplicate", "The Specified same security IP already exists.")
    if change.mode == "Delete" or database.engine != "MySQL" or cloud.estate.whitelist_entry_within == "allowed":
        return
    if any(whitelists.are_nested(after) for _, after in results):
        raise CloudError("InvalidSecurityIPList.Duplicate", "An IP address of the list lies in a block of the list.")


def _networks(database: Database, network_type: str) -> tuple[WhitelistNetworkType, ...]:
    if database.security_ip_mode == "normal":
        return ("MIX",)
    if network_type == "MIX":
        return ("Classic", "VPC")
    return ("Classic",) if network_type == "Classic" else ("VPC",)


def _vswitch(cloud: Cloud, database: Database, vpc_id: str | None, vswitch_id: str | None) -> VSwitch:
    """Return the target VSwitch, which must be in the zone of the instance."""
    if vpc_id is None:
        raise NotSimulatedError("ModifyDBInstanceNetworkType without VPCId (which VPC is taken is not documented)")
    if cloud.estate.vpcs.find(vpc_id) is None:
        raise CloudError("InvalidConnVPCId", "Specified conn vpc id is not valid.")
    vswitch = cloud.estate.vswitches.find(vswitch_id)
    if vswitch is None or vswitch.vpc_id != vpc_id or vswitch.zone_id not in database.zone_ids:
        raise ForbiddenError("InvalidVswitchId", "Specified conn vswitch id is not valid.")
    return vswitch
