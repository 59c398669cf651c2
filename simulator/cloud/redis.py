"""Tair (Redis OSS-compatible): whitelists, and the switch to a VPC.

Codes: the references of SwitchNetwork and ModifyInstanceNetExpireTime (2015-01-01). For ModifySecurityIps, and for a
wrong endpoint, no codes were found: those of ApsaraDB for MongoDB are used (InvalidSecurityIPList.Format,
InvalidGroupName.Format, InvalidConnectionString.NotFound ...). IncorrectDBInstanceState is what the Terraform provider
retries on; its status, 403, is that of RDS.
"""

from simulator.cloud import databases, whitelists
from simulator.cloud.errors import CloudError, ForbiddenError, NotSimulatedError, invalid_parameter
from simulator.cloud.private_addresses import Refusals
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change, Codes
from simulator.model.databases import Endpoint
from simulator.model.redis import Redis

MODES = ("Cover", "Append", "Delete")
# Days that a classic endpoint stays (SwitchNetwork, ModifyInstanceNetExpireTime).
CLASSIC_DAYS = (14, 30, 60, 120)

_CODES = Codes(
    name=("InvalidGroupName.Format", "Specified group name is not valid.", 400),
    malformed=("InvalidSecurityIPList.Format", "Specified security IP list format is not valid.", 400),
    duplicate=(
        "InvalidSecurityIPList.Duplicate",
        "Specified security IP list is not valid: Duplicate IP address in the list",
        400,
    ),
    emptied=("InvalidSecurityIPList.Format", "At least one IP address must be retained in the whitelist.", 400),
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


def change_whitelist(cloud: Cloud, instance_id: str, change: Change) -> None:
    """Change one whitelist group; a hidden one is the system's own and refused.

    Raises InvalidInstanceId.NotFound, IncorrectDBInstanceState, InvalidParameter (mode, attribute, hidden group),
    InvalidGroupName.Format, InvalidSecurityIPList.Format / .Duplicate / .QuotaExceeded,
    InvalidSecurityIPListGroup.QuotaExceeded.
    """
    redis = cloud.redis(instance_id)
    check_normal(redis)
    if change.mode not in MODES:
        raise invalid_parameter("ModifyMode")
    if change.attribute not in ("", "hidden"):
        raise invalid_parameter("SecurityIpGroupAttribute")
    group = whitelists.find(redis, change.name)
    if group is not None and group.attribute == "hidden" and change.attribute != "hidden":
        raise invalid_parameter("SecurityIpGroupName")
    whitelists.apply(cloud, redis, change, _CODES)


def switch_to_vpc(cloud: Cloud, instance_id: str, vpc_id: str, vswitch_id: str, retained_days: int | None) -> None:
    """Begin to move an instance from the classic network to a VPC; `retained_days` None removes its classic endpoint.

    It is NetworkModifying for `timings.database` seconds. Raises InvalidInstanceId.NotFound, IncorrectDBInstanceState,
    VpcAndVSwitchNotChange, NotSimulatedError (to another VSwitch), VpcVerifyError (VPC and VSwitch do not exist or do
    not belong together), IzNotSupportVpcError (the VSwitch is in another zone), InsufficientResourceCapacity,
    InvalidParameter (days).
    """
    redis = cloud.redis(instance_id)
    check_normal(redis)
    if retained_days is not None and retained_days not in CLASSIC_DAYS:
        raise invalid_parameter("ClassicExpiredDays")
    if (redis.vpc_id, redis.vswitch_id) == (vpc_id, vswitch_id):
        raise CloudError("VpcAndVSwitchNotChange", "VpcId and vSwitchId not change.")
    if redis.network_type == "VPC":
        raise NotSimulatedError("SwitchNetwork from one VSwitch to another")
    vswitch = cloud.estate.vswitches.find(vswitch_id)
    if vswitch is None or vswitch.vpc_id != vpc_id:
        raise CloudError("VpcVerifyError", "VpcId is wrong.")
    if vswitch.zone_id not in redis.zone_ids:
        raise CloudError("IzNotSupportVpcError", "Specify iz not support vpc.")
    days = None if retained_days is None else dict.fromkeys(redis.kinds, retained_days)
    full = ForbiddenError("InsufficientResourceCapacity", "There is no IP address left in the VSwitch.")
    databases.switch_to_vpc(cloud, redis, vswitch, days, Refusals(full, full, full, full))
    redis.status = "NetworkModifying"


def extend(cloud: Cloud, instance_id: str, connection_string: str, days: int) -> Endpoint:
    """End hybrid access of the classic endpoint `days` from now.

    Raises InvalidInstanceId.NotFound, IncorrectDBInstanceState, ClassicExpiredDaysError (0 days), InvalidParameter
    (other days than 14, 30, 60, 120), InvalidConnectionString.NotFound.
    """
    redis = cloud.redis(instance_id)
    check_normal(redis)
    if days == 0:
        raise CloudError("ClassicExpiredDaysError", "The ClassicExpiredDays can not set to 0.")
    if days not in CLASSIC_DAYS:
        raise invalid_parameter("ClassicExpiredDays")
    endpoint = databases.retained_endpoint(redis, connection_string)
    if endpoint is None:
        raise CloudError("InvalidConnectionString.NotFound", "Specified connection string or net type is not found.")
    databases.retain(cloud, endpoint, days)
    return endpoint


def check_normal(redis: Redis) -> None:
    """Raise IncorrectDBInstanceState (403) if the instance is not Normal."""
    if redis.status != "Normal":
        raise ForbiddenError("IncorrectDBInstanceState", "Current DB instance state does not support this operation.")
