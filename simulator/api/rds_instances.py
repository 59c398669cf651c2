"""RDS: instances, and the zones that offer them."""

import json

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import Size, by_number, by_token
from simulator.api.registry import RDS, action
from simulator.api.shapes import seconds
from simulator.cloud import databases, rds
from simulator.cloud.errors import invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.databases import Endpoint
from simulator.model.rds import Database

# Fields that are the same for every instance.
_ALIKE = {
    "Category": "HighAvailability",
    "ConnectionMode": "Standard",
    "DBInstanceNetType": "Intranet",
    "LockMode": "Unlock",
    "PayType": "Postpaid",
}
_MAX_TAGS = 5


@action(
    RDS,
    "DescribeDBInstances",
    "DBInstanceId DBInstanceStatus DBInstanceType DBInstanceClass Category ConnectionMode ConnectionString PayType "
    "Engine EngineVersion InstanceNetworkType VpcId VSwitchId ZoneId SearchKey Tags MaxResults NextToken PageNumber "
    "PageSize",
    resources="dbinstance/*",
)
def describe_db_instances(cloud: Cloud, call: Call) -> Answer:
    """RDS instances; PageSize and MaxResults 1..100, 30 by default; with MaxResults the page parameters have no effect.

    Tags (JSON, at most 5) matches instances with any of them.
    """
    tags = tags_of(call)
    databases = [
        database for database in cloud.estate.databases if _matches(call, database) and _has_any(database, tags)
    ]
    databases = passing(databases, resource_groups.of_group(cloud, call))
    replicas = _replicas(cloud)
    if call.optional("MaxResults") or call.optional("NextToken"):
        page = by_token(call, databases, Size(maximum=100, default=30))
        fields = {**page.fields, "PageRecordCount": len(page.items)}
    else:
        page = by_number(call, databases, maximum=100, default=30)
        fields = {
            "PageNumber": page.fields["PageNumber"],
            "PageRecordCount": len(page.items),
            "TotalRecordCount": len(databases),
        }
    items = [_listed(cloud, database, replicas.get(database.id, [])) for database in page.items]
    return {"Items": {"DBInstance": items}, **fields}


