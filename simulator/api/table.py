"""Which modules hold actions."""

from simulator.api import (
    ecs_classic_links,
    ecs_instances,
    ecs_regions,
    ecs_security_groups,
    ecs_snapshots,
    location,
    rds,
    sts,
    tags,
    vpc_networks,
    vpc_routes,
)
from simulator.api.registry import Registry


def registry() -> Registry:
    """The table of all actions of the simulated cloud."""
    return Registry(
        (
            ecs_classic_links,
            ecs_instances,
            ecs_regions,
            ecs_security_groups,
            ecs_snapshots,
            location,
            rds,
            sts,
            tags,
            vpc_networks,
            vpc_routes,
        )
    )
