"""What the billing API says an account has bought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.sample_ids import MON_1, WEB_1
from tests.simulator.sdk import Api


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """An estate of two servers, one of them a subscription that renews itself and ends in ten days."""
    for instance in list(quick.instances):
        if instance.id not in (WEB_1, MON_1):
            quick.instances.remove(instance)
    web, mon = quick.instances.find(WEB_1), quick.instances.find(MON_1)
    assert web
    assert mon
    web.charge_type, web.expired_at, web.renewal_status = "PrePaid", quick.now + timedelta(days=10), "AutoRenewal"
    mon.charge_type, mon.expired_at = "PostPaid", None
    return quick


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {WEB_1, MON_1}),
        ({"SubscriptionType": "Subscription"}, {WEB_1}),
        ({"SubscriptionType": "PayAsYouGo"}, {MON_1}),
        ({"RenewStatus": "AutoRenewal"}, {WEB_1}),
        ({"RenewStatus": "NotRenewal"}, set()),
        ({"InstanceIDs": f"{MON_1},i-none"}, {MON_1}),
        ({"Region": "cn-beijing"}, set()),
        ({"EndTimeStart": "2026-12-01T00:00:00Z", "EndTimeEnd": "2026-12-31T00:00:00Z"}, {WEB_1}),
        ({"EndTimeStart": "2027-01-01T00:00:00Z"}, set()),
        ({"CreateTimeEnd": "1999-01-01T00:00:00Z"}, set()),
    ],
)
def test_it_lists_what_is_asked_for(api: Api, filters: dict[str, Any], expected: set[str]) -> None:
    data = api("bssapi:QueryAvailableInstances", ProductCode="ecs", **filters)["Data"]
    assert {item["InstanceID"] for item in data["InstanceList"]} == expected
    assert data["TotalCount"] == len(expected)


def test_it_has_pages(api: Api) -> None:
    pages = [
        api("bssapi:QueryAvailableInstances", ProductCode="ecs", PageNum=number, PageSize=1)["Data"]
        for number in (1, 2)
    ]
    assert {page["InstanceList"][0]["InstanceID"] for page in pages} == {WEB_1, MON_1}
    assert [page["TotalCount"] for page in pages] == [2, 2]


@pytest.mark.parametrize("product", ["eip", "slb"])
def test_other_products_are_told_by_their_own_tables(simulator: Simulator, api: Api, product: str) -> None:
    with simulator.simulation.present() as cloud:
        ids = {
            "eip": [item.id for item in cloud.estate.eips],
            "slb": [item.id for item in cloud.estate.load_balancers],
        }
    data = api("bssapi:QueryAvailableInstances", ProductCode=product)["Data"]
    assert {item["InstanceID"] for item in data["InstanceList"]} == set(ids[product])
