"""ApsaraDB for MongoDB: whitelists, and the switch to a VPC.

Codes: the references of ModifySecurityIps and ModifyDBInstanceNetExpireTime (2015-12-01), and the product's table of
error codes (AlibabaCloudDocs/mongodb, API Reference/Appendix/Error codes). Undocumented: the code if
the instance is in a VPC already (IncorrectDBInstanceNetType, which RDS has for that), and what a wrong VPC or VSwitch
is refused with (the codes of the VPC API).
"""

from simulator.cloud import databases, whitelists
from simulator.cloud.errors import CloudError, NotFoundError, dry_run_passed, invalid_parameter
from simulator.cloud.private_addresses import Refusals
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change, Codes
from simulator.model.mongodb import MongoDb
from simulator.model.vpc import VSwitch

# Append refuses an existing entry, Extend merges it (SDK text, dds20151201 9.5.0).
MODES = ("Cover", "Append", "Extend", "Delete")
# Days that a classic endpoint stays (ModifyDBInstanceNetworkType, ModifyDBInstanceNetExpireTime).
CLASSIC_DAYS = (14, 30, 60, 120)

_DUPLICATE = (
    "InvalidSecurityIPList.Duplicate",
    "Specified security IP list is not valid: Duplicate IP address in the list",
    400,
)
_CODES = Codes(
    name=("InvalidGroupName.Format", "Specified group name is not valid.", 400),
    malformed=("InvalidSecurityIps.MalFormed", 'The specified parameter "SecurityIps" is not valid.', 400),
    duplicate=_DUPLICATE,
    emptied=(
        "InvalidSecurityIPs.NotFound",
        "The Specified same security IP does not exist or at least one security IP need.",
        404,
    ),
    entries=("InvalidSecurityIPListLength.Malformed", "The quota of security ip exceeds.", 400),
    groups=("InvalidSecurityIPListLength.Malformed", "The quota of security ip exceeds.", 400),
)


def change_whitelist(cloud: Cloud, db_instance_id: str, change: Change, *, dry_run: bool) -> None:
    """Change one whitelist group; a `dry_run` that would succeed raises DryRunOperation.

    Raises InvalidDBInstanceId.NotFound, IncorrectDBInstanceState, InvalidParameter (mode, attribute),
    InvalidGroupName.Format, InvalidSecurityIps.MalFormed, InvalidSecurityIPList.Duplicate (in the list, or Append of
    what is there), InvalidSecurityIPs.NotFound (deleting what is not there, or all),
    InvalidSecurityIPListLength.Malformed.
    """
    mongodb = cloud.mongodb(db_instance_id)
    check_running(mongodb)
    if change.mode not in MODES:
        raise invalid_parameter("ModifyMode")
    if len(change.attribute) > 120 or not (change.attribute.isalnum() or change.attribute == ""):
        raise invalid_parameter("SecurityIpGroupAttribute")
    whitelists.check(change, _CODES)
    group = whitelists.find(mongodb, change.name)
    present = set(group.security_ips if group else [])
    if change.mode == "Append" and present & set(change.entries):
        raise CloudError(*_DUPLICATE)
    if change.mode == "Delete" and not set(change.entries) <= present:
        raise CloudError(*_CODES.emptied)
    mode = "Append" if change.mode == "Extend" else change.mode
    merged = Change(change.name, mode, change.entries, change.attribute)
    whitelists.apply(cloud, mongodb, merged, _CODES, dry_run=dry_run)
    if dry_run:
        raise dry_run_passed()


def switch_to_vpc(
    cloud: Cloud, db_instance_id: str, zone_id: str, vpc_id: str, vswitch_id: str, retained_days: int | None
) -> None:
    """Begin to move an instance from the classic network to a VPC; `retained_days` None removes its classic endpoints.

    It is DBInstanceNetTypeChanging for `timings.database` seconds. Raises InvalidDBInstanceId.NotFound,
    IncorrectDBInstanceState, IncorrectDBInstanceType (standalone), IncorrectDBInstanceNetType (it is in a VPC),
    InvalidZoneId.NotFound (not the zone of the instance, or not that of the VSwitch), InvalidVpcId.NotFound,
    InvalidVSwitchId.NotFound, AllocateVpcIp.NotEnough, InvalidClassicExpiredDays.Format.
    """
    mongodb = cloud.mongodb(db_instance_id)
    check_running(mongodb)
    _check_replica_set(mongodb)
    if mongodb.network_type == "VPC":
        raise CloudError("IncorrectDBInstanceNetType", "Current DB instance net type does not support this operation.")
    if retained_days is not None:
        _check_days(retained_days)
    vswitch = _vswitch(cloud, mongodb, zone_id, vpc_id, vswitch_id)
    days = None if retained_days is None else dict.fromkeys(mongodb.kinds, retained_days)
    full = CloudError("AllocateVpcIp.NotEnough", "Ip resource is not enough.")
    databases.switch_to_vpc(cloud, mongodb, vswitch, days, Refusals(full, full, full, full))
    mongodb.status = "DBInstanceNetTypeChanging"


def extend(cloud: Cloud, db_instance_id: str, connection_string: str | None, days: int) -> None:
    """End hybrid access of a classic endpoint, or (None) of all, `days` from now.

    Raises InvalidDBInstanceId.NotFound, IncorrectDBInstanceState, IncorrectDBInstanceType (standalone),
    InvalidClassicExpiredDays.Format, InvalidConnectionString.NotFound (not that of a retained endpoint).
    """
    mongodb = cloud.mongodb(db_instance_id)
    check_running(mongodb)
    _check_replica_set(mongodb)
    _check_days(days)
    if databases.retained_endpoint(mongodb, connection_string) is None:
        raise CloudError("InvalidConnectionString.NotFound", "Specified connection string or net type is not found.")
    for endpoint in mongodb.endpoints:
        if endpoint.expires_at is not None and connection_string in (None, endpoint.connection_string):
            databases.retain(cloud, endpoint, days)


def check_running(mongodb: MongoDb) -> None:
    """Raise IncorrectDBInstanceState if the instance is not Running."""
    if mongodb.status != "Running":
        raise CloudError("IncorrectDBInstanceState", "Current DB instance state does not support this operation.")


def _check_replica_set(mongodb: MongoDb) -> None:
    if mongodb.replication_factor == 1:
        raise CloudError("IncorrectDBInstanceType", "Current DB instance type does not support this operation.")


def _check_days(days: int) -> None:
    if days not in CLASSIC_DAYS:
        raise CloudError("InvalidClassicExpiredDays.Format", "The specified classicExpiredDays format is not valid.")


def _vswitch(cloud: Cloud, mongodb: MongoDb, zone_id: str, vpc_id: str, vswitch_id: str) -> VSwitch:
    """Return the target VSwitch, which must be in the zone of the instance."""
    cloud.vpc(vpc_id)
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.vpc_id != vpc_id:
        raise NotFoundError("InvalidVSwitchId.NotFound", "Specified virtual switch does not exist.")
    if zone_id != vswitch.zone_id or zone_id not in mongodb.zone_ids:
        raise CloudError("InvalidZoneId.NotFound", "The ZoneId provided is invalid.")
    return vswitch
