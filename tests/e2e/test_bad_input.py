"""What bad input gets: one clear message, a non-zero exit, and nothing created.

By the program's own reading of its inputs; on the engine what needs it, and what an update makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.config import ConfigError
from components.inputs import gather
from components.plan import StackRecord
from components.run import failure_text
from demo.project import Project
from estate.errors import EstateError
from simulator.estate_file import load
from simulator.server import Simulator
from tests.components.mocked import declare
from tests.e2e.conftest import ESTATE, Bend, Stack, bent_config
from tests.estate import estates


@pytest.fixture
def sample() -> Simulator:
    """A simulated cloud with the sample estate."""
    return estates.begun(load(ESTATE))


@pytest.fixture
def project(sample: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project with the prepared stack, which has made nothing yet; nothing is written to its cloud."""
    monkeypatch.setattr("components.inputs.own_record", StackRecord)
    project = Project(tmp_path, sample)
    project.configure("test", bent_config())
    yield project
    pulumi.runtime.set_all_config({})
    assert [item for item in sample.requests() if not item["action"].startswith(("Describe", "Get", "List"))] == []


def stopped(project: Project) -> str:
    """Return the message with which the program stops before it declares anything."""
    config = yaml.safe_load((project.directory / "Pulumi.test.yaml").read_text(encoding="utf-8"))["config"]
    pulumi.runtime.set_all_config(
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    )
    with pytest.raises((ConfigError, EstateError)) as error:
        declare(lambda: gather("test", project.directory, project.environ), preview=True)
    return failure_text(error.value, project.environ)


CALLERS: dict[str, tuple[dict[str, str], str]] = {
    "unknown key": ({"ALICLOUD_ACCESS_KEY": "LTAI-nobody"}, "InvalidAccessKeyId"),
    "wrong secret": ({"ALICLOUD_SECRET_KEY": "not-the-secret"}, "SignatureDoesNotMatch"),
    "secret of another key": (
        {
            "ALICLOUD_SECRET_KEY": "",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-b",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x",
        },
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET: expected the secret of ALICLOUD_ACCESS_KEY, which comes first",
    ),
    "no credentials": ({"ALICLOUD_ACCESS_KEY": "", "ALICLOUD_SECRET_KEY": ""}, "alicloud:accessKey"),
}


def test_bad_config_is_reported(project: Project) -> None:
    """By the parser; by the plan below. Other messages: tests/components/test_config.py and test_plan.py."""
    project.configure("test", bent_config(lambda migration: migration.update(freezeHour=1)))
    assert "Pulumi.test.yaml: classic-to-vpc:migration.freezeHour: unknown key" in stopped(project)


@pytest.mark.parametrize("case", CALLERS)
def test_bad_credentials_are_reported(project: Project, case: str) -> None:
    changes, message = CALLERS[case]
    project.environ.update(changes)
    reported = stopped(project)
    assert message in reported
    assert "not-the-secret" not in reported


def test_an_unreachable_endpoint_is_named(project: Project) -> None:
    # A port of loopback that nobody listens at.
    project.cloud_config["alicloud:endpoints"] = [dict.fromkeys(("ecs", "vpc", "rds", "sts"), "127.0.0.1:9")]
    project.configure("test", bent_config())
    reported = stopped(project)
    assert "No answer from 127.0.0.1:9" in reported
    assert "alicloud:endpoints" in reported


def _of_another_instance(migration: dict[str, Any]) -> None:
    migration["instances"].append("i-bp1web90000000000001")


@pytest.mark.engine
def test_an_update_stops_before_anything_is_touched(stack: Stack) -> None:
    """By a config that the plan refuses, and by callers that the cloud refuses."""
    environ = stack.project.environ

    def stops(message: str, changes: Mapping[str, str], bend: Bend | None = None) -> None:
        stack.configure(bend)
        stack.project.environ = {**environ, **changes}
        assert stack.pulumi("up", "--yes") != 0
        assert message in stack.output

    there_is_none = "migration.instances[7].id: there is no instance i-bp1web90000000000001"
    stops(f"Pulumi.test.yaml: classic-to-vpc:{there_is_none}", {}, _of_another_instance)
    changes, message = CALLERS["wrong secret"]
    stops(message, changes)
    assert "not-the-secret" not in stack.output
    # DescribeInstances answers whoever may not call it with an empty list, which is no empty estate.
    key, secret = stack.cloud.credentials_of("blind")
    blind = {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}
    stops("Permission denied for ecs:DescribeInstances", blind)
    assert stack.writes() == []
