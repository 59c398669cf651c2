"""An approval holds by another person's word, from its time on, and for 90 days at the most."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.core.approvals import LONGEST, approved, void
from policies.core.facts import Facts, UnreadableError

NOW = datetime.fromisoformat("2026-12-01T10:00:00+08:00")
SECOND = timedelta(seconds=1)
ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.mark.parametrize(
    ("owner", "approver", "at", "expires", "why"),
    [
        (ANN, BOB, NOW, NOW + SECOND, None),
        (ANN, BOB, NOW + SECOND, NOW + 2 * SECOND, "in the future"),
        (ANN, BOB, NOW - SECOND, NOW, "expired at 2026-12-01T10:00"),
        (ANN, BOB, NOW, NOW + LONGEST, None),
        (ANN, BOB, NOW, NOW + LONGEST + SECOND, "more than 90 days after its approval"),
        (ANN, "Ann <ANN+move@example.com>", NOW, NOW + SECOND, "for himself or herself"),
        (" ", BOB, NOW, NOW + SECOND, "is blank"),
        (ANN, "\u200b", NOW, NOW + SECOND, "is blank"),
    ],
)
def test_an_approval_is_void_for_a_reason(
    owner: str, approver: str, at: datetime, expires: datetime, why: str | None
) -> None:
    problem = void(owner, approver, at, expires, NOW)
    assert problem is None if why is None else why in (problem or "")


def _decision(**changes: Any) -> Facts:
    decision = {
        "reason": "Nobody has a bucket.",
        "owner": ANN,
        "approvedBy": BOB,
        "approvedAt": NOW.isoformat(),
        "expires": (NOW + timedelta(days=9)).isoformat(),
    }
    return Facts({**decision, **changes}, "approval")


def test_a_decision_is_told_with_who_answers_for_it() -> None:
    assert approved(_decision(), NOW) == (
        "Nobody has a bucket (ann@example.com, approved by bob@example.com until 2026-12-10T10:00+08:00)"
    )


@pytest.mark.parametrize("changes", [{"approvedBy": ANN}, {"expires": NOW.isoformat()}, {"owner": None}])
def test_a_decision_that_does_not_hold_is_no_reason(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        approved(_decision(**changes), NOW)
