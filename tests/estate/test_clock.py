"""The cloud's clock, as the answers of its API tell it."""

from datetime import UTC, datetime, timedelta

import pytest

from estate.clock import ClockReading, now, reading

MACHINE = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)


def test_the_time_of_an_answer_is_read() -> None:
    clock_reading = reading("Sat, 28 Nov 2026 12:00:00 GMT", MACHINE)
    assert clock_reading == ClockReading(datetime(2026, 11, 28, 12, tzinfo=UTC), MACHINE)
    assert clock_reading.skew == -timedelta(seconds=30)


@pytest.mark.parametrize("date", [None, "", "yesterday", "2026-11-28T12:00:00Z", "Sat, 99 Nov 2026 12:00:00 GMT"])
def test_an_invalid_date_header_is_no_reading(date: str | None) -> None:
    assert reading(date, MACHINE) is None


def test_this_machines_time_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever PREFLIGHT_NOW says, which asks the policy pack a question and tells nobody the time."""
    monkeypatch.setenv("PREFLIGHT_NOW", "2020-01-01T00:00:00Z")
    before = datetime.now(UTC)
    assert before <= now() <= datetime.now(UTC)
    assert now().tzinfo is UTC
