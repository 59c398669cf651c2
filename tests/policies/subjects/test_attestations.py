"""Somebody's word counts with an owner, about this instance, by now, and until its window at least."""

from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.attested import attest
from tests.policies.guests import bent
from tests.policies.prepared import IN_FREEZE, START, UNKNOWN, expect

RULE = "licence-reviewed"
FOUND: dict[str, Any] = {"licenceManagers": ["lmgrd"]}


def test_it_is_told_who_answers_for_what() -> None:
    draft = attest(bent(**FOUND), "licence-review")
    result = expect(draft, RULE, "i-web", Outcome.PASS, "ann@example.com answers for it until 2026-12-20T02:00+08:00")
    assert "It is taken care of. Licence managers run: lmgrd." in result.reason


def test_it_holds_from_the_moment_that_it_is_stated_to_that_of_the_window() -> None:
    word = {"statedAt": IN_FREEZE.isoformat(), "validUntil": START}
    expect(attest(bent(**FOUND), "licence-review", **word), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "security-software"},
        {"instanceIds": ["i-app"]},
        {"instanceIds": UNKNOWN},
        {"owner": None},
        {"owner": ""},
        {"owner": UNKNOWN},
        {"statement": ""},
        {"statedAt": IN_FREEZE.replace(minute=1).isoformat()},
        {"validUntil": "2026-12-12T01:59:59+08:00"},
        {"validUntil": "2027-03-10T12:00:01+08:00"},
        {"statedAt": "2001-01-01T00:00:00+08:00", "validUntil": "2099-01-01T00:00:00+08:00"},
        {"validUntil": UNKNOWN},
    ],
)
def test_anything_less_leaves_the_finding(changes: dict[str, Any]) -> None:
    expect(attest(bent(**FOUND), "licence-review", **changes), RULE, "i-web", Outcome.FAIL, "lmgrd")


def test_one_that_cannot_be_read_does_not_hide_another() -> None:
    draft = attest(bent(**FOUND), "licence-review")
    draft.facts(MIGRATION)["attestations"].insert(0, {"kind": UNKNOWN})
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft.facts(MIGRATION)["attestations"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.FAIL)


def test_without_a_wave_nobody_knows_until_when_it_must_hold() -> None:
    expect(attest(bent({"wave": "none"}, **FOUND), "licence-review"), RULE, "i-web", Outcome.FAIL)
