"""RDS: instances, their network and their IP whitelists."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number, by_token
from simulator.api.registry import RDS, action
from simulator.api.shapes import seconds
from simulator.cloud import whitelists
from simulator.cloud.state import Cloud
from simulator.model.rds import Database, Endpoint


@action(
    RDS,
    "DescribeDBInstances",
    "DBInstanceId DBInstanceStatus Engine EngineVersion InstanceNetworkType VpcId VSwitchId ZoneId SearchKey "
    "MaxResults NextToken PageNumber PageSize",
    resources="dbinstance/*",
)
def describe_db_instances(cloud: Cloud, call: Call) -> Answer:
    """RDS instances; PageSize and MaxResults 1..100, 30 by default; with MaxResults the page parameters are void."""
    search = call.optional("SearchKey")
    equal = {
        "DBInstanceId": "id",
        "DBInstanceStatus": "status",
        "Engine": "engine",
        "EngineVersion": "engine_version",
        "InstanceNetworkType": "network_type",
        "VpcId": "vpc_id",
        "VSwitchId": "vswitch_id",
        "ZoneId": "zone_id",
    }
    found = [
        database
        for database in cloud.estate.databases
        if all(call.optional(name) in (None, getattr(database, field)) for name, field in equal.items())
        and (search is None or search in database.id or search in database.description)
    ]
    if call.optional("MaxResults") or call.optional("NextToken"):
        page = by_token(call, found, maximum=100, default=30)
        fields = {**page.fields, "PageRecordCount": len(page.items)}
    else:
        page = by_number(call, found, maximum=100, default=30)
        fields = {
            "PageNumber": page.fields["PageNumber"],
            "PageRecordCount": len(page.items),
            "TotalRecordCount": len(found),
        }
    return {"Items": {"DBInstance": [_listed(cloud, database) for database in page.items]}, **fields}


@action(
    RDS,
    "DescribeDBInstanceAttribute",
    "DBInstanceId Expired",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One RDS instance; raises InvalidDBInstanceId.NotFound."""
    database = cloud.database(call.text("DBInstanceId"))
    endpoint = database.endpoints[0]
    attribute = {
        **_instance(cloud, database),
        "DBInstanceStorage": database.storage_gib,
        "ConnectionString": endpoint.connection_string,
        "Port": str(endpoint.port),
        "IPType": endpoint.ip_type,
        "SecurityIPMode": database.security_ip_mode,
        "SecurityIPList": ",".join(entry for group in database.whitelist_groups for entry in group.security_ips),
        "CreationTime": seconds(database.created_at),
    }
    return {"Items": {"DBInstanceAttribute": [attribute]}}


@action(
    RDS,
    "DescribeDBInstanceNetInfo",
    "DBInstanceId DBInstanceNetRWSplitType Flag",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_net_info(cloud: Cloud, call: Call) -> Answer:
    """Endpoints and whitelist mode; ExpiredTime is the seconds that a classic endpoint in hybrid access has left."""
    database = cloud.database(call.text("DBInstanceId"))
    return {
        "InstanceNetworkType": database.network_type,
        "SecurityIPMode": database.security_ip_mode,
        "DBInstanceNetInfos": {
            "DBInstanceNetInfo": [_net_info(cloud, database, endpoint) for endpoint in database.endpoints]
        },
    }


@action(
    RDS,
    "DescribeDBInstanceIPArrayList",
    "DBInstanceId WhitelistNetworkType",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_ip_array_list(cloud: Cloud, call: Call) -> Answer:
    """Whitelist groups of one network type, or of all; the answer does not say which is of which."""
    network_type = call.choice("WhitelistNetworkType", ("MIX", "Classic", "VPC"))
    found = whitelists.groups(cloud, call.text("DBInstanceId"), network_type)
    items = [
        {
            "DBInstanceIPArrayName": group.name,
            "DBInstanceIPArrayAttribute": group.attribute,
            "SecurityIPType": "IPv4",
            "SecurityIPList": ",".join(group.security_ips),
        }
        for group in found
    ]
    return {"Items": {"DBInstanceIPArray": items}}


@action(
    RDS,
    "ModifySecurityIps",
    "DBInstanceId SecurityIps DBInstanceIPArrayName DBInstanceIPArrayAttribute ModifyMode SecurityIPType "
    "WhitelistNetworkType FreshWhiteListReadins",
    raises="InvalidDBInstanceId.NotFound OperationDenied.DBInstanceStatus InvalidSecurityIPList.Format "
    "InvalidSecurityIPList.Duplicate InvalidSecurityIPList.QuotaExceeded",
    resources="dbinstance/{DBInstanceId}",
)
def modify_security_ips(cloud: Cloud, call: Call) -> Answer:
    """Change a whitelist group, covering it unless ModifyMode says otherwise."""
    call.choice("SecurityIPType", ("IPv4", "ipv4"))
    whitelists.modify(
        cloud,
        call.text("DBInstanceId"),
        call.optional("DBInstanceIPArrayName") or "default",
        call.optional("ModifyMode") or "Cover",
        call.text("SecurityIps").split(","),
        call.optional("WhitelistNetworkType") or "MIX",
        call.optional("DBInstanceIPArrayAttribute") or "",
    )
    return {"TaskId": "0"}


def _instance(cloud: Cloud, database: Database) -> Answer:
    """What the list and the single answer share."""
    return {
        "DBInstanceId": database.id,
        "DBInstanceDescription": database.description,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "DBInstanceStatus": database.status,
        "DBInstanceType": "Primary",
        "DBInstanceClass": database.instance_class,
        "DBInstanceStorageType": database.storage_type,
        "DBInstanceNetType": "Intranet",
        "InstanceNetworkType": database.network_type,
        "Category": "HighAvailability",
        "ConnectionMode": "Standard",
        "LockMode": "Unlock",
        "PayType": "Postpaid",
        "RegionId": cloud.estate.region_id,
        "ZoneId": database.zone_id,
        "VpcId": database.vpc_id or "",
        "VSwitchId": database.vswitch_id or "",
        "ResourceGroupId": "",
        "ReadOnlyDBInstanceIds": {"ReadOnlyDBInstanceId": []},
    }


def _listed(cloud: Cloud, database: Database) -> Answer:
    return {**_instance(cloud, database), "CreateTime": seconds(database.created_at), "MutriORsignle": False}


def _net_info(cloud: Cloud, database: Database, endpoint: Endpoint) -> Answer:
    # The classic group also governs access from the internet (help page on the network isolation mode).
    network = {"Inner": "Classic", "Public": "Classic", "Private": "VPC"}[endpoint.ip_type]
    groups = [
        {"SecurityIPGroupName": group.name, "SecurityIPs": ",".join(group.security_ips)}
        for group in database.whitelist_groups
        if group.network_type in ("MIX", network)
    ]
    left = endpoint.expires_at - cloud.clock.now() if endpoint.expires_at else None
    in_vpc = endpoint.ip_type == "Private"
    return {
        "ConnectionString": endpoint.connection_string,
        "ConnectionStringType": "Normal",
        "IPAddress": endpoint.ip_address,
        "IPType": endpoint.ip_type,
        "Port": str(endpoint.port),
        "VPCId": (database.vpc_id or "") if in_vpc else "",
        "VSwitchId": (database.vswitch_id or "") if in_vpc else "",
        "ExpiredTime": str(max(0, int(left.total_seconds()))) if left else "",
        "SecurityIPGroups": {"securityIPGroup": groups},
        "Upgradeable": "Disabled",
    }
