"""A run that is killed just after a write leaves what the next one adopts; what is somebody else's is not taken."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bench.kills import SAMPLE_WRITES, Kill, processes_with
from components.marks import mark_of
from demo.project import CONFIG_KEY, REPOSITORY
from policies.results import findings
from tests.e2e.conftest import Stack
from tests.e2e.test_others_at_work import REDIS, THEIRS, add_to_whitelist, run_printed, whitelists

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

# A write, and the table of the simulated cloud that has what it makes.
WRITES: Final = {
    "vpc:CreateVpc": "vpcs",
    "vpc:CreateVSwitch": "vswitches",
    "ecs:CreateSecurityGroup": "security_groups",
    "ecs:CreateSnapshot": "snapshots",
}
# Those of a line are under way at the same time; a VSwitch and a security group wait for their VPC.
TOGETHER: Final = (("vpc:CreateVpc",), ("vpc:CreateVSwitch", "ecs:CreateSecurityGroup", "ecs:CreateSnapshot"))
MON, MON_GROUP = "i-bp1mon10000000000001", "sg-bp1mon00000000000001"
UP: Final = ("up", "--yes", "--skip-preview")


def killed_at(stack: Stack, *writes: str, victim: str | None = None) -> None:
    """Kill an update when writes have taken effect, and before their answers arrive.

    A write is an action, or an action and the id that it is about: `ecs:CreateSnapshot d-1`. `victim` is what the
    command line of the killed has in it; without one everything is killed.
    """
    for write in writes:
        action, _, about = write.partition(" ")
        stack.cloud.faults.add(actions=[action], effect="slow", seconds=3600, count=1, about=about or None)
    run = subprocess.Popen(
        ["pulumi", *UP, "--stack", "test", "--non-interactive"],
        cwd=stack.project.directory,
        env=stack.project.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    tick = threading.Event()
    while not all(fault["struck"] for fault in stack.cloud.faults.all()):
        assert run.poll() is None, f"the update ended without {writes}"
        tick.wait(0.02)
    # Pulumi may be writing its own file of the state at this moment, which a kill leaves empty.
    state = stack.project.directory / "state/.pulumi/stacks/classic-to-vpc/test.json"
    while not _is_written(state):
        tick.wait(0.05)
    if victim is None:
        os.killpg(run.pid, signal.SIGKILL)
    else:
        for process_id in processes_with(run.pid, victim):
            os.kill(process_id, signal.SIGKILL)
    assert run.wait() != 0
    stack.cloud.faults.clear()
    if victim is not None:
        return
    # A state in files keeps the lock of who was killed, and says so.
    assert stack.pulumi("cancel", "--yes", pack=False) == 0, stack.output


def _is_written(state: Path) -> bool:
    """Whether a file of a state is whole, and stays as it is for a while."""
    first = state.read_text(encoding="utf-8")
    threading.Event().wait(0.5)
    return bool(first) and state.read_text(encoding="utf-8") == first


def marks(stack: Stack, table: str) -> dict[str, str]:
    """Return the marks of what is there, by id."""
    items = stack.cloud.state()[table]
    return {item["id"]: words for item in items if (words := mark_of(item.get("description", "")))}


@pytest.mark.parametrize("actions", TOGETHER, ids=" ".join)
def test_resources_of_a_killed_update_are_adopted_once(stack: Stack, actions: tuple[str, ...]) -> None:
    killed_at(stack, *actions)
    left = {WRITES[action]: marks(stack, WRITES[action]) for action in actions}
    assert all(left.values())
    assert stack.pulumi("preview") == 0, stack.output
    assert stack.found() == {}
    if "vpc:CreateVpc" in actions:
        # Our own plugin alone: the engine, which lives, then forgets that it had begun to create.
        killed_at(stack, "vpc:EnableVpcClassicLink", victim="/provider")
    assert stack.pulumi(*UP, pack=False) == 0, stack.output
    for table in WRITES.values():
        there = marks(stack, table)
        assert set(Counter(there.values()).values()) == {1}, f"{table}: {there}"
    for table, known in left.items():
        assert known.items() <= marks(stack, table).items()
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    assert stack.found() == {}
    # A destroy takes away what the stack has made alone.
    [vpc_id] = marks(stack, "vpcs")
    assert resources(stack)["ClassicLink", vpc_id]["enabledBefore"] is False


def resources(stack: Stack) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the outputs of the resources in the state, by type and id."""
    exported = json.loads(stack.project.run("stack", "export", "--stack", "test").stdout)
    return {
        (item["type"].rpartition(":")[2], item["id"]): item.get("outputs", {})
        for item in exported["deployment"]["resources"]
        if "id" in item
    }


