"""Which modules hold actions."""

from simulator.api import (
    ecs_auto_snapshot_policies,
    ecs_classic_links,
    ecs_disks,
    ecs_events,
    ecs_images,
    ecs_instance_life,
    ecs_instances,
    ecs_network_interfaces,
    ecs_prefix_lists,
    ecs_public_addresses,
    ecs_regions,
    ecs_security_groups,
    ecs_snapshot_groups,
    ecs_snapshots,
    location,
    mongodb,
    rds_instances,
    rds_networks,
    rds_settings,
    rds_whitelists,
    redis,
    sts,
    tags,
    vpc_eips,
    vpc_networks,
    vpc_routes,
)
from simulator.api.registry import Registry


def registry() -> Registry:
    """The table of all actions of the simulated cloud."""
    return Registry(
        (
            ecs_auto_snapshot_policies,
            ecs_classic_links,
            ecs_disks,
            ecs_events,
            ecs_images,
            ecs_instance_life,
            ecs_instances,
            ecs_network_interfaces,
            ecs_prefix_lists,
            ecs_public_addresses,
            ecs_regions,
            ecs_security_groups,
            ecs_snapshot_groups,
            ecs_snapshots,
            location,
            mongodb,
            rds_instances,
            rds_networks,
            rds_settings,
            rds_whitelists,
            redis,
            sts,
            tags,
            vpc_eips,
            vpc_networks,
            vpc_routes,
        )
    )
