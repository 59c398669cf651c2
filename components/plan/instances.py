"""Instances that the config names, and the groups that decide who talks with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.config import MigrationConfig, Problem
from components.plan.lookup import missing
from estate.model import Estate, Instance


def instance_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Instances of the config that do not exist or are not classic."""
    instances = {instance.id: instance for instance in estate.instances}
    named = [(f"{key}.id", choice.id) for key, choice in config.keyed_instances]
    named += [(f"later[{index}]", instance_id) for index, instance_id in enumerate(config.later)]
    named += [
        (f"staying[{index}].instances[{place}]", instance_id)
        for index, item in enumerate(config.staying)
        for place, instance_id in enumerate(item.instances)
    ]
    for key, instance_id in named:
        yield from not_classic(key, instance_id, instances, estate)


def not_classic(key: str, instance_id: str, instances: Mapping[str, Instance], estate: Estate) -> Iterator[Problem]:
    """Why an instance that the config names under `key` cannot be taken, if it cannot.

    An instance that has moved with this stack is among `instances` as it was before.
    """
    instance = instances.get(instance_id)
    if instance is None:
        yield Problem(key, missing("instance", instance_id, instances, estate))
    elif not instance.is_classic:
        yield Problem(
            key,
            f"{instance_id} is in {instance.vpc_id} already; expected a classic instance, or one that this stack was "
            "up for before it moved into its VPC",
        )


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
