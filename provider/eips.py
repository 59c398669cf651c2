"""Read the EIPs of the account, and what they are bound to."""

from __future__ import annotations

from typing import Any

from estate.client import Cloud
from estate.paging import listed


def find_eip(cloud: Cloud, allocation_id: str) -> Any | None:
    """Return one EIP, None if it is gone."""
    return next(iter(_eips(cloud, allocation_id=allocation_id)), None)


def bound_eip(cloud: Cloud, instance_id: str) -> Any | None:
    """Return the EIP that is bound to an instance, None if there is none."""
    bound = _eips(cloud, associated_instance_type="EcsInstance", associated_instance_id=instance_id)
    return next(iter(bound), None)


def _eips(cloud: Cloud, **fields: Any) -> list[Any]:
    return listed(cloud, "vpc:DescribeEipAddresses", region_id=cloud.region, **fields)
