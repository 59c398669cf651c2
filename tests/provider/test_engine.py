"""The provider under the real engine: a program of its own, against the simulated cloud."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import pytest

from simulator.server import Simulator

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "of-a-test"  # noqa: S105 - guards a state that lives as long as the test

# Ends as our own program does where the engine, which needs it no more, interrupts it.
PROGRAM = """
import json
import pulumi
from components import alimigrate
from components.interruption import end_quietly_when_interrupted

end_quietly_when_interrupted()
config = pulumi.Config()
cloud = json.loads(config.require("cloud"))
provider = alimigrate.Provider(
    "cloud",
    region=cloud["region"],
    protocol=cloud["protocol"],
    endpoints=cloud["endpoints"],
    account_id=cloud["accountId"],
    access_key=cloud["accessKey"],
    secret_key=config.require_secret("secretKey"),
)
opts = pulumi.ResourceOptions(provider=provider)
def rule(port, **peer):
    return alimigrate.ecs.RuleArgs(
        direction="ingress", ip_protocol="TCP", port_range=f"{port}/{port}", policy="accept", priority=1, **peer
    )


rules = alimigrate.ecs.SecurityGroupRules(
    "rules",
    security_group_id="sg-vpc",
    rules={f"port {port}": rule(port, cidr_ip="10.0.0.0/8") for port in config.require_object("ports")},
    opts=opts,
)
whitelist = alimigrate.rds.WhitelistGroup(
    "whitelist",
    db_instance_id="rm-normal",
    group_name="migrated",
    network_type="MIX",
    security_ips=["172.16.0.0/24", "10.160.0.1"],
    opts=opts,
)
target = {"vpc_id": "vpc-1", "vswitch_id": "vsw-1"}
access = alimigrate.kvstore.HybridAccess(
    "access", db_instance_id="r-cache", valid_until="2026-12-01T00:00:00Z", opts=opts, **target
)
plain_groups = {"r-cache": alimigrate.kvstore.WhitelistGroup, "dds-three": alimigrate.mongodb.WhitelistGroup}
for database_id, kind in plain_groups.items():
    kind(
        database_id,
        db_instance_id=database_id,
        group_name="migrated",
        security_ips=["172.16.0.0/24"],
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[access]),
    )
link = alimigrate.vpc.ClassicLink("link", vpc_id="vpc-2", opts=opts)
found, made = (
    alimigrate.ecs.ClassicLinkAttachment(instance_id, instance_id=instance_id, vpc_id="vpc-1", opts=opts)
    for instance_id in ("i-1", "i-3")
)
pulumi.export("applied", rules.applied)
pulumi.export("endpoints", access.vpc_connection_strings)
pulumi.export("expires", access.classic_expires_at)
pulumi.export("enabledBefore", link.enabled_before)
pulumi.export("linkedBefore", [found.linked_before, made.linked_before])
pulumi.export("securityIps", whitelist.security_ips)
"""


class Engine(Protocol):
    """What the shared fixture offers."""

    def environ(self, base: dict[str, str]) -> dict[str, str]:
        """Return the environment in which `pulumi` is found."""


class Stack:
    """A project in a directory of its own, and `pulumi` in it."""

    def __init__(self, directory: Path, environ: dict[str, str], program: str) -> None:
        self.directory = directory
        self.environ = environ
        project = {
            "name": "provider-test",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
            "plugins": {"providers": [{"name": "alimigrate", "path": str(ROOT / "provider")}]},
            "backend": {"url": f"file://{directory}"},
        }
        (directory / "Pulumi.yaml").write_text(json.dumps(project))
        (directory / "__main__.py").write_text(program)

    def pulumi(self, *arguments: str, fails: bool = False) -> str:
        """Run the CLI and return what it says."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.directory,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=240,
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        return output

    def ports(self, *ports: int, key: str = "ports") -> None:
        """Set which ports the program opens: in its own group, or by `key` "added" in that of someone else."""
        self.pulumi("config", "set", key, json.dumps(ports))

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json"))
        return outputs


