"""Alibaba's own command-line tool, `aliyun`, as a client: every action, pages, waiting, a role, and refusals.

Its module is on no registry that tests may use, so they run where it is on the PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples import Example, examples, stocked
from tests.simulator.api.examples.sts import ASSUME, with_roles
from tests.simulator.signing import wire

ALIYUN = shutil.which("aliyun")
pytestmark = pytest.mark.skipif(ALIYUN is None, reason="Alibaba's command-line tool `aliyun` is not on the PATH")

#: Products that it calls otherwise than RAM does.
CODES = {"kvstore": "r-kvstore", "bssapi": "bssopenapi"}
#: Calls with parameters that 3.4.9 does not know; with --force it sends them all the same.
UNKNOWN = {"ecs:AuthorizeSecurityGroup", "ecs:AuthorizeSecurityGroupEgress", "ecs:RevokeSecurityGroupEgress"}


class Aliyun:
    """The tool, with the first user's access key and a home of its own."""

    def __init__(self, cloud: Simulator, home: Path) -> None:
        self._cloud, self._home = cloud, home

    def run(self, permission: str, *options: str, **parameters: Any) -> subprocess.CompletedProcess[str]:
        """Call `ecs:DescribeInstances` and the like."""
        code, name = permission.split(":")
        arguments = [part for key, value in wire(parameters).items() for part in (f"--{key}", value)]
        key, secret = self._cloud.credentials
        ca = self._home / "ca.pem"
        ca.write_text(self._cloud.ca_certificate, encoding="utf-8")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "SSL_CERT_FILE": str(ca),
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        }
        where = ("--region", self._cloud.region, "--endpoint", self._cloud.host)
        return subprocess.run(
            [str(ALIYUN), CODES.get(code, code), name, *arguments, *where, *options],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(self, permission: str, *options: str, **parameters: Any) -> dict[str, Any]:
        """Call over HTTP, and return the answer."""
        done = self.run(permission, "--insecure", *options, **parameters)
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def aliyun(simulator: Simulator, tmp_path: Path) -> Aliyun:
    return Aliyun(simulator, tmp_path)


@pytest.mark.parametrize("example", examples().values(), ids=lambda example: example.permission)
def test_every_action_is_answered(example: Example, served: Simulator, quick: Estate, tmp_path: Path) -> None:
    stocked(quick)
    example.given(quick)
    served.simulation.reset(quick)
    options = ["--force"] if example.permission in UNKNOWN else []
    assert Aliyun(served, tmp_path)(example.permission, *options, **example.call)["RequestId"]
    [entry] = served.requests()
    assert entry["outcome"] == "OK", entry


def test_pages_are_merged(aliyun: Aliyun, simulator: Simulator) -> None:
    """By number and by token."""
    everything = {item.id for item in simulator.simulation.cloud.estate.instances}
    for sizes in ({"PageSize": 3}, {"MaxResults": 10}):
        pager = "path=Instances.Instance[]" if "PageSize" not in sizes else "path=Instances.Instance[] NextToken="
        answer = aliyun("ecs:DescribeInstances", "--pager", *pager.split(), **sizes)
        assert {item["InstanceId"] for item in answer["Instances"]["Instance"]} == everything
    assert len(simulator.requests(action="ecs:DescribeInstances")) > 2


def test_it_waits_for_a_status(aliyun: Aliyun, simulator: Simulator) -> None:
    vpc_id = aliyun("vpc:CreateVpc", CidrBlock="172.16.0.0/12")["VpcId"]
    answer = aliyun("vpc:DescribeVpcAttribute", "--waiter", "expr=Status", "to=Available", "timeout=20", VpcId=vpc_id)
    assert answer["Status"] == "Available"


def test_a_refusal_ends_it_at_once(aliyun: Aliyun, simulator: Simulator) -> None:
    """Code and message are shown, and nothing is called again."""
    for permission, parameters, code in (
        ("vpc:DescribeVpcAttribute", {"VpcId": "vpc-none"}, "InvalidVpcId.NotFound"),
        ("ecs:DescribeInstances", {"HpcClusterId": "hpc-1"}, "SimulatorNotImplemented"),
        ("ecs:CreateInstance", {"ImageId": "m-1", "InstanceType": "ecs.g6.large"}, "SimulatorNotImplemented"),
    ):
        before = len(simulator.requests())
        done = aliyun.run(permission, "--insecure", **parameters)
        assert done.returncode != 0
        assert code in done.stderr, done
        assert len(simulator.requests()) == before + 1


def test_https_with_the_ca_of_the_simulator(aliyun: Aliyun) -> None:
    done = aliyun.run("sts:GetCallerIdentity", "--secure")
    assert json.loads(done.stdout)["Arn"].endswith(":user/demo"), done


def test_it_assumes_a_role(served: Simulator, quick: Estate, tmp_path: Path) -> None:
    with_roles(quick)
    served.simulation.reset(quick)
    role = ("--mode", "RamRoleArn", "--ram-role-arn", ASSUME["RoleArn"], "--role-session-name", "ann")
    identity = Aliyun(served, tmp_path)("sts:GetCallerIdentity", *role, "--sts-endpoint", served.host)
    assert identity["IdentityType"] == "AssumedRoleUser"
