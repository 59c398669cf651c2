"""A prepared stack through its life: up, at the freeze, drift, and what its state holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bench.kills import SAMPLE_WRITES
from components.ram import up_actions
from policies.results import findings
from tests.e2e.conftest import Kept, Stack

pytestmark = pytest.mark.engine


def _window_tomorrow(migration: dict[str, Any]) -> None:
    """The freeze of 24 hours has begun, and the snapshots of this very day are fresh."""
    _begins(migration, "2026-12-01T08:00:00+08:00", seen_at="2026-11-29T10:00:00+08:00")


def _window_in_the_past(migration: dict[str, Any]) -> None:
    _begins(migration, "2026-11-30T08:00:00+08:00", seen_at="2026-11-29T11:00:00+08:00")


def _begins(migration: dict[str, Any], start: str, *, seen_at: str) -> None:
    """Move the window; somebody has seen that the pending task is for then, too."""
    migration["window"]["start"] = start
    migration["window"]["scheduled"]["at"] = seen_at


@pytest.fixture
def up(applied: Stack) -> Iterator[Stack]:
    """The stack that is up, which others find as it was."""
    before = Kept.of(applied)
    yield applied
    before.again()


@pytest.mark.timeout(600)
def test_an_applied_stack_is_ready_at_the_freeze(up: Stack) -> None:
    requests = up.cloud.requests()
    calls = {f"{item['product']}:{item['action']}" for item in requests if item["action"] in up.writes()}
    assert calls == set(SAMPLE_WRITES), "updates are killed at each of them in bench/kills.py"
    up.configure(_window_tomorrow)
    assert up.pulumi("preview") != 0
    assert set(up.found()) == {"network-bucket-policies-prepared", "network-registry-lists-prepared"}
    up.keep_word()
    assert up.pulumi("preview", "--expect-no-changes") == 0, up.output
    assert up.result()["waves"][0]["frozen"] is True
    assert up.found() == {}

    _a_rule_that_somebody_opened_or_revoked_is_reported(up)
    _what_somebody_took_away_does_not_count(up)

    up.configure(_window_in_the_past)
    assert up.pulumi("preview") != 0
    assert up.found() == {"schedule-window-in-future": {"classic-to-vpc"}}

    _state_holds_no_secret(up)
    _only_declared_actions_were_called(up)


def _a_rule_that_somebody_opened_or_revoked_is_reported(stack: Stack) -> None:
    """The state that is not refreshed says that all is as it was applied: the cloud itself is asked, of all."""
    api = stack.project.api()
    [group] = [item for item in stack.cloud.state()["security_groups"] if item["name"] == "web-vpc"]
    target = {"region_id": "cn-hangzhou", "security_group_id": group["id"]}
    opened = {"ip_protocol": "tcp", "port_range": "22/22", "source_cidr_ip": "0.0.0.0/0", "priority": "1"}

    def judged(*narrowed: str) -> str:
        assert stack.pulumi("preview", "--refresh=false", *narrowed) == 0, stack.output
        assert stack.result()["judgement"]["hypothetical"] == "NOT READY"
        [finding] = [item for item in findings(stack.result()) if item["rule"] == "stack-unchanged-in-cloud"]
        assert finding["outcome"] == "FAIL"
        reason: str = finding["reason"]
        return reason

    api.call(
        "ecs:AuthorizeSecurityGroup", **target, permissions=[{**opened, "nic_type": "intranet", "policy": "accept"}]
    )
    added = f"security group {group['id']}: ingress accept TCP 22/22 from 0.0.0.0/0 (1) was added"
    assert added in judged("--target", "**EcsSnapshot**")
    revoked = next(item for item in group["rules"] if item["direction"] == "ingress")
    api.call("ecs:RevokeSecurityGroup", **target, security_group_rule_id=[revoked["id"]])
    reason = judged("--exclude", "**SecurityGroup**")
    assert added in reason
    assert " is gone" in reason
    # No update takes away what is somebody's: who opened it closes it again.
    assert stack.pulumi("up", "--yes", "--skip-preview") != 0
    assert "neither applied nor declares: ingress accept TCP 22/22 from 0.0.0.0/0 (1)" in stack.output
    [opened_id] = [
        rule["id"]
        for item in stack.cloud.state()["security_groups"]
        if item["id"] == group["id"]
        for rule in item["rules"]
        if (rule["port_range"], rule["cidr_ip"]) == ("22/22", "0.0.0.0/0")
    ]
    api.call("ecs:RevokeSecurityGroup", **target, security_group_rule_id=[opened_id])
    stack.up()
    assert stack.found() == {}


def _what_somebody_took_away_does_not_count(stack: Stack) -> None:
    """The state still has it: the preview asks the cloud, and where it is told not to, the pack knows all the same."""
    api = stack.project.api()
    api.call(
        "rds:ModifySecurityIps",
        dbinstance_id="rm-bp1shopmysql000001",
        dbinstance_iparray_name="classic_to_vpc",
        security_ips="127.0.0.1",
        modify_mode="Cover",
        whitelist_network_type="MIX",
    )
    users = {"database-whitelist-has-vswitch-cidr": {"app-1", "app-2", "web-1"}}
    changed = {"stack-unchanged-in-cloud": {"classic-to-vpc"}}
    assert stack.pulumi("preview", "--refresh=true") != 0
    # The state is in step with the cloud by then, and remembers what was applied.
    assert stack.found() == {**users, **changed}
    [reason] = [item["reason"] for item in findings(stack.result()) if item["rule"] == "stack-unchanged-in-cloud"]
    assert "security group" not in reason, "the update has put all rules back"

    # Of each kind one, all at once: a link, the time of a classic address, and the whitelist from above.
    state = stack.cloud.state()
    [link, *_] = state["classic_links"]
    api.call("ecs:DetachClassicLinkVpc", region_id="cn-hangzhou", **link)
    shop = next(item for item in state["databases"] if item["id"] == "rm-bp1shopmysql000001")
    classic = next(item for item in shop["endpoints"] if item["ip_type"] == "Inner")
    api.call(
        "rds:ModifyDBInstanceNetworkExpireTime",
        dbinstance_id="rm-bp1shopmysql000001",
        connection_string=classic["connection_string"],
        classic_expired_days=2,
    )
    reported_changes = (
        f"instance {link['instance_id']} is linked to no VPC in place of {link['vpc_id']}",
        "a classic address of rm-bp1shopmysql000001 ends at ",
        "whitelist group classic_to_vpc of rm-bp1shopmysql000001: 172.16.1.0/24 is gone",
    )
    # An update that is told not to look puts nothing right, and says so; one that looks does, and is believed.
    written = len(stack.writes())
    stack.pulumi("up", "--yes", "--skip-preview", "--refresh=false")
    assert stack.writes()[written:] == []
    found = stack.found()
    assert {rule: found[rule] for rule in users} == users
    _changed_by_hand(stack, *reported_changes)
    stack.up()
    assert stack.found() == {}
    assert stack.writes()[written:] != []
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    assert stack.found() == {}


def _changed_by_hand(stack: Stack, *changes: str) -> None:
    assert stack.found()["stack-unchanged-in-cloud"] == {"classic-to-vpc"}
    assert stack.result()["judgement"]["hypothetical"] == "NOT READY"
    [reason] = [item["reason"] for item in findings(stack.result()) if item["rule"] == "stack-unchanged-in-cloud"]
    for change in changes:
        assert change in reason


def _state_holds_no_secret(stack: Stack) -> None:
    exported = stack.project.run("stack", "export", "--stack", "test", check=True).stdout
    for secret in stack.cloud.credentials:
        assert secret not in exported


def _only_declared_actions_were_called(stack: Stack) -> None:
    """Least privilege: docs/ram/up.json is enough, and no more than is used is in it but for the way back."""
    called = {f"{entry['product']}:{entry['action']}" for entry in stack.cloud.requests()}
    assert "vpc:CreateVpc" in called
    assert sorted(called - set(up_actions())) == []


def test_a_preview_about_another_time_passes_no_gate(stack: Stack) -> None:
    """In the freeze nothing exists; what would have been two weeks earlier is told, and passes nowhere."""
    stack.cloud.clock.set(datetime.fromisoformat("2026-12-11T03:00:00+08:00"))
    stack.project.environ |= {"PREFLIGHT_NOW": "2026-11-30T09:00:00+08:00", "PREFLIGHT_RUN_ID": "what-if"}
    assert stack.pulumi("preview") != 0
    assert stack.found() == {}
    assert "This is a what-if:" in stack.output
    judgement = stack.result()["judgement"]
    assert (judgement["readiness"], judgement["hypothetical"]) == ("WHAT-IF", "READY WITH CONDITIONS")
    read = [sys.executable, "-m", "policies.verdict", str(stack.project.result_file), "--run", "what-if", "--rehearsal"]
    done = subprocess.run(read, cwd=stack.project.directory, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.partition(":")[0]) == (4, "WHAT-IF")


def test_the_pack_judges_a_stack_without_a_migration_as_not_ready(stack: Stack) -> None:
    """An empty estate, or a program that declares nothing, is never green."""
    (stack.project.directory / "__main__.py").unlink()
    # Ends as our own program does where the engine, whose pack has refused the preview, interrupts it.
    (stack.project.directory / "__main__.py").write_text(
        "import pulumi\n"
        "from components.interruption import end_quietly_when_interrupted\n"
        "end_quietly_when_interrupted()\n",
        encoding="utf-8",
    )
    assert stack.pulumi("preview") != 0
    assert "schedule-migration-declared" in stack.found()
