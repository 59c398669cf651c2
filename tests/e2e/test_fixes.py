"""The fixes that a preview prints, pasted into a shell as they are: the next preview has nothing left of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from demo.story import unprepared
from policies.core.fixes import Change, Fix, as_text
from simulator.server import Simulator
from tests.e2e.conftest import Stack

pytestmark = pytest.mark.engine


def by_config(result: dict[str, Any]) -> list[str]:
    """The commands that change the config, of each fix that blocks the first way that needs nobody."""
    found = []
    for item in result["results"]:
        for fix in item["fixes"] if item["blocking"] else ():
            ways = [way for way in fix["ways"] if not any(step["kind"] == "command" or step["toFill"] for step in way)]
            changes = [tuple(Change(s["path"], s["value"]) for s in way if s["kind"] == "config") for way in ways]
            found += [as_text([Fix((steps,))], "test") for steps in changes if steps][:1]
    return list(dict.fromkeys(found))


def test_what_is_printed_is_pasted_and_settles_all_but_what_needs_a_person(
    engine: toolchain.Engine, cloud: Simulator, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project", cloud, engine.environ(os.environ))
    prepared = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    project.new_stack("test", {CONFIG_KEY: unprepared(prepared[CONFIG_KEY])})
    stack = Stack(project, cloud)
    assert stack.pulumi("preview") != 0
    before = stack.found()
    shown = [line.strip().removeprefix("Fix: ") for line in stack.output.splitlines()]
    commands = by_config(stack.result())
    assert [command for command in commands if command not in shown] == []
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
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
