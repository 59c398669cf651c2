"""Tags of any resource that can have them."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from simulator.cloud.errors import CloudError, NotFoundError
from simulator.cloud.state import Cloud

#: Tags of one resource (TagResources references of ECS, VPC and SLB)
MAX_TAGS = 20


@dataclass(frozen=True)
class Dialect:
    """The tag API of one product: the tables of its resource types by name (lower case), limits and errors.

    Raise a copy of these errors: an exception keeps the traceback of every raise.
    """

    tables: dict[str, str]
    max_resources: int
    no_kind: CloudError
    no_resource: CloudError
    number_of_resources: CloudError
    too_many_tags: CloudError


_ECS = Dialect(
    {
        "instance": "instances",
        "disk": "disks",
        "snapshot": "snapshots",
        # The provider uses this type; the SDK text of TagResources does not list it.
        "snapshotgroup": "snapshot_groups",
        "snapshotpolicy": "auto_snapshot_policies",
        "securitygroup": "security_groups",
        "eni": "network_interfaces",
        "image": "images",
        "prefixlist": "prefix_lists",
        "keypair": "key_pairs",
    },
    max_resources=50,
    no_kind=NotFoundError("InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records."),
    no_resource=NotFoundError("InvalidResourceId.NotFound", "The specified ResourceIds are not found."),
    number_of_resources=CloudError("InvalidParameter", "Between 1 and 50 ResourceId must be given."),
    too_many_tags=CloudError("QuotaExceeded.TagPerResource", f"A resource can have at most {MAX_TAGS} tags."),
)
_DIALECTS = {
    "ecs": _ECS,
    "vpc": replace(
        _ECS,
        tables={
            "vpc": "vpcs",
            "vswitch": "vswitches",
            "routetable": "route_tables",
            "eip": "eips",
            "dhcpoptionsset": "dhcp_options_sets",
        },
    ),
    "kms": replace(_ECS, tables={"key": "kms_keys"}),
    "ram": replace(_ECS, tables={"role": "ram_roles"}),
    "slb": Dialect(
        {"instance": "load_balancers", "acl": "access_lists", "vservergroup": "vserver_groups"},
        max_resources=20,
        no_kind=CloudError("InvalidParam.ResourceType", "The specified ResourceType is invalid."),
        no_resource=CloudError("ResourceNotExist", "The specified resource does not exist."),
        number_of_resources=CloudError("SizeLimitExceeded.ResourceId", "The maximum size of ResourceId is exceeded."),
        too_many_tags=CloudError("SizeLimitExceeded.Tag", "The maximum size of Tag is exceeded."),
    ),
}


def tagged(cloud: Cloud, product: str, kind: str, ids: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """Return the tags of all resources of a type (upper or lower case), or of those in `ids`.

    Raises the dialect's `no_kind`.
    """
    dialect = _DIALECTS[product]
    table = dialect.tables.get(kind.lower())
    if table is None:
        raise copy(dialect.no_kind)
    return {item.id: item.tags for item in getattr(cloud.estate, table).among(ids)}


def resource(cloud: Cloud, product: str, kind: str, resource_id: str) -> Any:
    """Return the resource with this id, for moving it to a group; raises the dialect's `no_kind` or `no_resource`."""
    dialect = _DIALECTS[product]
    table = dialect.tables.get(kind.lower())
    if table is None or table not in dict(cloud.estate.tables("resource_group_id")):
        raise copy(dialect.no_kind)
    item = getattr(cloud.estate, table).find(resource_id)
    if item is None:
        raise copy(dialect.no_resource)
    return item


def tag(cloud: Cloud, product: str, kind: str, ids: list[str], tags: dict[str, str]) -> None:
    """Set tags on resources, all or none; raises the dialect's errors."""
    chosen = _chosen(cloud, product, kind, ids)
    if any(len({**own, **tags}) > MAX_TAGS for own in chosen):
        raise copy(_DIALECTS[product].too_many_tags)
    for own in chosen:
        own.update(tags)


def untag(cloud: Cloud, product: str, kind: str, ids: list[str], keys: list[str] | None) -> None:
    """Remove the tags with `keys`, or (None) all; raises the dialect's errors."""
    for own in _chosen(cloud, product, kind, ids):
        for key in list(own) if keys is None else keys:
            own.pop(key, None)


def _chosen(cloud: Cloud, product: str, kind: str, ids: list[str]) -> list[dict[str, str]]:
    dialect = _DIALECTS[product]
    if not 1 <= len(ids) <= dialect.max_resources:
        raise copy(dialect.number_of_resources)
    all_tags = tagged(cloud, product, kind, ids)
    if not all_tags.keys() >= set(ids):
        raise copy(dialect.no_resource)
    return [all_tags[resource_id] for resource_id in ids]
