"""Tags of anything that can have them."""

from collections.abc import Iterable

from simulator.cloud.errors import CloudError, NotFoundError
from simulator.cloud.state import Cloud

# Tags of one resource, and resources of one call (TagResources references of ECS and VPC).
MAX_TAGS = 20
MAX_RESOURCES = 50


# By product the kinds of resources, in lower case, and the tables that hold them.
_TABLES = {
    "ecs": {
        "instance": "instances",
        "disk": "disks",
        "snapshot": "snapshots",
        "snapshotgroup": "snapshot_groups",
        "snapshotpolicy": "auto_snapshot_policies",
        "securitygroup": "security_groups",
        "eni": "network_interfaces",
        "image": "images",
        "prefixlist": "prefix_lists",
    },
    "vpc": {"vpc": "vpcs", "vswitch": "vswitches", "routetable": "route_tables", "eip": "eips"},
}


def tagged(cloud: Cloud, product: str, kind: str, ids: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """The tags of all resources of a kind (in any case), or of those of `ids`; raises InvalidResourceType.NotFound."""
    table = _TABLES[product].get(kind.lower())
    if table is None:
        raise NotFoundError("InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records.")
    return {item.id: item.tags for item in getattr(cloud.estate, table).among(ids)}


def tag(cloud: Cloud, product: str, kind: str, ids: list[str], tags: dict[str, str]) -> None:
    """Set tags on resources, all or none; raises InvalidResourceId.NotFound and QuotaExceeded.TagPerResource."""
    chosen = _chosen(cloud, product, kind, ids)
    if any(len({**own, **tags}) > MAX_TAGS for own in chosen):
        raise CloudError("QuotaExceeded.TagPerResource", f"A resource can have at most {MAX_TAGS} tags.")
    for own in chosen:
        own.update(tags)


def untag(cloud: Cloud, product: str, kind: str, ids: list[str], keys: list[str] | None) -> None:
    """Take tags away: those of `keys`, or (None) all; raises InvalidResourceId.NotFound."""
    for own in _chosen(cloud, product, kind, ids):
        for key in list(own) if keys is None else keys:
            own.pop(key, None)


def _chosen(cloud: Cloud, product: str, kind: str, ids: list[str]) -> list[dict[str, str]]:
    if not 1 <= len(ids) <= MAX_RESOURCES:
        raise CloudError("InvalidParameter", f"Between 1 and {MAX_RESOURCES} ResourceId must be given.")
    all_tags = tagged(cloud, product, kind, ids)
    for resource_id in ids:
        if resource_id not in all_tags:
            raise NotFoundError("InvalidResourceId.NotFound", f"The specified ResourceId {resource_id} is not found.")
    return [all_tags[resource_id] for resource_id in ids]
