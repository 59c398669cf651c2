"""A verdict by the estate in a file, on the real engine: no credentials, no network, no state, and never ready."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from estate.inventory import SCHEMA_VERSION, Inventory, save_inventory
from estate.live import read_estate
from simulator.server import running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.isolation import Report, isolated, why_not
from toolchain.cache import cache_root

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(why_not() is not None, reason=f"no network of its own: {why_not()}"),
]

_CACHE = cache_root(os.environ)
# What a fork or a laptop may have set, which leads to a cloud, to sessions or to a backend there.
LEADING_OUT = {
    "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1234567890123456:role/migrator",
    "ALICLOUD_ASSUME_ROLE_ARN": "acs:ram::1234567890123456:role/migrator",
    "ALIBABA_CLOUD_CREDENTIALS_URI": "http://192.0.2.7/keys",
    "ALIBABA_CLOUD_ECS_METADATA": "migrator",
    "ECS_ENDPOINT": "ecs.business.example",
    "PULUMI_BACKEND_URL": "s3://bucket?endpoint=oss.business.example",
}


@pytest.fixture(scope="module")
def project(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The prepared stack `test` and one with keys that lead to roles, `fork`; the cloud is gone, its estate a file."""
    with running(ESTATE) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path_factory.mktemp("by-file"))
        api = stack.project.api()
        api.caller()
        inventory = Inventory(
            schema_version=SCHEMA_VERSION, rehearsal=api.settings.rehearsal(), estate=read_estate(api, api.now())
        )
    directory = stack.project.directory
    save_inventory(directory / "estate.json", inventory)
    # As if it were Alibaba Cloud's own: nothing of it is a rehearsal.
    save_inventory(directory / "live.json", inventory.model_copy(update={"rehearsal": ()}))
    config = yaml.safe_load((directory / "Pulumi.test.yaml").read_text(encoding="utf-8"))["config"]
    config |= {
        "alicloud:profile": "nobody",
        "alicloud:assumeRole": {"roleArn": "acs:ram::1234567890123456:role/migrator"},
        "alicloud:secretKey": {"secure": "v1:abc:def"},
    }
    del config[CONFIG_KEY]["backups"]
    text = yaml.safe_dump({"encryptionsalt": "v1:of:another", "config": config})
    (directory / "Pulumi.fork.yaml").write_text(text, encoding="utf-8")
    return stack.project


def run(project: Project, *arguments: str, **environ: str) -> Report:
    environment = {name: value for name, value in project.environ.items() if not name.startswith(("ALI", "PREFLIGHT"))}
    return isolated(
        [str(REPOSITORY / "preflight/command"), "check", *arguments],
        {**environment, "CLASSIC_TO_VPC_CACHE": str(_CACHE), "COLUMNS": "120", **LEADING_OUT, **environ},
        project.directory,
    )


def quiet(report: Report) -> None:
    """Nothing was looked up, sent or asked of a proxy, and nothing of a program's inside is shown."""
    assert (report.names, report.packets, report.proxied, report.knocks) == ((), (), (), 0), report.output
    assert "Traceback" not in report.output


def test_a_stack_is_judged_by_a_file_without_cloud_state_or_credentials(project: Project, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in project.directory.glob("Pulumi.*")}
    result_file = tmp_path / "result.json"
    report = run(project, "--stack", "test", "--estate", "estate.json", "--rehearsal", "--result", str(result_file))
    quiet(report)
    assert report.code == 30, report.output
    assert "all   UNKNOWN" in report.output
    assert "UNKNOWN: stack test" in report.output
    assert "By the estate in estate.json: no cloud was asked, and what it alone knows is UNKNOWN." in report.output
    assert re.search(r"The file is of 2026-11-30 \d\d:\d\d [+]00:00, less than a minute ago\.", report.output)
    result = json.loads(result_file.read_text(encoding="utf-8"))
    assert result["run"]["estateFile"]["path"] == "estate.json"
    # The stack's own file, its salt too, is as it was.
    assert {path.name: path.read_bytes() for path in project.directory.glob("Pulumi.*")} == before


def test_missing_snapshots_are_not_ready_whatever_the_keys_of_the_stack(project: Project) -> None:
    report = run(project, "--stack", "fork", "--estate", "estate.json", "--rehearsal")
    quiet(report)
    assert report.code == 20, report.output
    assert "Every disk must have a snapshot" in report.output


def test_a_rehearsal_stays_one_and_a_file_is_refused_for_another_region(project: Project) -> None:
    report = run(project, "--stack", "test", "--estate", "estate.json")
    quiet(report)
    assert report.code == 4, report.output
    assert "WHAT-IF: stack test would be UNKNOWN. A what-if passes no gate." in report.output
    config = yaml.safe_load((project.directory / "Pulumi.test.yaml").read_text(encoding="utf-8"))
    config["config"]["alicloud:region"] = "cn-beijing"
    (project.directory / "Pulumi.away.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    report = run(project, "--stack", "away", "--estate", "estate.json")
    quiet(report)
    assert report.code == 2, report.output
    message = "Pulumi.away.yaml: alicloud:region: cn-beijing, and the estate in the file is of cn-hangzhou"
    assert message in report.output


def test_a_wrong_value_in_the_file_is_named_with_its_key(project: Project) -> None:
    document = json.loads((project.directory / "estate.json").read_text(encoding="utf-8"))
    document["estate"]["disks"][0]["sizeGib"] = "40"
    (project.directory / "wrong.json").write_text(json.dumps(document), encoding="utf-8")
    report = run(project, "--stack", "test", "--estate", "wrong.json")
    quiet(report)
    assert report.code == 2, report.output
    assert "wrong.json: estate.disks[0].sizeGib: expected a valid integer; got '40'" in report.output


def test_resources_of_the_stack_itself_are_unknown_without_its_state(applied: Stack) -> None:
    """Without its state nobody knows whose the network, the links and the whitelist groups in the file are."""
    api = applied.project.api()
    api.caller()
    estate = read_estate(api, api.now())
    inventory = Inventory(schema_version=SCHEMA_VERSION, rehearsal=api.settings.rehearsal(), estate=estate)
    save_inventory(applied.project.directory / "estate.json", inventory)
    report = run(applied.project, "--stack", "test", "--estate", "estate.json", "--rehearsal", "--all")
    quiet(report)
    assert report.code == 30, report.output
