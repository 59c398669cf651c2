"""Examples for simulator/api/ecs_classic_links.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import MON_1, VPC, WEB_1

EXAMPLES = (
    Example("ecs:AttachClassicLinkVpc", {"InstanceId": WEB_1, "VpcId": VPC}),
    Example("ecs:DescribeClassicLinkInstances", {"VpcId": VPC}),
    Example("ecs:DetachClassicLinkVpc", {"InstanceId": MON_1, "VpcId": VPC}),
)
