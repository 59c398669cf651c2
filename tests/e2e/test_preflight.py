"""`preflight` on the real engine, as a person runs it in the project's directory."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from demo.story import unprepared
from preflight.plan.command import load_base
from preflight.plan.comparing import compare
from preflight.plan.markdown import comparison_markdown
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.test_waves import in_two_waves
from tests.preflight.fix.stacks import without_what_fixes_write
from tests.processes import children, command_line, started
from toolchain.cache import cache_root

pytestmark = pytest.mark.engine

COMMAND = REPOSITORY / "preflight/command"


class Front:
    """Runs the command for one stack, and looks for secrets in whatever it prints."""

    def __init__(self, project: Project, cloud: Simulator) -> None:
        self.project = project
        self._secrets = [value for user in cloud.simulation.cloud.estate.users for value in _keys(user)]

    def __call__(self, *arguments: str, columns: int = 120, **environ: str) -> tuple[int, str, str]:
        environment = {name: value for name, value in self.project.environ.items() if name != "PREFLIGHT_RESULT"}
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.project.directory,
            env={**environment, "CLASSIC_TO_VPC_CACHE": str(_CACHE), "COLUMNS": str(columns), **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert [value for value in self._secrets if value in printed] == []
        assert "\x1b" not in printed
        assert "Traceback" not in printed
        assert not re.search(r"Signature=(?!\*\*\*)", printed)
        return done.returncode, done.stdout, done.stderr


_CACHE = cache_root(os.environ)


def _keys(user: Any) -> tuple[str, str]:
    return user.access_key_id, user.access_key_secret.get_secret_value()


@pytest.fixture(scope="module")
def front(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A stack `test` that is prepared, and one, `bare`, that names its window and its instances only."""
    with running(ESTATE) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path_factory.mktemp("preflight"))
        config = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
        stack.project.new_stack("bare", {**config, CONFIG_KEY: unprepared(config[CONFIG_KEY])})
        yield Front(stack.project, cloud)


