"""RDS: endpoints, and the switch from the classic network to a VPC."""

from simulator.api.call import Answer, Call
from simulator.api.registry import RDS, action
from simulator.cloud import databases, rds
from simulator.cloud.errors import invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.databases import Endpoint, EndpointKind
from simulator.model.rds import Database


@action(
    RDS,
    "DescribeDBInstanceNetInfo",
    "DBInstanceId DBInstanceNetRWSplitType Flag",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_net_info(cloud: Cloud, call: Call) -> Answer:
    """Endpoints and whitelist mode; ExpiredTime is the rest of hybrid access of a classic endpoint, in seconds."""
    database = cloud.database(call.text("DBInstanceId"))
    kind = call.choice("DBInstanceNetRWSplitType", ("Normal", "ReadWriteSplitting"))
    infos = [_net_info(cloud, database, endpoint) for endpoint in database.endpoints if kind in (None, endpoint.kind)]
    return {
        "InstanceNetworkType": database.network_type,
        "SecurityIPMode": database.security_ip_mode,
        "DBInstanceNetInfos": {"DBInstanceNetInfo": infos},
    }


@action(
    RDS,
    "ModifyDBInstanceNetworkType",
    "DBInstanceId InstanceNetworkType VPCId VSwitchId PrivateIpAddress RetainClassic ClassicExpiredDays "
    "ReadWriteSplittingClassicExpiredDays ReadWriteSplittingPrivateIpAddress",
    raises="InvalidDBInstanceId.NotFound NetTypeExists OperationDenied.DBInstanceNetType "
    "OperationDenied.DBInstanceStatus OperationNotSupported OperationDenied.Switch InvalidConnVPCId InvalidVswitchId "
    "VswitchIpExhausted OperationDenied",
    resources="dbinstance/{DBInstanceId}",
)
def modify_db_instance_network_type(cloud: Cloud, call: Call) -> Answer:
    """Move an instance to a VPC, which takes `timings.database` seconds and cannot be undone.

    RetainClassic True keeps the classic endpoints for ClassicExpiredDays (1 to 120, default 7). A second call is
    refused with NetTypeExists. VPCId is required here.
    """
    db_instance_id = call.text("DBInstanceId")
    call.text("InstanceNetworkType")
    if call.choice("InstanceNetworkType", ("VPC", "Classic")) == "Classic":
        rds.refuse_way_back(cloud, db_instance_id)
    if call.optional("VPCId"):
        call.text("VSwitchId")
    addresses: dict[EndpointKind, str | None] = {
        "Normal": call.optional("PrivateIpAddress"),
        "ReadWriteSplitting": call.optional("ReadWriteSplittingPrivateIpAddress"),
    }
    connection_string = rds.switch_to_vpc(
        cloud,
        db_instance_id,
        call.optional("VPCId"),
        call.optional("VSwitchId"),
        _retained_days(call),
        {kind: address for kind, address in addresses.items() if address},
    )
    return {"TaskId": "0", "ConnectionString": connection_string}


@action(
    RDS,
    "ModifyDBInstanceNetworkExpireTime",
    "DBInstanceId ConnectionString ClassicExpiredDays",
    raises="InvalidDBInstanceId.NotFound OperationDenied.DBInstanceStatus OperationNotSupported "
    "OperationDenied.DBInstanceNetType InvalidCurrentConnectionString.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def modify_db_instance_network_expire_time(cloud: Cloud, call: Call) -> None:
    """End hybrid access of a classic endpoint ClassicExpiredDays (1 to 120) from now; MySQL and SQL Server only."""
    days = call.integer("ClassicExpiredDays")
    if days is None:
        raise missing_parameter("ClassicExpiredDays")
    rds.extend(cloud, call.text("DBInstanceId"), call.text("ConnectionString"), days)


def _retained_days(call: Call) -> dict[EndpointKind, int] | None:
    """Return the days that classic endpoints stay, by kind; None if they do not stay."""
    days = {}
    names: dict[EndpointKind, str] = {
        "Normal": "ClassicExpiredDays",
        "ReadWriteSplitting": "ReadWriteSplittingClassicExpiredDays",
    }
    for kind, name in names.items():
        given = call.integer(name)
        days[kind] = rds.DEFAULT_CLASSIC_DAYS if given is None else given
        if days[kind] not in rds.CLASSIC_DAYS:
            raise invalid_parameter(name)
    return days if call.flag("RetainClassic") else None


def _net_info(cloud: Cloud, database: Database, endpoint: Endpoint) -> Answer:
    # The classic group also governs access from the internet (help page on the network isolation mode).
    network = {"Inner": "Classic", "Public": "Classic", "Private": "VPC"}[endpoint.ip_type]
    groups = [
        {"SecurityIPGroupName": group.name, "SecurityIPs": ",".join(group.security_ips)}
        for group in database.whitelist_groups
        if group.network_type in ("MIX", network)
    ]
    remaining = databases.remaining_seconds(cloud, endpoint)
    vpc_id, vswitch_id = databases.vpc_of(database) if endpoint.ip_type == "Private" else ("", "")
    answer: Answer = {
        "ConnectionString": endpoint.connection_string,
        "ConnectionStringType": endpoint.kind,
        "IPAddress": endpoint.ip_address,
        "IPType": endpoint.ip_type,
        "Port": str(endpoint.port),
        "VPCId": vpc_id,
        "VSwitchId": vswitch_id,
        "ExpiredTime": "" if remaining is None else str(remaining),
        "SecurityIPGroups": {"securityIPGroup": groups},
        "Upgradeable": "Disabled",
    }
    if endpoint.kind == "ReadWriteSplitting":
        answer |= _splitting(cloud, database)
    return answer


def _splitting(cloud: Cloud, database: Database) -> Answer:
    """Return the extra fields of a read/write splitting endpoint; the system sets equal weights."""
    weights = [
        {"DBInstanceId": item.id, "DBInstanceType": kind, "Availability": "Available", "Weight": "100"}
        for kind, items in (("Master", [database]), ("Readonly", rds.replicas_of(cloud, database)))
        for item in items
    ]
    return {
        "DistributionType": "Standard",
        "MaxDelayTime": "30",
        "DBInstanceWeights": {"DBInstanceWeight": weights},
    }
