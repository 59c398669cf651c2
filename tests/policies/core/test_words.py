"""A count is written with its noun in the right number, many names by the first, a time to the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from policies.core.words import apart, few, number_of, to_minute


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


NOON = datetime(2026, 12, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ((NOON, NOON + timedelta(hours=1)), ("2026-12-06T12:00+00:00", "2026-12-06T13:00+00:00")),
        ((NOON, NOON + timedelta(seconds=1)), ("2026-12-06T12:00:00+00:00", "2026-12-06T12:00:01+00:00")),
        ((NOON, NOON), ("2026-12-06T12:00+00:00", "2026-12-06T12:00+00:00")),
        (
            (NOON, NOON.astimezone(timezone(timedelta(hours=8)))),
            ("2026-12-06T12:00+00:00", "2026-12-06T20:00+08:00"),
        ),
        (
            (NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1, seconds=30)),
            ("2026-12-06T12:00:00+00:00", "2026-12-06T13:00:00+00:00", "2026-12-06T13:00:30+00:00"),
        ),
    ],
)
def test_times_that_are_compared_differ_in_their_texts(
    moments: tuple[datetime, ...], expected: tuple[str, ...]
) -> None:
    assert apart(*moments) == expected


@pytest.mark.parametrize(("most", "expected"), [(2, "a, b and 1 more"), (3, "a, b, c"), (4, "a, b, c")])
def test_of_many_names_the_first_are_written_and_the_others_counted(most: int, expected: str) -> None:
    assert few(["a", "b", "c"], most) == expected
