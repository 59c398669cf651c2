"""ECS instances as the cloud lists them, where an empty list is an answer."""

from __future__ import annotations

from typing import Any, Final

from estate.client import Cloud
from estate.live import probe
from estate.paging import listed

#: The one action that this reading needs.
ACTION: Final = "ecs:DescribeInstances"


def instances(cloud: Cloud, **fields: Any) -> list[Any]:
    """Return the instances that the fields of the request select.

    Raises PermissionDenied where none are shown because the permission is missing: the cloud then answers with an empty
    list (ECS API, DescribeInstances).
    """
    described = listed(cloud, ACTION, region_id=cloud.region, **fields)
    if not described:
        probe(cloud, ACTION)
    return described
