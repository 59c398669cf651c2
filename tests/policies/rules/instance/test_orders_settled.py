from datetime import datetime, timedelta

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.attested import attest
from tests.policies.prepared import START, UNKNOWN, Draft, expect, prepared

RULE = "instance-orders-settled"


def subscription() -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(instanceChargeType="PrePaid", expiredAt="2027-12-01T00:00:00Z")
    return draft


def test_pass_when_somebody_answers_for_it() -> None:
    expect(attest(subscription(), "orders-settled", validUntil=START), RULE, "i-web", Outcome.PASS, "ann@example.com")


def test_unknown_without_a_word_is_advice_until_a_week_before() -> None:
    draft = subscription()
    draft.now = datetime.fromisoformat(START) - timedelta(hours=168, seconds=1)
    result = expect(draft, RULE, "i-web", Outcome.UNKNOWN, "no API", "kind: orders-settled")
    assert not result.blocking
    draft.now += timedelta(seconds=1)
    assert draft.result(RULE, "i-web").blocking


def test_unknown_with_an_attestation_that_ends_before_the_window() -> None:
    draft = attest(subscription(), "orders-settled", validUntil="2026-12-12T01:59:59+08:00")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_when_it_is_not_known_how_it_is_paid() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["instanceChargeType"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "instanceChargeType")


def test_not_applicable_to_pay_as_you_go() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
