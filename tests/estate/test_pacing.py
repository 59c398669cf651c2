"""The turns of the calls of one action: one waits for all, and a wait grows until somebody is let through."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from estate.pacing import Pace, until_next_minute


def seconds(refusals: int) -> float:
    return 10.0 * refusals


def test_calls_go_on_at_once_until_one_is_refused() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    assert [pace.enter(), pace.enter()] == [0, 0]
    assert slept == []


def test_of_calls_that_are_refused_together_one_waits() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    turns = [pace.enter() for _ in range(3)]
    for turn in turns:
        pace.refused(turn, seconds)
    assert [pace.enter() for _ in range(3)] == [1, 1, 1]
    assert slept == [10.0]


def test_a_new_call_shortens_no_wait_of_those_that_were_refused_before() -> None:
    """Else one call may be refused seven times within seconds, while new ones come and each begins to count."""
    slept: list[float] = []
    pace = Pace(slept.append)
    for _ in range(4):
        pace.refused(pace.enter(), seconds)
    pace.enter()
    assert slept == [10.0, 20.0, 30.0, 40.0]
    pace.let_through()
    pace.refused(pace.enter(), seconds)
    pace.enter()
    assert slept[4:] == [10.0]


def test_none_is_made_while_one_waits() -> None:
    waits, over = threading.Event(), threading.Event()

    def sleep(_seconds: float) -> None:
        waits.set()
        assert over.wait(30)

    pace = Pace(sleep)
    pace.refused(pace.enter(), seconds)
    entered: list[int] = []
    threads = [threading.Thread(target=lambda: entered.append(pace.enter())) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert waits.wait(30)
    # What was let through meanwhile is noted without waiting.
    pace.let_through()
    assert (entered, pace.passed) == ([], 1)
    over.set()
    for thread in threads:
        thread.join(30)
    assert entered == [1, 1, 1]


@pytest.mark.parametrize(("second", "left"), [(0, 60), (1, 59), (59, 1)])
def test_the_next_minute_of_the_clock(second: int, left: float) -> None:
    assert until_next_minute(datetime(2026, 12, 1, 2, 30, second, tzinfo=UTC)) == left
    assert until_next_minute(datetime(2026, 12, 1, 2, 30, second, 500_000, tzinfo=UTC)) == left - 0.5
