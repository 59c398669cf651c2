"""A command that is told to end asks the engine to, waits until it has given its lock back, and says so in a line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from demo.project import REPOSITORY
from tests.processes import WAITING, started

#: An engine that holds a lock, and on its first SIGINT gives it back and ends; with `stubborn`, on its second.
ENGINE: Final = """\
#!{python}
import os, signal, sys
{waiting}
if "version" in sys.argv:
    print("v3.300.0")
    sys.exit()
count = 0
def end(number, frame):
    global count
    count += 1
    with open("signals", "a") as file:
        file.write(signal.Signals(number).name + "\\n")
    if count == (2 if "stubborn" in sys.argv else 1):
        os.remove("lock")
        os._exit(1)
    print("asked", flush=True)
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
open("lock", "w").close()
print("running", flush=True)
while True:
    wait_for_signal()
"""

#: The command line, whose one command runs that engine, or none.
DRIVER: Final = f"""\
import sys
{WAITING}
from pathlib import Path
from preflight import cli
from preflight.interruption import InterruptibleCommand
def app(prog_name):
    if sys.argv[1] == "none":
        print("running", flush=True)
        wait_for_signal()
    command = InterruptibleCommand(root=str(Path.cwd()), skip_version_check=True)
    command.run(["preview", sys.argv[1]], str(Path.cwd()), {{}}, on_output=lambda line: print(line, flush=True))
cli.app = app
cli.main()
"""


@contextmanager
def running(directory: Path, engine: str) -> Iterator[subprocess.Popen[str]]:
    """The command, once its engine runs."""
    (directory / "bin").mkdir()
    path = directory / "bin/pulumi"
    path.write_text(ENGINE.format(python=sys.executable, waiting=WAITING), encoding="utf-8")
    path.chmod(0o755)
    with started(
        [sys.executable, "-c", DRIVER, engine],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        yield process


def to_process(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)


def to_group(process: subprocess.Popen[str], number: int) -> None:
    """As a terminal does."""
    os.killpg(process.pid, number)


@pytest.mark.parametrize("send", [to_process, to_group])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_engine_is_asked_once_and_has_given_its_lock_back(
    tmp_path: Path, number: signal.Signals, send: Callable[[subprocess.Popen[str], int], None]
) -> None:
    with running(tmp_path, "willing") as process:
        assert (tmp_path / "lock").exists()
        send(process, number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert err == f"preflight: interrupted by {number.name}; nothing was changed in the cloud\n"
    assert not (tmp_path / "lock").exists()
    assert (tmp_path / "signals").read_text(encoding="utf-8") == "SIGINT\n"


def test_an_engine_that_goes_on_is_asked_again(tmp_path: Path) -> None:
    with running(tmp_path, "stubborn") as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "asked\n"
        assert process.poll() is None, "the command waits for the engine"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not (tmp_path / "lock").exists()
    assert (tmp_path / "signals").read_text(encoding="utf-8") == "SIGINT\nSIGINT\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_without_an_engine_it_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, "none") as process:
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert err == f"preflight: interrupted by {number.name}; nothing was changed in the cloud\n"


#: A command as it is started, interrupted when it is about to load what takes its time.
EARLY: Final = """\
import os, runpy, signal, sys
module, slow = sys.argv[1:]
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == slow:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
runpy.run_module(module, run_name="__main__")
"""
IN_A_LINE: Final = (130, "preflight: interrupted by SIGINT; nothing was changed in the cloud\n")
SILENTLY: Final = (-signal.SIGINT, "")


@pytest.mark.parametrize(
    ("module", "slow", "expected"),
    [
        ("preflight", "preflight.cli", IN_A_LINE),
        ("demo", "typer", SILENTLY),
        ("simulator", "typer", SILENTLY),
        ("toolchain", "typer", SILENTLY),
    ],
)
def test_while_it_loads_it_ends_at_once(module: str, slow: str, expected: tuple[int, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY, module, slow],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == expected
