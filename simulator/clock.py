"""The model clock: begins at the estate's `now` and runs on with real time."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class ClockError(ValueError):
    """The clock was asked for what it does not do."""


class ModelClock:
    """Model time, apart from real time; signatures are never checked against it. Safe to use from several threads."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin at `start` (with offset); `monotonic` gives real seconds, for tests to replace."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # One tuple, so that `now` needs no lock.
        self._origin = (start, monotonic())
        #: How often the clock was moved.
        self.moves = 0

    def now(self) -> datetime:
        """Return the present model time, with the offset of the estate's `now`."""
        start, started = self._origin
        return start + timedelta(seconds=self._monotonic() - started)

    def set(self, moment: datetime) -> None:
        """Let the clock show `moment` now and run on from there.

        Raises ClockError where that is in its past, or without an offset.
        """
        if moment.tzinfo is None:
            raise ClockError(f"{moment.isoformat()} has no offset from UTC, expected one such as +08:00")
        with self._lock:
            now = self.now()
            if moment < now:
                raise ClockError(f"{moment.isoformat()} is past, it is {now.isoformat()}: the clock never goes back")
            self._move(moment.astimezone(now.tzinfo))

    def advance(self, seconds: float) -> None:
        """Move the clock `seconds` on; raises ClockError for less than 0 and for what is beyond the year 9999."""
        if not seconds >= 0:
            raise ClockError(f"{seconds} s: the clock never goes back")
        with self._lock:
            try:
                self._move(self.now() + timedelta(seconds=seconds))
            except OverflowError:
                raise ClockError(f"{seconds} s: beyond what the clock can show") from None

    def _move(self, moment: datetime) -> None:
        self._origin = (moment, self._monotonic())
        self.moves += 1
