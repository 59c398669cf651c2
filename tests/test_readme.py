"""The README says what is so: its files exist, its commands are there, its keys are those of the stack config."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from components.config import MigrationConfig
from toolchain.versions import MINIMUM_PULUMI

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/simulator.md", "bench/README.md"])
def test_linked_files_exist(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_make_target_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) | set(
        re.findall(r"`make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    )
    assert {"demo", "test", "env", "simulator"} <= named
    for target in sorted(named):
        checked = subprocess.run(
            ["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr


def test_every_key_of_the_config_is_told() -> None:
    table = README.partition("## What it declares")[2].partition("\n## ")[0]
    told = set(re.findall(r"`([a-zA-Z]+)`", table))
    keys = {field.alias or name for name, field in MigrationConfig.model_fields.items()}
    assert keys <= told


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert "make test    # all tests" in README
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_least_versions_are_told() -> None:
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f"At least Python {python.removeprefix('>=')}, and Pulumi {MINIMUM_PULUMI} " in README
