"""Show the program that the pack judges this very run (docs/contracts.md, Presence of the pack).

The engine gives a program no information about policy packs. But both get the engine's own address. So while pack and
engine live, the pack holds a lock on one byte of a file of the user's; its offset is the engine's port. The system
releases the lock when the pack's process ends. If an engine was killed and its pack lives on, the pack loses its
connection and releases the lock. So no lock outlives its run.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import grpc

_DIRECTORY = "classic-to-vpc"
_FILE = "engines"


# Loopback has no proxy, whatever the environment sets.
_OPTIONS: Final = (("grpc.enable_http_proxy", 0),)


def show_presence(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Hold the lock of the engine in `arguments`, until this process ends or the engine does.

    `arguments` are those that the engine passes to a pack, with its address. If no lock is possible, none is held, and
    the program detects the same for itself.
    """
    addresses = [item for item in arguments if re.fullmatch(r"[\w.\[\]:-]+:\d+", item)]
    if sys.platform == "win32" or not addresses:
        return
    import fcntl

    try:
        directory = private_directory(environment)
        if directory is None:
            return
        file = os.open(directory / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(addresses[0].rpartition(":")[2]))
    except OSError:
        return
    _close_after(addresses[0], file)


def private_directory(environment: Mapping[str, str]) -> Path | None:
    """Return the directory shared by pack and program; None where it is not private to this user. Raises OSError."""
    if sys.platform == "win32":
        # The temporary directory is the user's own there, and has no mode.
        directory = Path(tempfile.gettempdir()) / _DIRECTORY
        directory.mkdir(exist_ok=True)
        return directory
    directory = Path(environment.get("TMPDIR") or "/tmp") / f"{_DIRECTORY}-{os.getuid()}"  # noqa: S108 - checked below
    directory.mkdir(mode=0o700, exist_ok=True)
    held = directory.lstat()
    alone = held.st_uid == os.getuid() and not held.st_mode & 0o077 and stat.S_ISDIR(held.st_mode)
    return directory if alone else None


def _close_after(address: str, file: int) -> None:
    """Close the file, which releases its lock, once the connection to the engine has ended."""
    channel = grpc.insecure_channel(address, options=_OPTIONS)
    lost = threading.Event()

    def watch(state: grpc.ChannelConnectivity) -> None:
        if state in (grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.SHUTDOWN):
            lost.set()
        elif state is grpc.ChannelConnectivity.IDLE:  # the connection ended; a new one shows why
            channel.subscribe(lambda _: None, try_to_connect=True)

    def wait() -> None:
        lost.wait()
        channel.close()
        os.close(file)

    channel.subscribe(watch, try_to_connect=True)
    threading.Thread(target=wait, daemon=True, name="engine").start()
