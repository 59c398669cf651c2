"""What bad input gets: one clear message, a non-zero exit, and nothing created."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import toolchain
from simulator.server import running
from tests.e2e.conftest import ESTATE, Bend, Stack

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def untouched(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack and a cloud that no test here changes: each sees that nothing was written."""
    with running(ESTATE) as cloud:
        yield Stack.prepared(engine, cloud, tmp_path_factory.mktemp("bad-input"))


@pytest.fixture
def stack(untouched: Stack) -> Iterator[Stack]:
    """The prepared stack; what a test sets of its project is taken back."""
    project = untouched.project
    environ, cloud_config = dict(project.environ), dict(project.cloud_config)
    untouched.configure()
    yield untouched
    assert untouched.writes() == []
    project.environ, project.cloud_config = environ, cloud_config


# One for each that may refuse: the parser and the plan. Every other message has its case in
# tests/components/test_config.py or test_plan.py; the pack's refusal is in test_policy_pack.py.
CONFIG: dict[str, tuple[Bend, str]] = {
    "unknown key": (
        lambda migration: migration.update(freezeHour=1),
        "Pulumi.test.yaml: classic-to-vpc:migration.freezeHour: unknown key",
    ),
    "no such instance": (
        lambda migration: migration["instances"].append("i-bp1web90000000000001"),
        "Pulumi.test.yaml: classic-to-vpc:migration.instances[7].id: there is no instance i-bp1web90000000000001",
    ),
}


@pytest.mark.parametrize("case", CONFIG)
def test_bad_config_is_reported_before_anything_is_touched(stack: Stack, case: str) -> None:
    bend, message = CONFIG[case]
    stack.configure(bend)
    assert stack.pulumi("up", "--yes") != 0
    assert message in stack.output
    assert "Traceback" not in stack.output
    assert stack.writes() == []


ENVIRONMENT: dict[str, tuple[dict[str, str], str]] = {
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


@pytest.mark.parametrize("case", ENVIRONMENT)
def test_bad_credentials_are_reported(stack: Stack, case: str) -> None:
    changes, message = ENVIRONMENT[case]
    stack.project.environ.update(changes)
    assert stack.pulumi("up", "--yes") != 0
    assert message in stack.output
    assert "Traceback" not in stack.output
    assert "not-the-secret" not in stack.output
    assert stack.writes() == []


def test_a_missing_permission_is_no_empty_estate(stack: Stack) -> None:
    """DescribeInstances answers whoever may not call it with an empty list."""
    key, secret = stack.cloud.credentials_of("blind")
    stack.project.environ.update(ALICLOUD_ACCESS_KEY=key, ALICLOUD_SECRET_KEY=secret)
    assert stack.pulumi("up", "--yes") != 0
    assert "Permission denied for ecs:DescribeInstances" in stack.output
    assert stack.writes() == []


def test_an_unreachable_endpoint_is_named(stack: Stack) -> None:
    # A port of loopback that nobody listens at: it was bound and given back.
    stack.project.cloud_config["alicloud:endpoints"] = [dict.fromkeys(("ecs", "vpc", "rds", "sts"), "127.0.0.1:9")]
    stack.configure()
    assert stack.pulumi("up", "--yes") != 0
    assert "No answer from 127.0.0.1:9" in stack.output
    assert "alicloud:endpoints" in stack.output
