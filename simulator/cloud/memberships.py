"""Membership of instances and network interfaces in security groups, and its limits.

Limits: ECS Limits (2021). Each action has its own codes for most refusals, so callers pass them.
"""

from dataclasses import dataclass

from simulator.cloud.errors import CloudError
from simulator.cloud.security_groups import max_members
from simulator.cloud.state import Cloud
from simulator.model.ecs import SecurityGroup


@dataclass(frozen=True)
class Refusals:
    """The errors with which an action refuses security groups."""

    classic: CloudError
    elsewhere: CloudError
    too_many: CloudError
    full: CloudError


def check(
    cloud: Cloud,
    group_ids: list[str],
    vpc_id: str | None,
    refusals: Refusals,
    *,
    now_in: list[str] | None = None,
    addresses: int = 1,
) -> None:
    """Check that a resource in a VPC (None: the classic network) can have exactly these groups.

    `now_in` are the groups that already count the resource; `addresses` is the number of its private addresses.
    Raises InvalidSecurityGroupId.NotFound, InvalidParameter (a group twice, or basic and advanced ones mixed), and what
    `refusals` say.
    """
    groups = [cloud.security_group(group_id) for group_id in group_ids]
    for group in groups:
        if group.vpc_id != vpc_id:
            raise refusals.elsewhere if group.vpc_id else refusals.classic
    if len(set(group_ids)) != len(group_ids):
        raise CloudError("InvalidParameter", "The specified SecurityGroupIds are not unique.")
    if len({group.type for group in groups}) > 1:
        raise CloudError("InvalidParameter", "Basic and advanced security groups cannot be mixed.")
    if len(groups) > cloud.estate.quotas.groups_per_interface:
        raise refusals.too_many
    joined = [group for group in groups if group.id not in (now_in or [])]
    if any(size(cloud, group) + addresses > max_members(group) for group in joined):
        raise refusals.full


def size(cloud: Cloud, group: SecurityGroup) -> int:
    """Return the number of instances of a classic group, or of private addresses of a group in a VPC."""
    if group.vpc_id is None:
        return len(cloud.members_of(group.id))
    return sum(len(interface.private_ips) for interface in cloud.interfaces_in(group.id))
