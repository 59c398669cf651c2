import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, system_event

RULE = "instance-outlives-window"
# The Latest Schedule Time, and 1.6 h for the 40 GiB of its disk.
COPIED = "2026-12-20T03:36:00+08:00"
LATER = "2026-12-20T03:36:01+08:00"


def subscription(end: object) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(instanceChargeType="PrePaid", expiredAt=end)
    return draft


def released(time: object) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["autoReleaseAt"] = time
    return draft


def test_pass_without_an_end() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["expiredAt"] = "2026-12-01T00:00:00+08:00"
    expect(draft, RULE, "i-web", Outcome.PASS)


def stopped(time: object, status: str = "Scheduled") -> Draft:
    draft = prepared()
    event = system_event(time, "AccountUnbalanced.Stop", status=status, event_id="e-7")
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledEnds"] = [event]
    return draft


@pytest.mark.parametrize("draft", [subscription(LATER), released(LATER), stopped(LATER)])
def test_pass_with_an_end_afterwards(draft: Draft) -> None:
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_when_the_subscription_ends_before() -> None:
    expect(subscription(COPIED), RULE, "i-web", Outcome.FAIL, "subscription ends", "RenewInstance --InstanceId i-web")


def test_fail_when_it_is_released_before() -> None:
    expect(released(COPIED), RULE, "i-web", Outcome.FAIL, "is released", "ModifyInstanceAutoReleaseTime")


@pytest.mark.parametrize("time", ["2026-12-01T00:00:00+08:00", COPIED])
def test_fail_when_a_system_event_stops_it_before(time: str) -> None:
    words = ("The system event e-7 (AccountUnbalanced.Stop) is due", "DescribeInstanceHistoryEvents --InstanceId i-web")
    expect(stopped(time), RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize(
    ("status", "words"), [("Executing", "is being executed"), ("Inquiring", "waits for your consent")]
)
def test_fail_when_a_system_event_may_stop_it_at_any_time(status: str, words: str) -> None:
    expect(stopped(LATER, status), RULE, "i-web", Outcome.FAIL, f"e-7 (AccountUnbalanced.Stop) {words}", status)


@pytest.mark.parametrize(
    "draft", [subscription(UNKNOWN), released(UNKNOWN), stopped(UNKNOWN), subscription("soon"), stopped("soon")]
)
def test_unknown_when_the_end_is_not_known(draft: Draft) -> None:
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_when_a_subscription_shows_no_end() -> None:
    draft = subscription(None)
    del draft.facts(MIGRATING_INSTANCE, "i-web")["expiredAt"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "expiredAt")
