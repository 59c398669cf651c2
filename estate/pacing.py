"""Calls of one action at the rate that the cloud allows, which it tells by refusing them and not otherwise."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

_MINUTE: Final = 60


class Pace:
    """The turns of all calls of one action: once it is refused for its rate, none is made before a wait is over.

    One call waits for all; the others queue behind it. Safe to share between threads.
    """

    def __init__(self, sleep: Callable[[float], None]) -> None:
        """Begin with calls going on; `sleep` waits for so many seconds."""
        self._sleep = sleep
        self._state, self._queue = threading.Lock(), threading.Lock()
        self._wait = 0.0
        self._turn = 0
        self._refused = 0
        self.passed = 0
        """How many calls were let through so far."""

    def enter(self) -> int:
        """Wait until calls may go on, and return the turn that this one belongs to."""
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

        `wait` tells for how many seconds, by how many turns were refused one after the other, this one included: a
        call that is asked for the first time must not shorten the wait of those that were refused before.
        """
        with self._state:
            if turn == self._turn:
                self._turn += 1
                self._refused += 1
                self._wait = wait(self._refused)


def until_next_minute(now: datetime) -> float:
    """Return the seconds until the next minute of the cloud's clock `now` begins."""
    return _MINUTE - now.second - now.microsecond / 1e6
