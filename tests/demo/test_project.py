"""The program as a project of its own on a simulated cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.project import Project
from simulator.server import Simulator, running
from tests.simulator.conftest import SAMPLE

FOREIGN = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-foreign",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "foreign-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "foreign-token",
    "ALIBABA_CLOUD_PROFILE": "foreign",
    "ALIBABA_CLOUD_CREDENTIALS_FILE": "/foreign/credentials",
    "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/foreign",
    "ALIBABA_CLOUD_ECS_METADATA": "foreign-role",
    "ALIBABA_CLOUD_CREDENTIALS_URI": "http://foreign.example/",
    "ALIBABA_CLOUD_ENDPOINT_VPC": "foreign.example",
    "ALICLOUD_ACCESS_KEY": "LTAI-foreign",
    "ALICLOUD_SECURITY_TOKEN": "foreign-token",
    "ALICLOUD_PROFILE": "foreign",
    "ALICLOUD_ASSUME_ROLE_ARN": "acs:ram::1:role/foreign",
    "ALICLOUD_REGION": "cn-foreign",
    "ECS_ENDPOINT": "foreign.example",
    "TF_ENDPOINT_PATH": "/foreign/endpoints.xml",
    "PULUMI_ACCESS_TOKEN": "foreign-token",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/foreign/passphrase",
    "PULUMI_OPTION_POLICY_PACK": "/foreign/pack",
    "PREFLIGHT_RESULT": "/foreign/result.json",
    "NO_PROXY": "foreign.example",
    "PYTHONPATH": "/foreign/python",
}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with running(SAMPLE) as simulator:
        yield simulator


def test_a_project_trusts_its_cloud(simulator: Simulator, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", simulator)
    assert Path(project.environ["SSL_CERT_FILE"]).read_text() == simulator.ca_certificate


def test_clients_see_nothing_of_whoever_runs_it(simulator: Simulator, tmp_path: Path) -> None:
    foreign = {"PATH": "/bin", "HOME": "/foreign/home", "LC_ALL": "C.UTF-8", "HTTPS_PROXY": "http://proxy", **FOREIGN}
    project = Project(tmp_path / "project", simulator, foreign)
    home = Path(project.environ["HOME"])
    assert home.is_relative_to(tmp_path)
    assert list(home.iterdir()) == []
    # Pulumi's plugins alone are where they were.
    assert project.environ.pop("PULUMI_HOME") == "/foreign/home/.pulumi"
    assert [name for name, value in project.environ.items() if "foreign" in value] == []
    assert {"PATH": "/bin", "LC_ALL": "C.UTF-8", "HTTPS_PROXY": "http://proxy"}.items() <= project.environ.items()
    assert (project.environ["ALICLOUD_ACCESS_KEY"], project.environ["ALICLOUD_SECRET_KEY"]) == simulator.credentials
    assert [name for name in project.environ if name.startswith(("ALIBABA", "ALICLOUD"))] == [
        "ALICLOUD_ACCESS_KEY",
        "ALICLOUD_SECRET_KEY",
    ]


def test_its_cloud_needs_no_proxy(simulator: Simulator, tmp_path: Path) -> None:
    """The alicloud provider goes past a proxy only where NO_PROXY has host and port as they stand in the endpoint."""
    environ = Project(tmp_path / "project", simulator, {"NO_PROXY": "example.com"}).environ
    for name in ("NO_PROXY", "no_proxy"):
        assert environ[name].split(",") == ["127.0.0.1", "localhost", simulator.host]


def test_the_billing_service_is_not_asked(simulator: Simulator, tmp_path: Path) -> None:
    config = Project(tmp_path / "project", simulator).cloud_config
    assert config["alicloud:accountType"] == "Domestic"
    assert config["alicloud:endpoints"] == [simulator.endpoints]
    assert "bssopenapi" in simulator.endpoints
