"""Tair (Redis OSS-compatible)."""

from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import REDIS, action
from simulator.api.resource_groups import of_group
from simulator.api.shapes import has_tags, seconds, vpc_tags
from simulator.cloud import databases, redis
from simulator.cloud.database_security_groups import admit, admitted
from simulator.cloud.errors import invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.whitelists import Change
from simulator.model.databases import Endpoint
from simulator.model.redis import Redis

_NET_TYPES = {"Public": "0", "Inner": "1", "Private": "2"}
_MAX_IDS = 30
_CONFIG = '{"EvictionPolicy":"volatile-lru"}'


@action(
    REDIS,
    "DescribeInstances",
    "InstanceIds InstanceStatus InstanceType InstanceClass ArchitectureType EditionType EngineVersion ChargeType "
    "NetworkType NodeType PrivateIp SearchKey VpcId VSwitchId ZoneId Tag PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="instance/*",
)
def describe_instances(cloud: Cloud, call: Call) -> Answer:
    """Redis instances; PageSize at most 50, 30 by default; at most 30 InstanceIds, joined by commas."""
    ids = call.commas("InstanceIds")
    if ids is not None and len(ids) > _MAX_IDS:
        raise invalid_parameter("InstanceIds")
    chosen = [item for item in cloud.estate.redis.among(ids) if _matches(call, item)]
    page = by_number(call, passing(chosen, of_group(cloud, call)), maximum=50, default=30)
    return {"Instances": {"KVStoreInstance": [_listed(cloud, item) for item in page.items]}, **page.fields}


@action(
    REDIS,
    "DescribeInstanceAttribute",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One Redis instance."""
    item = cloud.redis(call.text("InstanceId"))
    attribute: Answer = {
        **_instance(cloud, item),
        "Engine": "Redis",
        "RealInstanceClass": item.instance_class,
        "ReplicationMode": "master-slave",
        "ZoneType": "singlezone",
        "VpcAuthMode": "Open",
        "MaintainStartTime": "18:00Z",
        "MaintainEndTime": "22:00Z",
        "InstanceReleaseProtection": False,
        "IsOrderCompleted": True,
        "IsSupportTDE": False,
        "HasRenewChangeOrder": "false",
        "AvailabilityValue": "100.0%",
        "SecurityIPList": ",".join(entry for group in item.whitelist_groups for entry in group.security_ips),
    }
    return {"Instances": {"DBInstanceAttribute": [attribute]}}


@action(
    REDIS,
    "DescribeDBInstanceNetInfo",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_db_instance_net_info(cloud: Cloud, call: Call) -> Answer:
    """Endpoints; ExpiredTime is the rest of hybrid access of a classic endpoint, in seconds."""
    item = cloud.redis(call.text("InstanceId"))
    infos = [_net_info(cloud, item, endpoint) for endpoint in item.endpoints]
    return {"InstanceNetworkType": item.network_type.upper(), "NetInfoItems": {"InstanceNetInfo": infos}}


@action(
    REDIS,
    "DescribeSecurityIps",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_security_ips(cloud: Cloud, call: Call) -> Answer:
    """Whitelist groups."""
    groups = [
        {
            "SecurityIpGroupName": group.name,
            "SecurityIpGroupAttribute": group.attribute,
            "SecurityIpList": ",".join(group.security_ips),
        }
        for group in cloud.redis(call.text("InstanceId")).whitelist_groups
    ]
    return {"SecurityIpGroups": {"SecurityIpGroup": groups}}


@action(
    REDIS,
    "DescribeSecurityGroupConfiguration",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_security_group_configuration(cloud: Cloud, call: Call) -> Answer:
    """ECS security groups whose members are admitted; a change of the network type removes them."""
    relations = [
        {
            "NetType": "vpc" if group.vpc_id else "classic",
            "RegionId": cloud.estate.region_id,
            "SecurityGroupId": group.id,
        }
        for group in admitted(cloud, cloud.redis(call.text("InstanceId")))
    ]
    return {"Items": {"EcsSecurityGroupRelation": relations}}


@action(
    REDIS,
    "ModifySecurityGroupConfiguration",
    "DBInstanceId SecurityGroupId",
    raises="InvalidInstanceId.NotFound IncorrectDBInstanceState AssociatedEcsSecurityGroupIdQuotaExceed "
    "InvalidSecurityGroupId.NotFound InvalidNetworkType.Mismatch",
    resources="instance/{DBInstanceId}",
)
def modify_security_group_configuration(cloud: Cloud, call: Call) -> None:
    """Set the admitted ECS security groups, at most 10, comma separated."""
    instance = cloud.redis(call.text("DBInstanceId"))
    redis.check_normal(instance)
    admit(cloud, instance, call.text("SecurityGroupId").split(","))


@action(
    REDIS,
    "ModifySecurityIps",
    "InstanceId SecurityIps SecurityIpGroupName SecurityIpGroupAttribute ModifyMode",
    raises="InvalidInstanceId.NotFound IncorrectDBInstanceState InvalidGroupName.Format InvalidSecurityIPList.Format "
    "InvalidSecurityIPList.Duplicate InvalidSecurityIPList.QuotaExceeded InvalidSecurityIPListGroup.QuotaExceeded",
    resources="instance/{InstanceId}",
)
def modify_security_ips(cloud: Cloud, call: Call) -> None:
    """Change a whitelist group; ModifyMode is Cover by default; at most 1,000 entries per instance."""
    change = Change(
        call.optional("SecurityIpGroupName") or "default",
        call.optional("ModifyMode") or "Cover",
        call.text("SecurityIps").split(","),
        call.optional("SecurityIpGroupAttribute") or "",
    )
    redis.change_whitelist(cloud, call.text("InstanceId"), change)


@action(
    REDIS,
    "SwitchNetwork",
    "InstanceId TargetNetworkType VpcId VSwitchId RetainClassic ClassicExpiredDays",
    raises="InvalidInstanceId.NotFound IncorrectDBInstanceState VpcAndVSwitchNotChange VpcVerifyError "
    "IzNotSupportVpcError InsufficientResourceCapacity",
    resources="instance/{InstanceId}",
)
def switch_network(cloud: Cloud, call: Call) -> Answer:
    """Move an instance to a VPC, which takes `timings.database` seconds and cannot be undone.

    RetainClassic True keeps the classic endpoint for ClassicExpiredDays: 14, 30, 60 or 120.
    """
    call.choice("TargetNetworkType", ("VPC",))
    instance_id, vpc_id, vswitch_id = call.text("InstanceId"), call.text("VpcId"), call.text("VSwitchId")
    days = _days(call) if call.flag("RetainClassic") else None
    redis.switch_to_vpc(cloud, instance_id, vpc_id, vswitch_id, days)
    return {"TaskId": "0"}


@action(
    REDIS,
    "ModifyInstanceNetExpireTime",
    "InstanceId ConnectionString ClassicExpiredDays",
    raises="InvalidInstanceId.NotFound IncorrectDBInstanceState ClassicExpiredDaysError "
    "InvalidConnectionString.NotFound",
    resources="instance/{InstanceId}",
)
def modify_instance_net_expire_time(cloud: Cloud, call: Call) -> Answer:
    """End hybrid access of the classic endpoint ClassicExpiredDays (14, 30, 60 or 120) from now."""
    instance_id = call.text("InstanceId")
    endpoint = redis.extend(cloud, instance_id, call.text("ConnectionString"), _days(call))
    item = {
        "DBInstanceNetType": "Classic",
        "ConnectionString": endpoint.connection_string,
        "IPAddress": endpoint.ip_address,
        "Port": str(endpoint.port),
        "ExpiredTime": seconds(endpoint.expires_at),
    }
    return {"InstanceId": instance_id, "NetInfoItems": {"NetInfoItem": [item]}}


def _days(call: Call) -> int:
    days = call.integer("ClassicExpiredDays")
    if days is None:
        raise missing_parameter("ClassicExpiredDays")
    return days


def _matches(call: Call, item: Redis) -> bool:
    vpc_id, vswitch_id = databases.vpc_of(item)
    search = call.optional("SearchKey")
    equal = {
        "InstanceStatus": item.status,
        "InstanceType": "Redis",
        "InstanceClass": item.instance_class,
        "ArchitectureType": item.architecture_type,
        "EditionType": "Community",
        "EngineVersion": item.engine_version,
        "ChargeType": item.charge_type,
        "NetworkType": item.network_type.upper(),
        "NodeType": "double",
        "PrivateIp": _private_ip(item),
        "VpcId": vpc_id,
        "VSwitchId": vswitch_id,
        "ZoneId": item.answered_zone_id,
    }
    return (
        all(call.optional(name) in (None, value) for name, value in equal.items())
        and (search is None or search in item.id or search in item.description)
        and has_tags(item.tags, call.tags())
    )


def _private_ip(item: Redis) -> str:
    return next((endpoint.ip_address for endpoint in item.endpoints if endpoint.ip_type == "Private"), "")


def _main_endpoint(item: Redis) -> Endpoint:
    order = ("Private", "Inner", "Public")
    return min(item.endpoints, key=lambda endpoint: order.index(endpoint.ip_type))


def _instance(cloud: Cloud, item: Redis) -> Answer:
    """Return the fields that the list and the single answer share."""
    endpoint = _main_endpoint(item)
    vpc_id, vswitch_id = databases.vpc_of(item)
    return {
        "InstanceId": item.id,
        "InstanceName": item.description,
        "InstanceStatus": item.status,
        "InstanceType": "Redis",
        "InstanceClass": item.instance_class,
        "ArchitectureType": item.architecture_type,
        "EngineVersion": item.engine_version,
        "Capacity": item.capacity_mib,
        "Bandwidth": 10,
        "Connections": 10000,
        "QPS": 100000,
        "NodeType": "double",
        "PackageType": "standard",
        "ChargeType": item.charge_type,
        "CreateTime": seconds(item.created_at),
        "EndTime": seconds(item.expired_at),
        "IsRds": True,
        "Config": _CONFIG,
        "ConnectionDomain": endpoint.connection_string,
        "Port": endpoint.port,
        "PrivateIp": _private_ip(item),
        "NetworkType": item.network_type.upper(),
        "VpcId": vpc_id,
        "VSwitchId": vswitch_id,
        "RegionId": cloud.estate.region_id,
        "ZoneId": item.answered_zone_id,
        "ResourceGroupId": item.resource_group_id or "",
        "Tags": vpc_tags(item.tags),
    }


def _listed(cloud: Cloud, item: Redis) -> Answer:
    return {
        **_instance(cloud, item),
        "ConnectionMode": "Standard",
        "EditionType": "Community",
        "HasRenewChangeOrder": False,
        "UserName": item.id,
    }


def _net_info(cloud: Cloud, item: Redis, endpoint: Endpoint) -> Answer:
    remaining = databases.remaining_seconds(cloud, endpoint)
    vpc_id, vswitch_id = databases.vpc_of(item) if endpoint.ip_type == "Private" else ("", "")
    answer: Answer = {
        "DBInstanceNetType": _NET_TYPES[endpoint.ip_type],
        "ConnectionString": endpoint.connection_string,
        "IPAddress": endpoint.ip_address,
        "IPType": endpoint.ip_type,
        "Port": str(endpoint.port),
        "DirectConnection": 0,
        "VPCId": vpc_id,
        "VSwitchId": vswitch_id,
        "VPCInstanceId": item.id if vpc_id else "",
        # The remaining seconds as well, 0 for an endpoint that does not end (reference of this action).
        "Upgradeable": str(remaining or 0),
    }
    return answer if remaining is None else {**answer, "ExpiredTime": str(remaining)}
