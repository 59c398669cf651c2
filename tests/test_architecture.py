"""docs/architecture.md shows the rooms, wings and floors that the import contracts have."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_rooms_wings_and_floors_are_those_of_the_contracts() -> None:
    drawn = [re.findall(r"`(\w+)`", line) for line in PAGE.replace(" ←\n", " ← ").splitlines() if " ← " in line]
    layers = [contract["layers"][::-1] for contract in LINTER["contracts"] if contract["type"] == "layers"]
    assert drawn == [[name for floor in floors for name in floor.split(" : ")] for floors in layers]
    assert set(drawn[0]) == set(LINTER["root_packages"])


def test_every_directory_at_the_top_has_its_row() -> None:
    files = ["git", "ls-files", "*.py", "findings"]
    tracked = subprocess.run(files, cwd=ROOT, capture_output=True, text=True, check=True)
    rooms = {path.partition("/")[0] for path in tracked.stdout.splitlines() if "/" in path}
    assert rooms == set(re.findall(r"^\| `(\w+)/` \|", _section("The rooms"), re.MULTILINE))


@pytest.mark.parametrize(
    ("room", "title"), [("policies", "The wings of `policies/`"), ("preflight", "The command `preflight`")]
)
def test_every_wing_of_a_room_has_its_row(room: str, title: str) -> None:
    wings = {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    assert wings == set(re.findall(r"^\| `(\w+)/` \|", _section(title), re.MULTILINE))


def test_every_path_that_is_named_exists() -> None:
    paths = {path for path in re.findall(r"`([\w.-]+/[\w./-]+)`", PAGE) if not path.endswith(":")}
    assert len(paths) > 30
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def _section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