def test_an_unprepared_stack_is_judged_on_one_screen(front: Front, tmp_path: Path) -> None:
    """After previews that were interrupted, which lock nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        _is_interrupted_and_ends_in_order(front, number)
    result = tmp_path / "result.json"
    result.write_text("{}", encoding="utf-8")
    selected = front.project.run("stack", "--show-name").stdout
    code, out, err = front("check", "--stack", "bare", "--rehearsal", "--result", str(result))
    assert code == 20
    lines = out.splitlines()
    assert len(lines) < 80
    assert lines[1].startswith("all   NOT READY")
    assert any("set backups: {retentionDays: 30}" in line for line in lines)
    assert any(line.startswith("NOT READY: stack bare") for line in lines[-6:])
    page = (REPOSITORY / "docs/preflight.md").read_text(encoding="utf-8").partition("columns on:\n\n```\n")[2]
    shown = [
        line
        for line in page.partition("```")[0].splitlines()
        if not re.match(r"\.\.\.|Judged |and \d+ more|\d+ fix", line)
    ]
    assert len(shown) > 10
    assert [line for line in shown if line not in [line.rstrip() for line in lines]] == []
    assert "account 1234567890123456, region cn-hangzhou, as acs:ram::1234567890123456:user/demo" in err
    assert "Read 10 instances (10 classic), 7 security groups and 4 databases of cn-hangzhou" in err
    assert re.search(r"Judging: \d+ messages of policies", err)
    judged = json.loads(result.read_text(encoding="utf-8"))
    assert judged["run"]["id"]
    assert str(judged["blocking"]) in lines[1]
    assert front.project.run("stack", "--show-name").stdout == selected, "what the user selected stays so"


def test_fixes_that_are_configuration_are_written(front: Front) -> None:
    """That they are shown alone without --write: tests/preflight/fix/test_command.py."""
    config = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    front.project.new_stack("begun", {**config, CONFIG_KEY: without_what_fixes_write(config[CONFIG_KEY])})
    code, out, err = front("fix", "--stack", "begun", "--rehearsal", "--write", columns=80)
    assert code == 0, out + err
    assert [line for line in out.splitlines() if line.startswith("+    ")] != []
    assert "Written to Pulumi.begun.yaml: " in out
    assert any(line.startswith("READY WITH CONDITIONS: stack begun") for line in out.splitlines()[-4:])
    assert front("fix", "--stack", "begun", "--way", "2")[2].startswith("preflight: --way: expected --rule beside it")
    # What happens when, of the stack as it is now.
    code, out, err = front("timeline", "--stack", "begun", "--rehearsal", columns=80)
    assert code == 0, out + err
    lines = out.splitlines()
    assert lines[0] == "Timeline of stack begun, times in UTC+08:00"
    assert "2026-12-12 02:00  the move of 7 instances begins" in lines
    assert "Not known" not in out
    assert lines[-1] == "READY WITH CONDITIONS: stack begun"


def _is_interrupted_and_ends_in_order(front: Front, number: signal.Signals) -> None:
    with started(
        [COMMAND, "check", "--stack", "bare", "--rehearsal"],
        cwd=front.project.directory,
        env={**front.project.environ, "CLASSIC_TO_VPC_CACHE": str(_CACHE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        # The first word of the engine's own: it runs, so that nothing is locked by the last one.
        assert any(line.startswith(("Refreshing", "Previewing", "Reading")) for line in process.stderr)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (128 + number, ""), err
    assert err.splitlines()[-1] == f"preflight: interrupted by {number.name}; nothing was changed in the cloud"
    assert "Traceback" not in err
    # The pack, which the engine has started by itself, would now be a child of the tests.
    assert [command for command in map(command_line, children()) if "pulumi.policy" in command] == []


@pytest.mark.parametrize("end", ["echo broken >&2; exit 3", "exit 0"])
def test_a_pack_that_does_not_start_gives_no_verdict(front: Front, tmp_path: Path, end: str) -> None:
    link = front.project.directory / "policies"
    whole, pack = link.readlink(), tmp_path / "policies"
    shutil.copytree(whole, pack, symlinks=True, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    (pack / "venv").symlink_to(REPOSITORY / ".venv")
    (pack / "serve").write_text(f"#!/bin/sh\n{end}\n", encoding="utf-8")
    link.unlink()
    link.symlink_to(pack)
    try:
        code, out, _ = front("check", "--stack", "test", "--rehearsal")
    finally:
        link.unlink()
        link.symlink_to(whole)
    assert (code, out.startswith("NOT JUDGED: ")) == (40, True), out
    assert re.search(r'policy pack "\S+/policies/serve" failed to start: could not read plugin', out)
    assert "READY" not in out


@pytest.fixture(scope="module")
def base(front: Front, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The result of the prepared stack, which is ready with conditions."""
    path = str(tmp_path_factory.mktemp("base") / "base.json")
    # A variable that would leave something out counts for nothing.
    code, out, _ = front(
        "check", "-s", "test", "--strict", "--rehearsal", "--result", path, PULUMI_OPTION_TARGET="urn:pulumi:nothing"
    )
    assert (code, "READY WITH CONDITIONS: stack test" in out) == (10, True), out
    return path


def test_a_prepared_stack_is_ready_with_conditions_and_a_rehearsal_passes_no_gate(front: Front, base: str) -> None:
    # What a reviewer is told, against the result of another run as the base.
    code, out, _ = front("plan", "-s", "test", "--rehearsal", "--base", base)
    assert code == 0, out
    lines = out.splitlines()
    assert lines[0] == "What this change does to stack test: 38 to create, 0 unchanged."
    assert max(map(len, lines)) <= 120
    page = (REPOSITORY / "docs/preflight-plan.md").read_text(encoding="utf-8").split("```")[3]
    assert [line for line in page.strip().splitlines() if line not in (*lines, "...")] == []
    assert "Against the base: READY WITH CONDITIONS" in out
    assert "0 new, 0 gone, 0 newly waived" in " ".join(out.split())
    assert lines[-1] == "READY WITH CONDITIONS: stack test"
    code, out, _ = front("check", "-s", "test", "--at", "2026-12-11T12:00:00+08:00", "--rule", "guest-free-space")
    assert code == 4, out
    assert "WHAT-IF: stack test would be NOT READY. A what-if passes no gate." in out
    assert "2026-12-11T12:00+08:00" in out


