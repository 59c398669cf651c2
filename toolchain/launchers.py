"""The directory that goes on PATH, and its content."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

from toolchain.cache import publish_once, write_script
from toolchain.progress import Reporter

_WHAT = "the launchers"


def front_of_installed(pulumi: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a link to the installed CLI and nothing else.

    Its installation directory may contain a `python3` too, which must not come before the caller's.
    """
    front = cache / f"installed-{digest(str(pulumi))}"

    def fill(staging: Path) -> None:
        (staging / "bin").mkdir()
        (staging / "bin" / "pulumi").symlink_to(pulumi)

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def front_of_own(pulumi: Path, home: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a launcher of our own CLI, which finds its language host beside itself.

    If only PATH is set, PULUMI_HOME is the one that has the plugin.
    """
    front = cache / f"front-{digest(str(pulumi), home.name)}"

    def fill(staging: Path) -> None:
        write_script(staging / "bin" / "pulumi", pulumi_launcher(pulumi, home))

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def pulumi_launcher(pulumi: Path, home: Path) -> str:
    """Return the script that starts our own CLI; its PULUMI_HOME is `home` unless the caller has set another."""
    return (
        "#!/bin/sh\n"
        f'[ -n "${{PULUMI_HOME:-}}" ] || PULUMI_HOME={shlex.quote(str(home))}\n'
        "export PULUMI_HOME\n"
        f'exec {shlex.quote(str(pulumi))} "$@"\n'
    )


def digest(*parts: str) -> str:
    """Return a short name for a combination of strings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
