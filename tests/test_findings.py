"""The findings keep their own rules; what they find is not run here, for it takes package registries."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

FINDINGS = Path(__file__).parent.parent / "findings"
SCRIPTS = sorted(path.name for path in FINDINGS.glob("*.sh"))


def test_each_finding_is_listed_once() -> None:
    listed = re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", (FINDINGS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == SCRIPTS
    assert listed


def test_each_guard_exists() -> None:
    lines = (FINDINGS / "README.md").read_text(encoding="utf-8").splitlines()
    for row in (line for line in lines if line.startswith("| [")):
        guards = [name for name in re.findall(r"`([^`]+)`", row.split("|")[2]) if "/" in name]
        assert [name for name in guards if not (FINDINGS.parent / name).exists()] == [], row


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_finding_says_what_it_shows_and_leaves_nothing_behind(name: str) -> None:
    path = FINDINGS / name
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
    head = text.partition("set -eu\n")[0]
    assert all(re.search(rf"^# {word}s?:", head, re.MULTILINE) for word in ("Package", "Behaviour", "Output"))
    assert "dir=$(mktemp -d)\ntrap '" in text
    pinned = re.findall(r"==\d[\w.]*|\sv\d+\.\d+\.\d+[\w.+-]*", text)
    assert pinned, "its packages are pinned"
    # Its packages come from wherever the user's own tools take them, and it runs without this project.
    assert not re.search(r"index-url|GOPROXY|https?://(?!127\.0\.0\.1|\{)[\w.-]*\.(org|io|com)/", text)
    rooms = "estate|components|provider|policies|simulator|toolchain|demo"
    assert not re.search(rf"^\s*(from|import) ({rooms})\b", text, re.MULTILINE)
