"""The story of the demo, told once as `make demo` tells it, and with an estate of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import toolchain
from simulator.project import REPOSITORY

pytestmark = pytest.mark.engine


def demo(engine: toolchain.Engine, directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator.demo", "--directory", str(directory), *options],
        cwd=REPOSITORY,
        env=engine.environ(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(600)
def test_each_step_does_what_it_must(engine: toolchain.Engine, tmp_path: Path) -> None:
    told = demo(engine, tmp_path / "demo")
    assert told.returncode == 0, told.stdout + told.stderr
    for step in (
        "✓ the preview failed",
        "✓ the preview passed",
        "✓ everything was created",
        "✓ a second up changed nothing",
        "✓ it names what is gone: the rule",
        "✓ it names what is gone: 172.16.1.0/24 from the whitelist group classic_to_vpc",
        "✓ an up puts it back",
        "✓ but for these 14, the estate is as it was found",
        "On a real account",
    ):
        assert step in told.stdout
    shown = {line.strip() for line in told.stdout.splitlines()}
    assert [line for line in report_in_the_readme() if line not in shown] == []


def report_in_the_readme() -> list[str]:
    """The lines of the README's sample report."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    report = readme.partition("## What a reviewer sees")[2].split("```")[1]
    return [line.strip() for line in report.strip().splitlines()]
