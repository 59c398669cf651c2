from datetime import timedelta

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import BEFORE_FREEZE, UNKNOWN, Draft, expect, prepared

RULE = "stack-estate-read-live"


def by_file(age: timedelta = timedelta(days=3)) -> Draft:
    """The prepared stack, judged by a file that is so old."""
    draft = prepared()
    facts = draft.facts(MIGRATION)
    facts["estateFile"] = {"path": "estates/hangzhou.json", "sha256": "0" * 64}
    facts["estateReadAt"] = (draft.now - age).isoformat()
    return draft


def test_pass_where_the_cloud_answered() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize(
    ("age", "message"),
    [
        (timedelta(days=3), "3 days ago"),
        (timedelta(hours=30), "1 day ago"),
        (timedelta(hours=2, minutes=59), "2 hours ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(seconds=59), "less than a minute ago"),
        (timedelta(seconds=-1), "later than the time that is asked about"),
    ],
)
def test_unknown_by_a_file_however_young_it_is(age: timedelta, message: str) -> None:
    result = expect(
        by_file(age), RULE, "dev", Outcome.UNKNOWN, "estates/hangzhou.json", message, "Only the cloud shows"
    )
    assert result.blocking


@pytest.mark.parametrize("file", [UNKNOWN, "a text", {}, {"path": UNKNOWN}, {"path": 7}])
def test_unknown_where_the_file_cannot_be_named(file: object) -> None:
    draft = by_file()
    draft.facts(MIGRATION)["estateFile"] = file
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "not named")


@pytest.mark.parametrize("file", [True, False])
@pytest.mark.parametrize("read_at", [UNKNOWN, None, "yesterday"])
def test_unknown_where_nobody_tells_when_it_was_read(file: bool, read_at: object) -> None:
    draft = by_file() if file else prepared()
    draft.facts(MIGRATION)["estateReadAt"] = read_at
    expect(draft, RULE, "dev", Outcome.UNKNOWN)


def test_unknown_whoever_waives_it() -> None:
    draft = by_file()
    draft.now = BEFORE_FREEZE
    draft.facts(MIGRATION)["waivers"] = [
        {
            "rule": RULE,
            "instances": [],
            "all": True,
            "owner": "ops@example.com",
            "reason": "The file is of today.",
            "approvedBy": "lead@example.com",
            "validUntil": "2026-12-31T00:00:00+08:00",
        }
    ]
    result = expect(draft, RULE, "dev", Outcome.UNKNOWN)
    assert result.blocking
    assert result.waiver is None
