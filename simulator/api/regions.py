"""Regions and zones of the products other than ECS, and what CLB and Redis sell in each zone.

Sources: SDK texts of DescribeRegions, DescribeZones and DescribeAvailableResource of each product. What a zone sells is
in no estate file: CLB is in every zone that takes VSwitches, with the next one as its secondary zone; Redis of the
classic architecture is in those too, in the instance classes that the estate has, and one of 1 GB in any case.
"""

from simulator.api.call import Answer, Call
from simulator.api.registry import MONGODB, RDS, REDIS, SLB, VPC, action
from simulator.cloud.errors import NotSimulatedError
from simulator.cloud.state import Cloud
from simulator.model.ecs import Zone

#: What can be bought in any estate: engine version, instance class, and its MB
_SMALLEST = ("5.0", "redis.master.small.default", 1024)


@action(VPC, "DescribeRegions", "ProductType")
def describe_vpc_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the one region of the estate; ProductType is VPC or VPN."""
    call.choice("ProductType", ("VPC", "VPN"))
    return {"Regions": {"Region": [_region(cloud, "vpc")]}}


@action(VPC, "DescribeZones", "ZoneType")
def describe_vpc_zones(cloud: Cloud, call: Call) -> Answer:
    """Return the zones of the region, which are no edge zones."""
    kind = call.choice("ZoneType", ("AvailabilityZone", "EdgeZone"))
    zones = [] if kind == "EdgeZone" else list(cloud.estate.zones)
    items = [{"ZoneId": zone.id, "LocalName": zone.local_name, "ZoneType": "AvailabilityZone"} for zone in zones]
    return {"Zones": {"Zone": items}}


@action(SLB, "DescribeRegions")
def describe_slb_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the one region of the estate."""
    return {"Regions": {"Region": [_region(cloud, "slb")]}}


@action(SLB, "DescribeZones")
def describe_slb_zones(cloud: Cloud, call: Call) -> Answer:
    """Return the zones for a load balancer, each with those that can be its secondary zone."""
    zones = _selling(cloud)
    items = [
        {
            "ZoneId": zone.id,
            "LocalName": zone.local_name,
            "SlaveZones": {
                "SlaveZone": [
                    {"ZoneId": other.id, "LocalName": other.local_name} for other in zones if other is not zone
                ]
            },
        }
        for zone in zones
    ]
    return {"Zones": {"Zone": items}}


@action(SLB, "DescribeAvailableResource", "AddressType AddressIPVersion")
def describe_slb_available_resource(cloud: Cloud, call: Call) -> Answer:
    """Return pairs of a primary and a secondary zone, and which load balancers of IPv4 are sold in them."""
    kinds = ["vpc", "classic_internet", *(["classic_intranet"] if cloud.estate.classic_network else [])]
    address_type = call.choice("AddressType", ("vpc", "classic_internet", "classic_intranet"))
    sold = [kind for kind in kinds if address_type in (None, kind)]
    if call.choice("AddressIPVersion", ("ipv4", "ipv6")) == "ipv6":
        sold = []
    zones = _selling(cloud)
    resources = [{"AddressType": kind, "AddressIPVersion": "ipv4"} for kind in sold]
    items = [
        {
            "MasterZoneId": zone.id,
            "SlaveZoneId": zones[(place + 1) % len(zones)].id,
            "SupportResources": {"SupportResource": resources},
        }
        for place, zone in enumerate(zones)
    ]
    return {"AvailableResources": {"AvailableResource": items if sold else []}}


@action(RDS, "DescribeRegions")
def describe_rds_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the zones for databases, one item each; a multi-zone item too if a database uses it.

    A zone of several is named as ApsaraDB does, such as cn-hangzhou-MAZ1(b,h).
    """
    region, endpoint = cloud.estate.region_id, f"rds.{cloud.estate.region_id}.aliyuncs.com"
    several = {item.answered_zone_id: item.answered_zone_id for item in cloud.estate.databases if item.other_zone_ids}
    zones = {**{zone.id: zone.local_name for zone in _selling(cloud)}, **several}
    items = [
        {"RegionId": region, "LocalName": region, "RegionEndpoint": endpoint, "ZoneId": zone_id, "ZoneName": name}
        for zone_id, name in zones.items()
    ]
    return {"Regions": {"RDSRegion": items}}


@action(REDIS, "DescribeRegions")
def describe_redis_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the one region of the estate with its zones."""
    zones = [zone.id for zone in _selling(cloud)]
    item = {**_region(cloud, "r-kvstore"), "ZoneIds": ",".join(zones), "ZoneIdList": {"ZoneId": zones}}
    return {"RegionIds": {"KVStoreRegion": [item]}}