def test_unmarked_resources_are_adopted_unless_others_use_them(stack: Stack) -> None:
    """The engine's note of what was begun tells whose a whitelist group or a link is, and its words whose a rule is."""
    writes = (f"kvstore:ModifySecurityIps {REDIS}", f"ecs:AttachClassicLinkVpc {MON}")
    killed_at(stack, *writes, f"ecs:AuthorizeSecurityGroup {MON_GROUP}")
    ours = whitelists(stack)[REDIS]
    add_to_whitelist(stack, REDIS)
    assert stack.pulumi("preview") != 0
    refused = str([item for item in findings(stack.result()) if item["rule"] == "update-not-refused"])
    assert f"not taken over with {THEIRS} in it" in refused, refused
    run_printed(stack, "Delete")
    assert stack.pulumi("preview") == 0, stack.output
    assert stack.found() == {}
    assert stack.pulumi(*UP, pack=False) == 0, stack.output
    assert whitelists(stack)[REDIS] == ours
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output
    made_here = resources(stack)
    [vpc_id] = marks(stack, "vpcs")
    assert made_here["ClassicLinkAttachment", f"{MON}:{vpc_id}"]["linkedBefore"] is False
    assert made_here["AddedSecurityGroupRules", MON_GROUP]["presentBefore"] == []


def _in_a_vpc(name: str) -> Callable[[dict[str, Any]], None]:
    def bend(migration: dict[str, Any]) -> None:
        migration["network"]["name"] = name
        # A database would stay in the first VPC for good.
        for key in ("databases", "backups"):
            migration.pop(key)

    return bend


def test_a_change_of_the_vpc_that_was_killed_while_links_moved_goes_on(stack: Stack) -> None:
    """The outputs have the VPC of the last update, the state both, and the links are somewhere between them."""
    stack.configure(_in_a_vpc("first"))
    assert stack.pulumi(*UP, pack=False) == 0, stack.output
    [first] = marks(stack, "vpcs")
    stack.configure(_in_a_vpc("second"))
    killed_at(stack, f"ecs:AttachClassicLinkVpc {MON}")
    assert stack.pulumi(*UP, pack=False) == 0, stack.output
    [second] = marks(stack, "vpcs")
    assert second != first
    assert {link["vpc_id"] for link in stack.cloud.state()["classic_links"]} == {second}
    assert set(Counter(marks(stack, "vswitches").values()).values()) == {1}
    assert resources(stack)["ClassicLinkAttachment", f"{MON}:{second}"]["linkedBefore"] is False
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output


def test_two_hundred_kills_of_the_bench_strike_each_write_before_and_after_its_effect() -> None:
    kills = [Kill.of(seed) for seed in range(200)]
    of_up = {(kill.action, kill.moment) for kill in kills if kill.phase == "up"}
    assert of_up >= {(action, moment) for action in SAMPLE_WRITES for moment in ("before", "after")}
    # Both calls of an action that is called twice, and each phase at random moments too.
    assert {(kill.phase, kill.place) for kill in kills if kill.action == "ecs:AuthorizeSecurityGroup"} == {
        ("up", 0),
        ("up", 1),
    }
    assert {kill.phase for kill in kills if kill.moment == "during"} == {"up", "destroy", "refresh"}
    assert len({kill.victim for kill in kills if kill.phase == "up"}) == 5
    assert kills == [Kill.of(seed) for seed in range(200)], "a seed is one kill"
    # The network goes only with a stack whose databases have no address in it.
    removals = {(kill.phase, kill.action, kill.moment) for kill in map(Kill.of, range(1000, 1008))}
    deletions = ("vpc:DeleteVSwitch", "vpc:DeleteVpc")
    assert removals == {("removal", action, moment) for action in deletions for moment in ("before", "after")}


def test_a_network_of_others_is_not_taken_in_silence(applied: Stack) -> None:
    """Another stack on the same estate is told so by its preview, and by whom; so is one beside a VPC made by hand."""
    [vpc_id] = marks(applied, "vpcs")
    prepared = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    applied.project.new_stack("other", {CONFIG_KEY: prepared[CONFIG_KEY]})
    before = len(applied.writes())
    for command in ("preview", "up"):
        options = ("--yes", "--skip-preview") if command == "up" else ()
        done = applied.project.run(command, "--stack", "other", *options)
        output = " ".join(done.stdout.split())
        assert done.returncode != 0
        assert f"{vpc_id}, and the stack organization/classic-to-vpc/test made it; expected another name" in output
    assert applied.writes()[before:] == []
