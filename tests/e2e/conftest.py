"""The whole path for a test: the real engine, Alibaba's provider code, and a simulated cloud of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, WITHOUT_CHECKPOINTS, Project
from policies.results import findings
from simulator.model.cr import LinkedVpc
from simulator.server import Simulator, running

ESTATE = REPOSITORY / "simulator/estates/sample.yaml"
UNJUDGED = "No policy pack judges this"
#: Tests skip previews: somebody answers for it, as in a stack of one's own.
SKIPPING: dict[str, str] = {
    "reason": "The cloud is simulated.",
    "owner": "tests@example.com",
    "approvedBy": "ops@example.com",
    "approvedAt": "2026-11-27T09:00:00+08:00",
    "expires": "2027-02-25T09:00:00+08:00",
}


def skipping_previews(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config of a stack in which somebody answers for updates that skip their preview."""
    return {**config, CONFIG_KEY: {**config[CONFIG_KEY], "unjudgedUpdates": dict(SKIPPING)}}


Bend = Callable[[dict[str, Any]], object]


@dataclass
class Stack:
    """One stack `test` of the program on a simulated cloud, its output and exit code as a user sees them."""

    project: Project
    cloud: Simulator
    code: int = 0
    output: str = ""

    @classmethod
    def prepared(cls, engine: toolchain.Engine, cloud: Simulator, directory: Path) -> Stack:
        """The prepared stack, not yet up."""
        project = Project(directory / "project", cloud, engine.environ(os.environ))
        stack = cls(project, cloud)
        stack.configure()
        _init(project)
        return stack

    def configure(self, bend: Bend | None = None) -> None:
        """Gives the stack the prepared config, bent by `bend`."""
        self.project.configure("test", bent_config(bend))

    def pulumi(self, command: str, *options: str, pack: bool = True) -> int:
        """Runs `pulumi COMMAND`, with the pack unless told otherwise; returns the exit code.

        The state is written once, at the end, refused or not: after each resource it takes the engine a second more.
        Whoever is killed, or tests `preflight up`, the demo or a program of one's own, runs as a user does.
        """
        policy = ("--policy-pack", "policies") if pack else ()
        project = copy(self.project)
        project.environ = {**project.environ, **WITHOUT_CHECKPOINTS}
        done = project.run(command, "--stack", "test", *policy, *options)
        self.code, self.output = done.returncode, done.stdout
        # Said of a run that the pack judges, it would be a false alarm; said of none, nobody would know.
        assert not (pack and UNJUDGED in self.output), self.output
        assert "Traceback" not in self.output, self.output
        assert "KeyboardInterrupt" not in self.output, self.output
        return self.code

    def up(self) -> None:
        """Brings the stack up; it must succeed."""
        assert self.pulumi("up", "--yes", "--skip-preview") == 0, self.output

    def keep_word(self) -> None:
        """Does what the attestation of `address-lists` promises, by hand: the VPC is let in where web-1 was."""
        estate = self.cloud.simulation.cloud.estate
        vpc_id = next(item.id for item in estate.vpcs if item.name == "shop")
        vswitch_id = next(item.id for item in estate.vswitches if item.vpc_id == vpc_id)
        for endpoint in (item for registry in estate.registries for item in registry.endpoints):
            endpoint.linked_vpcs.append(LinkedVpc(vpc_id=vpc_id, vswitch_id=vswitch_id))
        for policy in (bucket.policy for bucket in estate.buckets if bucket.policy is not None):
            condition = {"StringEquals": {"acs:SourceVpc": [vpc_id]}}
            policy["Statement"].append({**policy["Statement"][0], "Condition": condition})

    def result(self) -> dict[str, Any]:
        """The pack's result file."""
        loaded: dict[str, Any] = json.loads(self.project.result_file.read_text(encoding="utf-8"))
        return loaded

    def found(self) -> dict[str, set[str]]:
        """Rule id to the names of what it failed on, for every rule that does not let the preview pass."""
        return self._findings(blocking=True)

    def advised(self) -> dict[str, set[str]]:
        """The same for every rule that is advice at this time."""
        return self._findings(blocking=False)

    def _findings(self, *, blocking: bool) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for item in findings(self.result()):
            if item["outcome"] in ("FAIL", "UNKNOWN") and item["blocking"] is blocking:
                found.setdefault(item["rule"], set()).add(item["subject"]["name"])
        return found

    def writes(self) -> list[str]:
        """Actions that the cloud was asked for and that change something."""
        actions = [entry["action"] for entry in self.cloud.requests()]
        return [action for action in actions if not action.startswith(("Describe", "Get", "List"))]


