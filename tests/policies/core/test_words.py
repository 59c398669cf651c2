"""A count is written with its noun in the right number, a time to the minute with its own offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from policies.core.words import number_of, to_minute


@pytest.mark.parametrize(
    ("count", "noun", "expected"),
    [
        (0, "finding", "0 findings"),
        (1, "finding", "1 finding"),
        (2, "VPC group", "2 VPC groups"),
        (1, "more fix", "1 more fix"),
        (3, "fix", "3 fixes"),
    ],
)
def test_a_noun_is_plural_unless_there_is_one(count: int, noun: str, expected: str) -> None:
    assert number_of(count, noun) == expected


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (UTC, "2026-12-06T02:00+00:00"),
        (timezone(timedelta(hours=8)), "2026-12-06T02:00+08:00"),
        (timezone(-timedelta(hours=3, minutes=30)), "2026-12-06T02:00-03:30"),
    ],
)
def test_a_time_is_written_to_the_minute_with_its_own_offset(offset: timezone, expected: str) -> None:
    assert to_minute(datetime(2026, 12, 6, 2, 0, 59, tzinfo=offset)) == expected
