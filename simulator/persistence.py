"""Keep the live state in a file, so that it survives a restart.

The file has everything of the estate but its settings, the ids given, the ClientTokens used, the model clock, and the
number of requests. It does not have settings (users, timings, faults ...), which come from the estate file and may
change between two runs, nor the request log, nor nonces. So it contains no access key.

A process that is killed (SIGKILL) loses the changes since the last write: of the last second, or of ten times as long
as a write takes if that is more (2 s at 10,000 instances, where requests wait 0.2 s for it). Only one simulator may use
a file at a time.
"""

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from simulator.model.estate import Estate
from simulator.saved import Head, SavedStateError, from_text
from simulator.simulation import Simulation

INTERVAL = 1.0  # seconds between two writes, at least
_SHARE = 10  # and at least so many times the duration of a write


class StateFileError(Exception):
    """The state file cannot be used; the message names the file and the expectation. The file is unchanged."""


def restored(path: Path, estate: Estate) -> Simulation:
    """Return the simulation of the state in `path`, or of `estate` if there is no such file.

    `estate` has the settings, and is the state after a `reset`. Raises StateFileError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Simulation(estate)
    except (OSError, ValueError) as error:
        raise StateFileError(f"{path}: {error}") from error
    try:
        saved: tuple[Head, Estate] = from_text(text, estate)
    except SavedStateError as error:
        raise StateFileError(f"{path}: {error}") from error
    return Simulation(estate, saved)


@contextlib.contextmanager
def persisted(path: Path, simulation: Simulation) -> Iterator[None]:
    """Write the state to `path` at once, then each time it has changed, at most once a second, and at the end.

    Raises StateFileError if the first or the last write fails; others are reported on stderr and tried
    again.
    """
    keeper = _Keeper(path, simulation)
    keeper.write()
    thread = threading.Thread(target=keeper.run, name="state file", daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.stop.set()
        thread.join()
        keeper.write()


class _Keeper:
    def __init__(self, path: Path, simulation: Simulation) -> None:
        self._path = path
        self._simulation = simulation
        self._written = -1
        self.stop = threading.Event()

    def run(self) -> None:
        """Write changes until `stop` is set."""
        pause = INTERVAL
        while not self.stop.wait(pause):
            if self._simulation.changes == self._written:
                continue
            began = time.monotonic()
            try:
                self.write()
            except StateFileError as error:
                print(error, file=sys.stderr, flush=True)
            pause = max(INTERVAL, _SHARE * (time.monotonic() - began))

    def write(self) -> None:
        """Write the present state; raises StateFileError."""
        changes, text = self._simulation.saved()
        try:
            write_atomically(self._path, text)
        except OSError as error:
            raise StateFileError(f"{self._path}: the state cannot be written: {error.strerror}") from error
        self._written = changes


def write_atomically(path: Path, text: str) -> None:
    """Replace the content of `path` by `text` atomically, with mode 0600."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - Path.open takes no descriptor
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
