"""Clones of another stack: whether it has one of every group, in the target VPC."""

from __future__ import annotations

from collections.abc import Iterator

from components.config import Problem
from components.plan.model import MigrationPlan


def shared_group_problems(plan: MigrationPlan) -> Iterator[Problem]:
    """Classic groups without a clone to share, and clones that are not there, or in another VPC."""
    if plan.config.security_groups is None or plan.config.security_groups.mode != "shared":
        return
    groups = {group.id: group for group in plan.estate.security_groups}
    target = plan.target_vpc.id if plan.target_vpc else None
    for classic in plan.cloned_groups:
        clone_ids = plan.shared_clone_ids.get(classic.id)
        if not clone_ids:
            yield Problem(
                "securityGroups",
                f"the stack whose network is shared has no clone of {classic.id}; expected it to be up with the "
                "instances of this stack under later",
            )
        for clone_id in clone_ids or ():
            if clone_id not in groups or groups[clone_id].vpc_id != target:
                yield Problem("securityGroups", f"there is no {clone_id}, the clone of {classic.id}, in {target}")
