"""Which Python runs a program: the runtime options decide, as with the official host."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.language_host.interpreters import Interpreter, InterpreterError, choose_interpreter, install_command

MakeTool = Callable[[str, str], Path]


def make_virtualenv(directory: Path) -> Path:
    python = directory / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    return python


def test_a_virtualenv_is_relative_to_the_root(tmp_path: Path) -> None:
    python = make_virtualenv(tmp_path / "venv")
    assert choose_interpreter(tmp_path, {"virtualenv": "venv"}, {}) == Interpreter(str(python), tmp_path / "venv")


def test_a_virtualenv_may_be_absolute(tmp_path: Path) -> None:
    python = make_virtualenv(tmp_path / "elsewhere")
    options = {"virtualenv": str(tmp_path / "elsewhere"), "toolchain": "pip"}
    assert choose_interpreter(Path("/"), options, {}).path == str(python)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (["requirements.txt", "pyproject.toml"], "-m pip install -r {root}/requirements.txt"),
        (["pyproject.toml"], "-m pip install {root}"),
        ([], "-m pip install pulumi"),
    ],
)
def test_a_missing_virtualenv_says_how_to_make_it(tmp_path: Path, files: list[str], command: str) -> None:
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(InterpreterError) as error:
        choose_interpreter(tmp_path, {"virtualenv": "venv"}, {})
    assert f"python3 -m venv {tmp_path}/venv" in str(error.value)
    assert str(error.value).endswith(command.format(root=tmp_path))
    assert install_command(tmp_path, Interpreter("python3", None)) == f"python3 {command.format(root=tmp_path)}"


def test_without_options_python3_on_path_is_used(make_tool: MakeTool, environment: dict[str, str]) -> None:
    make_tool("python", "")
    python = make_tool("python3", "")
    assert choose_interpreter(Path("/"), {}, environment) == Interpreter(str(python), None)


def test_pulumi_python_cmd_comes_first(make_tool: MakeTool, environment: dict[str, str]) -> None:
    make_tool("python3", "")
    chosen = make_tool("python9", "")
    assert choose_interpreter(Path("/"), {}, environment | {"PULUMI_PYTHON_CMD": "python9"}).path == str(chosen)


def test_no_python_on_path(tmp_path: Path) -> None:
    with pytest.raises(InterpreterError, match="no python3 or python on PATH"):
        choose_interpreter(Path("/"), {}, {"PATH": str(tmp_path)})


def test_another_toolchain_is_refused_by_name() -> None:
    with pytest.raises(InterpreterError, match="toolchain: uv"):
        choose_interpreter(Path("/"), {"toolchain": "uv"}, {})


def test_a_virtualenv_is_activated_for_what_it_starts() -> None:
    interpreter = Interpreter("/v/bin/python", Path("/v"))
    environment = interpreter.environ({"PATH": "/usr/bin", "PYTHONHOME": "/other", "LANG": "C"})
    assert environment == {"PATH": os.pathsep.join(["/v/bin", "/usr/bin"]), "VIRTUAL_ENV": "/v", "LANG": "C"}


def test_without_a_virtualenv_the_environment_is_as_it_was() -> None:
    assert Interpreter("python3", None).environ({"PYTHONHOME": "/p"}) == {"PYTHONHOME": "/p"}
