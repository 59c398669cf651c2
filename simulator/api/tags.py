"""ECS, VPC, SLB and KMS: tags, alike but for the spelling of Un(t|T)agResources, resource types, and codes of SLB."""

from simulator.api.call import Answer, Call
from simulator.api.paging import Size, by_number, by_token
from simulator.api.registry import ECS, KMS, SLB, VPC, action
from simulator.api.shapes import has_tags
from simulator.cloud import tags
from simulator.cloud.errors import missing_parameter
from simulator.cloud.state import Cloud

# The kinds that DescribeTags counts; of other kinds it answers only the tags.
_COUNTED = {
    "instance": "Instance",
    "disk": "Disk",
    "snapshot": "Snapshot",
    "snapshotpolicy": "SnapshotPolicy",
    "securitygroup": "Securitygroup",
    "eni": "Eni",
    "image": "Image",
}


@action(
    ECS,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound MissingParameter.TagKey "
    "QuotaExceeded.TagPerResource",
)
def tag_ecs_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N."""
    return _tag(cloud, ECS.code, call)


@action(
    VPC,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound MissingParameter.TagKey "
    "QuotaExceeded.TagPerResource",
)
def tag_vpc_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N."""
    return _tag(cloud, VPC.code, call)


@action(
    SLB,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidParam.ResourceType ResourceNotExist MissingParam.TagKey SizeLimitExceeded.ResourceId "
    "SizeLimitExceeded.Tag",
)
def tag_slb_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N, at most 20; ResourceType is instance (a load balancer), acl or vservergroup."""
    return _tag(cloud, SLB.code, call, "MissingParam.TagKey")


@action(
    KMS,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound MissingParameter.TagKey "
    "QuotaExceeded.TagPerResource",
)
def tag_kms_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N; ResourceType is key."""
    return _tag(cloud, KMS.code, call)


@action(
    ECS,
    "UntagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def untag_ecs_resources(cloud: Cloud, call: Call) -> Answer:
    """Remove TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, ECS.code, call)


@action(
    VPC,
    "UnTagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def untag_vpc_resources(cloud: Cloud, call: Call) -> Answer:
    """Remove TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, VPC.code, call)


@action(
    SLB,
    "UntagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidParam.ResourceType ResourceNotExist SizeLimitExceeded.ResourceId",
)
def untag_slb_resources(cloud: Cloud, call: Call) -> Answer:
    """Remove TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, SLB.code, call)


@action(
    KMS,
    "UntagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def untag_kms_resources(cloud: Cloud, call: Call) -> Answer:
    """Remove TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, KMS.code, call)


@action(
    ECS,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def list_ecs_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item per tag; 50 per page."""
    return _list(cloud, ECS.code, call)


@action(
    VPC,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken MaxResults",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def list_vpc_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item per tag; MaxResults 1..50, 50 by default."""
    return _list(cloud, VPC.code, call)


@action(
    SLB,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken",
    raises="InvalidParam.ResourceType MissingParam.TagKey",
)
def list_slb_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item per tag; 50 per page."""
    return _list(cloud, SLB.code, call, "MissingParam.TagKey")


@action(
    KMS,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def list_kms_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item per tag; 200 per page."""
    return _list(cloud, KMS.code, call, most=200)


@action(
    ECS,
    "DescribeTags",
    "ResourceType ResourceId Tag PageNumber PageSize",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def describe_tags(cloud: Cloud, call: Call) -> Answer:
    """Tag keys and values, with the number of resources of each type; PageSize at most 100, 50 by default."""
    kind, required, resource_id = call.optional("ResourceType"), call.tags(), call.optional("ResourceId")
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for name in [kind] if kind else list(_COUNTED):
        for own in tags.tagged(cloud, ECS.code, name, [resource_id] if resource_id else None).values():
            for tag in own.items() if has_tags(own, required) else ():
                count = counts.setdefault(tag, {})
                if counted := _COUNTED.get(name.lower()):
                    count[counted] = count.get(counted, 0) + 1
    page = by_number(call, sorted(counts), maximum=100, default=50)
    items = [{"TagKey": key, "TagValue": value, "ResourceTypeCount": counts[key, value]} for key, value in page.items]
    return {"Tags": {"Tag": items}, **page.fields}


def _tag(cloud: Cloud, product: str, call: Call, missing: str = "MissingParameter.TagKey") -> Answer:
    new = call.tags(missing)
    if not new:
        raise missing_parameter("Tag.1.Key")
    tags.tag(cloud, product, call.text("ResourceType"), call.repeated("ResourceId"), new)
    return {}


def _untag(cloud: Cloud, product: str, call: Call) -> Answer:
    keys = call.repeated("TagKey")
    if not keys and not call.flag("All"):
        raise missing_parameter("TagKey.1")
    tags.untag(cloud, product, call.text("ResourceType"), call.repeated("ResourceId"), keys or None)
    return {}


def _list(cloud: Cloud, product: str, call: Call, missing: str = "MissingParameter.TagKey", most: int = 50) -> Answer:
    kind, required = call.text("ResourceType"), call.tags(missing)
    resources = tags.tagged(cloud, product, kind, call.repeated("ResourceId") or None)
    items = [
        {"ResourceId": resource_id, "ResourceType": kind, "TagKey": key, "TagValue": value}
        for resource_id, own in sorted(resources.items())
        if has_tags(own, required)
        for key, value in sorted(own.items())
    ]
    page = by_token(call, items, Size(maximum=most, default=most))
    return {"TagResources": {"TagResource": page.items}, **page.fields}
