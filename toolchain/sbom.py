"""Add to the SBOM what is no Python package: Go modules, and the packages of Debian in the image.

`python -m toolchain.sbom SBOM`, a part of `make sbom`, adds the modules that engine and plugin are built from: those of
`go.mod`, which names each module of a build. Where the official release of the engine is used, its modules are Pulumi's
to choose. With `--packages FILE --base DIGEST --output FILE` it writes another one, of the image; the first file
is what `dpkg-query -W` prints in it: a line with package, version and architecture each.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

_HERE: Final = Path(__file__).resolve().parent
#: By what is built from them.
BUILDS: Final = {"engine": _HERE / "engines/newest", "plugin": _HERE / "plugin"}
_REQUIRED: Final = re.compile(r"^(?:require )?\t?(?P<path>[^\s()]+) (?P<version>v\S+)(?: // indirect)?$", re.M)
_REPLACED: Final = re.compile(r"^(?:replace )?\t?(?P<path>\S+)(?: v\S+)? => (?P<by>\S+)(?: (?P<version>v\S+))?$", re.M)
_PACKAGE: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]+)(?::\w+)? (?P<version>\S+) (?P<architecture>\w+)")


class Module(NamedTuple):
    """A Go module that a build takes, and its `h1:` sum of go.sum."""

    path: str
    version: str
    sum: str


def modules(directory: Path) -> list[Module]:
    """Return the modules of a build, sorted; a module in this repository that replaces one is no part of them.

    Raises LookupError for a module that go.sum does not pin.
    """
    go_mod = (directory / "go.mod").read_text(encoding="utf-8")
    lines = (directory / "go.sum").read_text(encoding="utf-8").splitlines()
    sums = {(path, version): text for path, version, text in (line.split() for line in lines)}
    replaced = {found["path"]: (found["by"], found["version"]) for found in _REPLACED.finditer(go_mod)}
    required = {found["path"]: found["version"] for found in _REQUIRED.finditer(go_mod)}
    taken = {replaced.get(path, (path, version)) for path, version in required.items()}
    return [Module(path, version, sums[path, version]) for path, version in sorted(taken) if version]


def go_components() -> Iterator[dict[str, Any]]:
    """Yield a component for each module, once; its hash is go.sum's, as cyclonedx-gomod writes it."""
    built: dict[Module, list[str]] = {}
    for name, directory in BUILDS.items():
        for module in modules(directory):
            built.setdefault(module, []).append(name)
    for module, names in sorted(built.items()):
        purl = f"pkg:golang/{quote(module.path)}@{quote(module.version)}"
        yield {
            "bom-ref": purl,
            "hashes": [{"alg": "SHA-256", "content": base64.b64decode(module.sum.removeprefix("h1:")).hex()}],
            "name": module.path,
            "properties": [{"name": "classic-to-vpc:builds", "value": name} for name in names],
            "purl": purl,
            "type": "library",
            "version": module.version,
        }


def debian_components(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield a component for each line of dpkg-query. Raises ValueError for a line that is none."""
    for line in lines:
        found = _PACKAGE.fullmatch(line)
        if found is None:
            raise ValueError(f"{line!r}: expected package, version and architecture")
        purl = f"pkg:deb/debian/{quote(found['name'])}@{quote(found['version'])}?arch={found['architecture']}"
        yield {
            "bom-ref": purl,
            "name": found["name"],
            "purl": purl,
            "type": "library",
            "version": found["version"],
        }


def with_components(document: dict[str, Any], components: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a document with further components; each has a dependency of its own, as the format's readers expect."""
    added = list(components)
    dependencies = [*document.get("dependencies", []), *({"ref": item["bom-ref"]} for item in added)]
    return {**document, "components": [*document["components"], *added], "dependencies": dependencies}


def of_image(document: dict[str, Any], lines: Iterable[str], base: str) -> dict[str, Any]:
    """Return the SBOM of the image: that of the project, the packages of Debian in it, and the digest of its base."""
    whole = with_components(document, debian_components(lines))
    metadata = whole["metadata"]
    named = [*metadata.get("properties", []), {"name": "org.opencontainers.image.base.digest", "value": base}]
    return {**whole, "metadata": {**metadata, "properties": named}}


def main(arguments: list[str] | None = None) -> int:
    """Write the document anew, or that of the image beside it."""
    parser = argparse.ArgumentParser(prog="python -m toolchain.sbom", description=str(__doc__).partition("\n")[0])
    parser.add_argument("sbom", type=Path)
    parser.add_argument("--packages", type=Path, help="what dpkg-query prints in the image")
    parser.add_argument("--base", help="the digest of the image's base")
    parser.add_argument("--output", type=Path, help="where the SBOM of the image goes")
    parser.add_argument("--no-validate", action="store_true", help="leave out the check of the format: 10 s")
    given = parser.parse_args(arguments)
    document = json.loads(given.sbom.read_text(encoding="utf-8"))
    if given.packages is None:
        return _written(given.sbom, with_components(document, go_components()), check=not given.no_validate)
    if not given.output or not re.search(r"sha256:[0-9a-f]{64}$", given.base or ""):
        parser.error("--packages: expected --output FILE and --base sha256:DIGEST beside it")
    lines = given.packages.read_text(encoding="utf-8").splitlines()
    try:
        image = of_image(document, lines, given.base.rpartition("@")[2])
    except ValueError as error:
        parser.error(f"{given.packages}: {error}")
    return _written(given.output, image, check=not given.no_validate)


def _written(path: Path, document: dict[str, Any], *, check: bool) -> int:
    """Write a document that is one of the format's; return the exit code."""
    text = json.dumps(document, indent=2) + "\n"
    if check:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        problem = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"])).validate_str(text)
        if problem is not None:
            sys.stderr.write(f"{path}: {problem}\n")
            return 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
