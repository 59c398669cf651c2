"""The model clock, which starts at the estate's `now` and advances with real time."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class ClockError(ValueError):
    """The clock cannot be set so."""


class ModelClock:
    """Model time, separate from real time; signatures are not checked against it. Thread-safe."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start at `start` (with offset); tests replace `monotonic`, which gives real seconds."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # One tuple, so that `now` needs no lock.
        self._origin = (start, monotonic())
        #: How often the clock was set or advanced.
        self.moves = 0

    def now(self) -> datetime:
        """Return the present model time, with the offset of the estate's `now`."""
        start, started = self._origin
        return start + timedelta(seconds=self._monotonic() - started)

    def set(self, moment: datetime) -> None:
        """Set the clock to `moment`; it advances from there.

        Raises ClockError if `moment` is in the clock's past, or has no offset.
        """
        if moment.tzinfo is None:
            raise ClockError(f"{moment.isoformat()} has no offset from UTC, expected one such as +08:00")
        with self._lock:
            now = self.now()
            if moment < now:
                raise ClockError(f"{moment.isoformat()} is past, it is {now.isoformat()}: the clock never goes back")
            self._move(moment.astimezone(now.tzinfo))

    def advance(self, seconds: float) -> None:
        """Advance the clock by `seconds`; raises ClockError below 0 and beyond the year 9999."""
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
