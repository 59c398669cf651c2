"""The pack shows the program that it judges this very run: both sides of the lock, across processes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pulumi
import pytest

from components import presence
from components.presence import UndetectableError, is_judged, warn_unless_judged
from policies.pack.presence import show_presence
from tests.processes import started

ROOT = Path(__file__).parent.parent
PACK = """
import os, sys
from policies.pack.presence import show_presence
show_presence(sys.argv[1:], os.environ)
print("ready", flush=True)
sys.stdin.read()
"""


def program(engine: str) -> list[str]:
    """The command line of a program, as the language hosts write it."""
    return ["python", "pulumi-language-python-exec", "--monitor", "127.0.0.1:1", "--engine", engine, "."]


@contextmanager
def pack(temporary: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does what the pack does when it is configured."""
    command = [sys.executable, "-c", PACK, address, "policies"]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    pipe = subprocess.PIPE
    with started(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def judged(temporary: Path, address: str) -> bool:
    return is_judged(program(address), {"TMPDIR": str(temporary)})


@pytest.fixture
def engines() -> Iterator[list[tuple[grpc.Server, str]]]:
    """Two servers that stand for engines, with their addresses."""
    servers = [grpc.server(ThreadPoolExecutor(1)) for _ in range(2)]
    addresses = [f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}" for server in servers]
    for server in servers:
        server.start()
    yield list(zip(servers, addresses, strict=True))
    for server in servers:
        server.stop(None).wait()


def test_a_run_is_judged_for_as_long_as_its_pack_lives(engines: list[tuple[grpc.Server, str]], tmp_path: Path) -> None:
    (_, address), _ = engines
    assert not judged(tmp_path, address)
    with pack(tmp_path, address):
        assert judged(tmp_path, address)
        assert judged(tmp_path, address), "asking takes nothing away"
    assert not judged(tmp_path, address), "a pack that was killed leaves nothing behind"


def test_a_pack_that_its_engine_left_behind_judges_nothing(
    engines: list[tuple[grpc.Server, str]], tmp_path: Path
) -> None:
    """Else the next engine with this port would be taken for judged."""
    (engine, address), _ = engines
    with pack(tmp_path, address) as process:
        assert judged(tmp_path, address)
        engine.stop(None).wait()
        with (tmp_path / f"classic-to-vpc-{os.getuid()}" / "engines").open("r+b") as file:
            # Waits until nobody else has the lock.
            fcntl.lockf(file, fcntl.LOCK_SH, 1, int(address.rpartition(":")[2]))
        assert process.poll() is None
    assert not judged(tmp_path, address)


def test_a_pack_of_another_run_counts_for_nothing(engines: list[tuple[grpc.Server, str]], tmp_path: Path) -> None:
    (_, one), (_, other) = engines
    with pack(tmp_path, one):
        assert not judged(tmp_path, other)
        with pack(tmp_path, other), pack(tmp_path, other):
            assert judged(tmp_path, other)
        assert judged(tmp_path, one)


def test_it_is_not_told_where_it_cannot_be_known(engines: list[tuple[grpc.Server, str]], tmp_path: Path) -> None:
    (_, address), _ = engines
    with pytest.raises(UndetectableError, match="not started by the Pulumi engine"):
        is_judged(["python", "__main__.py"], {"TMPDIR": str(tmp_path)})
    missing = tmp_path / "missing"
    with pytest.raises(UndetectableError, match="cannot be opened"):
        judged(missing, address)
    with pack(tmp_path, address):
        (tmp_path / f"classic-to-vpc-{os.getuid()}").chmod(0o755)
        with pytest.raises(UndetectableError, match="is not private to this user"):
            judged(tmp_path, address)


def test_a_file_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    directory = tmp_path / f"classic-to-vpc-{os.getuid()}"
    directory.mkdir(mode=0o700)
    (tmp_path / "elsewhere").write_text("")
    (directory / "engines").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UndetectableError, match="engines cannot be opened"):
        judged(tmp_path, "127.0.0.1:40001")


@pytest.mark.parametrize("arguments", [[], ["policies"], ["/some/policies", "."]])
def test_a_pack_without_an_engine_leaves_nothing(tmp_path: Path, arguments: list[str]) -> None:
    show_presence(arguments, {"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "preview", "message"),
    [
        (True, True, ""),
        (True, False, ""),
        (False, True, "warning: No policy pack judges this preview: nothing in it is checked."),
        (False, False, "warning: No policy pack judges this update: nothing in it is checked."),
        (None, True, "info: Whether a policy pack judges this preview is unknown: because."),
    ],
)
def test_it_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, answer: bool | None, preview: bool, message: str
) -> None:
    lines: list[str] = []

    def is_judged(*_: object) -> bool:
        if answer is None:
            raise UndetectableError("because")
        return answer

    monkeypatch.setattr(presence, "is_judged", is_judged)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: preview)
    monkeypatch.setattr(pulumi.log, "warn", lambda text: lines.append(f"warning: {text}"))
    monkeypatch.setattr(pulumi.log, "info", lambda text: lines.append(f"info: {text}"))
    warn_unless_judged()
    remedy = ' Run pulumi with --policy-pack policies, or after eval "$(make env)".'
    assert lines == ([message + remedy] if message else [])