def test_a_change_is_reported_against_its_base(front: Front, base: str, tmp_path: Path) -> None:
    config = yaml.safe_load((front.project.directory / "Pulumi.test.yaml").read_text(encoding="utf-8"))["config"]
    back, changed = str(tmp_path / "back.json"), deepcopy(config)
    migration = changed[CONFIG_KEY]
    migration["window"]["start"] = "2026-12-13T02:00:00+08:00"
    migration["window"]["scheduled"]["at"] = "2026-11-28T10:00:00+08:00"
    del migration["backups"]
    migration["waivers"] = [
        {
            "rule": "public-address-release-accepted",
            "instances": ["i-bp1web30000000000001"],
            "reason": "Nobody names its public address.",
            "owner": "batch@example.com",
            "approvedBy": "lead@example.com",
            "approvedAt": "2026-11-29T10:00:00+08:00",
            "expires": "2026-12-19T00:00:00+08:00",
        }
    ]
    [web3] = [item for item in migration["instances"] if isinstance(item, dict) and "releasePublicIp" in item]
    del web3["releasePublicIp"]
    [go] = [item for item in migration["attestations"] if item["kind"] == "application-go"]
    go["validUntil"] = "2026-12-04T00:00:00+08:00"
    front.project.configure("test", changed)
    code, out, _ = front("plan", "-s", "test", "--rehearsal", "--base", base, "--result", back)
    front.project.configure("test", config)
    text = " ".join(out.split())
    assert code == 20, out
    assert re.search(r"Against the base: READY WITH CONDITIONS \(.*?\) -> NOT READY", text), out
    assert re.search(r"Every disk must have a snapshot \(critical, PENDING -> FAIL\): ", text), out
    assert "Newly waived: 1" in out
    assert "start of wave all: 2026-12-12 02:00 +08:00 -> 2026-12-13 02:00 +08:00" in out
    assert "new: waiver public-address-release-accepted: Nobody names its public address." in text
    assert "about to end: attestation application-go, by shop@example.com" in text
    assert "snapshots of disks" not in out
    assert out.splitlines()[-1].startswith("NOT READY: stack test: ")
    # The other way round, what was missing is there again; as a reviewer of a pull request reads it.
    text = comparison_markdown(compare(load_base(Path(back)), load_base(Path(base))))
    assert "### Against the base" in text
    assert len(text) < 60_000
    assert re.search(r"Findings gone: \d+", text), text
    assert "| Every disk must have a snapshot | critical | FAIL | PENDING |" in text, text
    assert "gone: waiver public-address-release-accepted" in html.unescape(text)
    code, _, err = front("plan", "-s", "test", "--base", str(tmp_path / "nothing.json"))
    assert (code, "--base" in err) == (2, True)


def test_credentials_and_permissions_are_checked_before_the_engine(front: Front) -> None:
    blind = next(user for user in _users(ESTATE) if user["name"] == "blind")
    other = {"ALICLOUD_ACCESS_KEY": blind["access_key_id"], "ALICLOUD_SECRET_KEY": blind["access_key_secret"]}
    for environ, message in (
        ({"ALICLOUD_SECRET_KEY": "not-the-right-one"}, "The cloud does not accept the credentials"),
        (other, "Permission denied for ecs:DescribeInstances"),
    ):
        code, out, err = front("check", "--stack", "bare", **environ)
        assert (code, out) == (3, ""), err
        assert message in err
        assert "Previewing" not in err


def test_a_cloud_that_does_not_answer_gives_no_verdict(front: Front) -> None:
    path = front.project.directory / "Pulumi.away.yaml"
    front.project.run("stack", "init", "away", "--no-select", check=True)
    text = (front.project.directory / "Pulumi.bare.yaml").read_text(encoding="utf-8")
    path.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", text), encoding="utf-8")
    code, out, err = front("check", "--stack", "away")
    assert (code, out) == (40, ""), err
    assert "No answer from 127.0.0.1:9 to sts:GetCallerIdentity: the connection was refused." in err


