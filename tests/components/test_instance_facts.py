"""Facts of instances: what the cloud does not say is left out, and never the better value."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import parse
from components.facts.instances import instance_facts
from components.plan import make_plan
from tests.components.builders import FILE, config, estate, instance


def facts(**fields: Any) -> dict[str, Any]:
    web = instance("i-web", "sg-web", "10.1.0.1", **fields)
    known = estate(instances=tuple(web if item.id == "i-web" else item for item in estate().instances))
    plan = make_plan(parse(config(), FILE), known, FILE)
    planned = next(item for item in plan.instances if item.instance.id == "i-web")
    return dict(instance_facts(planned, plan))


@pytest.mark.parametrize(
    ("field", "key", "value"),
    [
        ("instance_charge_type", "instanceChargeType", "PostPaid"),
        ("spot_strategy", "spotStrategy", "NoSpot"),
        ("io_optimized", "ioOptimized", True),
        ("local_storage_amount", "localStorageAmount", 0),
    ],
)
def test_unknown_instance_attributes_are_absent(field: str, key: str, value: Any) -> None:
    assert facts(**{field: value})[key] == value
    assert key not in facts(**{field: None})


def test_scaling_groups_are_those_of_the_tags() -> None:
    tags = (
        {"key": "acs:autoscaling:scalingGroupId", "value": "asg-bp1"},
        {"key": "ESS", "value": "ESS"},
    )
    assert facts(tags=tags)["scalingGroupIds"] == ["asg-bp1"]
    assert facts()["scalingGroupIds"] == []
