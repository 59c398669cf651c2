"""What `preflight init` writes is accepted by the program, on the real engine: there is a verdict, no error."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import toolchain
from bench.estates import estate_of
from demo.project import REPOSITORY, Project
from estate.inventory import SCHEMA_VERSION, Inventory, save_inventory
from policies.results import findings
from preflight.cli import app
from simulator.server import running
from tests.e2e.conftest import ESTATE, Stack
from tests.policies.in_process import Scene
from tests.preflight.fix import stacks
from toolchain.cache import cache_root

_CACHE = cache_root(os.environ)


def preflight(project: Project, *arguments: str) -> tuple[int, str]:
    environment = {name: value for name, value in project.environ.items() if name != "PREFLIGHT_RESULT"}
    done = subprocess.run(
        [REPOSITORY / "preflight/command", *arguments],
        cwd=project.directory,
        env={**environment, "CLASSIC_TO_VPC_CACHE": str(_CACHE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout


def read(result: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return loaded


def judged(content: dict[str, Any], instances: int) -> None:
    """The pack judged so many instances, and found none that is nowhere."""
    assert len(content["instances"]) == instances
    forgotten = [item["outcome"] for item in findings(content) if item["rule"] == "schedule-no-instance-forgotten"]
    assert forgotten == ["PASS"]


@pytest.mark.engine
def test_the_sample_is_judged_by_its_cloud_and_by_its_file(engine: toolchain.Engine, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    with running(ESTATE) as cloud:
        project = Stack.prepared(engine, cloud, tmp_path).project
        code, output = preflight(project, "init", "--stack", "new", "--cloud", "Pulumi.test.yaml")
        assert code == 0, output
        project.run("stack", "init", "new", "--no-select", check=True)
        code, output = preflight(project, "check", "--stack", "new", "--rehearsal", "--result", str(result))
        assert code == 20, output
        assert "NOT READY: stack new" in output
        judged(read(result), 9)
        assert preflight(project, "inventory", "--stack", "new", "--output", "estate.json")[0] == 0
    code, output = preflight(project, "init", "--stack", "fork", "--from", "estate.json", "--wave-size", "4")
    assert code == 0, output
    code, output = preflight(
        project, "check", "--stack", "fork", "--estate", "estate.json", "--rehearsal", "--result", str(result)
    )
    assert code == 20, output
    judged(read(result), 9)
    assert "wave-3" in output


def test_sixty_instances_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the preview without an engine."""
    monkeypatch.chdir(tmp_path)
    estate = estate_of(60)
    save_inventory(tmp_path / "estate.json", Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=estate))
    done = CliRunner().invoke(app, ["init", "--stack", "big", "--from", "estate.json"])
    assert done.exit_code == 0, done.output
    result = stacks.judged(stacks.migration_in(tmp_path / "Pulumi.big.yaml"), Scene(estate, estate.read_at))
    assert result["judgement"]["readiness"] == "NOT READY"
    judged(result, 60)


@pytest.mark.engine
def test_a_large_estate_is_judged_by_its_file(engine: toolchain.Engine, tmp_path: Path) -> None:
    with running(ESTATE) as cloud:
        project = Stack.prepared(engine, cloud, tmp_path).project
    inventory = Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=estate_of(300))
    save_inventory(project.directory / "estate.json", inventory)
    assert preflight(project, "init", "--stack", "big", "--from", "estate.json")[0] == 0
    result = tmp_path / "result.json"
    code, output = preflight(project, "check", "--stack", "big", "--estate", "estate.json", "--result", str(result))
    assert code == 20, output
    assert "NOT READY: stack big" in output
    judged(read(result), 300)
