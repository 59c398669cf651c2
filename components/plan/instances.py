"""Instances that the config names or selects, and the groups that decide who talks with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.config import MigrationConfig, Problem
from components.plan.lookup import missing
from estate.model import Estate, Instance


def selected(config: MigrationConfig, estate: Estate) -> tuple[Instance, ...]:
    """The instances that move, sorted by id."""
    if config.selector is None:
        wanted = {choice.id for choice in config.instances}
        return tuple(instance for instance in estate.instances if instance.id in wanted)
    wanted_tags = config.selector.tags.items()
    return tuple(
        instance
        for instance in estate.instances
        if instance.is_classic
        and instance.id not in config.later
        and wanted_tags <= {tag.key: tag.value for tag in instance.tags}.items()
    )


def instance_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Instances of the config that do not exist or are not classic, and a selector that selects none."""
    instances = {instance.id: instance for instance in estate.instances}
    named = [(f"instances[{index}].id", choice.id) for index, choice in enumerate(config.instances)]
    named += [(f"later[{index}]", instance_id) for index, instance_id in enumerate(config.later)]
    for key, instance_id in named:
        yield from not_classic(key, instance_id, instances, estate)
    if config.selector is not None and not selected(config, estate):
        yield Problem("selector.tags", "no classic instance carries these tags; expected at least one")


def not_classic(key: str, instance_id: str, instances: Mapping[str, Instance], estate: Estate) -> Iterator[Problem]:
    """Why an instance that the config names under `key` cannot be taken, if it cannot."""
    instance = instances.get(instance_id)
    if instance is None:
        yield Problem(key, missing("instance", instance_id, instances, estate))
    elif not instance.is_classic:
        yield Problem(key, f"{instance_id} is in {instance.vpc_id} already; expected a classic instance")


def group_problems(estate: Estate) -> Iterator[Problem]:
    """Classic instances in groups that were not read: their rules decide who talks with whom."""
    known = {group.id for group in estate.security_groups}
    for instance in estate.instances:
        unread = sorted(set(instance.security_group_ids) - known)
        if instance.is_classic and (unread or not instance.security_group_ids):
            groups = ", ".join(unread) or "any security group"
            yield Problem(
                "", f"{groups} of {instance.id} could not be read; expected DescribeSecurityGroups to list it"
            )
