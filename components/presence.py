"""Find out whether the policy pack judges this run; the engine tells a program nothing about packs."""

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


class UndetectableError(Exception):
    """Whether a pack is loaded is unknown; the message says why."""


def warn_unless_judged() -> None:
    """Log one line if no pack judges this run, or if that is unknown."""
    run = "preview" if pulumi.runtime.is_dry_run() else "update"
    try:
        if not is_judged(sys.orig_argv, os.environ):
            pulumi.log.warn(f"No policy pack judges this {run}: nothing in it is checked. {_REMEDY}")
    except UndetectableError as error:
        pulumi.log.info(f"Whether a policy pack judges this {run} is unknown: {error}. {_REMEDY}")


def is_judged(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether this product's pack is loaded in the engine that the program's `arguments` name.

    The pack holds a lock as long as it runs (docs/contracts.md, Presence of the pack). The engine loads and configures
    all packs before it starts the program. Raises UndetectableError.
    """
    if sys.platform == "win32":
        raise UndetectableError("on Windows a pack cannot be detected")
    import fcntl

    port = _engine_port(arguments)
    path = private_directory(environment) / _FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UndetectableError(f"{path} cannot be opened ({error.strerror})") from None
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # Which of the two depends on the operating system.
        return True
    except OSError as error:
        raise UndetectableError(f"{path} cannot be locked ({error.strerror})") from None
    finally:
        os.close(file)
    return False


def private_directory(environment: Mapping[str, str]) -> Path:
    """Return the directory that pack and program share; it is created if missing. Raises UndetectableError.

    Only this user may read or write it; pack and program run as the same user.
    """
    if sys.platform == "win32":
        # On Windows the temporary directory is the user's own, and has no mode.
        directory = Path(tempfile.gettempdir()) / _DIRECTORY
        directory.mkdir(exist_ok=True)
        return directory
    directory = Path(environment.get("TMPDIR") or "/tmp") / f"{_DIRECTORY}-{os.getuid()}"  # noqa: S108 - checked below
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        held = directory.lstat()
    except OSError as error:
        raise UndetectableError(f"{directory} cannot be opened ({error.strerror})") from None
    if held.st_uid != os.getuid() or held.st_mode & 0o077 or not stat.S_ISDIR(held.st_mode):
        raise UndetectableError(f"{directory} is not private to this user")
    return directory


def _engine_port(arguments: Sequence[str]) -> int:
    """Return the engine's port from `--engine HOST:PORT`, which every Python language host passes."""
    text = "\n".join(arguments)
    if match := re.search(r"(?m)^--engine[\n=].*:(\d+)$", text):
        return int(match.group(1))
    raise UndetectableError("this program was not started by the Pulumi engine's language host")
