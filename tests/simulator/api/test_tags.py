"""Tags of ECS and VPC resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.sdk import Api

PLACES = [
    ("ecs", "instance", "i-bp1web10000000000001", "UntagResources"),
    ("ecs", "securitygroup", "sg-bp1web00000000000001", "UntagResources"),
    ("ecs", "disk", "d-bp1web1sys000000001", "UntagResources"),
    ("ecs", "snapshot", "s-bp1web1old000000001", "UntagResources"),
    ("vpc", "VPC", "vpc-bp1shared0000000001", "UnTagResources"),
    ("vpc", "VSWITCH", "vsw-bp1sharedh000000001", "UnTagResources"),
]


def _tags(api: Api, product: str, kind: str, resource_id: str) -> dict[str, str]:
    answer = api(f"{product}:ListTagResources", ResourceType=kind, ResourceId=[resource_id])
    return {item["TagKey"]: item["TagValue"] for item in answer["TagResources"]["TagResource"]}


@pytest.mark.parametrize(("product", "kind", "resource_id", "untag"), PLACES)
def test_tag_and_untag(api: Api, product: str, kind: str, resource_id: str, untag: str) -> None:
    before = _tags(api, product, kind, resource_id)
    place: dict[str, Any] = {"ResourceType": kind, "ResourceId": [resource_id]}
    api(f"{product}:TagResources", Tag=[{"Key": "owner", "Value": "shop"}, {"Key": "empty", "Value": ""}], **place)
    assert _tags(api, product, kind, resource_id) == {**before, "owner": "shop", "empty": ""}
    api(f"{product}:{untag}", TagKey=["owner", "not-there"], **place)
    assert _tags(api, product, kind, resource_id) == {**before, "empty": ""}
    api(f"{product}:{untag}", All=True, **place)
    assert _tags(api, product, kind, resource_id) == {}


def test_tags_are_counted(api: Api) -> None:
    tags = api("ecs:DescribeTags", Tag=[{"Key": "wave", "Value": "never"}])["Tags"]["Tag"]
    assert tags == [{"ResourceTypeCount": {"Instance": 2}, "TagKey": "wave", "TagValue": "never"}]
    tiers = [tag for tag in api("ecs:DescribeTags")["Tags"]["Tag"] if tag["TagKey"] == "tier"]
    assert tiers[1] == {"ResourceTypeCount": {"Instance": 3, "Securitygroup": 1}, "TagKey": "tier", "TagValue": "web"}