@pytest.fixture
def stack(engine: Engine, simulator: Simulator, tmp_path: Path) -> Stack:
    environ = engine.environ(
        {
            **os.environ,
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )
    stack = Stack(tmp_path, environ, PROGRAM)
    stack.pulumi("stack", "init", "dev")
    config = simulator.config()
    secret = config.pop("secretKey")
    stack.pulumi("config", "set", "cloud", json.dumps(config))
    stack.pulumi("config", "set", "--secret", "secretKey", secret)
    stack.ports(80, 443)
    return stack


def rules_of(simulator: Simulator) -> dict[str, str]:
    """Return port -> id of the rules that are in the cloud."""
    groups = simulator.state()["security_groups"]
    return {rule["port_range"]: rule["id"] for group in groups if group["id"] == "sg-vpc" for rule in group["rules"]}


def classic_rules(simulator: Simulator) -> dict[str, dict[str, Any]]:
    """Return port -> rule of the classic group."""
    groups = simulator.state()["security_groups"]
    return {rule["port_range"]: rule for group in groups if group["id"] == "sg-classic" for rule in group["rules"]}


@pytest.mark.engine
def test_a_life_under_the_engine(stack: Stack, simulator: Simulator, cloud: Any) -> None:
    """Of resources of its own, and of rules added to the group of someone else."""
    (stack.directory / "__main__.py").write_text(PROGRAM + ADDING)
    stack.ports(8443, 8080, key="added")
    found_links, theirs = simulator.state()["classic_links"], classic_rules(simulator)
    preview = stack.pulumi("preview", "--diff")
    assert "+ alimigrate:ecs:SecurityGroupRules" in preview
    assert rules_of(simulator) == {}

    stack.pulumi("up", "--yes", "--skip-preview")
    assert set(rules_of(simulator)) == {"80/80", "443/443"}
    outputs = stack.outputs()
    assert re.fullmatch(r"[0-9a-f]{16}", outputs["applied"])
    assert outputs["enabledBefore"] is False
    assert outputs["linkedBefore"] == [True, False]
    assert outputs["securityIps"] == ["10.160.0.1/32", "172.16.0.0/24"]
    state = simulator.state()
    [cache] = state["redis"]
    [three] = [database for database in state["mongodb"] if database["id"] == "dds-three"]
    assert outputs["endpoints"] == [cache["endpoints"][1]["connection_string"]]
    # 14 days from when it was made, which is some seconds after the time of the estate.
    assert "2026-12-07T00:00" <= outputs["expires"] < "2026-12-07T00:10"
    for database in (cache, three):
        assert ["172.16.0.0/24"] in [group["security_ips"] for group in database["whitelist_groups"]]
    added = {port: rule for port, rule in classic_rules(simulator).items() if port not in theirs}
    assert set(added) == {"8080/8080", "8443/8443"}
    assert outputs["presentBefore"] == []

    # A second time there is nothing to do, and a refresh finds nothing: a rule of someone else is nothing to it.
    foreign = {"ip_protocol": "TCP", "port_range": "22/22", "source_group_id": "sg-peer", "nic_type": "intranet"}
    group = {"region_id": cloud.region, "security_group_id": "sg-classic"}
    cloud.call("ecs:AuthorizeSecurityGroup", **group, permissions=[foreign])
    theirs["22/22"] = classic_rules(simulator)["22/22"]
    stack.pulumi("preview", "--refresh", "--expect-no-changes")

    # Rules taken away by someone else are exactly what a refresh finds, and the next update brings back.
    cloud.call(
        "ecs:RevokeSecurityGroup",
        region_id=cloud.region,
        security_group_id="sg-vpc",
        security_group_rule_id=[rules_of(simulator)["443/443"]],
    )
    cloud.call("ecs:RevokeSecurityGroup", **group, security_group_rule_id=[added["8443/8443"]["id"]])
    drift = stack.pulumi("refresh", "--yes", "--skip-preview", "--diff")
    assert "~ 2 updated" in drift
    assert set(re.findall(r"port (\d+)", drift)) == {"443", "8443"}
    assert "22/22" not in drift

    # What is declared and there already is left to whoever made it.
    stack.ports(22, 8080, key="added")
    mended = stack.pulumi("up", "--yes", "--skip-preview")
    assert "~ 2 updated" in mended
    assert set(rules_of(simulator)) == {"80/80", "443/443"}
    assert stack.outputs()["presentBefore"] == ["port 22"]
    stack.pulumi("preview", "--refresh", "--expect-no-changes")

    stack.ports(80, 22)
    changed = stack.pulumi("preview", "--diff")
    assert re.search(r'\+ "?port 22', changed), changed
    assert re.search(r'- "?port 443', changed), changed
    stack.pulumi("up", "--yes", "--skip-preview")
    assert set(rules_of(simulator)) == {"80/80", "22/22"}

    gone = stack.pulumi("destroy", "--yes", "--skip-preview")
    assert "r-cache stays in vpc-1: a database never goes back to the classic network" in gone
    assert simulator.state()["redis"][0]["endpoints"] == cache["endpoints"]
    assert rules_of(simulator) == {}
    assert simulator.state()["classic_links"] == found_links
    assert classic_rules(simulator) == theirs


@pytest.mark.engine
def test_wrong_inputs_and_refusals_are_shown_without_a_traceback(stack: Stack, simulator: Simulator) -> None:
    stack.ports(80, 0)
    output = stack.pulumi("preview", fails=True)
    assert "expected ports as first/last within 1/65535, found '0/0'" in output
    assert "Traceback" not in output

    # The cloud takes 200 rules a group: two batches go in, the third is refused, and the next run goes on from there.
    stack.ports(*range(1, 251))
    output = stack.pulumi("up", "--yes", "--skip-preview", fails=True)
    assert "AuthorizeSecurityGroup failed with AuthorizationLimitExceed" in output
    assert "RequestId" in output
    assert len(rules_of(simulator)) == 200
    stack.ports(80, 443)
    stack.pulumi("up", "--yes", "--skip-preview")
    assert set(rules_of(simulator)) == {"80/80", "443/443"}

    stack.ports(80)
    stack.pulumi("config", "set", "--secret", "secretKey", "wrong")
    output = stack.pulumi("up", "--yes", "--skip-preview", fails=True)
    assert "The cloud does not accept the credentials (SignatureDoesNotMatch" in output
    assert "Traceback" not in output
    assert 'File "' not in output
    assert set(rules_of(simulator)) == {"80/80", "443/443"}


@pytest.mark.engine
def test_existing_rules_and_whitelist_groups_are_imported(stack: Stack, simulator: Simulator) -> None:
    head, _, _ = PROGRAM.partition("opts = ")
    (stack.directory / "__main__.py").write_text(head + IMPORTING)
    output = stack.pulumi("up", "--yes", "--skip-preview")
    assert "= 2 imported" in output
    assert "warning" not in output.lower()
    databases = simulator.state()["databases"]
    groups = next(database["whitelist_groups"] for database in databases if database["id"] == "rm-normal")
    assert [group["security_ips"] for group in groups if group["name"] == "app"] == [["10.160.0.1"]]


IMPORTING = """
alimigrate.rds.WhitelistGroup(
    "whitelist",
    db_instance_id="rm-normal",
    group_name="app",
    network_type="MIX",
    security_ips=["10.160.0.1"],
    opts=pulumi.ResourceOptions(provider=provider, import_="rm-normal:MIX:app"),
)
alimigrate.ecs.ClassicLinkAttachment(
    "attachment",
    instance_id="i-1",
    vpc_id="vpc-1",
    opts=pulumi.ResourceOptions(provider=provider, import_="i-1:vpc-1"),
)
"""

ADDING = """
groups = {22: "sg-peer"}
added = alimigrate.ecs.AddedSecurityGroupRules(
    "added",
    security_group_id="sg-classic",
    rules={
        f"port {port}": rule(port, group_id=groups.get(port, "sg-vpc")) for port in config.require_object("added")
    },
    opts=pulumi.ResourceOptions(provider=provider),
)
pulumi.export("presentBefore", added.present_before)
"""
