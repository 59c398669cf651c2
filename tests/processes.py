"""Processes that tests start: looked at while they run, and gone when the test is over."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36

#: Makes `wait_for_signal` known to a program, which returns for a signal that came just before it, too: at that moment
#: `signal.pause` would wait for another one, and Python would call no handler.
WAITING = """\
import os as _os, signal as _signal
_reading, _writing = _os.pipe()
_os.set_blocking(_writing, False)
_signal.set_wakeup_fd(_writing)
def wait_for_signal():
    _os.read(_reading, 1)
"""


@contextmanager
def started(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a process and kill it when the block is left, as `with Popen` waits without end for one that goes on."""
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def adopt_orphans() -> None:
    """Have what descends from this process become its child when its parent ends, where Linux can do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> frozenset[int]:
    """Return the ids of the processes whose parent is this one, ended ones too; none where /proc does not tell."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # the usual case, and a thousandth of the time
        return frozenset()
    ids = set[int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                ids.add(int(stat.parent.name))
    return frozenset(ids)


def command_line(process_id: int) -> str:
    """Return the command line of a process; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
    return ""


def end_all_but(spared: frozenset[int]) -> None:
    """Kill the children that are not in `spared`, and theirs, which become children of this process by that."""
    while left := children() - spared:
        for process_id in left:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(process_id, signal.SIGKILL)
                os.waitpid(process_id, 0)
