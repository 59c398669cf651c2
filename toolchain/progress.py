"""Report the progress of long steps, to a person at a terminal and to a log file."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

#: Seconds between two progress lines. A terminal rewrites one line; a log grows by one line each time.
TTY_INTERVAL = 1.0
LOG_INTERVAL = 15.0


def format_elapsed(seconds: float) -> str:
    """Write a duration in seconds as "42s" or "3m07s"."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


class Reporter:
    """Writes messages and running progress to one text stream.

    `clock` returns seconds; tests replace it so that they need not wait.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._is_tty = self._stream.isatty()
        self._lock = threading.Lock()
        self._line_open = False

    def say(self, message: str) -> None:
        """Write one message on a line of its own."""
        with self._lock:
            if self._line_open:
                self._stream.write("\r\x1b[K")
                self._line_open = False
            self._stream.write(f"toolchain: {message}\n")
            self._stream.flush()

    def _tick(self, message: str) -> None:
        if not self._is_tty:
            self.say(message)
            return
        # A wrapped line could not be rewritten.
        line = f"toolchain: {message}"[: shutil.get_terminal_size().columns - 1]
        with self._lock:
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()
            self._line_open = True

    @contextmanager
    def running(self, describe: Callable[[], str]) -> Iterator[None]:
        """Report `describe()` with the elapsed time, at once and then at intervals, until the block ends."""
        started = self._clock()
        finished = threading.Event()

        def line() -> str:
            return f"{describe()} ({format_elapsed(self._clock() - started)})"

        def repeat() -> None:
            while not finished.wait(TTY_INTERVAL if self._is_tty else LOG_INTERVAL):
                self._tick(line())

        self._tick(line())
        ticker = threading.Thread(target=repeat, daemon=True)
        ticker.start()
        try:
            yield
        finally:
            finished.set()
            ticker.join()