@action(
    REDIS,
    "DescribeAvailableResource",
    "Engine InstanceChargeType InstanceId InstanceScene NodeId OrderType ProductType ZoneId",
)
def describe_redis_available_resource(cloud: Cloud, call: Call) -> Answer:
    """Return what is sold of Redis: the classic architecture (ProductType Local), a master with a replica.

    The instance classes are those of the estate, and redis.master.small.default. What is left to change to (OrderType
    UPGRADE and DOWNGRADE) and the other kinds of product are refused as not simulated.
    """
    if call.choice("OrderType", ("BUY", "UPGRADE", "DOWNGRADE")) not in (None, "BUY") or call.optional("InstanceId"):
        raise NotSimulatedError("DescribeAvailableResource of an instance that is there")
    if call.optional("ProductType") not in (None, "Local") or call.optional("InstanceScene"):
        raise NotSimulatedError("DescribeAvailableResource of Redis other than of the classic architecture")
    call.choice("InstanceChargeType", ("PrePaid", "PostPaid"))
    if call.choice("Engine", ("Redis", "Memcache")) == "Memcache":
        return {"AvailableZones": {"AvailableZone": []}}
    engine = _redis_engine(cloud)
    items = [
        {
            "ZoneId": zone.id,
            "ZoneName": zone.local_name,
            "RegionId": cloud.estate.region_id,
            "SupportedEngines": {"SupportedEngine": [engine]},
        }
        for zone in _selling(cloud)
        if call.optional("ZoneId") in (None, zone.id)
    ]
    return {"AvailableZones": {"AvailableZone": items}}


@action(MONGODB, "DescribeRegions")
def describe_mongodb_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the one region of the estate with its zones."""
    region = cloud.estate.region_id
    zones = [{"ZoneId": zone.id, "ZoneName": zone.local_name, "VpcEnabled": True} for zone in _selling(cloud)]
    item = {"RegionId": region, "RegionName": region, "EndPoint": "mongodb.aliyuncs.com", "Zones": {"Zone": zones}}
    return {"Regions": {"DdsRegion": [item]}}


def _region(cloud: Cloud, code: str) -> Answer:
    region = cloud.estate.region_id
    return {"RegionId": region, "LocalName": region, "RegionEndpoint": f"{code}.{region}.aliyuncs.com"}


def _selling(cloud: Cloud) -> list[Zone]:
    """Return the zones in which new instances are sold."""
    return [zone for zone in cloud.estate.zones if zone.vswitch_available]


def _redis_engine(cloud: Cloud) -> Answer:
    """Return the engine Redis as a tree of edition, series, version, architecture, shards, nodes and classes."""
    present = [
        (item.engine_version, item.instance_class, item.capacity_mib)
        for item in cloud.estate.redis
        if item.architecture_type == "standard"
    ]
    by_version: dict[str, dict[str, int]] = {}
    for version, name, capacity in (_SMALLEST, *present):
        by_version.setdefault(version, {})[name] = capacity
    versions = [_redis_version(version, classes) for version, classes in sorted(by_version.items())]
    series = {
        "SeriesType": "enhanced_performance_type",
        "SupportedEngineVersions": {"SupportedEngineVersion": versions},
    }
    edition = {"EditionType": "Community", "SupportedSeriesTypes": {"SupportedSeriesType": [series]}}
    return {"Engine": "Redis", "SupportedEditionTypes": {"SupportedEditionType": [edition]}}


def _redis_version(version: str, classes: dict[str, int]) -> Answer:
    resources = [
        {"InstanceClass": name, "InstanceClassRemark": f"{capacity} MB", "Capacity": capacity}
        for name, capacity in sorted(classes.items())
    ]
    nodes = {"SupportedNodeType": "double", "AvailableResources": {"AvailableResource": resources}}
    shards = {"ShardNumber": "1", "SupportedNodeTypes": {"SupportedNodeType": [nodes]}}
    architecture = {"Architecture": "standard", "SupportedShardNumbers": {"SupportedShardNumber": [shards]}}
    return {"Version": version, "SupportedArchitectureTypes": {"SupportedArchitectureType": [architecture]}}
