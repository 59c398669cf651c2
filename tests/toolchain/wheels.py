"""Installed packages as wheels again, so that a test can install them without an index."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def write_wheels(requirements: Iterable[str], directory: Path) -> None:
    """Write the wheel of each of `requirements`, and of all that they require, into `directory`."""
    waiting, seen = [Requirement(line) for line in requirements], set[str]()
    while waiting:
        requirement = waiting.pop()
        if requirement.name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(requirement.name)
        installed = distribution(requirement.name)
        _write_wheel(installed, directory)
        waiting.extend(Requirement(line) for line in installed.requires or ())


def write_empty_wheel(name: str, directory: Path) -> None:
    """Write a wheel with nothing in it."""
    info = f"{name}-99.dist-info"
    with zipfile.ZipFile(directory / f"{name}-99-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 99\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "".join(f"{info}/{file},,\n" for file in ("METADATA", "WHEEL", "RECORD")))


def _write_wheel(installed: Distribution, directory: Path) -> None:
    # What the installer has added is left out: scripts, bytecode and its own notes.
    added = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
    files = [
        file
        for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in added
    ]
    info = next(file.parts[0] for file in files if file.parts[0].endswith(".dist-info"))
    tags = re.findall(r"^Tag: (\S+)-(\S+)-(\S+)$", installed.read_text("WHEEL") or "", re.MULTILINE)
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    with zipfile.ZipFile(directory / f"{info.removesuffix('.dist-info')}-{tag}.whl", "w") as wheel:
        for file in files:
            wheel.write(str(file.locate()), str(file))
        record = f"{info}/RECORD"
        wheel.writestr(record, "".join(f"{file},,\n" for file in [*map(str, files), record]))
