"""Examples for simulator/api/tags.py."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import VPC, WEB_1

NO_KEY = [{"Value": "x"}]
TAG = [{"Key": "a", "Value": "b"}]
MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(21)]


def _places(kind: str, resource_id: str) -> dict[str, dict[str, Any]]:
    """A resource, one of a kind that is not known, and one that is not there."""
    return {
        "good": {"ResourceType": kind, "ResourceId": [resource_id]},
        "InvalidResourceType.NotFound": {"ResourceType": "moon", "ResourceId": [resource_id]},
        "InvalidResourceId.NotFound": {"ResourceType": kind, "ResourceId": [f"{resource_id}x"]},
    }


def _examples(product: str, untag: str, kind: str, resource_id: str) -> tuple[Example, ...]:
    """What ECS and VPC have alike."""
    places = _places(kind, resource_id)
    good = places.pop("good")
    return (
        Example(
            f"{product}:ListTagResources",
            good,
            (
                Refusal("InvalidResourceType.NotFound", places["InvalidResourceType.NotFound"], 404),
                Refusal("MissingParameter.TagKey", {**good, "Tag": NO_KEY}),
            ),
        ),
        Example(
            f"{product}:TagResources",
            {**good, "Tag": TAG},
            (
                *(Refusal(code, {**place, "Tag": TAG}, 404) for code, place in places.items()),
                Refusal("MissingParameter.TagKey", {**good, "Tag": NO_KEY}),
                Refusal("QuotaExceeded.TagPerResource", {**good, "Tag": MANY_TAGS}),
                Refusal("InvalidParameter", {"ResourceType": kind, "ResourceId": [], "Tag": TAG}),
                Refusal("MissingParameter", {**good, "Tag": []}),
            ),
        ),
        Example(
            f"{product}:{untag}",
            {**good, "TagKey": ["a"]},
            (
                *(Refusal(code, {**place, "TagKey": ["a"]}, 404) for code, place in places.items()),
                Refusal("MissingParameter", good),
            ),
        ),
    )


EXAMPLES = (
    Example(
        "ecs:DescribeTags",
        {"ResourceType": "instance"},
        (
            Refusal("InvalidResourceType.NotFound", {"ResourceType": "moon"}, 404),
            Refusal("MissingParameter.TagKey", {"Tag": NO_KEY}),
        ),
    ),
    *_examples("ecs", "UntagResources", "instance", WEB_1),
    *_examples("vpc", "UnTagResources", "VPC", VPC),
)
