"""Classic groups that the config maps to groups of the target VPC."""

from __future__ import annotations

from collections.abc import Iterator

from components.config import Problem
from components.plan.lookup import missing
from components.plan.model import MigrationPlan


def mapping_problems(plan: MigrationPlan) -> Iterator[Problem]:
    """Groups that are not there, not of the target VPC, or of a kind whose defaults are not known."""
    choice = plan.config.security_groups
    if choice is None:
        return
    groups = {group.id: group for group in plan.estate.security_groups}
    classic = {group.id for group in plan.cloned_groups}
    target = plan.target_vpc
    for index, item in enumerate(choice.groups):
        key = f"securityGroups.groups[{index}]"
        if item.id not in groups:
            yield Problem(f"{key}.id", missing("security group", item.id, classic, plan.estate))
        elif item.id not in classic:
            yield Problem(f"{key}.id", f"expected a classic group of an instance that moves; {item.id} is of none")
        for place, group_id in enumerate(item.map_to):
            found, where = groups.get(group_id), f"{key}.mapTo[{place}]"
            if target is None:
                yield Problem(where, "expected a network that exists: a VPC that is yet to be created has no groups")
            elif found is None:
                in_vpc = [group.id for group in groups.values() if group.vpc_id == target.id]
                yield Problem(where, missing("security group", group_id, in_vpc, plan.estate))
            elif found.vpc_id != target.id:
                yield Problem(where, f"expected a group of {target.id}; {group_id} is not in it")
            elif found.type != "normal":
                yield Problem(where, f"expected a basic group; {group_id} is {found.type}, which has other defaults")
    if choice.mode == "map":
        for group_id in sorted(classic - {item.id for item in choice.groups}):
            yield Problem("securityGroups.groups", f"expected {group_id} too: with mode map each classic group is told")
