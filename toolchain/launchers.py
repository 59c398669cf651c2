"""The directory that goes on PATH, and what is in it."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

from toolchain.cache import publish_once, write_script
from toolchain.progress import Reporter

_WHAT = "the launchers"


def front_of_installed(pulumi: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a link to the installed CLI and nothing else.

    The directory where it is installed may hold a `python3` as well, which must not get ahead of the caller's.
    """
    front = cache / f"installed-{digest(str(pulumi))}"

    def fill(staging: Path) -> None:
        (staging / "bin").mkdir()
        (staging / "bin" / "pulumi").symlink_to(pulumi)

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def front_of_own(pulumi: Path, home: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a launcher of a CLI of ours, which finds its own language host beside itself.

    With nothing but PATH set, PULUMI_HOME is the one that has the plugin.
    """
    front = cache / f"front-{digest(str(pulumi), home.name)}"

    def fill(staging: Path) -> None:
        write_script(staging / "bin" / "pulumi", pulumi_launcher(pulumi, home))

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def pulumi_launcher(pulumi: Path, home: Path) -> str:
    """Return the script that starts a CLI of ours; its PULUMI_HOME is `home` unless the caller has set another."""
    return (
        "#!/bin/sh\n"
        f'[ -n "${{PULUMI_HOME:-}}" ] || PULUMI_HOME={shlex.quote(str(home))}\n'
        "export PULUMI_HOME\n"
        f'exec {shlex.quote(str(pulumi))} "$@"\n'
    )


def digest(*parts: str) -> str:
    """Return a short name for a combination of strings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
