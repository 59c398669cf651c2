from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.attested import attest
from tests.policies.prepared import LATEST, START, UNKNOWN, Draft, expect, prepared

RULE = "schedule-application-owner-go"


def without() -> Draft:
    """Nobody has given a go."""
    draft = prepared()
    draft.facts(MIGRATION)["attestations"] = []
    return draft


def test_pass_with_the_go_until_the_latest_time() -> None:
    draft = attest(without(), "application-go", validUntil=LATEST)
    expect(draft, RULE, "i-web", Outcome.PASS, "ann@example.com answers for it")


@pytest.mark.parametrize(
    "changes",
    [
        {"validUntil": "2026-12-20T01:59:59+08:00"},
        {"validUntil": START},
        {"statedAt": "2026-12-12T00:00:00+08:00"},
    ],
)
def test_fail_when_the_go_is_not_good(changes: dict[str, Any]) -> None:
    draft = attest(attest(without(), "application-go", instanceIds=["i-app"]), "application-go", **changes)
    expect(draft, RULE, "i-web", Outcome.FAIL, "not valid from now", "2026-12-20T02:00+08:00")


def test_fail_without_a_go_for_this_instance() -> None:
    draft = attest(attest(without(), "licence-review"), "application-go", instanceIds=["i-app"])
    expect(draft, RULE, "i-web", Outcome.FAIL, "No application owner has approved", "kind: application-go")
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_blocks_from_72_hours_before_the_window_and_is_advice_until_then() -> None:
    draft = without()
    draft.now = datetime.fromisoformat(START) - timedelta(hours=72, seconds=1)
    result = expect(draft, RULE, "i-web", Outcome.FAIL)
    assert not result.blocking
    draft.now += timedelta(seconds=1)
    assert draft.result(RULE, "i-web").blocking


def test_unknown_when_window_or_attestations_are_not_known() -> None:
    draft = without()
    draft.facts(MIGRATION)["attestations"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "attestations")
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "window")


def test_it_is_not_asked_of_what_has_moved() -> None:
    draft = without()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
