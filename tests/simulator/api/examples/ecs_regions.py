"""Examples for simulator/api/ecs_regions.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal

EXAMPLES = (
    Example("ecs:DescribeAccountAttributes", {"AttributeName": ["max-security-groups", "instance-network-type"]}),
    Example(
        "ecs:DescribeAvailableResource",
        {"DestinationResource": "InstanceType", "ZoneId": "cn-hangzhou-h"},
        (Refusal("InvalidDestinationResource.Malformed", {"DestinationResource": "Moon"}),),
    ),
    Example(
        "ecs:DescribeInstanceTypes",
        {},
        (Refusal("Invalid.InstanceTypes", {"InstanceTypes": ["ecs.n1.small"] * 11}),),
    ),
    Example("ecs:DescribeRegions", {}),
    Example("ecs:DescribeZones", {}),
)
