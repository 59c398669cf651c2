"""What `preflight fix` does without `--write`; with it, on the engine: tests/e2e/test_preflight.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from policies.verdict import Decision
from preflight.cli import app
from preflight.fix import command
from preflight.judging import Judged
from preflight.previewing import Preview
from tests.policies.in_process import FILE, sample_config
from tests.preflight.fix.stacks import judged, migration_in, stack_file, without_what_fixes_write


@dataclass(frozen=True)
class Stack:
    directory: Path
    name: str = "test"
    file: str = FILE


def test_a_change_is_shown_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stack_file(tmp_path, without_what_fixes_write(sample_config()))
    before = path.read_text(encoding="utf-8")
    decision = Decision(20, "NOT READY", judged(migration_in(path)))
    preview = Preview("build-7", tmp_path / "result.json", failed=False)
    run = Judged(Stack(tmp_path), decision, preview)  # type: ignore[arg-type]
    monkeypatch.setattr(command, "judge", lambda *_: run)
    monkeypatch.setattr(command, "console", lambda *, stderr=False: Console(stderr=stderr, highlight=False, width=80))
    done = CliRunner().invoke(app, ["fix", "--stack", "test"])
    assert done.exit_code == 20, done.output
    assert path.read_text(encoding="utf-8") == before
    assert [line for line in done.stdout.splitlines() if line.startswith("+    ")] != []
    assert "Nothing is written yet. preflight fix --stack test --write writes" in done.stdout
