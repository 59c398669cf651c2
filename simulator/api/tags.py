"""ECS and VPC: tags, alike but for the spelling of Un(t|T)agResources and of the resource types."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number, by_token
from simulator.api.registry import ECS, VPC, action
from simulator.api.shapes import has_tags
from simulator.cloud import tags
from simulator.cloud.errors import missing_parameter
from simulator.cloud.state import Cloud

_COUNTED = {"instance": "Instance", "disk": "Disk", "snapshot": "Snapshot", "securitygroup": "Securitygroup"}


@action(
    ECS,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound MissingParameter.TagKey "
    "QuotaExceeded.TagPerResource",
)
def tag_ecs_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N."""
    return _tag(cloud, call)


@action(
    VPC,
    "TagResources",
    "ResourceType ResourceId Tag",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound MissingParameter.TagKey "
    "QuotaExceeded.TagPerResource",
)
def tag_vpc_resources(cloud: Cloud, call: Call) -> Answer:
    """Set Tag.N on ResourceId.N."""
    return _tag(cloud, call)


@action(
    ECS,
    "UntagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def untag_ecs_resources(cloud: Cloud, call: Call) -> Answer:
    """Take TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, call)


@action(
    VPC,
    "UnTagResources",
    "ResourceType ResourceId TagKey All",
    raises="InvalidResourceType.NotFound InvalidResourceId.NotFound",
)
def untag_vpc_resources(cloud: Cloud, call: Call) -> Answer:
    """Take TagKey.N, or with All every tag, from ResourceId.N."""
    return _untag(cloud, call)


@action(
    ECS,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def list_ecs_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item a tag; 50 a page."""
    return _list(cloud, call)


@action(
    VPC,
    "ListTagResources",
    "ResourceType ResourceId Tag NextToken MaxResults",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def list_vpc_tag_resources(cloud: Cloud, call: Call) -> Answer:
    """Tags, one item a tag; MaxResults 1..50, 50 by default."""
    return _list(cloud, call)


@action(
    ECS,
    "DescribeTags",
    "ResourceType ResourceId Tag PageNumber PageSize",
    raises="InvalidResourceType.NotFound MissingParameter.TagKey",
)
def describe_tags(cloud: Cloud, call: Call) -> Answer:
    """Tag keys and values with how many resources of each type have them; PageSize at most 100, 50 by default."""
    kinds = [_kind(call)] if call.optional("ResourceType") else list(_COUNTED)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for kind in kinds:
        for resource_id, own in tags.tagged(cloud, kind).items():
            if call.optional("ResourceId") in (None, resource_id) and has_tags(own, call.tags()):
                for tag in own.items():
                    count = counts.setdefault(tag, {})
                    count[_COUNTED[kind]] = count.get(_COUNTED[kind], 0) + 1
    page = by_number(call, sorted(counts), maximum=100, default=50)
    items = [{"TagKey": key, "TagValue": value, "ResourceTypeCount": counts[key, value]} for key, value in page.items]
    return {"Tags": {"Tag": items}, **page.fields}


def _kind(call: Call) -> str:
    return call.text("ResourceType").lower()


def _tag(cloud: Cloud, call: Call) -> Answer:
    new = call.tags()
    if not new:
        raise missing_parameter("Tag.1.Key")
    tags.tag(cloud, _kind(call), call.repeated("ResourceId"), new)
    return {}


def _untag(cloud: Cloud, call: Call) -> Answer:
    keys = call.repeated("TagKey")
    if not keys and not call.flag("All"):
        raise missing_parameter("TagKey.1")
    tags.untag(cloud, _kind(call), call.repeated("ResourceId"), keys or None)
    return {}


def _list(cloud: Cloud, call: Call) -> Answer:
    kind = call.text("ResourceType")
    ids = call.repeated("ResourceId")
    found = [
        {"ResourceId": resource_id, "ResourceType": kind, "TagKey": key, "TagValue": value}
        for resource_id, own in sorted(tags.tagged(cloud, kind.lower()).items())
        if (not ids or resource_id in ids) and has_tags(own, call.tags())
        for key, value in sorted(own.items())
    ]
    page = by_token(call, found, maximum=50, default=50)
    return {"TagResources": {"TagResource": page.items}, **page.fields}
