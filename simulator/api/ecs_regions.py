"""ECS: regions, zones, instance types, and the quotas of the account."""

import math

from simulator.api.call import Answer, Call
from simulator.api.paging import Size, by_token
from simulator.api.registry import ECS, action
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import InstanceType, Zone

_DISK_CATEGORIES = ["cloud_efficiency", "cloud_ssd", "cloud_essd"]
_DESTINATIONS = ("Zone", "IoOptimized", "InstanceType", "SystemDisk", "DataDisk", "Network", "ddh")


@action(ECS, "DescribeRegions", "InstanceChargeType ResourceType")
def describe_regions(cloud: Cloud, call: Call) -> Answer:
    """Return the one region of the estate."""
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
    """Return the zones, and whether a VSwitch can be made in each (AvailableResourceCreation)."""
    return {"Zones": {"Zone": [_zone(zone) for zone in cloud.estate.zones]}}


@action(
    ECS,
    "DescribeAvailableResource",
    "DestinationResource ResourceType ZoneId InstanceType Cores Memory InstanceChargeType IoOptimized NetworkCategory "
    "Scope SpotStrategy SystemDiskCategory DataDiskCategory",
    raises="InvalidDestinationResource.Malformed",
)
def describe_available_resource(cloud: Cloud, call: Call) -> Answer:
    """Instance types, disks or zones in stock, for instances in a VPC: nothing is for the classic network.

    Only ResourceType instance, and only DestinationResource Zone, InstanceType, SystemDisk and DataDisk tell more than
    the zone; SpotStrategy and InstanceChargeType change nothing.
    """
    destination = call.text("DestinationResource")
    if destination not in _DESTINATIONS:
        raise invalid_parameter("DestinationResource", "InvalidDestinationResource.Malformed")
    if call.optional("ResourceType") not in (None, "instance"):
        raise NotSimulatedError(f"DescribeAvailableResource of {call.optional('ResourceType')}")
    kinds = _types_in_stock(cloud, call)
    zones = [zone for zone in cloud.estate.zones if call.optional("ZoneId") in (None, zone.id)]
    wanted = call.optional("InstanceType")
    available = [
        _zone_resources(zone, destination, wanted, kinds) for zone in zones if kinds & set(zone.instance_types)
    ]
    return {"AvailableZones": {"AvailableZone": available}}


@action(
    ECS,
    "DescribeInstanceTypes",
    "InstanceTypes InstanceTypeFamily MinimumEniQuantity MinimumCpuCoreCount MaximumCpuCoreCount MinimumMemorySize "
    "MaximumMemorySize MaxResults NextToken",
    raises="Invalid.InstanceTypes",
)
def describe_instance_types(cloud: Cloud, call: Call) -> Answer:
    """Instance types; MaxResults at most 1600, and as many by default. At most 10 InstanceTypes.N."""
    wanted = call.repeated("InstanceTypes")
    if len(wanted) > 10:
        raise CloudError("Invalid.InstanceTypes", "The number of InstanceTypes exceeds 10.")
    family = call.optional("InstanceTypeFamily")
    least = call.integer("MinimumEniQuantity") or 0
    cores = (call.integer("MinimumCpuCoreCount") or 0, call.integer("MaximumCpuCoreCount") or math.inf)
    memory = (_number(call, "MinimumMemorySize") or 0, _number(call, "MaximumMemorySize") or math.inf)
    found = [
        kind
        for kind in cloud.estate.instance_types.among(wanted or None)
        if family in (None, kind.family)
        and (kind.eni_quantity or 0) >= least
        and cores[0] <= kind.cpu <= cores[1]
        and memory[0] <= kind.memory_gib <= memory[1]
    ]
    page = by_token(call, found, Size(maximum=1600, default=1600))
    return {"InstanceTypes": {"InstanceType": [_instance_type(cloud, kind) for kind in page.items]}, **page.fields}


@action(ECS, "DescribeAccountAttributes", "AttributeName ZoneId")
def describe_account_attributes(cloud: Cloud, call: Call) -> Answer:
    """Return quotas of the account; AttributeName.N of other ones is refused as not simulated.

    These are instance-network-type, max-security-groups, max-elastic-network-interfaces, real-name-authentication.
    """
    values = {
        # Classic instances are there and can be looked at; they are not sold.
        "instance-network-type": "vpc",
        "max-security-groups": "100",
        "max-elastic-network-interfaces": str(cloud.estate.quotas.network_interfaces),
        "real-name-authentication": "yes",
    }
    wanted = call.repeated("AttributeName") or list(values)
    if unknown := [name for name in wanted if name not in values]:
        raise NotSimulatedError(f"the account attributes {', '.join(unknown)}")
    items = [{"AttributeName": name, "AttributeValues": {"ValueItem": [{"Value": values[name]}]}} for name in wanted]
    return {"AccountAttributeItems": {"AccountAttributeItem": items}}


def _types_in_stock(cloud: Cloud, call: Call) -> set[str]:
    """Return the instance types that DescribeAvailableResource may answer."""
    if call.choice("NetworkCategory", ("vpc", "classic")) == "classic" or call.optional("IoOptimized") == "none":
        return set()
    disks = {call.optional("SystemDiskCategory"), call.optional("DataDiskCategory")} - {None}
    if not disks <= set(_DISK_CATEGORIES):
        return set()
    cores, memory = call.integer("Cores"), _number(call, "Memory")
    return {
        kind.id
        for kind in cloud.estate.instance_types
        if cores in (None, kind.cpu) and memory in (None, kind.memory_gib)
    }


def _number(call: Call, name: str) -> float | None:
    text = call.optional(name)
    try:
        return None if text is None else float(text)
    except ValueError:
        raise invalid_parameter(name) from None


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


def _zone_resources(zone: Zone, destination: str, wanted: str | None, kinds: set[str]) -> Answer:
    if destination == "InstanceType":
        values = [kind for kind in zone.instance_types if kind in kinds and wanted in (None, kind)]
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


def _instance_type(cloud: Cloud, kind: InstanceType) -> Answer:
    disks = max(
        (item.local_storage_amount for item in cloud.estate.instances if item.instance_type == kind.id), default=0
    )
    answer: Answer = {
        "InstanceTypeId": kind.id,
        "InstanceTypeFamily": kind.family,
        "CpuCoreCount": kind.cpu,
        "MemorySize": kind.memory_gib,
        "CpuArchitecture": "X86",
        "GPUAmount": 0,
        "LocalStorageCategory": "local_ssd_pro" if disks else "",
    }
    # A type without local disks is listed without their number (answers of 2017).
    if disks:
        answer["LocalStorageAmount"] = disks
    # The phased-out generation I is listed without any ENI figure.
    if kind.eni_quantity is not None:
        answer["EniQuantity"] = kind.eni_quantity
    return answer
