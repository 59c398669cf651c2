"""Find what is installed: the Pulumi CLI on PATH, its Python support and its plugins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.versions import MINIMUM_PULUMI, PLUGIN, Version, parse_version

LANGUAGE_HOST = "pulumi-language-python"
#: The script by which the host runs a program; it is beside the host.
EXEC_SCRIPT = "pulumi-language-python-exec"

_ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Installed:
    """A Pulumi CLI found on PATH that can be used as it is."""

    path: Path
    version: Version
    language_host: Path


@dataclass(frozen=True)
class Unusable:
    """The reason why the Pulumi on PATH is not used."""

    reason: str


def search_path(environment: Mapping[str, str], exclude: Path) -> str:
    """Return PATH without the directories inside `exclude`.

    Earlier builds of this package may be on PATH. They are found by their key, and never count as installed.
    """
    entries = environment.get("PATH", "").split(os.pathsep)
    excluded = exclude.resolve()
    return os.pathsep.join(entry for entry in entries if entry and not Path(entry).resolve().is_relative_to(excluded))


def find_pulumi(path: str, environment: Mapping[str, str]) -> Installed | Unusable:
    """Look for a Pulumi CLI on `path`, recent enough and with its Python language host."""
    found = shutil.which("pulumi", path=path)
    if found is None:
        return Unusable("no pulumi on PATH")
    answer = _ask([found, "version"], environment)
    version = parse_version(answer) if answer is not None else None
    if version is None:
        return Unusable(f"{found} does not say its version")
    if version < MINIMUM_PULUMI:
        return Unusable(f"{found} is {version}, and {MINIMUM_PULUMI} is the oldest that this project is tested with")
    language_host = _language_host(Path(found), path)
    if language_host is None:
        return Unusable(f"{found} is {version}, but has no {LANGUAGE_HOST} beside it or on PATH")
    return Installed(Path(found), version, language_host)


def has_plugin(pulumi: Path, environment: Mapping[str, str]) -> bool:
    """Whether `pulumi` has the alicloud plugin in the version that the program requires."""
    answer = _ask([str(pulumi), "plugin", "ls", "--json"], environment)
    return answer is not None and lists_plugin(answer)


def lists_plugin(listing: str) -> bool:
    """Whether the JSON of `pulumi plugin ls --json` lists the alicloud plugin in the right version."""
    try:
        plugins = json.loads(listing)
    except json.JSONDecodeError:
        return False
    if not isinstance(plugins, list):
        return False
    return any(
        plugin.get("kind") == "resource"
        and plugin.get("name") == "alicloud"
        and parse_version(str(plugin.get("version"))) == PLUGIN
        for plugin in plugins
        if isinstance(plugin, dict)
    )


def _language_host(pulumi: Path, path: str) -> Path | None:
    beside = pulumi.resolve().parent / LANGUAGE_HOST
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which(LANGUAGE_HOST, path=path)
    return Path(found) if found is not None else None


def _ask(command: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Return the output of a tool, or None where it fails or does not answer."""
    try:
        answer = subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_ANSWER_SECONDS,
            env={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
