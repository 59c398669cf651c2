"""Examples for simulator/api/ecs_images.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal

EXAMPLES = (
    Example(
        "ecs:DescribeImages",
        {"ImageOwnerAlias": "system", "OSType": "linux"},
        (Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "1"}]}),),
    ),
)
