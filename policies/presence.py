"""How the pack shows the program that it judges this very run (docs/contracts.md, Presence of the pack).

The engine tells a program nothing about policy packs. Both are told the engine's own address, though, so they meet
there: for as long as it lives, the pack holds a lock on one byte, by the number of the engine's port, of one file of
the user's. The system takes the lock away when the process ends, so none outlives its run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_DIRECTORY = "classic-to-vpc"
_FILE = "engines"


def show_presence(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Hold the lock of the engine that `arguments` name, until this process ends.

    `arguments` are those that the engine gives a pack, its address among them. Where no lock can be had, none is held,
    and the program finds out the same for itself.
    """
    addresses = [found for item in arguments if (found := re.fullmatch(r"[\w.\[\]:-]+:(\d+)", item))]
    if sys.platform == "win32" or not addresses:
        return
    import fcntl

    directory = Path(environment.get("TMPDIR") or "/tmp") / f"{_DIRECTORY}-{os.getuid()}"  # noqa: S108 - checked below
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        held = directory.lstat()
        if held.st_uid != os.getuid() or held.st_mode & 0o077:
            return
        file = os.open(directory / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        # The file stays open: closing it would give the lock back.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(addresses[0].group(1)))
    except OSError:
        return
