"""The session of docs/simulator.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_session_of_the_docs_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/simulator.md").read_text(encoding="utf-8")
    match = re.search(r"## A whole session\n.*?```python\n(.*?)```\n\nIt prints `(.*?)`", page, re.DOTALL)
    assert match
    program, output = match.groups()
    assert len([line for line in program.splitlines() if line]) <= 20
    monkeypatch.chdir(ROOT)
    exec(compile(program, "docs/simulator.md", "exec"), {"__name__": "session"})  # noqa: S102 - our own page
    assert capsys.readouterr().out == f"{output}\n"
