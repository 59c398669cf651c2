"""A stack that an earlier version brought up: today's program replaces and deletes nothing of it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

import toolchain
from demo.project import REPOSITORY, Project
from simulator.server import running
from tests.e2e.conftest import ESTATE
from tests.e2e.recorded.record import CLOUD, HERE, STACK

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


@pytest.mark.parametrize("layout", ["first-layout"])
def test_nothing_of_a_recorded_stack_is_replaced_or_deleted(
    engine: toolchain.Engine, tmp_path: Path, layout: str
) -> None:
    cloud_file = tmp_path / "cloud.json"
    shutil.copy(HERE / f"{layout}-cloud.json", cloud_file)
    with running(ESTATE, cloud_file) as cloud:
        project = Project(tmp_path / "project", cloud, engine.environ(os.environ))
        project.new_stack(STACK, yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text())["config"])
        state = (HERE / f"{layout}.json").read_text(encoding="utf-8").replace(CLOUD, cloud.host)
        # A preview refreshes by the recorded provider, which would ask the billing service on the Internet.
        recorded_state = json.loads(state)
        for item in recorded_state["deployment"]["resources"]:
            if item["type"] == "pulumi:providers:alicloud":
                item["inputs"]["accountType"] = item["outputs"]["accountType"] = "Domestic"
        (project.directory / "state.json").write_text(json.dumps(recorded_state), encoding="utf-8")
        project.run("stack", "import", "--stack", STACK, "--file", "state.json", check=True)
        preview = project.run("preview", "--stack", STACK, "--json")
        assert preview.returncode == 0, preview.stdout
        steps = json.loads(preview.stdout)["steps"]
    # A provider is told of only where it changes.
    resources = json.loads(state)["deployment"]["resources"]
    recorded = {item["urn"] for item in resources if not item["type"].startswith("pulumi:providers:")}
    operations = {step["urn"]: step["op"] for step in steps}
    assert recorded <= operations.keys()
    assert {urn: op for urn, op in operations.items() if "delete" in op or "replace" in op} == {}
    # What was there goes on as it is: only what this version has added is created.
    assert {op for urn, op in operations.items() if urn in recorded} <= {"same", "refresh", "update", "read"}
