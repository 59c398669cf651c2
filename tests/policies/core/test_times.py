"""A time in a message is to the minute and keeps its own offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from policies.core.times import to_minute


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
