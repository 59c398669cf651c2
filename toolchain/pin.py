"""Move the pin of the engine to the newest version that can be built.

`python -m toolchain.pin`, a part of `make lock`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolchain.builder import ENGINE_RECIPE
from toolchain.cache import cache_root
from toolchain.errors import ToolchainError
from toolchain.go import GO_ENVIRONMENT, NoGo, find_go, install_go, minimum_go
from toolchain.progress import Reporter
from toolchain.versions import ENGINE, Version, parse_version

_MODULE = "github.com/pulumi/pulumi/pkg/v3"
#: Moved by hand: the Go module proxy lists none of its versions since 1.25.0, and has them.
_BY_HAND = "github.com/pulumi/pulumi-yaml"
_VERSIONS = Path(__file__).resolve().parent / "versions.py"

_ADVICE = "What to do: check that the Go module proxy can be reached, then run it again."


def newest_first(versions: Iterable[str], after: Version) -> list[Version]:
    """Sort the releases among `versions` that are newer than `after`; pre-releases are left out."""
    releases = (parse_version(text) for text in versions if "-" not in text)
    return sorted({version for version in releases if version is not None and version > after}, reverse=True)


def required(go_mod: str, version: Version) -> str:
    """Write the text of a go.mod that requires the engine `version`, the host for YAML as it is, and theirs besides."""
    bare = re.sub(r"require (\(\n.*?\n\)|[^(\n]+)\n+", "", go_mod, flags=re.DOTALL)
    host = "".join(f"require {found}\n" for found in re.findall(rf"{_BY_HAND} v\S+", go_mod))
    return re.sub(r"^(go .*\n)", rf"\1\nrequire {_MODULE} v{version}\n{host}", bare, flags=re.MULTILINE)


def move(module: Path, versions_file: Path, version: Version, tidied: Path) -> None:
    """Put the go.mod and go.sum of the directory `tidied` into `module`, and the version into `versions_file`."""
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(tidied / name, module / name)
    text = re.sub(
        r"^ENGINE = Version\(.*\)$", f"ENGINE = Version{tuple(version)}", versions_file.read_text(), flags=re.M
    )
    versions_file.write_text(text)


def pin(
    module: Path, versions_file: Path, pinned: Version, environment: Mapping[str, str], reporter: Reporter
) -> Version:
    """Try each version newer than `pinned`, the newest first, until the Go module proxy has all modules of its build.

    `module` is the directory with the engine's go.mod, `versions_file` the Python file with the line of the pin;
    neither changes where no newer version can be built. Returns the version that is pinned now. Raises ToolchainError
    when there is no Go or the published versions cannot be listed.
    """
    cache = cache_root(environment) / "toolchain"
    current = (module / "go.mod").read_text()
    go = find_go(environment, minimum_go(current), cache)
    found = install_go(cache, environment, reporter) if isinstance(go, NoGo) else go
    for version in newest_first(_published(found.path, module, environment), pinned):
        # Beside the module, so that what go.mod replaces by a directory is found.
        with tempfile.TemporaryDirectory(dir=module.parent) as directory:
            trial = Path(directory)
            (trial / "go.mod").write_text(required(current, version))
            if _tidy(found.path, trial, version, environment, reporter):
                move(module, versions_file, version, trial)
                reporter.say(f"the engine is pinned to {version}, no longer to {pinned}; run make test")
                return version
    reporter.say(f"the engine stays at {pinned}: no newer version can be built")
    return pinned


def main() -> int:
    """Run the command line; 0 when the pin is the newest that can be built, 1 when that is not known."""
    try:
        pin(ENGINE_RECIPE.module, _VERSIONS, ENGINE, os.environ, Reporter())
    except ToolchainError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 1
    return 0


def _published(go: str, module: Path, environment: Mapping[str, str]) -> list[str]:
    answer = _run([go, "list", "-m", "-versions", "-json", f"{_MODULE}@latest"], module, environment)
    if answer.returncode != 0:
        raise ToolchainError(f"the versions of {_MODULE} cannot be listed: {_last_line(answer.stderr)}. {_ADVICE}")
    versions: list[str] = json.loads(answer.stdout).get("Versions", [])
    return versions


def _tidy(go: str, module: Path, version: Version, environment: Mapping[str, str], reporter: Reporter) -> bool:
    with reporter.running(lambda: f"trying Pulumi {version}"):
        answer = _run([go, "mod", "tidy"], module, environment)
    if answer.returncode != 0:
        reporter.say(f"Pulumi {version} cannot be built: {_last_line(answer.stderr)}")
    return answer.returncode == 0


def _run(command: list[str], directory: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    # A version that requires a newer Go than the locked one cannot be built, so Go must not download another.
    settings = {**environment, **GO_ENVIRONMENT, "GOTOOLCHAIN": "local"}
    return subprocess.run(command, cwd=directory, env=settings, capture_output=True, text=True, check=False)


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no output"])[-1]


if __name__ == "__main__":
    sys.exit(main())
