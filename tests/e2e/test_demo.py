"""The story of the demo, told once as `make demo` tells it, and with an estate of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import toolchain
from demo.project import REPOSITORY

pytestmark = pytest.mark.engine


def demo(engine: toolchain.Engine, directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", "--directory", str(directory), *options],
        cwd=REPOSITORY,
        env=engine.environ(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(600)
def test_each_step_does_what_it_must(engine: toolchain.Engine, tmp_path: Path) -> None:
    told = demo(engine, tmp_path / "demo")
    assert told.returncode == 0, told.stdout + told.stderr
    for step in (
        "✓ the preview failed",
        "✓ the preview passed",
        "✓ everything was created",
        "✓ a second up changed nothing",
        "✓ it names what is gone: the rule",
        "✓ it names what is gone: 172.16.1.0/24 from the whitelist group classic_to_vpc",
        "✓ an up puts it back",
        "✓ but for the 21 things retained, the estate is as it was found",
        "On a real account",
    ):
        assert step in told.stdout
    shown = {line.strip() for line in told.stdout.splitlines()}
    assert [line for line in report_in_the_readme() if line not in shown] == []


def report_in_the_readme() -> list[str]:
    """The lines of the README's sample report."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    report = readme.partition("## What a reviewer sees")[2].split("```")[1]
    return [line.strip() for line in report.strip().splitlines()]


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
    "systemDiskFreeMib": 9000, "uptimeSeconds": 86400, "runningKernel": "5.10.0", "newestKernel": "5.10.0",
    "rebootPending": [], "securityRunning": [], "securityInstalled": [], "licenceManagers": [], "macBoundLicences": [],
    "macBoundConfig": [], "interfaceNames": [], "ftpServers": [], "ftpPassive": [], "fstabDevices": [],
    "deviceNames": [], "fileSystems": [{"device": "/dev/xvda1", "mount": "/", "type": "xfs", "readOnly": false}]
  }
}]}
"""


@pytest.mark.timeout(600)
def test_an_estate_of_ones_own_goes_the_same_way(engine: toolchain.Engine, tmp_path: Path) -> None:
    """Another region, another year, no database and nothing that stays: what there is, is told."""
    (tmp_path / "estate.yaml").write_text(OWN_ESTATE, encoding="utf-8")
    (tmp_path / "stack.yaml").write_text(OWN_STACK, encoding="utf-8")
    (tmp_path / "evidence.json").write_text(OWN_EVIDENCE, encoding="utf-8")
    own = ("--estate", str(tmp_path / "estate.yaml"), "--stack-config", str(tmp_path / "stack.yaml"))
    told = demo(engine, tmp_path / "demo", *own)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "retained: snapshot" in told.stdout
    assert "✓ but for the 1 things retained, the estate is as it was found" in told.stdout
