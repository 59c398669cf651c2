"""The fixes that a preview prints, pasted into a shell as they are: the next preview has nothing left of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from demo.story import unprepared
from simulator.server import Simulator
from tests.e2e.conftest import Stack

pytestmark = pytest.mark.engine


SET = "preflight set --stack test "


def by_config(output: str) -> list[str]:
    """The commands that change the config, of each mandatory finding the first way that leaves nothing to fill in."""
    found: list[str] = []
    mandatory = chosen = False
    for line in (line.strip() for line in output.splitlines()):
        if line.startswith(("- [mandatory]", "- [advisory]")):
            mandatory = line.startswith("- [mandatory]")
        chosen = chosen and line != "or" and not line.startswith("Fix: ")
        command = line.removeprefix("Fix: ")
        if line.startswith("Fix: ") or (line == "or" and found and found[-1] == ""):
            found.append("")
        if mandatory and command.startswith(SET) and "# fill in" not in command and (chosen or found[-1] == ""):
            found.append(command)
            chosen = True
    return list(dict.fromkeys(filter(None, found)))


def test_pasted_fixes_settle_all_findings_but_those_that_need_a_person(
    engine: toolchain.Engine, cloud: Simulator, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project", cloud, engine.environ(os.environ))
    prepared = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    project.new_stack("test", {CONFIG_KEY: unprepared(prepared[CONFIG_KEY])})
    stack = Stack(project, cloud)
    assert stack.pulumi("preview") != 0
    before = stack.found()
    commands = by_config(stack.output)
    assert commands
    # Where `make setup` puts `preflight`.
    path = f"{REPOSITORY}/.venv/bin{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=project.directory,
            env={**project.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert stack.pulumi("preview") != 0
    # Guest systems are known by evidence alone, which a script has to collect in each.
    assert stack.found().keys() == {"guest-ftp-plan", "licence-mac-bound", "licence-reviewed"}
    assert len(before) - len(stack.found()) >= 9