def test_bad_input_is_said_with_file_and_key(front: Front) -> None:
    assert front("check", "--stack", "nowhere")[0] == 2
    assert front("check", "--stack", "bare", "--wave", "second")[2].endswith(
        "preflight: --wave second: expected one of all\n"
    )
    front.project.new_stack(
        "typo", {CONFIG_KEY: {"window": {"start": "soon"}, "instances": ["i-bp1web10000000000001"]}}
    )
    code, out, err = front("check", "--stack", "typo")
    assert (code, out) == (2, "")
    assert "Pulumi.typo.yaml: classic-to-vpc:migration.window.start: " in err
    window = {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"}
    front.project.configure("typo", {CONFIG_KEY: {"window": window, "instances": ["i-bp1nowhere0000000001"]}})
    # Only the program, which has read the estate, can say this: its own words, and its own exit code.
    code, out, err = front("check", "--stack", "typo")
    assert (code, out) == (2, ""), err
    assert "i-bp1nowhere0000000001" in err.splitlines()[-1]
    assert "preflight: Pulumi.typo.yaml: classic-to-vpc:migration.instances" in err
    front.project.run("config", "set", "--stack", "typo", "--secret", "--path", f"{CONFIG_KEY}.window.start", "hunter2")
    code, out, err = front("check", "--stack", "typo")
    assert (code, out) == (2, "")
    refusal = "Pulumi.typo.yaml: classic-to-vpc:migration: expected no secret in it: "
    assert f"preflight: {refusal}" in err
    plain = front.project.run("preview", "--stack", "typo").stdout
    assert refusal in plain
    assert "hunter2" not in err + plain


def _users(estate: Path) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = yaml.safe_load(estate.read_text(encoding="utf-8"))["users"]
    return users


def _without_picture(markdown: str) -> str:
    return re.sub(r"<details><summary>Waves.*?</details>", "", markdown, count=1, flags=re.DOTALL)


def test_a_wave_is_ready_while_findings_of_another_fail_the_preview(front: Front, tmp_path: Path) -> None:
    config = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    in_two_waves(config[CONFIG_KEY])
    front.project.new_stack("waves", config)
    path = tmp_path / "result.json"
    code, out, err = front("check", "--stack", "waves", "--rehearsal", "--wave", "back", "--result", str(path))
    assert (code, "\nREADY WITH CONDITIONS: wave back of stack waves\n" in out) == (0, True), out + err
    run = json.loads(path.read_text(encoding="utf-8"))["run"]["id"]
    code, out, err = front("verdict", str(path), "--run", run, "--rehearsal", "--wave", "front")
    assert (code, "security-group-every-rule-carried-over" in out) == (20, True), out + err


def test_reports_are_of_one_run_and_of_a_result_that_it_kept(front: Front, tmp_path: Path) -> None:
    formats = [text for name in ("markdown", "html", "sarif", "junit", "github", "json") for text in ("--format", name)]
    result_file, first, second = tmp_path / "result.json", tmp_path / "first", tmp_path / "second"
    command = ("report", "--stack", "bare", "--rehearsal", *formats)
    code, out, err = front(*command, "--result", str(result_file), "--output", str(first))
    assert code == 20, err
    assert "::error file=Pulumi.bare.yaml,line=" in out
    assert err.splitlines()[-1] == "NOT READY: stack bare"
    alerts = json.loads((first / "report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    places = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in alerts}
    assert places == {"Pulumi.bare.yaml"}
    run = json.loads(result_file.read_text(encoding="utf-8"))["run"]["id"]
    code, again, err = front(*command, "--from", str(result_file), "--run", run, "--output", str(second))
    assert (code, again) == (20, out), err
    page, kept_page = ((directory / "report.html").read_text(encoding="utf-8") for directory in (first, second))
    assert all(f'data-find="{name}"' in page for name in ("sg-bp1web00000000000001", "rm-bp1shopmysql000001"))
    assert 'data-find="' not in kept_page
    assert "A result that was kept has no map." in kept_page
    # A result does not hold who talks with whom, so the picture in Markdown shows the waves alone.
    shown, shown_again = ((directory / "report.md").read_text(encoding="utf-8") for directory in (first, second))
    assert 'w0 -.-|"not linked: 2"| o0' in shown
    assert "not linked" not in shown_again
    assert _without_picture(shown_again) == _without_picture(shown)
    for path in first.iterdir():
        assert path.suffix in (".html", ".md") or (second / path.name).read_bytes() == path.read_bytes()
    code, again, _ = front(*command, "--from", str(result_file), "--run", "another", "--output", str(second))
    assert (code, "title=NOT JUDGED" in again) == (40, True)
