from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "public-address-can-become-eip"


def becoming_eip(**facts: Any) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update({"toEip": True, "expiredAt": "2027-12-01T00:00:00Z", **facts})
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
    expect(becoming_eip(**facts), RULE, "i-web", Outcome.PASS)


def test_fail_where_a_subscription_pays_by_bandwidth() -> None:
    draft = becoming_eip(instanceChargeType="PrePaid", internetChargeType="PayByBandwidth")
    expect(draft, RULE, "i-web", Outcome.FAIL, "by bandwidth", "PayByTraffic")


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [("2026-12-21T02:00:00+08:00", Outcome.FAIL), ("2026-12-21T02:00:01+08:00", Outcome.PASS)],
)
def test_fail_within_a_day_of_the_end_of_the_subscription(ends: str, outcome: Outcome) -> None:
    draft = becoming_eip(instanceChargeType="PrePaid", expiredAt=ends)
    result = expect(draft, RULE, "i-web", outcome)
    assert ("In the 24 hours before" in result.reason) == (outcome is Outcome.FAIL)


def test_fail_with_an_eip() -> None:
    expect(becoming_eip(eip="47.99.9.9"), RULE, "i-web", Outcome.FAIL, "47.99.9.9", "UnassociateEipAddress")


@pytest.mark.parametrize("facts", [{"publicIps": []}, {"internetMaxBandwidthOut": 0.0}])
def test_fail_without_an_address_that_stays(facts: dict[str, Any]) -> None:
    expect(
        becoming_eip(**facts),
        RULE,
        "i-web",
        Outcome.FAIL,
        "The move releases its public address",
        "InternetMaxBandwidthOut 1",
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"toEip": UNKNOWN},
        {"eip": UNKNOWN},
        {"publicIps": UNKNOWN},
        {"instanceChargeType": UNKNOWN},
        {"instanceChargeType": "PrePaid", "internetChargeType": ""},
        {"instanceChargeType": "PrePaid", "expiredAt": UNKNOWN},
    ],
)
def test_unknown_when_a_fact_is_not_known(facts: dict[str, Any]) -> None:
    expect(becoming_eip(**facts), RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_when_it_is_not_known_how_late_it_may_move() -> None:
    draft = becoming_eip(instanceChargeType="PrePaid")
    draft.facts(MIGRATION)["waves"][0]["window"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "the window does not show")


def test_not_applicable_where_it_need_not() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
