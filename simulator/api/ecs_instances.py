"""ECS: instances and disks."""

from collections.abc import Sequence

from simulator.api.call import Answer, Call
from simulator.api.paging import Page, by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, minutes, seconds
from simulator.cloud.errors import dry_run_passed
from simulator.cloud.state import Cloud
from simulator.model.ecs import Disk, Instance

_SALE_FOREVER = "2099-12-31T15:59Z"


def _no_instances(cloud: Cloud, call: Call) -> Answer:
    """What a caller without permission sees: an empty list, unless it asks by DryRun (DescribeInstances reference)."""
    return _instances_answer(cloud, _page(call, []))


@action(
    ECS,
    "DescribeInstances",
    "InstanceIds InstanceName InstanceNetworkType InstanceType SecurityGroupId Status VpcId VSwitchId ZoneId Tag "
    "InnerIpAddresses PrivateIpAddresses PublicIpAddresses DryRun MaxResults NextToken PageNumber PageSize",
    empty_if_denied=_no_instances,
    raises="InvalidInstanceIds.Malformed MissingParameter.TagKey",
    resources="instance/*",
)
def describe_instances(cloud: Cloud, call: Call) -> Answer:
    """Instances; PageSize at most 100, MaxResults drawn into 10..100, 10 by default either way.

    DryRun=true answers DryRunOperation (400). An empty InstanceIds array is a filter that nothing passes.
    """
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.json_list("InstanceIds", "InvalidInstanceIds.Malformed")
    found = [instance for instance in cloud.estate.instances if _matches(call, instance, ids)]
    return _instances_answer(cloud, _page(call, found))


