"""Examples for simulator/api/ecs_images.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal

EXAMPLES = (
    Example(
        "ecs:DescribeImages",
        {"ImageOwnerAlias": "system", "OSType": "linux"},
        (
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "1"}]}),
            Refusal("InvalidFilterKey.NotFound", {"Filter": [{"Key": "Moon", "Value": "full"}]}, 404),
            Refusal("InvalidFilterValue", {"Filter": [{"Key": "CreationStartTime", "Value": "soon"}]}, 404),
        ),
    ),
    Example(
        "ecs:DescribeImageSupportInstanceTypes",
        {"ImageId": "centos_7_9_x64_20G_alibase_20211227.vhd", "ActionType": "CreateEcs"},
        (Refusal("InvalidImageId.NotFound", {"ImageId": "none"}, 404),),
    ),
)