@action(
    RDS,
    "DescribeDBInstanceAttribute",
    "DBInstanceId Expired",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One RDS instance; no instance of the simulator is expired."""
    database = cloud.database(call.text("DBInstanceId"))
    if call.flag("Expired"):
        return {"Items": {"DBInstanceAttribute": []}}
    endpoint = _main_endpoint(database)
    attribute: Answer = {
        **_instance(cloud, database, [replica.id for replica in rds.replicas_of(cloud, database)]),
        "DBInstanceStorage": database.storage_gib,
        "ConnectionString": endpoint.connection_string,
        "Port": str(endpoint.port),
        "IPType": endpoint.ip_type,
        "SecurityIPMode": database.security_ip_mode,
        "SecurityIPList": ",".join(entry for group in database.whitelist_groups for entry in group.security_ips),
        "CreationTime": seconds(database.created_at),
        "MaintainTime": "18:00Z-22:00Z",
        "AutoUpgradeMinorVersion": "Auto",
        "MasterZone": database.zone_id,
        "SlaveZones": {"SlaveZone": []},
        "ServerlessConfig": {},
        "Extra": {},
        "BurstingEnabled": False,
        "ColdDataEnabled": False,
        "PGBouncerEnabled": "false",
        "kindCode": "0" if database.storage_type == "local_ssd" else "1",
    }
    return {"Items": {"DBInstanceAttribute": [attribute]}}


@action(
    RDS,
    "DescribeAvailableZones",
    "Engine EngineVersion ZoneId CommodityCode",
    resources="*",
)
def describe_available_zones(cloud: Cloud, call: Call) -> Answer:
    """Every zone that has VSwitches, for the engines and versions of ENGINES."""
    engine = call.text("Engine")
    versions = [version for version in ENGINES.get(engine, ()) if call.optional("EngineVersion") in (None, version)]
    zones = [
        zone.id
        for zone in cloud.estate.zones
        if zone.vswitch_available and call.optional("ZoneId") in (None, zone.id) and versions
    ]
    storage = [{"StorageType": storage_type} for storage_type in ("local_ssd", "cloud_essd")]
    categories = [{"Category": "HighAvailability", "SupportedStorageTypes": storage}]
    supported = [{"Version": version, "SupportedCategorys": categories} for version in versions]
    return {
        "AvailableZones": [
            {
                "RegionId": cloud.estate.region_id,
                "ZoneId": zone,
                "SupportedEngines": [{"Engine": engine, "SupportedEngineVersions": supported}],
            }
            for zone in zones
        ]
    }


# What DescribeAvailableZones offers (SDK text of CreateDBInstance; not all of it).
ENGINES = {
    "MySQL": ("5.6", "5.7", "8.0"),
    "PostgreSQL": ("10.0", "14.0", "15.0"),
    "SQLServer": ("2012_std_ha", "2016_std_ha", "2019_std_ha"),
    "MariaDB": ("10.3",),
}


def tags_of(call: Call) -> dict[str, str]:
    """`Tags`, a JSON object of at most five tags; raises InvalidParameter."""
    text = call.optional("Tags")
    try:
        tags = json.loads(text) if text else {}
    except ValueError:
        tags = None
    if not isinstance(tags, dict) or len(tags) > _MAX_TAGS or not all(isinstance(v, str) for v in tags.values()):
        raise invalid_parameter("Tags")
    return tags


def _matches(call: Call, database: Database) -> bool:
    vpc_id, vswitch_id = databases.vpc_of(database)
    search = call.optional("SearchKey")
    connection_string = call.optional("ConnectionString")
    strings = {endpoint.connection_string for endpoint in database.endpoints}
    equal = {
        "DBInstanceId": database.id,
        "DBInstanceStatus": database.status,
        "DBInstanceType": _type(database),
        "DBInstanceClass": database.instance_class,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "InstanceNetworkType": database.network_type,
        "VpcId": vpc_id,
        "VSwitchId": vswitch_id,
        "ZoneId": database.answered_zone_id,
        **{name: _ALIKE[name] for name in ("Category", "ConnectionMode", "PayType")},
    }
    return (
        all(call.optional(name) in (None, value) for name, value in equal.items())
        and (search is None or search in database.id or search in database.description)
        and (connection_string is None or connection_string in strings)
    )


def _has_any(database: Database, tags: dict[str, str]) -> bool:
    return not tags or any(database.tags.get(key) == value for key, value in tags.items())


def _replicas(cloud: Cloud) -> dict[str, list[str]]:
    """Return the ids of all read-only instances, by that of their primary."""
    by_primary: dict[str, list[str]] = {}
    for database in cloud.estate.databases:
        if database.primary_id:
            by_primary.setdefault(database.primary_id, []).append(database.id)
    return by_primary


def _type(database: Database) -> str:
    return "Readonly" if database.primary_id else "Primary"


def _main_endpoint(database: Database) -> Endpoint:
    """Return the instance's main endpoint: the one in the VPC if there is one."""
    order = ("Private", "Inner", "Public")
    return min(database.endpoints, key=lambda endpoint: (endpoint.kind != "Normal", order.index(endpoint.ip_type)))


def _instance(cloud: Cloud, database: Database, replica_ids: list[str]) -> Answer:
    """Return the fields that the list and the single answer share."""
    vpc_id, vswitch_id = databases.vpc_of(database)
    answer: Answer = {
        **_ALIKE,
        "DBInstanceId": database.id,
        "DBInstanceDescription": database.description,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "DBInstanceStatus": database.status,
        "DBInstanceType": _type(database),
        "DBInstanceClass": database.instance_class,
        "DBInstanceStorageType": database.storage_type,
        "InstanceNetworkType": database.network_type,
        "DeletionProtection": False,
        "RegionId": cloud.estate.region_id,
        "ZoneId": database.answered_zone_id,
        "VpcId": vpc_id,
        "VSwitchId": vswitch_id,
        "ResourceGroupId": database.resource_group_id or "",
        "ReadOnlyDBInstanceIds": {
            "ReadOnlyDBInstanceId": [{"DBInstanceId": replica_id} for replica_id in replica_ids],
        },
    }
    if database.primary_id:
        answer["MasterInstanceId"] = database.primary_id
    return answer


def _listed(cloud: Cloud, database: Database, replica_ids: list[str]) -> Answer:
    shared = _instance(cloud, database, replica_ids)
    return {**shared, "CreateTime": seconds(database.created_at), "MutriORsignle": False}
