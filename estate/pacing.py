"""Pace the calls of one action to the rate that the cloud allows; the cloud shows it only by refusing calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

_MINUTE: Final = 60


class Pace:
    """The turns of all calls of one action: after a refusal for its rate, all calls wait.

    One call waits for all; the others queue behind it. Safe to share between threads.
    """

    def __init__(self, sleep: Callable[[float], None]) -> None:
        """Begin without a wait; `sleep` waits for a number of seconds."""
        self._sleep = sleep
        self._state, self._queue = threading.Lock(), threading.Lock()
        self._wait = 0.0
        self._turn = 0
        self._refused = 0
        self.passed = 0
        """Return how many calls were let through so far."""

    def enter(self) -> int:
        """Wait until calls may go on, and return the turn of this one."""
        with self._queue:
            with self._state:
                wait, self._wait = self._wait, 0.0
            if wait:
                self._sleep(wait)
            return self._turn

    def let_through(self) -> None:
        """Note that a call was not refused for its rate."""
        with self._state:
            self.passed += 1
            self._refused = 0

    def refused(self, turn: int, wait: Callable[[int], float]) -> None:
        """Let all calls wait, unless one of the same turn was refused before this one.

        `wait` returns the seconds, given the number of turns refused in a row, this one included: the first attempt of
        another call must not shorten the wait of the refused ones.
        """
        with self._state:
            if turn == self._turn:
                self._turn += 1
                self._refused += 1
                self._wait = wait(self._refused)


def until_next_minute(now: datetime) -> float:
    """Return the seconds until the next minute of the cloud's clock `now` begins."""
    return _MINUTE - now.second - now.microsecond / 1e6
