from typing import Any

import pytest

from policies.outcome import Outcome
from policies.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "public-address-can-become-eip"


def wanted(**facts: Any) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update({"toEip": True, **facts})
    return draft


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"internetChargeType": "PayByBandwidth"},
        {"instanceChargeType": "PrePaid", "internetChargeType": "PayByTraffic"},
    ],
)
def test_pass_where_the_cloud_converts(facts: dict[str, Any]) -> None:
    expect(wanted(**facts), RULE, "i-web", Outcome.PASS)


def test_fail_where_a_subscription_pays_by_bandwidth() -> None:
    draft = wanted(instanceChargeType="PrePaid", internetChargeType="PayByBandwidth")
    expect(draft, RULE, "i-web", Outcome.FAIL, "by bandwidth", "PayByTraffic")


def test_fail_with_an_eip() -> None:
    expect(wanted(eip="47.99.9.9"), RULE, "i-web", Outcome.FAIL, "47.99.9.9", "UnassociateEipAddress")


@pytest.mark.parametrize("facts", [{"publicIps": []}, {"internetMaxBandwidthOut": 0.0}])
def test_fail_without_an_address_that_stays(facts: dict[str, Any]) -> None:
    expect(wanted(**facts), RULE, "i-web", Outcome.FAIL, "outlasts the move", "InternetMaxBandwidthOut 1")


@pytest.mark.parametrize(
    "facts",
    [
        {"toEip": UNKNOWN},
        {"eip": UNKNOWN},
        {"publicIps": UNKNOWN},
        {"instanceChargeType": UNKNOWN},
        {"instanceChargeType": "PrePaid", "internetChargeType": ""},
    ],
)
def test_unknown_when_a_fact_is_not_known(facts: dict[str, Any]) -> None:
    expect(wanted(**facts), RULE, "i-web", Outcome.UNKNOWN)


def test_not_applicable_where_it_need_not() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
