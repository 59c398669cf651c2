"""Examples for simulator/api/ecs_instances.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import WEB_1

EXAMPLES = (
    Example("ecs:DescribeInstanceAttribute", {"InstanceId": WEB_1}),
    Example("ecs:DescribeInstances", {"MaxResults": 100}),
)
