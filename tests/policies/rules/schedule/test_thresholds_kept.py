from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "schedule-thresholds-kept"

# Key of the facts, the weakest value that will do, one that is weaker, and the key that the finding names.
BOUNDS = [
    ("freezeHours", 6.0, 5.9, "freezeHours is 5.9; at least 6"),
    ("freezeHours", 6.0, 0.0, "freezeHours is 0; at least 6"),
    ("freezeHours", 168.0, 169.0, "freezeHours is 169; at most 168"),
    ("evidenceMaxAgeHours", 336.0, 337.0, "evidence.maxAgeHours is 337; at most 336"),
    ("backups.maxAgeHours", 72.0, 73.0, "backups.maxAgeHours is 73; at most 72"),
    ("cleanupDueDays", 30.0, 31.0, "after.dueDays is 31; at most 30"),
]


def with_value(key: str, value: Any) -> Draft:
    draft = prepared()
    facts = draft.facts(MIGRATION)
    section, _, name = key.rpartition(".")
    (facts[section] if section else facts)[name] = value
    return draft


@pytest.mark.parametrize(("key", "weakest", "weaker", "words"), BOUNDS)
def test_pass_at_the_bound(key: str, weakest: float, weaker: float, words: str) -> None:
    expect(with_value(key, weakest), RULE, "dev", Outcome.PASS)


def test_pass_where_no_evidence_is_named() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["evidenceMaxAgeHours"]
    expect(draft, RULE, "dev", Outcome.PASS, "evidence.maxAgeHours is not set")


@pytest.mark.parametrize(("key", "weakest", "weaker", "words"), BOUNDS)
def test_fail_beyond_it_and_name_the_key(key: str, weakest: float, weaker: float, words: str) -> None:
    result = expect(with_value(key, weaker), RULE, "dev", Outcome.FAIL, words)
    assert result.blocking
    assert f"{weakest:g}" in result.remediation


@pytest.mark.parametrize("value", [UNKNOWN, None, "24", True])
@pytest.mark.parametrize("key", ["freezeHours", "evidenceMaxAgeHours", "backups.maxAgeHours", "cleanupDueDays"])
def test_unknown_without_a_number(key: str, value: object) -> None:
    expect(with_value(key, value), RULE, "dev", Outcome.UNKNOWN, key)


def test_waived_where_somebody_answers_for_it() -> None:
    """What is weaker needs an owner, somebody who approved, a reason and an end; the freeze is then as it is set."""
    draft = with_value("freezeHours", 1.0)
    draft.facts(MIGRATION)["waivers"] = [
        {
            "rule": RULE,
            "all": True,
            "reason": "nothing is left to be created",
            "owner": "ann@example.com",
            "approvedBy": "bob@example.com",
            "approvedAt": "2026-12-01T09:00:00+08:00",
            "expires": "2026-12-19T09:00:00+08:00",
        }
    ]
    result = expect(draft, RULE, "dev", Outcome.WAIVED, "freezeHours is 1")
    assert not result.blocking
