"""ECS: images."""

from simulator.api.call import Answer, Call
from simulator.api.creation_times import creation_times
from simulator.api.filters import Filter, equal, passing, tagged
from simulator.api.paging import by_number
from simulator.api.registry import ECS, action
from simulator.api.resource_groups import of_group
from simulator.api.shapes import ecs_tags, seconds
from simulator.cloud.errors import CloudError, NotFoundError, dry_run_passed
from simulator.cloud.state import Cloud
from simulator.model.images import Image

_EQUAL = {"ImageOwnerAlias": "owner_alias", "OSType": "os_type", "Architecture": "architecture"}


@action(
    ECS,
    "DescribeImages",
    f"{' '.join(_EQUAL)} ImageId ImageName Status IsSupportIoOptimized IsSupportCloudinit Usage ActionType "
    "Filter ImageFamily ImageOwnerId InstanceType IsPublic ShowExpired SnapshotId Tag DryRun PageNumber PageSize",
    raises="MissingParameter.TagKey InvalidFilterKey.NotFound InvalidFilterValue",
    resources="image/*",
)
def describe_images(cloud: Cloud, call: Call) -> Answer:
    """Images, all Available; ImageId at most 100, comma separated, ImageName with * at either end.

    PageSize at most 100, 10 by default. No image is a community image, of a family, or made from a snapshot. Every one
    can be used for every ActionType and InstanceType of its architecture. ShowExpired shows nothing more.
    """
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.commas("ImageId")
    if len(ids or []) > 100:
        raise CloudError("InvalidParameter", "At most 100 ImageId can be given in one call.")
    filters = equal(call, _EQUAL), tagged(call), of_group(cloud, call)
    images = passing(cloud.estate.images.among(ids), *filters, *_own_filters(cloud, call))
    page = by_number(call, images, maximum=100)
    items = [_image(cloud, image) for image in page.items]
    return {"RegionId": cloud.estate.region_id, "Images": {"Image": items}, **page.fields}


@action(
    ECS,
    "DescribeImageSupportInstanceTypes",
    "ImageId ActionType",
    raises="InvalidImageId.NotFound",
    resources="image/{ImageId}",
)
def describe_image_support_instance_types(cloud: Cloud, call: Call) -> Answer:
    """Return the instance types that an image supports: all of its architecture. Every type here is x86."""
    call.choice("ActionType", ("CreateEcs", "ChangeOS"))
    image = cloud.estate.images.find(call.text("ImageId"))
    if image is None:
        raise NotFoundError("InvalidImageId.NotFound", "The specified ImageId does not exist.")
    kinds = [] if image.architecture == "arm64" else list(cloud.estate.instance_types)
    items = [
        {
            "InstanceTypeId": kind.id,
            "InstanceTypeFamily": kind.family,
            "CpuCoreCount": kind.cpu,
            "MemorySize": kind.memory_gib,
        }
        for kind in kinds
    ]
    return {"ImageId": image.id, "RegionId": cloud.estate.region_id, "InstanceTypes": {"InstanceType": items}}


def _own_filters(cloud: Cloud, call: Call) -> list[Filter]:
    filters: list[Filter] = []
    if (name := call.optional("ImageName")) is not None:
        core = name.strip("*")
        filters.append(lambda image: core in image.name if "*" in name else image.name == name)
    if created := creation_times(call):
        filters.append(lambda image: created(image.created_at))
    if status := call.commas("Status"):
        filters.append(lambda image: "Available" in status)
    # Every image supports both.
    if call.flag("IsSupportIoOptimized") is False or call.flag("IsSupportCloudinit") is False:
        filters.append(lambda image: False)
    if any(call.optional(name) for name in ("ImageFamily", "ImageOwnerId", "SnapshotId")) or call.flag("IsPublic"):
        filters.append(lambda image: False)
    call.choice("ActionType", ("CreateEcs", "ChangeOS"))
    call.flag("ShowExpired")
    kind = call.optional("InstanceType")
    if kind is not None and cloud.estate.instance_types.find(kind) is None:
        filters.append(lambda image: False)
    elif kind is not None:
        filters.append(lambda image: image.architecture != "arm64")
    usage = call.choice("Usage", ("instance", "none"))
    if usage is not None:
        filters.append(lambda image: _usage(cloud, image) == usage)
    return filters


def _usage(cloud: Cloud, image: Image) -> str:
    return "instance" if any(instance.image_id == image.id for instance in cloud.estate.instances) else "none"


def _image(cloud: Cloud, image: Image) -> Answer:
    return {
        "ImageId": image.id,
        "ImageName": image.name,
        "ImageOwnerAlias": image.owner_alias,
        "Description": image.description,
        "OSName": image.os_name,
        "OSNameEn": image.os_name,
        "OSType": image.os_type,
        "Platform": image.platform,
        "Architecture": image.architecture,
        "Size": image.size_gib,
        "Status": "Available",
        "Progress": "100%",
        "Usage": _usage(cloud, image),
        "CreationTime": seconds(image.created_at),
        "IsSupportIoOptimized": True,
        "IsSupportCloudinit": True,
        "IsPublic": image.owner_alias == "system",
        "IsCopied": False,
        "IsSelfShared": "",
        "IsSubscribed": False,
        "ProductCode": "",
        "ImageVersion": "",
        "DiskDeviceMappings": {"DiskDeviceMapping": []},
        "ResourceGroupId": image.resource_group_id or "",
        "Tags": ecs_tags(image.tags),
    }
