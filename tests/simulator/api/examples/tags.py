"""Examples for simulator/api/tags.py."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.load_balanced import OFFICE, load_balanced
from tests.simulator.api.sample_ids import VPC, WEB_1

NO_KEY = [{"Value": "x"}]
TAG = [{"Key": "a", "Value": "b"}]
MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(21)]

LISTS = {"ResourceType": "acl", "ResourceId": [OFFICE]}


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
    Example(
        "slb:ListTagResources",
        LISTS,
        (
            Refusal("InvalidParam.ResourceType", {**LISTS, "ResourceType": "moon"}),
            Refusal("MissingParam.TagKey", {**LISTS, "Tag": NO_KEY}),
        ),
        load_balanced,
    ),
    Example(
        "slb:TagResources",
        {**LISTS, "Tag": TAG},
        (
            Refusal("InvalidParam.ResourceType", {**LISTS, "ResourceType": "moon", "Tag": TAG}),
            Refusal("ResourceNotExist", {**LISTS, "ResourceId": ["acl-none"], "Tag": TAG}),
            Refusal("MissingParam.TagKey", {**LISTS, "Tag": NO_KEY}),
            Refusal("SizeLimitExceeded.ResourceId", {**LISTS, "ResourceId": [OFFICE] * 21, "Tag": TAG}),
            Refusal("SizeLimitExceeded.Tag", {**LISTS, "Tag": MANY_TAGS}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:UntagResources",
        {**LISTS, "TagKey": ["a"]},
        (
            Refusal("InvalidParam.ResourceType", {**LISTS, "ResourceType": "moon", "All": True}),
            Refusal("ResourceNotExist", {**LISTS, "ResourceId": ["acl-none"], "All": True}),
            Refusal("SizeLimitExceeded.ResourceId", {**LISTS, "ResourceId": [OFFICE] * 21, "All": True}),
        ),
        load_balanced,
    ),
    *_examples("ecs", "UntagResources", "instance", WEB_1),
    *_examples("vpc", "UnTagResources", "VPC", VPC),
)
