"""The files that `python -m docgen` writes are those that are committed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docgen.__main__ import documents

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(documents()))
def test_each_file_is_in_step(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == documents()[name](), "run `make docs`"


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("docs", 2)])
def test_it_writes_nothing_for_who_asks(argument: str, code: int) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "docgen", argument], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (code, "")
    assert "make docs" in answer.stdout
