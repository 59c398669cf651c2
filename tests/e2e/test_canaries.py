"""Secrets of a run are nowhere but where SECURITY.md says, in all that it leaves behind and in its process list."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from pydantic import SecretStr

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from preflight.report.formats import RENDERERS
from simulator.estate_file import load
from simulator.model.ram import Role
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack, bent_config
from tests.preflight.report.reports import report_of

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

LOUD: Final = ("-v=9", "--logtostderr", "--logflow")
CANARIES: Final = {
    "access key id": "LTAI5tCanaryOfTheKeyId01",
    "secret": "canary/of+the/secret==01",
    "passphrase": "canary of the passphrase 01",
    "password of a proxy": "canary-of-the-proxy-01",
    "role": "canary-of-the-role",
    "database address": "canary-of-the-database",
    # The simulated cloud's own: what it gives to whoever assumes the role.
    "secret of a session": "not-a-real-secret-of-session",
    "token of a session": "not-a-real-token-of-session",
}


PLACES: Final = {"project/Pulumi.test.yaml": "stack file", "project/preflight-result.json": "result"}


def documented() -> dict[str, set[str]]:
    """Return where SECURITY.md says that a secret is: by place, the kinds."""
    page = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    table = page.partition("## Where secrets are\n")[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| \*\*(.+?)\*\* \| (.+?) \|", table)
    found = {place: {kind for kind in CANARIES if kind in kinds.split(", ")} for place, kinds in rows}
    assert set().union(*found.values()) <= CANARIES.keys()
    return found


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate with canaries as key, role and address of a database."""
    estate = load(ESTATE)
    user = estate.users[0]
    user.access_key_id, user.access_key_secret = CANARIES["access key id"], SecretStr(CANARIES["secret"])
    account = f"acs:ram::{estate.account_id}"
    estate.roles = [Role(name=CANARIES["role"], role_id="3" * 18, trusts=[f"{account}:root"])]
    estate.databases[0].endpoints[0].connection_string = f"{CANARIES['database address']}.mysql.rds.aliyuncs.com"
    with running(estate) as simulator:
        yield simulator


def forms(value: str) -> set[bytes]:
    """Return a secret as it is, and as a signed URL has it."""
    return {text.encode() for text in (value, quote(value, safe=""), quote(value))}


def kinds_in(content: bytes) -> set[str]:
    return {kind for kind, value in CANARIES.items() if any(form in content for form in forms(value))}


def processes(of: int) -> dict[str, bytes]:
    """Return the command lines of a process and of all below it, by id."""
    found, waiting = dict[str, bytes](), [of]
    while waiting:
        process = waiting.pop()
        with suppress(OSError):
            found[str(process)] = Path(f"/proc/{process}/cmdline").read_bytes()
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return found


def test_secrets_are_nowhere_but_where_it_is_documented(
    engine: toolchain.Engine, cloud: Simulator, tmp_path: Path
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    stack = Stack(Project(tmp_path / "project", cloud, engine.environ(os.environ)), cloud)
    project = stack.project
    proxy = f"http://ann:{CANARIES['password of a proxy']}@127.0.0.1:9"
    project.environ |= {"PULUMI_CONFIG_PASSPHRASE": CANARIES["passphrase"], "TMPDIR": str(temporary)}
    project.environ |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
    project.new_stack("test", {CONFIG_KEY: bent_config()[CONFIG_KEY]})
    # As docs/identity.md asks for what the stack's config holds: encrypted.
    keys = [f"alicloud:accessKey={CANARIES['access key id']}", f"alicloud:secretKey={CANARIES['secret']}"]
    keys.append(f'alicloud:assumeRole={{"roleArn": "acs:ram::1234567890123456:role/{CANARIES["role"]}"}}')
    project.run(
        "config", "set-all", "--stack", "test", *[text for key in keys for text in ("--secret", key)], check=True
    )
    del project.environ["ALICLOUD_ACCESS_KEY"], project.environ["ALICLOUD_SECRET_KEY"]

    plan, content_of = tmp_path / "plan.json", dict[str, bytes]()
    assert stack.pulumi("preview", "--save-plan", str(plan), *LOUD) == 0, stack.output[-3000:]
    content_of["logs at -v=9"] = stack.output.encode()
    assert stack.pulumi("up", "--yes", "--skip-preview") == 0, stack.output
    content_of["output"] = stack.output.encode()
    report = report_of(stack.result())
    content_of["reports"] = "".join(render(report) for render in RENDERERS.values()).encode()

    # Looked at while all work, and then the plugin of Alibaba crashes: Go shows what it was at.
    cloud.faults.add(actions=["vpc:DescribeVpcAttribute"], effect="slow", seconds=3600, count=1)
    command = ["pulumi", "preview", "--refresh", "--stack", "test", "--non-interactive", *LOUD]
    with subprocess.Popen(
        command,
        cwd=project.directory,
        env=project.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as run:
        lines = list[bytes]()
        assert run.stdout is not None
        reading = threading.Thread(target=lambda: lines.extend(run.stdout or ()))
        reading.start()
        while not all(fault["struck"] for fault in cloud.faults.all()) and run.poll() is None:
            threading.Event().wait(0.02)
        listed = processes(run.pid)
        [plugin] = [process for process, line in listed.items() if b"pulumi-resource-alicloud" in line.split(b"\0")[0]]
        os.kill(int(plugin), signal.SIGQUIT)
        run.wait()
        reading.join()
    content_of["process list"] = b"\n".join(listed.values())
    content_of["crash of a plugin"] = b"".join(lines)
    cloud.faults.clear()
    assert run.returncode != 0
    assert b"goroutine" in content_of["crash of a plugin"]

    project.environ |= {"ALICLOUD_SECRET_KEY": CANARIES["secret"], "PULUMI_CONFIG_PASSPHRASE": "another"}
    assert stack.pulumi("preview") != 0
    content_of["output"] += stack.output.encode()

    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and not path.is_symlink() and project.directory / "home" not in path.parents:
            name = path.relative_to(tmp_path).as_posix()
            place = "state" if name.startswith("project/state") else name
            place = PLACES.get(place, place)
            place = "update plan" if path == plan else "temporary files" if name.startswith("tmp/") else place
            content_of[place] = content_of.get(place, b"") + path.read_bytes()
    assert {"state", "stack file", "result", "update plan", "temporary files"} <= content_of.keys()

    found = {place: kinds for place, content in content_of.items() if (kinds := kinds_in(content))}
    allowed = documented()
    beyond = {place: more for place, kinds in found.items() if (more := kinds - allowed.get(place, set()))}
    assert beyond == {}
