"""`python -m components.evidence`, as a person or a pipeline runs it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.evidence.__main__ import main
from demo.project import CONFIG_KEY, REPOSITORY
from estate.guest import load_evidence
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.components.evidences import FACTS

WEB_1, WEB_3 = "i-bp1web10000000000001", "i-bp1web30000000000001"
OUTPUT = json.dumps(FACTS)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Simulator]:
    with running(_estate()) as served:
        yield served


def _estate() -> Estate:
    """The sample estate, where web-1 has the agent and web-3 has not; nobody is kept waiting."""
    estate = load(REPOSITORY / "simulator/estates/sample.yaml")
    for instance in estate.instances:
        for answer in instance.guest.answers if instance.guest else ():
            answer.seconds = 0
    return estate


@dataclass
class Cli:
    """Runs the command line in a directory with a stack file."""

    directory: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    stdout: str = ""
    stderr: str = ""

    def __call__(self, *arguments: str, stdin: str = "", encoding: str = "utf-8") -> int:
        self.monkeypatch.setattr(sys, "argv", ["python -m components.evidence", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode(encoding))))
        with pytest.raises(SystemExit) as stopped:
            main()
        self.stdout, self.stderr = self.capsys.readouterr()
        code = stopped.value.code
        return code if isinstance(code, int) else 0

    def stack(self, cloud: Simulator, **migration: Any) -> str:
        key, secret = cloud.credentials
        config = {
            "alicloud:region": cloud.region,
            "alicloud:protocol": "HTTP",
            "alicloud:endpoints": [cloud.endpoints],
            "alicloud:secretKey": {"secure": "v1:only-pulumi-can-read-this"},
            CONFIG_KEY: {
                "window": {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"},
                "instances": [WEB_1, WEB_3],
                **migration,
            },
        }
        self.monkeypatch.setenv("ALICLOUD_ACCESS_KEY", key)
        self.monkeypatch.setenv("ALICLOUD_SECRET_KEY", secret)
        path = self.directory / "Pulumi.test.yaml"
        path.write_text(yaml.safe_dump({"config": config}))
        return str(path)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("estate.clock.now", lambda: datetime.fromisoformat("2026-11-30T09:00:00+08:00"))
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, monkeypatch, capsys)


ALLOWED = {"files": ["evidence/test.json"], "cloudAssistant": True}


def test_collect_writes_what_it_gets_and_shows_what_it_does_not(cli: Cli, cloud: Simulator) -> None:
    assert cli("collect", "--stack-config", cli.stack(cloud, evidence=ALLOWED)) == 5
    assert f"web-3 ({WEB_3}): it has no Cloud Assistant agent" in cli.stderr
    assert "evidence of 1 of 2 instances" in cli.stderr
    assert "alicloud:secretKey: encrypted by Pulumi, so not read here; the environment is used" in cli.stderr
    assert "as acs:ram::1234567890123456:user/demo by ALICLOUD_ACCESS_KEY" in cli.stderr
    assert cli.stdout == "", "progress is not output"
    (evidence,) = load_evidence([cli.directory / "evidence/test.json"])
    assert (evidence.instance_id, evidence.source) == (WEB_1, "cloud-assistant")
    # By the cloud's clock, which runs on.
    assert datetime.fromisoformat("2026-11-30T09:00:00+08:00") <= evidence.collected_at <= cloud.clock.now()


def test_collect_of_one_instance_into_another_file(cli: Cli, cloud: Simulator) -> None:
    stack = cli.stack(cloud, evidence=ALLOWED)
    assert cli("collect", "--stack-config", stack, "--instance", WEB_1, "--out", "web-1.json") == 0
    assert len(load_evidence([Path("web-1.json")])) == 1


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (None, "Pulumi.test.yaml: classic-to-vpc:migration.evidence.cloudAssistant: expected true"),
        ({"files": ["a.json"]}, "evidence.cloudAssistant: expected true"),
        ({**ALLOWED, "files": ["evidence/*.json"]}, "evidence.files: expected a file's name beside patterns"),
        ({**ALLOWED, "maxAge": 3}, "evidence.maxAge: unknown key"),
    ],
)
def test_collect_runs_nothing_that_the_stack_does_not_allow(
    cli: Cli, cloud: Simulator, evidence: dict[str, Any] | None, message: str
) -> None:
    before = len(cloud.simulation.requests())
    assert cli("collect", "--stack-config", cli.stack(cloud, **({"evidence": evidence} if evidence else {}))) == 2
    assert message in cli.stderr
    assert len(cloud.simulation.requests()) == before


def test_collect_reports_credentials_and_strangers(cli: Cli, cloud: Simulator) -> None:
    stack = cli.stack(cloud, evidence=ALLOWED)
    assert cli("collect", "--stack-config", stack, "--instance", "i-stranger") == 2
    cli.monkeypatch.setenv("ALICLOUD_SECRET_KEY", "wrong")
    assert cli("collect", "--stack-config", stack) == 3
    assert "wrong" not in cli.stderr
    assert cli("collect", "--stack-config", "Pulumi.none.yaml") == 2
    assert cli.stderr.startswith(
        "Pulumi.none.yaml: classic-to-vpc:migration: expected a stack file: expected a file that"
    )
    assert "Errno" not in cli.stderr


def test_add_takes_what_the_script_printed(cli: Cli) -> None:
    arguments = ("add", "evidence/test.json", "--instance", WEB_1, "--by", "ann@example.com")
    assert cli(*arguments, stdin=f"Welcome!\n{OUTPUT}\n") == 0
    assert "preflight set --stack '<stack>' 'evidence: {files: [evidence/test.json]}'" in cli.stderr
    (evidence,) = load_evidence([Path("evidence/test.json")])
    assert (evidence.source, evidence.collected_by) == ("file", "ann@example.com")
    assert evidence.collected_at.isoformat() == "2026-11-29T02:00:00+00:00"


@pytest.mark.parametrize(
    ("instance", "warning"),
    [
        ("i-oops", "Warning: no stack file in this directory names i-oops: is the id right?"),
        (WEB_1[:-1] + "9", f"Warning: no stack file in this directory names {WEB_1[:-1]}9: is {WEB_1} meant?"),
        (WEB_1, None),
    ],
)
def test_add_warns_of_an_id_that_no_stack_names(cli: Cli, cloud: Simulator, instance: str, warning: str | None) -> None:
    cli.stack(cloud)
    output = json.dumps({key: value for key, value in json.loads(OUTPUT).items() if key != "instanceId"})
    assert cli("add", "evidence/test.json", "--instance", instance, "--by", "ann", stdin=output) == 0
    assert [line for line in cli.stderr.splitlines() if line.startswith("Warning")] == ([warning] if warning else [])


def test_add_warns_of_nobody_where_tags_select(cli: Cli, cloud: Simulator) -> None:
    cli.stack(cloud, instances=[], selector={"tags": {"wave": "1"}})
    output = json.dumps({key: value for key, value in json.loads(OUTPUT).items() if key != "instanceId"})
    assert cli("add", "evidence/test.json", "--instance", "i-oops", "--by", "ann", stdin=output) == 0
    assert "Warning" not in cli.stderr


def test_add_takes_ids_of_old_instances_and_what_powershell_writes(cli: Cli) -> None:
    arguments = ("add", "old.json", "--instance", "AY1210180339330abcde", "--by", "ann")
    assert cli(*arguments, stdin=OUTPUT, encoding="utf-16") == 0
    assert load_evidence([cli.directory / "old.json"])[0].instance_id == "AY1210180339330abcde"


@pytest.mark.parametrize(
    ("instance", "by", "message"),
    [("web 1", "ann", "--instance: expected an id, found 'web 1'"), (WEB_1, "", "--by: expected text, found ''")],
)
def test_add_refuses_options_that_say_nothing(cli: Cli, instance: str, by: str, message: str) -> None:
    assert cli("add", "test.json", "--instance", instance, "--by", by, stdin=OUTPUT) == 2
    assert message in cli.stderr


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("", "the input is empty: did ssh fail?"),
        (" \n", "the input is empty: did ssh fail?"),
        ("ssh: connection refused", "found nothing of it"),
        (OUTPUT[:-1], "cut off"),
        (json.dumps({**FACTS, "instanceId": WEB_3}), f"says that it is {WEB_3}, expected {WEB_1}"),
        (json.dumps({**FACTS, "collectedAt": "2026-11-30T01:05:01Z"}), "the system's clock says"),
    ],
)
def test_add_refuses_what_is_no_evidence_of_this_instance(cli: Cli, stdin: str, message: str) -> None:
    assert cli("add", "test.json", "--instance", WEB_1, "--by", "ann", stdin=stdin) == 2
    assert message in cli.stderr
    assert not Path("test.json").exists()


def test_check_lists_what_there_is(cli: Cli) -> None:
    assert cli("add", "test.json", "--instance", WEB_1, "--by", "ann", stdin=OUTPUT) == 0
    assert cli("check", "test.json") == 0
    assert cli.stdout.splitlines()[1].split() == [WEB_1, "linux", "file", "ann", "23"]
    Path("test.json").write_text("{}")
    assert cli("check", "test.json") == 2
    assert "test.json: schemaVersion: expected this key" in cli.stderr


@pytest.mark.parametrize(
    ("now", "age"),
    [
        ("2026-11-29T01:00:00Z", "in the future"),
        ("2026-11-29T01:56:00Z", "0"),
        ("2026-11-29T05:00:00Z", "3"),
    ],
)
def test_check_shows_the_age_in_a_narrow_terminal(cli: Cli, now: str, age: str) -> None:
    by = "the-platform-team-of-the-shop@departments.example.com"
    assert cli("add", "test.json", "--instance", WEB_1, "--by", by, stdin=OUTPUT) == 0
    cli.monkeypatch.setattr("estate.clock.now", lambda: datetime.fromisoformat(now))
    cli.monkeypatch.setattr("components.evidence.__main__._width", lambda: 80)
    assert cli("check", "test.json") == 0
    lines = cli.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].split()[0] == WEB_1, "whole"
    assert age in " ".join(line[60:].strip() for line in lines[1:])


def test_help_teaches(cli: Cli) -> None:
    cli("--help")
    for word in ("estate/guest/linux.sh", "Exit codes", "collect", "add", "check"):
        assert word in cli.stdout
    cli("add", "--help")
    assert "sh -s < estate/guest/linux.sh" in cli.stdout