@action(
    ECS,
    "DescribeInstanceAttribute",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One instance; raises InvalidInstanceId.NotFound."""
    return _instance_attribute(cloud, cloud.instance(call.text("InstanceId")))


@action(
    ECS,
    "DescribeDisks",
    "DiskIds InstanceId DiskType Category Status ZoneId DiskName Tag DryRun MaxResults NextToken PageNumber PageSize",
    raises="InvalidDiskIds.Malformed InvalidDiskType.ValueNotSupported MissingParameter.TagKey",
    resources="disk/*",
)
def describe_disks(cloud: Cloud, call: Call) -> Answer:
    """Disks; PageSize at most 100, MaxResults drawn into 10..500, 10 by default either way."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.json_list("DiskIds", "InvalidDiskIds.Malformed")
    kind = call.choice("DiskType", ("all", "system", "data"), "InvalidDiskType.ValueNotSupported")
    found = [
        disk
        for disk in cloud.estate.disks
        if (ids is None or disk.id in ids)
        and kind in (None, "all", disk.type)
        and call.optional("InstanceId") in (None, disk.instance_id)
        and call.optional("Category") in (None, "all", disk.category)
        and call.optional("Status") in (None, "All", _disk_status(disk))
        and call.optional("ZoneId") in (None, disk.zone_id)
        and call.optional("DiskName") in (None, disk.name)
        and has_tags(disk.tags, call.tags())
    ]
    page = by_either(call, found, maximum=100, token_maximum=500, clamp=True)
    return {"Disks": {"Disk": [_disk(cloud, disk) for disk in page.items]}, **page.fields}


def _page(call: Call, found: Sequence[Instance]) -> Page[Instance]:
    return by_either(call, found, maximum=100, token_maximum=100, clamp=True)


def _instances_answer(cloud: Cloud, page: Page[Instance]) -> Answer:
    return {"Instances": {"Instance": [_instance(cloud, instance) for instance in page.items]}, **page.fields}


def _matches(call: Call, instance: Instance, ids: list[str] | None) -> bool:
    if ids is not None and instance.id not in ids:
        return False
    name = call.optional("InstanceName")
    if name is not None and not _name_matches(instance.name, name):
        return False
    equal = {
        "InstanceNetworkType": instance.network_type,
        "InstanceType": instance.instance_type,
        "Status": instance.status,
        "VpcId": instance.vpc_id,
        "VSwitchId": instance.vswitch_id,
        "ZoneId": instance.zone_id,
    }
    if any(call.optional(parameter) not in (None, value) for parameter, value in equal.items()):
        return False
    group = call.optional("SecurityGroupId")
    if group is not None and group not in instance.security_group_ids:
        return False
    return _addresses_match(call, instance) and has_tags(instance.tags, call.tags())


def _name_matches(name: str, wanted: str) -> bool:
    """The filter takes * as a wildcard at either end."""
    core = wanted.strip("*")
    if wanted.startswith("*"):
        return core in name if wanted.endswith("*") else name.endswith(core)
    return name.startswith(core) if wanted.endswith("*") else name == core


def _addresses_match(call: Call, instance: Instance) -> bool:
    classic = instance.network_type == "classic"
    addresses = {
        "InnerIpAddresses": instance.intranet_ips if classic else [],
        "PrivateIpAddresses": [] if classic else instance.intranet_ips,
        "PublicIpAddresses": instance.public_ips,
    }
    for parameter, own in addresses.items():
        wanted = call.json_list(parameter)
        if wanted is not None and not set(wanted) & set(own):
            return False
    return True


def _network_fields(cloud: Cloud, instance: Instance) -> Answer:
    """Addresses: a classic instance has InnerIpAddress, one in a VPC VpcAttributes; the other is there and empty."""
    classic = instance.network_type == "classic"
    return {
        "InstanceNetworkType": instance.network_type,
        "InnerIpAddress": {"IpAddress": instance.intranet_ips if classic else []},
        "PublicIpAddress": {"IpAddress": instance.public_ips},
        "VpcAttributes": {
            "VpcId": instance.vpc_id or "",
            "VSwitchId": instance.vswitch_id or "",
            "NatIpAddress": "",
            "PrivateIpAddress": {"IpAddress": [] if classic else instance.intranet_ips},
        },
        "EipAddress": {"AllocationId": "", "IpAddress": "", "InternetChargeType": ""},
        "InternetChargeType": instance.internet_charge_type,
        "InternetMaxBandwidthIn": instance.internet_max_bandwidth_in,
        "InternetMaxBandwidthOut": instance.internet_max_bandwidth_out,
        "SecurityGroupIds": {"SecurityGroupId": instance.security_group_ids},
        "RegionId": cloud.estate.region_id,
        "ZoneId": instance.zone_id,
    }


def _common_fields(cloud: Cloud, instance: Instance) -> Answer:
    kind = next((k for k in cloud.estate.instance_types if k.id == instance.instance_type), None)
    return {
        **_network_fields(cloud, instance),
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "Description": instance.description,
        "HostName": instance.name,
        "InstanceType": instance.instance_type,
        "Cpu": kind.cpu if kind else 0,
        "Memory": int(kind.memory_gib * 1024) if kind else 0,
        "Status": instance.status,
        "ImageId": instance.image_id,
        "InstanceChargeType": instance.charge_type,
        "CreationTime": minutes(instance.created_at),
        "ExpiredTime": minutes(instance.expired_at) or _SALE_FOREVER,
        "OperationLocks": {"LockReason": [{"LockReason": reason} for reason in instance.locks]},
    }


def _instance(cloud: Cloud, instance: Instance) -> Answer:
    return {
        **_common_fields(cloud, instance),
        "IoOptimized": instance.io_optimized,
        "InstanceTypeFamily": instance.instance_type.rpartition(".")[0],
        "OSName": instance.os_name,
        "OSNameEn": instance.os_name,
        "OSType": instance.os_type,
        "SpotStrategy": instance.spot_strategy,
        "LocalStorageAmount": instance.local_storage_amount,
        "LocalStorageCapacity": instance.local_storage_gib,
        "StartTime": minutes(instance.created_at),
        "NetworkInterfaces": {"NetworkInterface": []},
        "Tags": ecs_tags(instance.tags),
    }


def _instance_attribute(cloud: Cloud, instance: Instance) -> Answer:
    # This action gives IoOptimized as a word, DescribeInstances as a truth value.
    return {**_common_fields(cloud, instance), "IoOptimized": "optimized" if instance.io_optimized else "none"}


def _disk_status(disk: Disk) -> str:
    return "In_use" if disk.instance_id else "Available"


def _disk(cloud: Cloud, disk: Disk) -> Answer:
    created = seconds(disk.created_at)
    attachment = {"InstanceId": disk.instance_id, "Device": disk.device, "AttachedTime": created}
    return {
        "DiskId": disk.id,
        "DiskName": disk.name,
        "InstanceId": disk.instance_id or "",
        "Type": disk.type,
        "Category": disk.category,
        "Size": disk.size_gib,
        "Device": disk.device,
        "Status": _disk_status(disk),
        "RegionId": cloud.estate.region_id,
        "ZoneId": disk.zone_id,
        "CreationTime": created,
        "AttachedTime": created if disk.instance_id else "",
        "Attachments": {"Attachment": [attachment] if disk.instance_id else []},
        "Portable": disk.type == "data",
        "Encrypted": False,
        "DeleteWithInstance": disk.type == "system",
        "OperationLocks": {"OperationLock": []},
        "Tags": ecs_tags(disk.tags),
    }
