"""What the demo says when it cannot begin or a step fails: plain words, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.__main__ import main
from demo.project import REPOSITORY
from tests.processes import started

Told = Callable[..., tuple[int, str]]


def _tool(directory: Path, script: str) -> dict[str, str]:
    """Return an environment in which `pulumi` is this shell script."""
    directory.mkdir()
    path = directory / "pulumi"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}


def _demo(tmp_path: Path, environ: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--directory", str(tmp_path / "demo")],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Told]:
    """Runs the command in this process, for what it says before it starts any: to start it takes 0.7 s of CPU."""
    monkeypatch.setenv("PATH", _tool(tmp_path / "bin", "exit 0")["PATH"])
    at_sigterm = signal.getsignal(signal.SIGTERM)

    def told(*options: str) -> tuple[int, str]:
        code = main(["--directory", str(tmp_path / "demo"), *options])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out + printed.err

    yield told
    signal.signal(signal.SIGTERM, at_sigterm)


ESTATES = {
    "missing": (None, "No such file or directory, expected an estate file"),
    "not YAML": ("users: [", "expected YAML"),
    "unknown key": ("version: 1\nfoo: 1\n", "foo: unknown key"),
}


@pytest.mark.parametrize("case", ESTATES)
def test_a_broken_estate_file(case: str, told: Told, tmp_path: Path) -> None:
    text, message = ESTATES[case]
    file = tmp_path / "estate.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    code, output = told("--estate", str(file))
    assert code == 1
    assert f"{file}: " in output
    assert message in output


STACKS = {
    "missing": (None, "No such file or directory, expected a stack file"),
    "not YAML": ("config: [", "expected YAML"),
    "no mapping": ("- a\n", "expected a mapping with the key config"),
    "no migration": ("config: {}\n", "classic-to-vpc:migration: expected this key under config"),
    "no window": (
        "config: {'classic-to-vpc:migration': {instances: [i-own]}}\n",
        "expected either window or waves",
    ),
}


@pytest.mark.parametrize("case", STACKS)
def test_a_broken_stack_file(case: str, told: Told, tmp_path: Path) -> None:
    text, message = STACKS[case]
    file = tmp_path / "stack.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    code, output = told("--stack-config", str(file))
    assert code == 1
    assert f"✗ {file}: " in output
    assert message in output


def test_no_pulumi(tmp_path: Path) -> None:
    code, output = _demo(tmp_path, {"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert code == 1
    assert "there is no pulumi on PATH; `make demo` finds one or builds it" in output


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file", encoding="utf-8")
    code, output = _demo(tmp_path, _tool(tmp_path / "bin", "exit 0"))
    assert code == 1
    assert str(tmp_path / "demo") in output


def test_pulumi_that_fails_says_why(tmp_path: Path) -> None:
    code, output = _demo(tmp_path, _tool(tmp_path / "bin", 'echo "error: the engine is ill"; exit 255'))
    assert code == 1
    assert "`pulumi stack init unprepared --no-select --non-interactive` ended with exit code 255" in output
    assert "error: the engine is ill" in output
    assert f"The whole output is in {tmp_path}/demo/demo.log" in output


def test_a_step_that_fails_says_what_was_expected_and_why(tmp_path: Path) -> None:
    """A preview of the unprepared stack that passes is the worst that can happen."""
    code, output = _demo(tmp_path, _tool(tmp_path / "bin", 'case "$1" in preview) echo "warning: all is well";; esac'))
    assert code == 1
    assert "✗ expected: the preview failed" in output
    assert "pulumi preview --stack unprepared --policy-pack policies ended with exit code 0" in output
    assert "warning: all is well" in output


def test_a_pack_that_writes_no_result(tmp_path: Path) -> None:
    broken = 'case "$1" in preview) echo "error: no such plugin"; exit 255;; esac'
    code, output = _demo(tmp_path, _tool(tmp_path / "bin", broken))
    assert code == 1
    assert "✗ expected: the policy pack judged the stack and wrote its result" in output
    assert "error: no such plugin" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_everything(number: signal.Signals, tmp_path: Path) -> None:
    """The command is interrupted once and may tidy up."""
    tidied = tmp_path / "tidied"
    work = 'echo "at work"; while kill -0 $PPID; do sleep 0.05; done'
    script = f'case "$1" in preview) trap "echo >{tidied}; exit 1" INT; {work};; esac'
    environ = _tool(tmp_path / "bin", script)
    with started(
        [sys.executable, "-m", "demo", "--directory", str(tmp_path / "demo")],
        cwd=REPOSITORY,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        log, tick = tmp_path / "demo/demo.log", threading.Event()
        while process.poll() is None and not (log.exists() and "at work" in log.read_text(encoding="utf-8")):
            tick.wait(0.02)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "✗ interrupted" in output
    assert "Traceback" not in output
    assert tidied.exists()
