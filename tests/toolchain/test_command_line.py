"""`python -m toolchain`: the answer alone on stdout, everything else on stderr."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.__main__ import main


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name in ("TOOLCHAIN_BUILD", "TOOLCHAIN_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_make_demo_asks_for_the_engine_once() -> None:
    """Each answer is preceded by the line that names the engine."""
    root = Path(__file__).resolve().parents[2]
    planned = subprocess.run(["make", "-n", "demo"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert planned.count("-m toolchain") == 1


def test_ensure_prints_just_the_directory(
    fake_pulumi: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_pulumi(plugins=("4.0.0",))
    assert main(["ensure"]) == 0
    printed = capsys.readouterr()
    directory = Path(printed.out.removesuffix("\n"))
    assert (directory / "pulumi").resolve() == tmp_path / "tools" / "pulumi"
    assert printed.err.startswith("toolchain: using ")


def test_env_prints_export_lines(fake_pulumi: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    fake_pulumi(plugins=("4.0.0",))
    assert main(["env"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("export PATH=")
    assert all(line.startswith("export ") for line in lines)


def test_a_failure_is_one_message_and_exit_code_1(
    make_tool: Callable[[str, str], Path],
    tools: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_tool("uv", "sys.exit('no route to PyPI')")
    monkeypatch.setenv("PATH", str(tools))
    assert main(["ensure", "--build"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "there is no Go on PATH" in printed.err
    assert "no route to PyPI" in printed.err
    assert "Traceback" not in printed.err


def test_an_unknown_command_is_a_usage_error() -> None:
    assert main(["destroy"]) == 2


def test_shell_prints_export_lines_and_reports_the_backend_for_trials(
    fake_pulumi: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_pulumi(plugins=("4.0.0",))
    monkeypatch.setattr("toolchain.__main__._PROJECT", tmp_path)
    assert main(["shell"]) == 0
    printed = capsys.readouterr()
    assert all(line.startswith("export ") for line in printed.out.splitlines())
    assert f"export PULUMI_OPTION_POLICY_PACK={tmp_path}/policies\n" in printed.out
    assert f"toolchain: you have no Pulumi backend: for trials, state goes to {tmp_path.as_uri()}/.trial" in printed.err
    assert (tmp_path / ".trial").is_dir()
