"""ClassicLink: instances to attach, and links that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from components.config import MigrationConfig, Problem
from components.plan.instances import not_classic
from components.plan.model import MigrationPlan
from components.plan.waves import members
from estate.model import Estate


def attachment_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Instances to attach that do not exist, are not classic, or migrate themselves before anything else does."""
    instances = {instance.id: instance for instance in estate.instances}
    first = min(wave.window.start for wave in config.all_waves)
    moving = {
        instance.id
        for wave in config.all_waves
        if wave.window.start == first
        for instance in members(wave, config, estate)
    }
    attach = config.classic_link.attach if config.classic_link else None
    for index, instance_id in enumerate(attach or ()):
        key = f"classicLink.attach[{index}]"
        yield from not_classic(key, instance_id, instances, estate)
        if instance_id in moving:
            yield Problem(key, f"{instance_id} migrates; expected an instance that stays, or moves later")


def links_elsewhere(plan: MigrationPlan) -> Iterator[Problem]:
    """Instances to attach that are linked to a VPC other than the target."""
    target = plan.target_vpc.id if plan.target_vpc else None
    for link in plan.estate.classic_links:
        if link.instance_id in plan.linked_instance_ids and link.vpc_id != target:
            yield Problem(
                "classicLink",
                f"{link.instance_id} is linked to {link.vpc_id}, and an instance can be linked to one VPC only; "
                "expected it to be detached first",
            )
