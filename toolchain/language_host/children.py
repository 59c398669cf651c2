"""The processes that the host starts: all end with their request, and none outlives the host."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

#: What a child is given to end by itself after SIGTERM, in seconds.
_GRACE = 5.0
_CHUNK = 64 * 1024


class Stream(Enum):
    """Where a chunk of output came from."""

    STDOUT = "stdout"
    STDERR = "stderr"


@dataclass(frozen=True)
class Chunk:
    """Some bytes of a child's output, in the order in which they were read from their stream."""

    stream: Stream
    data: bytes


class Child:
    """One started process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self) -> int:
        """Wait for the end; the exit code, negative for the signal that ended it."""
        return self._process.wait()

    def end(self) -> None:
        """Ask the process to end, and make it so when it does not; nothing if it has ended already."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def end_soon(self) -> None:
        """The same without waiting, for callers that must not be held up."""
        threading.Thread(target=self.end, daemon=True).start()

    def output(self) -> Iterator[Chunk]:
        """All output of both streams, as it comes, until both are closed. Needs a child started with `piped`."""
        chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
        streams = {Stream.STDOUT: self._process.stdout, Stream.STDERR: self._process.stderr}
        for stream, pipe in streams.items():
            assert pipe is not None
            threading.Thread(target=_copy, args=(stream, pipe, chunks), daemon=True).start()
        still_open = len(streams)
        while still_open:
            chunk = chunks.get()
            if chunk is None:
                still_open -= 1
            else:
                yield chunk


def _copy(stream: Stream, pipe: IO[bytes], chunks: queue.SimpleQueue[Chunk | None]) -> None:
    with pipe:
        while data := os.read(pipe.fileno(), _CHUNK):
            chunks.put(Chunk(stream, data))
    chunks.put(None)


class Children:
    """Starts processes and remembers them, so that all can be ended together.

    They stay in the host's process group: the engine ends the whole group when it is done with the host.
    """

    def __init__(self) -> None:
        self._running: set[Child] = set()
        self._lock = threading.Lock()

    def start(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], *, piped: bool) -> Child:
        """Start `command`; its output goes to this process's own streams unless `piped`.

        Raises OSError when it cannot be started.
        """
        pipe = subprocess.PIPE if piped else None
        process = subprocess.Popen(
            list(command), cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        child = Child(process)
        with self._lock:
            self._running.add(child)
        return child

    def forget(self, child: Child) -> None:
        """Drop a child that has ended."""
        with self._lock:
            self._running.discard(child)

    def end_all(self) -> None:
        """End every process that is still running."""
        with self._lock:
            running = list(self._running)
        for child in running:
            child.end()