@dataclass(frozen=True)
class Kept:
    """A stack and its cloud at one moment, to which both can go back: the port stays, which the state names."""

    stack: Stack
    cloud: str
    files: dict[Path, bytes]

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Keep what is there now."""
        directory = stack.project.directory
        files = [directory / "Pulumi.test.yaml", *filter(Path.is_file, (directory / "state").rglob("*"))]
        return cls(stack, stack.cloud.simulation.saved()[1], {file: file.read_bytes() for file in files})

    def again(self) -> Stack:
        """Go back to it; returns the stack."""
        self.stack.cloud.simulation.reset(saved=self.cloud)
        shutil.rmtree(self.stack.project.directory / "state")
        for file, content in self.files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return self.stack


# All files of a stack `test` that has just been made, and what its stack file has of them: the same for each test.
_initial_files: dict[Path, bytes] = {}
_SALT = "encryptionsalt"


def _init(project: Project) -> None:
    """`pulumi stack init test`, by the engine once, and from then on by the files that it wrote."""
    state, stack_file = project.directory / "state", project.directory / "Pulumi.test.yaml"
    if not _initial_files:
        project.run("stack", "init", "test", "--no-select", check=True)
        _initial_files.update(
            {file.relative_to(state): file.read_bytes() for file in state.rglob("*") if file.is_file()}
        )
        _initial_files[Path(_SALT)] = yaml.safe_load(stack_file.read_text(encoding="utf-8"))[_SALT].encode()
        return
    for name, content in _initial_files.items():
        if name == Path(_SALT):
            written = yaml.safe_load(stack_file.read_text(encoding="utf-8"))
            stack_file.write_text(yaml.safe_dump({_SALT: content.decode(), **written}, sort_keys=False))
        else:
            (state / name).parent.mkdir(parents=True, exist_ok=True)
            (state / name).write_bytes(content)


def bent_config(bend: Bend | None = None) -> dict[str, Any]:
    """The prepared config of the sample estate, bent."""
    prepared = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    config = skipping_previews(prepared)
    if bend is not None:
        bend(config[CONFIG_KEY])
        keep_attestations_of_movers(config[CONFIG_KEY])
        declare_who_stays(config[CONFIG_KEY])
    return config


def keep_attestations_of_movers(migration: dict[str, Any]) -> None:
    """A bend that takes instances away need not know who answers for them: that would be an error of the config."""
    listed = migration.get("instances")
    if isinstance(listed, list):
        ids = {item if isinstance(item, str) else item["id"] for item in listed}
        for item in migration.get("attestations", ()):
            item["instances"] = [instance for instance in item["instances"] if instance in ids]
        migration["attestations"] = [item for item in migration.get("attestations", ()) if item["instances"]]


def declare_who_stays(migration: dict[str, Any]) -> None:
    """A bend that takes instances away need not say that they stay then: a stack must account for each."""
    chosen = [*migration.get("instances", ()), *migration.get("later", ())]
    chosen += [item for wave in migration.get("waves", ()) for item in wave.get("instances", ())]
    if "selector" in migration or any("selector" in wave for wave in migration.get("waves", ())):
        return
    named = {item if isinstance(item, str) else item["id"] for item in chosen}
    staying = {instance_id for item in migration.get("staying", ()) for instance_id in item["instances"]}
    classic = {item["id"] for item in yaml.safe_load(ESTATE.read_text(encoding="utf-8"))["instances"]}
    if remaining := sorted(classic - named - staying):
        entry = {"instances": remaining, "owner": "ops@example.com", "reason": "Not looked at in this test."}
        migration["staying"] = [*migration.get("staying", ()), entry]


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """A simulated cloud with the sample estate."""
    with running(ESTATE) as simulator:
        yield simulator


@pytest.fixture
def stack(engine: toolchain.Engine, cloud: Simulator, tmp_path: Path) -> Stack:
    """The prepared stack, not yet up."""
    return Stack.prepared(engine, cloud, tmp_path)


@pytest.fixture(scope="package")
def applied(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The prepared stack, up and with nothing left to do, for tests of any file that change no cloud."""
    with running(ESTATE) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path_factory.mktemp("applied"))
        stack.up()
        stack.up()  # The first one's state holds what was read before anything had been made.
        yield stack
