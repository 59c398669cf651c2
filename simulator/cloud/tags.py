"""Tags of anything that can have them."""

from simulator.cloud.errors import CloudError, NotFoundError
from simulator.cloud.state import Cloud

# Tags of one resource, and resources of one call (TagResources references of ECS and VPC).
MAX_TAGS = 20
MAX_RESOURCES = 50


def tagged(cloud: Cloud, kind: str) -> dict[str, dict[str, str]]:
    """The tags of every resource of a kind (lower case), by id; raises InvalidResourceType.NotFound."""
    estate = cloud.estate
    kinds = {
        "instance": {item.id: item.tags for item in estate.instances},
        "disk": {item.id: item.tags for item in estate.disks},
        "snapshot": {item.id: item.tags for item in estate.snapshots},
        "securitygroup": {item.id: item.tags for item in estate.security_groups},
        "vpc": {item.id: item.tags for item in estate.vpcs},
        "vswitch": {item.id: item.tags for item in estate.vswitches},
    }
    if kind not in kinds:
        raise NotFoundError("InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records.")
    return kinds[kind]


def tag(cloud: Cloud, kind: str, ids: list[str], tags: dict[str, str]) -> None:
    """Set tags on resources, all or none; raises InvalidResourceId.NotFound and QuotaExceeded.TagPerResource."""
    chosen = _chosen(cloud, kind, ids)
    if any(len({**own, **tags}) > MAX_TAGS for own in chosen):
        raise CloudError("QuotaExceeded.TagPerResource", f"A resource can have at most {MAX_TAGS} tags.")
    for own in chosen:
        own.update(tags)


def untag(cloud: Cloud, kind: str, ids: list[str], keys: list[str] | None) -> None:
    """Take tags away: those of `keys`, or (None) all; raises InvalidResourceId.NotFound."""
    for own in _chosen(cloud, kind, ids):
        for key in list(own) if keys is None else keys:
            own.pop(key, None)


def _chosen(cloud: Cloud, kind: str, ids: list[str]) -> list[dict[str, str]]:
    all_tags = tagged(cloud, kind)
    if not 1 <= len(ids) <= MAX_RESOURCES:
        raise CloudError("InvalidParameter", f"Between 1 and {MAX_RESOURCES} ResourceId must be given.")
    for resource_id in ids:
        if resource_id not in all_tags:
            raise NotFoundError("InvalidResourceId.NotFound", f"The specified ResourceId {resource_id} is not found.")
    return [all_tags[resource_id] for resource_id in ids]
