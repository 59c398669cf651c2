"""Alibaba's own provider against the simulated cloud: every mapped resource goes through its whole life."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import toolchain
from demo.project import Project
from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.alicloud_plugin import PluginError, plugin
from tests.e2e.conftest import ESTATE
from tests.e2e.lifecycles import Program, check_reads, in_one, programs

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

PROGRAM = Path(__file__).parent / "lifecycles/program"


class Life:
    """One program on one simulated cloud."""

    def __init__(self, engine: toolchain.Engine, cloud: Simulator, program: Program, directory: Path) -> None:
        self.cloud = cloud
        self.program = program
        files = (PROGRAM / "__main__.py", PROGRAM / "Pulumi.yaml")
        self.project = Project(directory, cloud, engine.environ(os.environ), files)
        self.write_program()

    @property
    def _state_files(self) -> Path:
        return self.project.directory / "state/.pulumi"

    def write_program(self, *, changed: bool = False, ignored: bool = False) -> None:
        """Write the program."""
        declaration = self.program.as_json(changed=changed, ignored=ignored)
        (self.project.directory / "program.json").write_text(json.dumps(declaration), encoding="utf-8")

    def new_stack(self, stack: str) -> None:
        """Make a stack joined to the cloud."""
        self.project.join(stack)
        self.run("stack", "init", stack, "--no-select")

    def run(self, *args: str) -> str:
        """Run one `pulumi` command, which must succeed; its output."""
        done = self.project.run(*args)
        assert done.returncode == 0, f"pulumi {' '.join(args)}\n{done.stdout}"
        return done.stdout

    def up(self, stack: str) -> dict[str, int]:
        """Bring the stack up; how many resources saw each operation."""
        self.run("up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs")
        # Named by the time; `pulumi stack history` says the same, and takes a second.
        latest = max(self._state_files.glob(f"history/*/{stack}/*.history.json"))
        changes: dict[str, int] = json.loads(latest.read_text(encoding="utf-8"))["resourceChanges"]
        return {operation: count for operation, count in changes.items() if operation != "same"}

    def no_diff(self, stack: str) -> None:
        """Refresh and preview: the cloud and the program say the same."""
        self.run("preview", "--stack", stack, "--refresh", "--diff", "--expect-no-changes")

    def resources(self, stack: str) -> dict[str, dict[str, Any]]:
        """The stack's resources by name, of the state as it is kept."""
        [state] = self._state_files.glob(f"stacks/*/{stack}.json")
        resources = json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"]["resources"]
        return {item["urn"].rpartition("::")[2]: item for item in resources if item.get("custom")}

    def imported(self, stack: str, source: str) -> None:
        """Import what `source` made into another stack."""
        known = self.resources(source)
        importable = [item for item in self.program.resources if item.importable]
        self.import_file(
            stack, [{"type": item.type, "name": item.name, "id": known[item.name]["id"]} for item in importable]
        )

    def import_file(self, stack: str, entries: list[dict[str, Any]]) -> None:
        """Import what `entries` lists; the code that is written for it must have a class of the SDK for each."""
        (self.project.directory / "import.json").write_text(json.dumps({"resources": entries}), encoding="utf-8")
        options = ("--yes", "--skip-preview", "--protect=false", "--out", "imported.py")
        self.run("import", "--stack", stack, "--file", "import.json", *options)
        code = ast.parse((self.project.directory / "imported.py").read_text(encoding="utf-8"))
        classes = sorted(ast.unparse(node.func) for node in ast.walk(code) if isinstance(node, ast.Call))
        assert [call for call in classes if call.count(".") == 2] == sorted(sdk_class(item["type"]) for item in entries)


def sdk_class(type_token: str) -> str:
    """Spell `alicloud:vpc/network:Network` as a program does: `alicloud.vpc.Network`."""
    package, module, member = type_token.split(":")
    return f"{package}.{module.split('/')[0]}.{member}"


@pytest.fixture
def life(engine: toolchain.Engine, tmp_path: Path) -> Iterator[Life]:
    """All programs, in one, on a cloud that has what they need."""
    estate, program = load(ESTATE), in_one(programs())
    program.given(estate)
    with running(estate) as cloud:
        yield Life(engine, cloud, program, tmp_path / "project")


def test_a_whole_life_leaves_no_diff(life: Life) -> None:
    program = life.program
    before = life.cloud.state()

    life.new_stack("made")
    assert life.up("made") == {"create": len(program.resources) + 1}
    life.no_diff("made")
    check_reads(program, json.loads(life.run("stack", "output", "--stack", "made", "--json")))

    life.write_program(changed=True)
    updated = sum(bool(resource.changed) for resource in program.resources)
    assert life.up("made") == ({"update": updated} if updated else {})
    life.no_diff("made")

    life.new_stack("imported")
    life.imported("imported", "made")
    life.write_program(changed=True, ignored=True)
    assert life.resources("imported").keys() >= {item.name for item in program.resources if item.importable}
    life.no_diff("imported")

    life.run("destroy", "--stack", "made", "--yes", "--skip-preview", "--refresh")
    assert life.cloud.state() == before


def test_a_call_that_is_not_simulated_fails_without_retries(engine: toolchain.Engine, tmp_path: Path) -> None:
    """The provider tries a server's error again for minutes, so a refusal of the simulator must be a client's."""
    with running(ESTATE) as cloud:
        project = Project(tmp_path, cloud, engine.environ(os.environ))
        config = {name.partition(":")[2]: value for name, value in project.cloud_config.items()}
        message = r"AllocateEipAddress: The simulated cloud does not implement subscription EIPs"
        with plugin(engine, config, project.environ) as alicloud, pytest.raises(PluginError, match=message):
            alicloud.create("alicloud:ecs/eipAddress:EipAddress", {"paymentType": "Subscription"})
        assert len(cloud.requests(outcome="SimulatorNotImplemented")) == 1
