"""The clock of the room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from estate.clock import now
from estate.errors import SettingsError


def test_the_set_time_wins() -> None:
    moment = now({"PREFLIGHT_NOW": "2026-11-23T08:00:00+08:00"})
    assert moment == datetime(2026, 11, 23, tzinfo=UTC)


def test_else_it_is_the_system_time_in_utc() -> None:
    assert abs(now({}) - datetime.now(UTC)) < timedelta(minutes=1)
    assert now({}).tzinfo is UTC


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-23T08:00:00"])
def test_what_is_no_time_with_an_offset_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="PREFLIGHT_NOW: expected ISO 8601 with an offset"):
        now({"PREFLIGHT_NOW": text})
