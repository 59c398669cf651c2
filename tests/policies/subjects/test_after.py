"""Until when the rules about what a moved instance leaves behind let it wait."""

from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import START, UNKNOWN, Draft, expect, prepared

RULES = (
    "after-address-lists-reviewed",
    "after-bucket-policies-cleaned",
    "after-old-addresses-removed",
    "after-registry-lists-cleaned",
)


def left_everywhere(now: str, **window: Any) -> Draft:
    """i-app has moved, its old address stands in lists of all kinds, and nobody has looked."""
    draft = prepared()
    draft.now = datetime.fromisoformat(now)
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    migration = draft.facts(MIGRATION)
    migration["formerAddresses"] = ["10.0.0.2"]
    statement = {"number": 1.0, "addresses": ["10.0.0.2"], "excludedAddresses": []}
    migration["bucketPolicies"] = [{"bucket": "shop-logs", "statements": [statement]}]
    migration["registryAccessLists"] = [{"instanceId": "cri-1", "moduleName": "Chart", "entries": ["10.0.0.2"]}]
    migration["waves"][0]["window"].update(window)
    return draft


@pytest.mark.parametrize("rule_id", RULES)
def test_until_days_after_the_later_end_of_the_window_to_the_second(rule_id: str) -> None:
    """A Latest Schedule Time before the start is a finding of its own, and shortens nothing."""
    for latest, due in (("2026-12-20T02", "2026-12-27T02:00:00+08:00"), ("2026-12-01T02", "2026-12-19T02:00:00+08:00")):
        early = datetime.fromisoformat(due).replace(hour=1, minute=59, second=59).isoformat()
        window = {"start": START, "latest": f"{latest}:00:00+08:00"}
        expect(left_everywhere(early, **window), rule_id, "i-app", Outcome.PASS, f" by {due[:16]}")
        expect(left_everywhere(due, **window), rule_id, "i-app", Outcome.FAIL)


@pytest.mark.parametrize("rule_id", RULES)
def test_however_many_days_the_config_says(rule_id: str) -> None:
    draft = left_everywhere("2030-01-01T00:00:00Z")
    draft.facts(MIGRATION)["cleanupDueDays"] = 1e12
    expect(draft, rule_id, "i-app", Outcome.PASS, " by 2036-")


@pytest.mark.parametrize("rule_id", RULES)
def test_cleanup_is_unknown_without_the_window_or_the_due_days(rule_id: str) -> None:
    for key in ("start", "latest"):
        expect(left_everywhere(START, **{key: UNKNOWN}), rule_id, "i-app", Outcome.UNKNOWN, "the window")
    draft = left_everywhere(START)
    draft.facts(MIGRATION)["cleanupDueDays"] = UNKNOWN
    expect(draft, rule_id, "i-app", Outcome.UNKNOWN, "cleanupDueDays")
