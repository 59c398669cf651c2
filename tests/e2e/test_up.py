"""`preflight up` on the real engine, and what the program refuses without a verdict."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import toolchain
from demo.project import REPOSITORY
from simulator.server import Simulator
from tests.e2e.conftest import Stack
from tests.processes import started
from toolchain.cache import cache_root

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

COMMAND = REPOSITORY / "preflight/command"
WEB = "sg-bp1web00000000000001"
SECONDS = 300
#: Resources that the prepared stack creates.
ALL = 38


@pytest.fixture
def raised(engine: toolchain.Engine, cloud: Simulator, tmp_path: Path) -> Stack:
    """A prepared stack in which nobody answers for updates without a verdict, and a place for verdicts of its own."""
    stack = Stack.prepared(engine, cloud, tmp_path)
    stack.configure(lambda migration: migration.pop("unjudgedUpdates"))
    (tmp_path / "tmp").mkdir()
    stack.project.environ["TMPDIR"] = str(tmp_path / "tmp")
    stack.project.environ["CLASSIC_TO_VPC_CACHE"] = str(cache_root(os.environ))
    return stack


def command(stack: Stack, *arguments: str) -> tuple[int, str, str]:
    environ = {name: value for name, value in stack.project.environ.items() if name != "PREFLIGHT_RESULT"}
    done = subprocess.run(
        [COMMAND, "up", "--stack", "test", "--rehearsal", *arguments],
        cwd=stack.project.directory,
        env={**environ, "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def at_a_terminal(stack: Stack, meanwhile: Callable[[], object], answer: str) -> tuple[int, str]:
    """Run the command at a terminal; do something while it asks, and then answer. Returns exit code and screen."""
    environ = {name: value for name, value in stack.project.environ.items() if name != "PREFLIGHT_RESULT"}
    leader, follower = pty.openpty()
    with started(
        [COMMAND, "up", "--stack", "test", "--rehearsal"],
        cwd=stack.project.directory,
        env={**environ, "COLUMNS": "80", "TERM": "dumb"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as process:
        os.close(follower)
        screen = _read_until(leader, "[y/N]: ")
        meanwhile()
        os.write(leader, answer.encode() + b"\n")
        screen += _read_until(leader, None)
        code = process.wait(timeout=SECONDS)
    os.close(leader)
    return code, screen.replace("\r\n", "\n")


def _read_until(leader: int, word: str | None) -> str:
    read, end = "", time.monotonic() + SECONDS
    while (word is None or word not in read) and time.monotonic() < end:
        if select.select([leader], [], [], 1)[0]:
            try:
                chunk = os.read(leader, 65536)
            except OSError:  # The other side is closed.
                chunk = b""
            if not chunk:
                break
            read += chunk.decode(errors="replace")
    assert word is None or word in read, read
    return read


def open_a_port(stack: Stack) -> None:
    permission: dict[str, Any] = {"ip_protocol": "TCP", "port_range": "1234/1234", "source_cidr_ip": "10.0.0.1/32"}
    stack.project.api().call(
        "ecs:AuthorizeSecurityGroup",
        region_id="cn-hangzhou",
        security_group_id=WEB,
        permissions=[{**permission, "nic_type": "intranet", "policy": "accept"}],
    )


def _without_an_answer_and_longer(migration: dict[str, Any]) -> None:
    del migration["unjudgedUpdates"]
    migration["backups"]["retentionDays"] = 61


def as_the_operator(stack: Stack) -> int:
    """Update as the agent of docs/gitops/operator.yaml does.

    It previews nothing, gets the pack by the variable of its option, and knows of no verdict outside its pod.
    """
    pod = stack.project.directory / "pod"
    pod.mkdir(exist_ok=True)
    environ = dict(stack.project.environ)
    stack.project.environ |= {"PULUMI_OPTION_POLICY_PACK": "policies", "TMPDIR": str(pod)}
    try:
        return stack.pulumi("up", "--yes", "--skip-preview", pack=False)
    finally:
        stack.project.environ = environ


def files_with_keys(stack: Stack) -> set[str]:
    """Return the files of the runs, their state and what they left in their temporary directory, that hold a key."""
    top = stack.project.directory.parent
    files = {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()}
    assert {"project/state/.pulumi/stacks/classic-to-vpc/test.json", "project/Pulumi.test.yaml"} <= {*map(str, files)}
    keys = [key.encode() for key in stack.cloud.credentials]
    return {str(path) for path, content in files.items() if any(key in content for key in keys)}


def test_an_update_does_what_was_judged_and_shown_and_nothing_else(raised: Stack) -> None:
    """Refused without a verdict, without anybody's word, and where the cloud has changed; begun, made, and made again.

    The first and the last update are those of the Kubernetes Operator, whose preview was in another pod. The keys of
    all are in variables, and nowhere after it.
    """
    printed = []
    assert as_the_operator(raised) != 0
    output = " ".join(raised.output.split())
    assert "Nothing is changed in the cloud: no preview with the policy pack has judged this update" in output
    assert "shop-mysql gets an address in the VPC" in output
    code, out, err = command(raised)
    assert (code, out) == (2, "")
    assert err == "preflight: expected --yes: there is no terminal to ask at; preflight plan shows the changes\n"
    before = len(raised.writes())

    code, screen = at_a_terminal(raised, lambda: open_a_port(raised), "y")
    assert code == 40, screen
    assert "Update stack test? 4 of these changes cannot be undone. [y/N]: " in screen
    shown = " ".join(screen.split())
    assert "the cloud, the commit or the stack file has changed since the verdict of 20" in shown
    assert screen.splitlines()[-1] == "NOT JUDGED: the update stopped; nothing was changed"
    assert raised.writes()[before:] == ["AuthorizeSecurityGroup"]

    before = len(raised.writes())
    created = _interrupted_says_how_far_it_came(raised)
    # Nothing is locked, and nothing is made twice.
    code, out, err = command(raised, "--yes", "--strict")
    assert code == 10, out + err
    printed += [screen, out, err]
    lines = out.splitlines()
    assert lines[0].startswith(f"What this change does to stack test: {ALL - created} to create")
    assert "READY WITH CONDITIONS: stack test" in lines
    assert lines[-2] == f"Done: {ALL - created} created."
    assert lines[-1] == "READY WITH CONDITIONS: stack test, after the update"
    assert re.search(r"Updating: \d+ resources", err)
    assert len(raised.writes()) - before > ALL
    assert [vpc["name"] for vpc in raised.cloud.state()["vpcs"]].count("shop") == 1

    # What follows `preflight up` and can be undone is the operator's own: nobody has to answer for it.
    # All else is done.
    before = len(raised.writes())
    raised.configure(_without_an_answer_and_longer)
    assert as_the_operator(raised) == 0, raised.output
    assert "No policy pack judges this" not in raised.output
    assert set(raised.writes()[before:]) == {"ModifySnapshotAttribute"}
    assert not any(key in text for key in raised.cloud.credentials for text in [*printed, raised.output])
    assert files_with_keys(raised) == set()


def _interrupted_says_how_far_it_came(stack: Stack) -> int:
    """Interrupt an update that has begun to create; returns how many resources it has created."""
    environ = {name: value for name, value in stack.project.environ.items() if name != "PREFLIGHT_RESULT"}
    with started(
        [COMMAND, "up", "--stack", "test", "--rehearsal", "--yes"],
        cwd=stack.project.directory,
        env={**environ, "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        end = time.monotonic() + SECONDS
        while "CreateVpc" not in stack.writes() and process.poll() is None and time.monotonic() < end:
            threading.Event().wait(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, out + err
    assert out.splitlines()[0].startswith(f"What this change does to stack test: {ALL} to create"), out
    left = r"done before, of what was shown: (\d+) created; preflight up goes on from there"
    told = re.fullmatch(f"preflight: interrupted by SIGINT; {left}", err.splitlines()[-1])
    assert told is not None, err
    return int(told[1])
