"""The model clock: it runs on with real time, is moved, and never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import ClockError, ModelClock

START = datetime(2026, 11, 30, 9, tzinfo=UTC)


@given(
    st.lists(
        st.tuples(st.just("passes"), st.integers(0, 1000))
        | st.tuples(st.just("advance"), st.integers(0, 10**6))
        | st.tuples(st.just("set"), st.integers(-1000, 10**6))
    )
)
def test_it_shows_what_passed_and_what_it_was_moved(steps: list[tuple[str, int]]) -> None:
    real, expected = 0.0, START
    clock = ModelClock(START, lambda: real)
    for step, seconds in steps:
        if step == "passes":
            real += seconds
            expected += timedelta(seconds=seconds)
        elif step == "advance":
            clock.advance(seconds)
            expected += timedelta(seconds=seconds)
        elif seconds >= 0:
            expected += timedelta(seconds=seconds)
            clock.set(expected)
        else:
            with pytest.raises(ClockError, match="never goes back"):
                clock.set(expected + timedelta(seconds=seconds))
        assert clock.now() == expected
    assert clock.moves == sum(step != "passes" and seconds >= 0 for step, seconds in steps)


@pytest.mark.parametrize("seconds", [-1, -0.001, float("nan"), float("inf"), 1e18])
def test_it_is_not_moved_so_far(seconds: float) -> None:
    clock = ModelClock(START, lambda: 0.0)
    with pytest.raises(ClockError):
        clock.advance(seconds)
    assert (clock.now(), clock.moves) == (START, 0)


def test_a_time_needs_an_offset_and_is_shown_with_that_of_the_estate() -> None:
    clock = ModelClock(START, lambda: 0.0)
    with pytest.raises(ClockError, match="no offset"):
        clock.set(datetime(2027, 1, 1))
    clock.set(datetime.fromisoformat("2026-11-30T18:00:00+08:00"))
    assert clock.now().isoformat() == "2026-11-30T10:00:00+00:00"
