"""Whether the policy pack judges this very run: the engine tells a program nothing about packs."""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

_DIRECTORY = "classic-to-vpc"
_FILE = "engines"
_REMEDY = 'Run pulumi with --policy-pack policies, or after eval "$(make env)".'


class CannotTellError(Exception):
    """Nothing is known about the pack; the message says why."""


def warn_unless_judged() -> None:
    """Say in one line that no pack judges this run, or that this cannot be told; nothing where the pack does."""
    run = "preview" if pulumi.runtime.is_dry_run() else "update"
    try:
        if not is_judged(sys.orig_argv, os.environ):
            pulumi.log.warn(f"No policy pack judges this {run}: nothing in it is checked. {_REMEDY}")
    except CannotTellError as error:
        pulumi.log.info(f"It cannot be told whether a policy pack judges this {run}: {error}. {_REMEDY}")


def is_judged(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether a pack of this product is loaded by the engine that `arguments`, the program's own, name.

    The pack holds a lock for as long as it lives (docs/contracts.md, Presence of the pack). The engine loads and
    configures all packs before it starts the program. Raises CannotTellError.
    """
    if sys.platform == "win32":
        raise CannotTellError("on Windows the pack leaves no trace")
    import fcntl

    port = _engine_port(arguments)
    path = private_directory(environment) / _FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CannotTellError(f"{path} cannot be opened ({error.strerror})") from None
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # Which of the two it is depends on the system.
        return True
    except OSError as error:
        raise CannotTellError(f"{path} takes no locks ({error.strerror})") from None
    finally:
        os.close(file)
    return False


def private_directory(environment: Mapping[str, str]) -> Path:
    """Return the directory in which pack and program meet; made where there is none. Raises CannotTellError.

    What the program can do there, the pack could as well.
    """
    if sys.platform == "win32":
        # The temporary directory is the user's own there, and has no mode.
        directory = Path(tempfile.gettempdir()) / _DIRECTORY
        directory.mkdir(exist_ok=True)
        return directory
    directory = Path(environment.get("TMPDIR") or "/tmp") / f"{_DIRECTORY}-{os.getuid()}"  # noqa: S108 - checked below
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        held = directory.lstat()
    except OSError as error:
        raise CannotTellError(f"{directory} cannot be opened ({error.strerror})") from None
    if held.st_uid != os.getuid() or held.st_mode & 0o077 or not stat.S_ISDIR(held.st_mode):
        raise CannotTellError(f"{directory} is not this user's alone")
    return directory


def _engine_port(arguments: Sequence[str]) -> int:
    """Return the port in `--engine HOST:PORT`, as every Python language host starts a program."""
    text = "\n".join(arguments)
    if found := re.search(r"(?m)^--engine[\n=].*:(\d+)$", text):
        return int(found.group(1))
    raise CannotTellError("this program was not started by the Pulumi engine's language host")
