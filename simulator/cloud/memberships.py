"""Who is in a security group: instances and network interfaces, how many groups each may be in, how many a group takes.

Limits: ECS Limits (2021). The references name a code for most refusals, each action its own: callers say which.
"""

from dataclasses import dataclass

from simulator.cloud.errors import CloudError
from simulator.cloud.security_groups import max_members
from simulator.cloud.state import Cloud
from simulator.model.ecs import SecurityGroup


@dataclass(frozen=True)
class Refusals:
    """What an action refuses security groups with."""

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
    """Whether something in a VPC (None: the classic network) can be in these groups, and in no others.

    `now_in` are the groups that count it already; `addresses` is how many private addresses it brings.
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
    """How many instances a classic group has, or how many private addresses one in a VPC."""
    if group.vpc_id is None:
        return len(cloud.members_of(group.id))
    return sum(len(interface.private_ips) for interface in cloud.interfaces_in(group.id))
