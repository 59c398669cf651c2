"""Examples for simulator/api/ecs_regions.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example

EXAMPLES = (
    Example("ecs:DescribeAvailableResource", {"DestinationResource": "InstanceType", "ZoneId": "cn-hangzhou-h"}),
    Example("ecs:DescribeInstanceTypes", {}),
    Example("ecs:DescribeRegions", {}),
    Example("ecs:DescribeZones", {}),
)
