"""RDS: IP whitelists."""

from simulator.api.call import Answer, Call
from simulator.api.registry import RDS, action
from simulator.cloud import rds
from simulator.cloud.database_security_groups import admit, admitted
from simulator.cloud.errors import missing_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change
from simulator.model.rds import Database


@action(
    RDS,
    "DescribeDBInstanceIPArrayList",
    "DBInstanceId WhitelistNetworkType",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_ip_array_list(cloud: Cloud, call: Call) -> Answer:
    """Whitelist groups of one network type, or of all; the answer does not contain the type."""
    network_type = call.choice("WhitelistNetworkType", ("MIX", "Classic", "VPC"))
    groups = rds.groups(cloud, call.text("DBInstanceId"), network_type)
    items = [
        {
            "DBInstanceIPArrayName": group.name,
            "DBInstanceIPArrayAttribute": group.attribute,
            "SecurityIPType": "IPv4",
            "SecurityIPList": ",".join(group.security_ips),
        }
        for group in groups
    ]
    return {"Items": {"DBInstanceIPArray": items}}


@action(
    RDS,
    "DescribeSecurityGroupConfiguration",
    "DBInstanceId",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_security_group_configuration(cloud: Cloud, call: Call) -> Answer:
    """ECS security groups whose members are admitted; a change of the network type removes them."""
    database = cloud.database(call.text("DBInstanceId"))
    relations = [
        {**relation, "SecurityGroupName": group.name}
        for relation, group in zip(_relations(cloud, database), admitted(cloud, database), strict=True)
    ]
    return {"DBInstanceName": database.id, "Items": {"EcsSecurityGroupRelation": relations}}


@action(
    RDS,
    "ModifySecurityGroupConfiguration",
    "DBInstanceId SecurityGroupId",
    raises="InvalidDBInstanceId.NotFound OperationDenied.DBInstanceStatus AssociatedEcsSecurityGroupIdQuotaExceed "
    "InvalidSecurityGroupId.NotFound InvalidNetworkType.Mismatch",
    resources="dbinstance/{DBInstanceId}",
)
def modify_security_group_configuration(cloud: Cloud, call: Call) -> Answer:
    """Set the admitted ECS security groups, at most 10, comma separated; an empty text admits none."""
    database = cloud.database(call.text("DBInstanceId"))
    rds.check_running(database)
    group_ids = call.given("SecurityGroupId")
    if group_ids is None:
        raise missing_parameter("SecurityGroupId")
    admit(cloud, database, group_ids.split(",") if group_ids else [])
    return {"DBInstanceName": database.id, "Items": {"EcsSecurityGroupRelation": _relations(cloud, database)}}


@action(
    RDS,
    "ModifySecurityIps",
    "DBInstanceId SecurityIps DBInstanceIPArrayName DBInstanceIPArrayAttribute ModifyMode SecurityIPType "
    "WhitelistNetworkType FreshWhiteListReadins",
    raises="InvalidDBInstanceId.NotFound OperationDenied.DBInstanceStatus InvalidWhitelistNetType.Malformed "
    "InvalidIPArrayAttribute.Format InvalidSecurityIPList.Format InvalidSecurityIPList.Duplicate "
    "InvalidSecurityIPList.QuotaExceeded InvalidSecurityIPListGroup.QuotaExceeded IncorrectDBType Readins.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def modify_security_ips(cloud: Cloud, call: Call) -> Answer:
    """Change a whitelist group; ModifyMode is Cover by default.

    Append of an existing entry is refused, unless the estate file chooses otherwise. At most 200 groups and 1,000
    entries per instance. FreshWhiteListReadins: read-only PostgreSQL instances whose group of that name is made the
    same.
    """
    call.choice("SecurityIPType", ("IPv4", "ipv4"))
    change = Change(
        (call.optional("DBInstanceIPArrayName") or "default").lower(),
        call.optional("ModifyMode") or "Cover",
        call.text("SecurityIps").split(","),
        call.optional("DBInstanceIPArrayAttribute") or "",
    )
    rds.change_whitelist(
        cloud,
        call.text("DBInstanceId"),
        change,
        call.optional("WhitelistNetworkType") or "MIX",
        call.commas("FreshWhiteListReadins") or [],
    )
    return {"TaskId": "0"}


@action(
    RDS,
    "MigrateSecurityIPMode",
    "DBInstanceId",
    raises="InvalidDBInstanceId.NotFound OperationDenied.DBInstanceStatus IncorrectDBType IncorrectEngineVersion",
    resources="dbinstance/{DBInstanceId}",
)
def migrate_security_ip_mode(cloud: Cloud, call: Call) -> Answer:
    """Change to the enhanced whitelist mode, at once and for good (the real one takes about three minutes).

    MySQL 5.1 to 5.7 and PostgreSQL 9.4 and 10, with local SSDs.
    """
    database = rds.migrate_whitelist_mode(cloud, call.text("DBInstanceId"))
    return {"DBInstanceId": database.id, "SecurityIPMode": database.security_ip_mode}


def _relations(cloud: Cloud, database: Database) -> list[Answer]:
    return [
        {
            "NetworkType": "VPC" if group.vpc_id else "Classic",
            "RegionId": cloud.estate.region_id,
            "SecurityGroupId": group.id,
        }
        for group in admitted(cloud, database)
    ]
