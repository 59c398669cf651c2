"""The estate's facts in the shape that the policy pack reads (docs/contracts.md): camelCase, plain values, sorted."""

from components.facts.base import Facts
from components.facts.instances import classic_instance_facts, instance_facts
from components.facts.migration import migration_facts
from components.facts.security_groups import (
    mapped_group_facts,
    others_group_facts,
    security_group_facts,
    shared_group_facts,
)

__all__ = [
    "Facts",
    "classic_instance_facts",
    "instance_facts",
    "mapped_group_facts",
    "migration_facts",
    "others_group_facts",
    "security_group_facts",
    "shared_group_facts",
]
