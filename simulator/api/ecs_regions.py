"""ECS: regions, zones, instance types, and the quotas of the account."""

from simulator.api.call import Answer, Call
from simulator.api.paging import Size, by_token
from simulator.api.registry import ECS, action
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import InstanceType, Zone

_DISK_CATEGORIES = ["cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto", "cloud_essd_entry"]
# Filters of DescribeInstanceTypes, by field: numbers, one of several words, part of a word.
_LEAST = (
    "BaselineCredit CpuCoreCount CpuSpeedFrequency CpuTurboFrequency DiskQuantity EniIpv6AddressQuantity "
    "EniPrivateIpAddressQuantity EniQuantity EriQuantity GPUAmount InitialCredit InstanceBandwidthRx "
    "InstanceBandwidthTx InstancePpsRx InstancePpsTx LocalStorageAmount LocalStorageCapacity MemorySize "
    "PrimaryEniQueueNumber QueuePairNumber SecondaryEniQueueNumber"
)
_MOST = "CpuCoreCount CpuSpeedFrequency CpuTurboFrequency GPUAmount MemorySize"
_BOUNDS = (*(f"Minimum{name}" for name in _LEAST.split()), *(f"Maximum{name}" for name in _MOST.split()))
_ONE_OF = {
    "CpuArchitecture": "CpuArchitecture",
    "CpuArchitectures": "CpuArchitecture",
    "InstanceCategories": "InstanceCategory",
    "InstanceCategory": "InstanceCategory",
    "InstanceFamilyLevel": "InstanceFamilyLevel",
    "InstanceTypeFamilies": "InstanceTypeFamily",
    "InstanceTypeFamily": "InstanceTypeFamily",
    "LocalStorageCategories": "LocalStorageCategory",
    "LocalStorageCategory": "LocalStorageCategory",
    "NvmeSupport": "NvmeSupport",
}
_PART_OF = {
    "GPUSpec": "GPUSpec",
    "GpuSpecs": "GPUSpec",
    "PhysicalProcessorModel": "PhysicalProcessorModel",
    "PhysicalProcessorModels": "PhysicalProcessorModel",
}
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
    """Return the zones, and whether a VSwitch can be created in each (AvailableResourceCreation)."""
    return {"Zones": {"Zone": [_zone(zone) for zone in cloud.estate.zones]}}


@action(
    ECS,
    "DescribeAvailableResource",
    "DestinationResource ResourceType ZoneId InstanceType Cores Memory InstanceChargeType IoOptimized NetworkCategory "
    "Scope SpotStrategy SystemDiskCategory DataDiskCategory",
    raises="InvalidDestinationResource.Malformed",
)
def describe_available_resource(cloud: Cloud, call: Call) -> Answer:
    """Instance types, disks or zones in stock for instances in a VPC; nothing is sold for the classic network.

    Only ResourceType instance and disk, and only DestinationResource Zone, InstanceType, SystemDisk and DataDisk answer
    more than the zone; SpotStrategy and InstanceChargeType change nothing.
    """
    destination = call.text("DestinationResource")
    if destination not in _DESTINATIONS:
        raise invalid_parameter("DestinationResource", "InvalidDestinationResource.Malformed")
    if call.optional("ResourceType") not in (None, "instance", "disk"):
        raise NotSimulatedError(f"DescribeAvailableResource of {call.optional('ResourceType')}")
    kinds = _types_in_stock(cloud, call)
    zones = [zone for zone in cloud.estate.zones if call.optional("ZoneId") in (None, zone.id)]
    type_id = call.optional("InstanceType")
    if type_id is None and destination in ("SystemDisk", "DataDisk") and call.optional("ResourceType") != "disk":
        raise missing_parameter("InstanceType")
    available = [
        _zone_resources(zone, destination, type_id, kinds) for zone in zones if kinds & set(zone.instance_types)
    ]
    return {"AvailableZones": {"AvailableZone": available}}


@action(
    ECS,
    "DescribeInstanceTypes",
    f"InstanceTypes {' '.join(_BOUNDS)} {' '.join(_ONE_OF)} {' '.join(_PART_OF)} MaxResults NextToken",
    raises="Invalid.InstanceTypes",
    # alicloud 1.285.0 always sends these.
    passes_over="SystemDiskCategory",
)
def describe_instance_types(cloud: Cloud, call: Call) -> Answer:
    """Instance types; MaxResults at most 1600, which is the default. At most 10 InstanceTypes.N.

    A missing number of a type counts as 0, a missing word as none.
    """
    type_ids = call.repeated("InstanceTypes")
    if len(type_ids) > 10:
        raise CloudError("Invalid.InstanceTypes", "The number of InstanceTypes exceeds 10.")
    bounds = {name: bound for name in _BOUNDS if (bound := _number(call, name)) is not None}
    listed = [_instance_type(cloud, kind) for kind in cloud.estate.instance_types.among(type_ids or None)]
    kinds = [kind for kind in listed if _is_within(kind, bounds) and _is_named(kind, call)]
    page = by_token(call, kinds, Size(maximum=1600, default=1600))
    return {"InstanceTypes": {"InstanceType": page.items}, **page.fields}


@action(ECS, "DescribeAccountAttributes", "AttributeName ZoneId")
def describe_account_attributes(cloud: Cloud, call: Call) -> Answer:
    """Return quotas of the account; AttributeName.N of other ones is refused as not simulated.

    These are instance-network-type, max-security-groups, max-elastic-network-interfaces, real-name-authentication.
    """
    values = {
        # Classic instances exist and can be read, but are no longer sold.
        "instance-network-type": "vpc",
        "max-security-groups": "100",
        "max-elastic-network-interfaces": str(cloud.estate.quotas.network_interfaces),
        "real-name-authentication": "yes",
    }
    names = call.repeated("AttributeName") or list(values)
    if unknown := [name for name in names if name not in values]:
        raise NotSimulatedError(f"the account attributes {', '.join(unknown)}")
    items = [{"AttributeName": name, "AttributeValues": {"ValueItem": [{"Value": values[name]}]}} for name in names]
    return {"AccountAttributeItems": {"AccountAttributeItem": items}}


def _is_within(kind: Answer, bounds: dict[str, float]) -> bool:
    """Whether the listed numbers of an instance type are within all bounds."""
    for name, bound in bounds.items():
        figure = float(str(kind.get(name[len("Minimum") :]) or 0))
        if (figure < bound) if name.startswith("Minimum") else (figure > bound):
            return False
    return True


def _is_named(kind: Answer, call: Call) -> bool:
    """Whether the listed word of each field is one of the given words."""
    for name, field in _ONE_OF.items():
        words = _words(call, name)
        if words and kind.get(field) not in words:
            return False
    for name, field in _PART_OF.items():
        words = _words(call, name)
        if words and not any(word in str(kind.get(field, "")) for word in words):
            return False
    return True


def _words(call: Call, name: str) -> list[str]:
    return call.repeated(name) or [word for word in [call.optional(name)] if word]


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


def _zone_resources(zone: Zone, destination: str, type_id: str | None, kinds: set[str]) -> Answer:
    if destination == "InstanceType":
        values = [kind for kind in zone.instance_types if kind in kinds and type_id in (None, kind)]
    elif destination in ("SystemDisk", "DataDisk"):
        values = _DISK_CATEGORIES if type_id in (None, *zone.instance_types) else []
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
