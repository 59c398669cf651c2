"""The story of the demo, told once as `make demo` tells it, and with an estate of one's own.

The first is told in a network of its own where that can be had, by a person with credentials and profiles of their own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import toolchain
from demo.__main__ import main
from demo.project import _KEPT, REPOSITORY
from tests.demo.test_project import FOREIGN
from tests.e2e.isolation import Report, isolated, why_not

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Run:
    """What the demo said on screen and in its log, and, where that is known, what it asked beyond loopback."""

    code: int
    screen: str
    log: str
    report: Report | None


def _command(directory: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "demo", "--directory", str(directory), *options]


@pytest.fixture(scope="module")
def story(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The story as it is told to somebody with credentials, profiles and role files, at a terminal of 80 columns."""
    home = tmp_path_factory.mktemp("somebody")
    profile = {"name": "foreign", "mode": "AK", "access_key_id": "LTAI-foreign", "access_key_secret": "foreign-secret"}
    (home / ".aliyun").mkdir()
    (home / ".aliyun/config.json").write_text(json.dumps({"current": "foreign", "profiles": [profile]}))
    (home / ".alibabacloud").mkdir()
    (home / ".alibabacloud/credentials").write_text("[default]\ntype = access_key\naccess_key_id = LTAI-foreign\n")
    foreign = {name: value for name, value in FOREIGN.items() if not name.startswith("PYTHON")}
    environ = engine.environ({**os.environ, **foreign, "HOME": str(home), "COLUMNS": "80"})
    directory = tmp_path_factory.mktemp("story") / "demo"
    if why_not() is None:
        report = isolated(_command(directory), environ, REPOSITORY)
        code, screen = report.code, report.output
    else:
        done = subprocess.run(
            _command(directory), cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False
        )
        code, screen, report = done.returncode, done.stdout + done.stderr, None
    log = directory / "demo.log"
    return Run(code, screen, log.read_text(encoding="utf-8") if log.exists() else "", report)


def test_each_step_does_what_it_must(story: Run) -> None:
    assert story.code == 0, story.screen
    for step in (
        "✓ the preview failed",
        "✓ the preview passed",
        "✓ everything was created",
        "✓ a second up changed nothing",
        "✓ it names what is gone: the rule",
        "✓ it names what is gone: 172.16.1.0/24 from the whitelist group classic_to_vpc",
        "✓ an up puts it back",
        "✓ but for the 21 things retained, the estate is as it was found",
        "requests to the simulated cloud are signed with its own key",
        "✓ nothing was asked of any other host",
        "On a real account",
    ):
        assert step in story.screen
    assert "--skip-preview" not in story.screen


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_on_a_few_screens(story: Run, columns: int) -> None:
    """Lines as a terminal of this width has them."""
    assert sum(max(1, -(-len(line) // columns)) for line in story.screen.splitlines()) < 150


def test_the_log_has_all_of_it(story: Run) -> None:
    assert "[mandatory] [severity: critical]  backup-snapshot-of-every-disk" in story.log
    assert story.log.count("    retained: ") == 21


def test_nothing_goes_beyond_loopback(story: Run) -> None:
    if story.report is None:
        pytest.skip(f"no network of its own: {why_not()}")
    assert (story.report.names, story.report.packets, story.report.proxied) == ((), (), ())


def test_nothing_foreign_is_seen(story: Run) -> None:
    assert "foreign" not in story.screen + story.log


OWN_ESTATE = """
version: 1
now: 2031-05-05T12:00:00+08:00
region_id: cn-beijing
account_id: "6543210987654321"
users:
  - {name: me, user_id: "300000000000000001", access_key_id: LTAI-not-a-key, access_key_secret: not-a-secret}
zones:
  - {id: cn-beijing-a, local_name: Beijing Zone A, instance_types: [ecs.n4.large]}
instance_types:
  - {id: ecs.n4.large, family: ecs.n4, cpu: 2, memory_gib: 4, eni_quantity: 2}
security_groups:
  - id: sg-own
    name: own
    description: One server
    created_at: 2018-01-01T00:00:00+08:00
    rules:
      - {direction: ingress, nic_type: internet, ip_protocol: TCP, port_range: 443/443, cidr_ip: 0.0.0.0/0}
instances:
  - id: i-own
    name: own
    zone_id: cn-beijing-a
    instance_type: ecs.n4.large
    intranet_ips: [10.44.0.10]
    public_ips: [192.0.2.77]
    internet_max_bandwidth_out: 5
    security_group_ids: [sg-own]
disks:
  - {id: d-own, name: own, instance_id: i-own, type: system, size_gib: 40, device: /dev/xvda, zone_id: cn-beijing-a}
"""

OWN_STACK = """
config:
  classic-to-vpc:migration:
    window: {start: "2031-05-20T02:00:00+08:00", latest: "2031-05-30T00:00:00+08:00"}
    instances: [i-own]
    network:
      mode: create
      name: own
      cidrBlock: 10.8.0.0/16
      vswitches: [{zone: cn-beijing-a, cidrBlock: 10.8.1.0/24}]
    securityGroups: {mode: clone}
    backups: {retentionDays: 60}
    protect: false # the demo takes it down again
    evidence: {files: [evidence.json]}
"""

OWN_EVIDENCE = """
{"schemaVersion": 1, "evidence": [{
  "instanceId": "i-own", "collectedBy": "me", "collectedAt": "2031-05-04T12:00:00+08:00", "source": "file", "facts": {
    "schemaVersion": 1, "os": "linux", "collectedAt": "2031-05-04T04:00:00Z", "privileged": true,
    "systemDiskFreeMib": 9000, "uptimeSeconds": 86400, "ipAddresses": ["10.44.0.10"],
    "runningKernel": "5.10.0", "newestKernel": "5.10.0",
    "rebootPending": [], "securityRunning": [], "securityInstalled": [], "licenceManagers": [], "macBoundLicences": [],
    "macBoundConfig": [], "interfaceNames": [], "ftpServers": [], "ftpPassive": [], "fstabDevices": [],
    "networkMounts": [], "deviceNames": [],
    "fileSystems": [{"device": "/dev/xvda1", "mount": "/", "type": "xfs", "readOnly": false}]
  }
}]}
"""


@pytest.fixture
def _handler_of_sigterm() -> Iterator[None]:
    """The command sets one of its own."""
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


@pytest.mark.usefixtures("_handler_of_sigterm")
def test_an_estate_of_ones_own_goes_the_same_way(
    engine: toolchain.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another region, another year, no database and nothing that stays: what there is, is told.

    Updates skip their preview, which the story has already shown before each: three runs of the program less.
    """
    (tmp_path / "estate.yaml").write_text(OWN_ESTATE, encoding="utf-8")
    (tmp_path / "stack.yaml").write_text(OWN_STACK, encoding="utf-8")
    (tmp_path / "evidence.json").write_text(OWN_EVIDENCE, encoding="utf-8")
    for name, value in engine.environ(os.environ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PULUMI_OPTION_SKIP_PREVIEW", "true")
    monkeypatch.setattr("demo.project._KEPT", _KEPT | {"PULUMI_OPTION_SKIP_PREVIEW"})
    own = ("--estate", str(tmp_path / "estate.yaml"), "--stack-config", str(tmp_path / "stack.yaml"))
    code = main(["--directory", str(tmp_path / "demo"), *own])
    screen = capsys.readouterr().out
    assert code == 0, screen
    assert "retained: 1 snapshot: the only way back from the move" in screen
    assert "✓ but for the 1 things retained, the estate is as it was found" in screen
