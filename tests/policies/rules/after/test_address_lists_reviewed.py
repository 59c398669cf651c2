from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import START, UNKNOWN, Draft, expect, prepared
from tests.policies.rules.after.over import DUE, WORD

RULE = "after-address-lists-reviewed"


def moved(**word: Any) -> Draft:
    """i-app has moved, and all days are over; somebody's word about it, bent."""
    draft = prepared()
    draft.now = DUE
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    draft.facts(MIGRATION)["attestations"] = [{**WORD, **word}]
    return draft


def test_pass_when_somebody_answers_for_it() -> None:
    expect(moved(), RULE, "i-app", Outcome.PASS, "ann@example.com answers for it")


def test_pass_from_the_start_of_the_window_to_the_end_of_the_word() -> None:
    draft = moved(statedAt=START, validUntil=DUE.isoformat())
    expect(draft, RULE, "i-app", Outcome.PASS, "ann@example.com answers for it")
    # Beside words about other things.
    draft.facts(MIGRATION)["attestations"].insert(0, {**WORD, "kind": "licence-review"})
    expect(draft, RULE, "i-app", Outcome.PASS, "ann@example.com answers for it")


def test_pass_until_it_is_due() -> None:
    draft = moved(kind="licence-review")
    draft.now = datetime.fromisoformat("2026-12-27T01:59:59+08:00")
    expect(draft, RULE, "i-app", Outcome.PASS, "Review them by")


@pytest.mark.parametrize(
    "word",
    [
        {"kind": "licence-review"},
        {"instanceIds": ["i-web"]},
        {"statedAt": "2026-12-12T01:59:59+08:00"},
        {"statedAt": "2026-12-28T00:00:00+08:00"},
        {"validUntil": "2026-12-26T00:00:00+08:00"},
    ],
)
def test_fail_without_a_word_that_counts(word: dict[str, Any]) -> None:
    expect(moved(**word), RULE, "i-app", Outcome.FAIL, "RAM policies with acs:SourceIp", "kind: address-lists")


def test_unknown_when_a_word_cannot_be_read() -> None:
    expect(moved(owner=UNKNOWN), RULE, "i-app", Outcome.UNKNOWN, "owner")
    expect(moved(owner=""), RULE, "i-app", Outcome.UNKNOWN, "owner")


def test_not_applicable_before_the_move() -> None:
    expect(prepared(), RULE, "i-app", Outcome.NOT_APPLICABLE)
