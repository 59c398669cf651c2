"""ApsaraDB for MongoDB: replica sets and standalone instances."""

from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import MONGODB, action
from simulator.api.resource_groups import of_group
from simulator.api.shapes import has_tags, minutes, seconds, vpc_tags
from simulator.cloud import databases, mongodb
from simulator.cloud.database_security_groups import admit, admitted
from simulator.cloud.errors import missing_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change
from simulator.model.databases import Endpoint
from simulator.model.mongodb import MongoDb

_NETWORKS = {"Inner": "Classic", "Private": "VPC", "Public": "Public"}
_DAS_GROUP = "hdm_security_ips"


@action(
    MONGODB,
    "DescribeDBInstances",
    "DBInstanceId DBInstanceDescription DBInstanceStatus DBInstanceType DBInstanceClass Engine EngineVersion "
    "ChargeType NetworkType ReplicationFactor ConnectionDomain VpcId VSwitchId ZoneId Tag PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="dbinstance/*",
)
def describe_db_instances(cloud: Cloud, call: Call) -> Answer:
    """MongoDB instances; PageSize is 30 (default), 50 or 100. DBInstanceType is replicate by default."""
    call.choice("PageSize", ("30", "50", "100"))
    databases = [item for item in cloud.estate.mongodb if _matches(call, item)]
    page = by_number(call, passing(databases, of_group(cloud, call)), maximum=100, default=30)
    return {"DBInstances": {"DBInstance": [_listed(cloud, item) for item in page.items]}, **page.fields}


@action(
    MONGODB,
    "DescribeDBInstanceAttribute",
    "DBInstanceId Engine",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_db_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One MongoDB instance."""
    call.choice("Engine", ("MongoDB",))
    item = cloud.mongodb(call.text("DBInstanceId"))
    vpc_id, vswitch_id = databases.vpc_of(item)
    attribute: Answer = {
        **_instance(cloud, item),
        "VPCId": vpc_id,
        "VSwitchId": vswitch_id,
        "VPCCloudInstanceIds": item.id if vpc_id else "",
        "ReplicaSetName": f"mgset-{item.id.removeprefix('dds-')}",
        "ReplicaSets": {"ReplicaSet": [_node(item, endpoint) for endpoint in item.endpoints]},
        "StorageEngine": "WiredTiger",
        "ProtocolType": "mongodb",
        "ReadonlyReplicas": "0",
        "MaxConnections": 500,
        "MaxIOPS": 1000,
        "MaintainStartTime": "18:00Z",
        "MaintainEndTime": "22:00Z",
        "DBInstanceReleaseProtection": False,
    }
    return {"DBInstances": {"DBInstance": [attribute]}}


@action(
    MONGODB,
    "DescribeReplicaSetRole",
    "DBInstanceId",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_replica_set_role(cloud: Cloud, call: Call) -> Answer:
    """Return the endpoints of the nodes; ExpiredTime is the rest of hybrid access of a classic one, in seconds."""
    item = cloud.mongodb(call.text("DBInstanceId"))
    roles = [_role(cloud, item, endpoint) for endpoint in item.endpoints]
    return {"DBInstanceId": item.id, "ReplicaSets": {"ReplicaSet": roles}}


@action(
    MONGODB,
    "DescribeSecurityIps",
    "DBInstanceId ShowHDMIps",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_security_ips(cloud: Cloud, call: Call) -> Answer:
    """Whitelist groups; DAS's own (hdm_security_ips) only with ShowHDMIps. SecurityIps are those of `default`."""
    item = cloud.mongodb(call.text("DBInstanceId"))
    whitelist_groups = [group for group in item.whitelist_groups if group.name != _DAS_GROUP or call.flag("ShowHDMIps")]
    groups = [
        {
            "SecurityIpGroupName": group.name,
            "SecurityIpGroupAttribute": group.attribute,
            "SecurityIpList": ",".join(group.security_ips),
        }
        for group in whitelist_groups
    ]
    default = [entry for group in whitelist_groups if group.name == "default" for entry in group.security_ips]
    return {"SecurityIpGroups": {"SecurityIpGroup": groups}, "SecurityIps": ",".join(default)}


@action(
    MONGODB,
    "DescribeSecurityGroupConfiguration",
    "DBInstanceId",
    raises="InvalidDBInstanceId.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def describe_security_group_configuration(cloud: Cloud, call: Call) -> Answer:
    """ECS security groups whose members are admitted; a change of the network type removes them."""
    relations = [
        {
            "NetType": "vpc" if group.vpc_id else "classic",
            "RegionId": cloud.estate.region_id,
            "SecurityGroupId": group.id,
        }
        for group in admitted(cloud, cloud.mongodb(call.text("DBInstanceId")))
    ]
    return {"Items": {"RdsEcsSecurityGroupRel": relations}}


@action(
    MONGODB,
    "ModifySecurityGroupConfiguration",
    "DBInstanceId SecurityGroupId",
    raises="InvalidDBInstanceId.NotFound IncorrectDBInstanceState AssociatedEcsSecurityGroupIdQuotaExceed "
    "InvalidSecurityGroupId.NotFound InvalidNetworkType.Mismatch",
    resources="dbinstance/{DBInstanceId}",
)
def modify_security_group_configuration(cloud: Cloud, call: Call) -> None:
    """Set the admitted ECS security groups, at most 10, comma separated."""
    instance = cloud.mongodb(call.text("DBInstanceId"))
    mongodb.check_running(instance)
    admit(cloud, instance, call.text("SecurityGroupId").split(","))


@action(
    MONGODB,
    "ModifySecurityIps",
    "DBInstanceId SecurityIps SecurityIpGroupName SecurityIpGroupAttribute ModifyMode DryRun",
    raises="InvalidDBInstanceId.NotFound IncorrectDBInstanceState InvalidGroupName.Format InvalidSecurityIps.MalFormed "
    "InvalidSecurityIPList.Duplicate InvalidSecurityIPs.NotFound InvalidSecurityIPListLength.Malformed",
    resources="dbinstance/{DBInstanceId}",
    remembers_token=True,
)
def modify_security_ips(cloud: Cloud, call: Call) -> None:
    """Change a whitelist group; ModifyMode is Cover by default; at most 1,000 entries per instance.

    Append refuses an entry that exists; Extend merges it.
    """
    change = Change(
        call.optional("SecurityIpGroupName") or "default",
        call.optional("ModifyMode") or "Cover",
        call.text("SecurityIps").split(","),
        call.optional("SecurityIpGroupAttribute") or "",
    )
    mongodb.change_whitelist(cloud, call.text("DBInstanceId"), change, dry_run=bool(call.flag("DryRun")))


@action(
    MONGODB,
    "ModifyDBInstanceNetworkType",
    "DBInstanceId NetworkType VpcId VSwitchId ZoneId RetainClassic ClassicExpiredDays",
    raises="InvalidDBInstanceId.NotFound IncorrectDBInstanceState IncorrectDBInstanceType IncorrectDBInstanceNetType "
    "InvalidZoneId.NotFound InvalidVpcId.NotFound InvalidVSwitchId.NotFound AllocateVpcIp.NotEnough "
    "InvalidClassicExpiredDays.Format",
    resources="dbinstance/{DBInstanceId}",
)
def modify_db_instance_network_type(cloud: Cloud, call: Call) -> None:
    """Move a replica set to a VPC, which takes `timings.database` seconds and cannot be undone.

    RetainClassic True keeps the classic endpoints for ClassicExpiredDays: 14, 30, 60 or 120.
    """
    call.text("NetworkType")
    call.choice("NetworkType", ("VPC",))
    call.text("RetainClassic")
    mongodb.switch_to_vpc(
        cloud,
        call.text("DBInstanceId"),
        call.text("ZoneId"),
        call.text("VpcId"),
        call.text("VSwitchId"),
        _days(call, "ClassicExpiredDays") if call.flag("RetainClassic") else None,
    )


@action(
    MONGODB,
    "ModifyDBInstanceNetExpireTime",
    "DBInstanceId ConnectionString ClassicExpendExpiredDays",
    raises="InvalidDBInstanceId.NotFound IncorrectDBInstanceState IncorrectDBInstanceType "
    "InvalidClassicExpiredDays.Format InvalidConnectionString.NotFound",
    resources="dbinstance/{DBInstanceId}",
)
def modify_db_instance_net_expire_time(cloud: Cloud, call: Call) -> None:
    """End hybrid access of a classic endpoint, or of all, ClassicExpendExpiredDays from now: 14, 30, 60 or 120."""
    days = _days(call, "ClassicExpendExpiredDays")
    mongodb.extend(cloud, call.text("DBInstanceId"), call.optional("ConnectionString"), days)


def _days(call: Call, name: str) -> int:
    days = call.integer(name)
    if days is None:
        raise missing_parameter(name)
    return days


def _matches(call: Call, item: MongoDb) -> bool:
    vpc_id, vswitch_id = databases.vpc_of(item)
    domain = call.optional("ConnectionDomain")
    equal = {
        "DBInstanceId": item.id,
        "DBInstanceDescription": item.description,
        "DBInstanceStatus": item.status,
        "DBInstanceType": "replicate",
        "DBInstanceClass": item.instance_class,
        "Engine": "MongoDB",
        "EngineVersion": item.engine_version,
        "ChargeType": item.charge_type,
        "NetworkType": item.network_type,
        "ReplicationFactor": str(item.replication_factor),
        "VpcId": vpc_id,
        "VSwitchId": vswitch_id,
        "ZoneId": item.answered_zone_id,
    }
    return (
        all(call.optional(name) in (None, value) for name, value in equal.items())
        and (domain is None or any(endpoint.connection_string == domain for endpoint in item.endpoints))
        and has_tags(item.tags, call.tags())
    )


def _instance(cloud: Cloud, item: MongoDb) -> Answer:
    """Return the fields that the list and the single answer share."""
    answer: Answer = {
        "DBInstanceId": item.id,
        "DBInstanceDescription": item.description,
        "DBInstanceStatus": item.status,
        "DBInstanceType": "replicate",
        "DBInstanceClass": item.instance_class,
        "DBInstanceStorage": item.storage_gib,
        "Engine": "MongoDB",
        "EngineVersion": item.engine_version,
        "ReplicationFactor": str(item.replication_factor),
        "NetworkType": item.network_type,
        "ChargeType": item.charge_type,
        "CreationTime": seconds(item.created_at),
        "LockMode": "Unlock",
        "KindCode": "0",
        "StorageType": "local_ssd",
        "VpcAuthMode": "Close",
        "RegionId": cloud.estate.region_id,
        "ZoneId": item.answered_zone_id,
        "ResourceGroupId": item.resource_group_id or "",
        "Tags": vpc_tags(item.tags),
    }
    return {**answer, "ExpireTime": minutes(item.expired_at)} if item.expired_at else answer


def _listed(cloud: Cloud, item: MongoDb) -> Answer:
    return {**_instance(cloud, item), "MongosList": {"MongosAttribute": []}, "ShardList": {"ShardAttribute": []}}


def _node(item: MongoDb, endpoint: Endpoint) -> Answer:
    vpc_id, vswitch_id = databases.vpc_of(item) if endpoint.ip_type == "Private" else ("", "")
    return {
        "ReplicaSetRole": endpoint.kind,
        "ConnectionDomain": endpoint.connection_string,
        "ConnectionPort": str(endpoint.port),
        "NetworkType": _NETWORKS[endpoint.ip_type],
        "VPCId": vpc_id,
        "VSwitchId": vswitch_id,
        "VPCCloudInstanceId": item.id if vpc_id else "",
    }


def _role(cloud: Cloud, item: MongoDb, endpoint: Endpoint) -> Answer:
    remaining = databases.remaining_seconds(cloud, endpoint)
    answer: Answer = {
        "ReplicaSetRole": endpoint.kind,
        "ConnectionDomain": endpoint.connection_string,
        "ConnectionPort": str(endpoint.port),
        "NetworkType": _NETWORKS[endpoint.ip_type],
        # A node is the same in both networks.
        "RoleId": f"{item.id.removeprefix('dds-')}-{endpoint.kind.lower()}",
    }
    return answer if remaining is None else {**answer, "ExpiredTime": str(remaining)}
