"""RDS: settings and tags that the Terraform provider reads with every instance.

Settings are those of a new instance and cannot be changed here: an instance that differs in them cannot be simulated.
"""

from simulator.api.call import Answer, Call
from simulator.api.rds_instances import tags_of
from simulator.api.registry import RDS, action
from simulator.cloud.state import Cloud
from simulator.model.rds import Database

_NOT_FOUND = "InvalidDBInstanceId.NotFound"
_RESOURCE = "dbinstance/{DBInstanceId}"
# The parameter that the provider reads the time zone from, and its value in a new instance.
_TIME_ZONES = {"MySQL": ("default_time_zone", "SYSTEM"), "PostgreSQL": ("timezone", "Asia/Shanghai")}


@action(RDS, "DescribeTags", "DBInstanceId Tags", raises=_NOT_FOUND, resources="dbinstance/*")
def describe_tags(cloud: Cloud, call: Call) -> Answer:
    """Tags of one or all instances, each with the instances that have it; with DBInstanceId, Tags has no effect."""
    db_instance_id = call.optional("DBInstanceId")
    chosen = [cloud.database(db_instance_id)] if db_instance_id else list(cloud.estate.databases)
    tags = {} if db_instance_id else tags_of(call)
    ids_by_tag: dict[tuple[str, str], list[str]] = {}
    for database in chosen:
        for tag in database.tags.items():
            if not tags or tag in tags.items():
                ids_by_tag.setdefault(tag, []).append(database.id)
    infos = [
        {"TagKey": key, "TagValue": value, "DBInstanceIds": {"DBInstanceIds": ids}}
        for (key, value), ids in sorted(ids_by_tag.items())
    ]
    return {"Items": {"TagInfos": infos}}


@action(RDS, "DescribeDBInstanceMonitor", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_db_instance_monitor(cloud: Cloud, call: Call) -> Answer:
    """Return the monitoring interval of an instance, always 300 s."""
    _read(cloud, call)
    return {"Period": "300"}


@action(RDS, "DescribeSQLCollectorPolicy", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_sql_collector_policy(cloud: Cloud, call: Call) -> Answer:
    """Return that SQL Explorer is disabled."""
    _read(cloud, call)
    return {"SQLCollectorStatus": "Disabled"}


@action(RDS, "DescribeSQLCollectorRetention", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_sql_collector_retention(cloud: Cloud, call: Call) -> Answer:
    """Return that SQL Explorer would keep logs for 30 days."""
    _read(cloud, call)
    return {"ConfigValue": "30"}


@action(RDS, "DescribeDBInstanceHAConfig", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_db_instance_ha_config(cloud: Cloud, call: Call) -> Answer:
    """Return a master and a slave in the zone of the instance."""
    database = _read(cloud, call)
    nodes = [
        {
            "NodeId": f"{database.id}-{number}",
            "NodeType": node_type,
            "RegionId": cloud.estate.region_id,
            "ZoneId": database.answered_zone_id,
        }
        for number, node_type in enumerate(("Master", "Slave"), 1)
    ]
    answer: Answer = {"DBInstanceId": database.id, "HAMode": "RPO", "HostInstanceInfos": {"NodeInfo": nodes}}
    return {**answer, "SyncMode": "Semi-sync"} if database.engine == "MySQL" else answer


@action(RDS, "DescribeHASwitchConfig", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_ha_switch_config(cloud: Cloud, call: Call) -> Answer:
    """Return that failover is automatic."""
    _read(cloud, call)
    return {"HAConfig": "Auto", "ManualHATime": ""}


@action(RDS, "DescribeHADiagnoseConfig", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_ha_diagnose_config(cloud: Cloud, call: Call) -> Answer:
    """Return that availability is probed with short connections."""
    _read(cloud, call)
    return {"TcpConnectionType": "SHORT"}


@action(RDS, "DescribeParameters", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_parameters(cloud: Cloud, call: Call) -> Answer:
    """Parameters of the database engine; only the time zone is simulated."""
    database = _read(cloud, call)
    running = []
    if database.engine in _TIME_ZONES:
        name, value = _TIME_ZONES[database.engine]
        running.append({"ParameterName": name, "ParameterValue": value})
    return {
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "ConfigParameters": {"DBInstanceParameter": []},
        "RunningParameters": {"DBInstanceParameter": running},
        "ParamGroupInfo": {"ParamGroupId": ""},
    }


@action(RDS, "DescribeDBInstanceSSL", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_db_instance_ssl(cloud: Cloud, call: Call) -> Answer:
    """SSL is off."""
    if _read(cloud, call).engine == "PostgreSQL":
        return {"SSLEnabled": "off", "RequireUpdate": "0"}
    return {"SSLEnabled": "No", "RequireUpdate": "No"}


@action(RDS, "DescribeDBInstanceTDE", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_db_instance_tde(cloud: Cloud, call: Call) -> Answer:
    """Transparent data encryption is off."""
    _read(cloud, call)
    return {"TDEStatus": "Disabled", "TDEMode": "Unknown", "Databases": {"Database": []}}


@action(RDS, "DescribeDBInstanceEncryptionKey", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_db_instance_encryption_key(cloud: Cloud, call: Call) -> Answer:
    """Return that the disks are not encrypted."""
    _read(cloud, call)
    return {"EncryptionKey": "", "EncryptionKeyList": []}


@action(RDS, "DescribePGHbaConfig", "DBInstanceId", raises=_NOT_FOUND, resources=_RESOURCE)
def describe_pg_hba_config(cloud: Cloud, call: Call) -> Answer:
    """No rule of pg_hba.conf was set."""
    database = _read(cloud, call)
    return {"DBInstanceId": database.id, "RunningHbaItems": {"HbaItem": []}, "DefaultHbaItems": {"HbaItem": []}}


@action(RDS, "DescribeInstanceLinkedWhitelistTemplate", "InsName", raises=_NOT_FOUND, resources="dbinstance/{InsName}")
def describe_instance_linked_whitelist_template(cloud: Cloud, call: Call) -> Answer:
    """No whitelist template is linked."""
    database = cloud.database(call.text("InsName"))
    return {"Code": "200", "Success": True, "HttpStatusCode": 200, "Data": {"InsName": database.id, "Templates": []}}


def _read(cloud: Cloud, call: Call) -> Database:
    return cloud.database(call.text("DBInstanceId"))
