"""The README says what is so: its files exist, its commands are there, its keys are those of the stack config."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from components.config import MigrationConfig
from toolchain.versions import MINIMUM_PULUMI

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_make_target_exists() -> None:
    pages = ("CONTRIBUTING.md", "docs/setup.md", "docs/architecture.md")
    named = set(re.findall(r"(?m)(?:^|[`(])make ([a-z-]+)", README)).union(
        *(re.findall(r"`make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8")) for name in pages)
    )
    assert {"demo", "test", "env", "simulator"} <= named
    for target in sorted(named):
        checked = subprocess.run(
            ["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr


def test_every_key_of_the_config_is_reported() -> None:
    table = (ROOT / "docs/config.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-zA-Z]+)`", table))
    keys = {field.alias or name for name, field in MigrationConfig.model_fields.items()}
    assert keys <= documented


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert "make test    # all tests" in README
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_least_versions_are_reported() -> None:
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f"at least Python {python.removeprefix('>=')}, and Pulumi {MINIMUM_PULUMI} " in README


def test_a_newcomer_reads_two_screens() -> None:
    assert len(README.splitlines()) <= 135
    assert "Who still needs this" in README.splitlines()[3]
