"""Which Python runs a program, a policy pack or a plugin, and with which environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PYTHON_VARIABLE = "PULUMI_PYTHON_CMD"


class InterpreterError(Exception):
    """No interpreter as the runtime options ask for; the message says what to run."""


@dataclass(frozen=True)
class Interpreter:
    """A Python and the environment in which everything it starts finds the same one."""

    path: str
    virtualenv: Path | None

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` as it is after activating the virtualenv; just `base` where there is none."""
        if self.virtualenv is None:
            return dict(base)
        environment = {name: value for name, value in base.items() if name != "PYTHONHOME"}
        environment["VIRTUAL_ENV"] = str(self.virtualenv)
        environment["PATH"] = os.pathsep.join([str(Path(self.path).parent), base.get("PATH", os.defpath)])
        return environment


def choose_interpreter(root: Path, options: Mapping[str, object], environment: Mapping[str, str]) -> Interpreter:
    """Follow the runtime options of Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml in the directory `root`.

    `virtualenv`, relative to `root`, wins; without it, PULUMI_PYTHON_CMD, then python3 and python on PATH, as with the
    official host. Raises InterpreterError when that is not there, or when the options ask for a toolchain other than
    pip, which only the official host runs.
    """
    toolchain = options.get("toolchain", "pip")
    if toolchain not in ("pip", ""):
        raise InterpreterError(
            f"the runtime option `toolchain: {toolchain}` in {root} needs the official Pulumi CLI; "
            "with this build use `virtualenv`, or leave both out for the Python on PATH"
        )
    virtualenv = options.get("virtualenv")
    if virtualenv:
        return _in_virtualenv((root / str(virtualenv)).absolute(), root)
    return _on_path(environment)


def _in_virtualenv(virtualenv: Path, root: Path) -> Interpreter:
    for candidate in (virtualenv / "bin" / "python", virtualenv / "Scripts" / "python.exe"):
        if candidate.is_file():
            return Interpreter(str(candidate), virtualenv)
    requirements = _requirements_of(root)
    raise InterpreterError(
        f"the virtualenv {virtualenv}, which {root} names in its runtime options, is not there; create it with: "
        f"python3 -m venv {virtualenv} && {virtualenv}/bin/python -m pip install {requirements}"
    )


def _on_path(environment: Mapping[str, str]) -> Interpreter:
    wanted = environment.get(_PYTHON_VARIABLE)
    names = [wanted] if wanted else ["python3", "python"]
    for name in names:
        found = shutil.which(name, path=environment.get("PATH"))
        if found is not None:
            return Interpreter(found, None)
    raise InterpreterError(
        f"no {' or '.join(names)} on PATH; install Python, or name a virtualenv in the runtime options"
    )


def install_command(root: Path, interpreter: Interpreter) -> str:
    """The command that installs what the project in `root` depends on."""
    return f"{interpreter.path} -m pip install {_requirements_of(root)}"


def _requirements_of(root: Path) -> str:
    requirements = root / "requirements.txt"
    if requirements.is_file():
        return f"-r {requirements}"
    return str(root) if (root / "pyproject.toml").is_file() else "pulumi"
