"""Examples for simulator/api/tags.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import VPC, WEB_1

EXAMPLES = (
    Example("ecs:DescribeTags", {"ResourceType": "instance"}),
    Example("ecs:ListTagResources", {"ResourceType": "instance", "ResourceId": [WEB_1]}),
    Example(
        "ecs:TagResources", {"ResourceType": "instance", "ResourceId": [WEB_1], "Tag": [{"Key": "a", "Value": "b"}]}
    ),
    Example("ecs:UntagResources", {"ResourceType": "instance", "ResourceId": [WEB_1], "TagKey": ["tier"]}),
    Example("vpc:ListTagResources", {"ResourceType": "VPC"}),
    Example("vpc:TagResources", {"ResourceType": "VPC", "ResourceId": [VPC], "Tag": [{"Key": "a", "Value": "b"}]}),
    Example("vpc:UnTagResources", {"ResourceType": "VPC", "ResourceId": [VPC], "TagKey": ["a"]}),
)
