"""ECS: regions, zones and instance types."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_token
from simulator.api.registry import ECS, action
from simulator.cloud.errors import CloudError, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import InstanceType, Zone

_DISK_CATEGORIES = ["cloud_efficiency", "cloud_ssd", "cloud_essd"]
_DESTINATIONS = ("Zone", "IoOptimized", "InstanceType", "SystemDisk", "DataDisk", "Network", "ddh")


@action(ECS, "DescribeRegions", "InstanceChargeType ResourceType")
def describe_regions(cloud: Cloud, call: Call) -> Answer:
    """The one region of the estate."""
    region = cloud.estate.region_id
    item = {
        "RegionId": region,
        "LocalName": region,
        "RegionEndpoint": f"ecs.{region}.aliyuncs.com",
        "Status": "available",
    }
    return {"Regions": {"Region": [item]}}


@action(ECS, "DescribeZones", "InstanceChargeType SpotStrategy Verbose")
def describe_zones(cloud: Cloud, call: Call) -> Answer:
    """The zones, and whether a VSwitch can be made in each (AvailableResourceCreation)."""
    return {"Zones": {"Zone": [_zone(zone) for zone in cloud.estate.zones]}}


@action(
    ECS,
    "DescribeAvailableResource",
    "DestinationResource ResourceType ZoneId InstanceType InstanceChargeType IoOptimized NetworkCategory Scope "
    "SpotStrategy SystemDiskCategory DataDiskCategory",
    raises="InvalidDestinationResource.Malformed",
)
def describe_available_resource(cloud: Cloud, call: Call) -> Answer:
    """Instance types, disks or zones in stock; only DestinationResource Zone, InstanceType and *Disk are answered."""
    destination = call.text("DestinationResource")
    if destination not in _DESTINATIONS:
        raise invalid_parameter("DestinationResource", "InvalidDestinationResource.Malformed")
    wanted = call.optional("InstanceType")
    zones = [zone for zone in cloud.estate.zones if call.optional("ZoneId") in (None, zone.id)]
    available = [_zone_resources(zone, destination, wanted) for zone in zones if zone.instance_types]
    return {"AvailableZones": {"AvailableZone": available}}


@action(
    ECS,
    "DescribeInstanceTypes",
    "InstanceTypes InstanceTypeFamily MinimumEniQuantity MaxResults NextToken",
    raises="Invalid.InstanceTypes",
)
def describe_instance_types(cloud: Cloud, call: Call) -> Answer:
    """Instance types; MaxResults at most 1600, and as many by default. At most 10 InstanceTypes.N."""
    wanted = call.repeated("InstanceTypes")
    if len(wanted) > 10:
        raise CloudError("Invalid.InstanceTypes", "The number of InstanceTypes exceeds 10.")
    family = call.optional("InstanceTypeFamily")
    least = call.integer("MinimumEniQuantity") or 0
    found = [
        kind
        for kind in cloud.estate.instance_types
        if (not wanted or kind.id in wanted) and family in (None, kind.family) and (kind.eni_quantity or 0) >= least
    ]
    page = by_token(call, found, maximum=1600, default=1600)
    return {"InstanceTypes": {"InstanceType": [_instance_type(kind) for kind in page.items]}, **page.fields}


def _zone(zone: Zone) -> Answer:
    creations = ["Instance", "Disk", *(["VSwitch"] if zone.vswitch_available else [])]
    return {
        "ZoneId": zone.id,
        "LocalName": zone.local_name,
        "ZoneType": "AvailabilityZone",
        "AvailableResourceCreation": {"ResourceTypes": creations},
        "AvailableInstanceTypes": {"InstanceTypes": zone.instance_types},
        "AvailableDiskCategories": {"DiskCategories": _DISK_CATEGORIES},
    }


def _zone_resources(zone: Zone, destination: str, wanted: str | None) -> Answer:
    if destination == "InstanceType":
        values = [kind for kind in zone.instance_types if wanted in (None, kind)]
    elif destination in ("SystemDisk", "DataDisk"):
        if wanted is None:
            raise missing_parameter("InstanceType")
        values = _DISK_CATEGORIES if wanted in zone.instance_types else []
    else:
        values = [zone.id]
    resources = [{"Value": value, "Status": "Available", "StatusCategory": "WithStock"} for value in values]
    kind = {"Type": destination, "SupportedResources": {"SupportedResource": resources}}
    return {
        "ZoneId": zone.id,
        "RegionId": zone.id.rpartition("-")[0],
        "Status": "Available" if values else "SoldOut",
        "StatusCategory": "WithStock" if values else "WithoutStock",
        "AvailableResources": {"AvailableResource": [kind] if values else []},
    }


def _instance_type(kind: InstanceType) -> Answer:
    answer: Answer = {
        "InstanceTypeId": kind.id,
        "InstanceTypeFamily": kind.family,
        "CpuCoreCount": kind.cpu,
        "MemorySize": kind.memory_gib,
        "CpuArchitecture": "X86",
    }
    # The phased-out generation I is listed without any ENI figure.
    if kind.eni_quantity is not None:
        answer["EniQuantity"] = kind.eni_quantity
    return answer
