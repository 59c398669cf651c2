"""The model clock: begins at the estate's `now` and runs on with real time."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class ModelClock:
    """Model time, apart from real time; signatures are never checked against it."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin at `start` (with offset); `monotonic` gives real seconds, for tests to replace."""
        self._monotonic = monotonic
        self.set(start)

    def set(self, moment: datetime) -> None:
        """Let the clock show `moment` now and run on from there."""
        self._start = moment
        self._started = self._monotonic()

    def now(self) -> datetime:
        """The present model time, with the offset of the estate's `now`."""
        return self._start + timedelta(seconds=self._monotonic() - self._started)
