"""A stack of the project as the engine has it: its config, and the environment in which the pack judges it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi import automation

import toolchain
from policies.verdict import BAD_INPUT, NOT_JUDGED
from preflight.exits import NOT_ALLOWED, Stop
from preflight.interruption import InterruptibleCommand
from preflight.redaction import redacted
from toolchain.progress import Reporter
from toolchain.shell import make_trial_backend, shell_settings

ROOT: Final = Path(__file__).resolve().parent.parent
_PROJECT_FILE: Final = "Pulumi.yaml"

#: Options by which a preview leaves something out, and Pulumi takes each from a variable too: nothing may be judged so.
_LEAVING_OUT: Final = tuple(
    f"PULUMI_OPTION_{name}"
    for name in ("TARGET", "TARGET_DEPENDENTS", "TARGET_REPLACE", "EXCLUDE", "EXCLUDE_DEPENDENTS", "REFRESH", "JSON")
)


class _Quiet(Reporter):
    """Says what takes time, a download or a build, and not which engine is used: that is the same each time."""

    def say(self, message: str) -> None:
        """Write one message, unless it is about what is there already."""
        if not message.startswith("using "):
            super().say(message)


class _Workspace(automation.LocalWorkspace):
    """A workspace that leaves the stack selected which the user has selected."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""


@dataclass(frozen=True)
class OpenStack:
    """One stack: `handle` to the engine, its config as the engine gives it to the program, and its environment.

    `config` holds decrypted secrets: it is for nobody's eyes.
    """

    handle: automation.Stack
    directory: Path
    project: str
    config: Mapping[str, str]
    environ: Mapping[str, str]

    @property
    def name(self) -> str:
        """The stack's name without its organization."""
        return self.handle.name.rpartition("/")[2]

    @property
    def file(self) -> str:
        """The stack file's name."""
        return f"Pulumi.{self.name}.yaml"


def judged_environment(engine: toolchain.Engine, directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with engine and backend as `make env` sets them, and the pack on, which leaves nothing out."""
    project = directory if (directory / "policies/PulumiPolicy.yaml").is_file() else ROOT
    settings = shell_settings(engine, project, environ)
    make_trial_backend(settings)
    whole = {**environ, **settings}
    return {name: value for name, value in whole.items() if value is not None and name not in _LEAVING_OUT}


def open_stack(directory: Path, stack: str | None, environ: Mapping[str, str]) -> OpenStack:
    """Find the stack, the selected one where none is named, and read its config.

    From then on this process has the stack's environment: the Automation API hands down all of it. Raises Stop.
    """
    directory = directory.resolve()
    if not (directory / _PROJECT_FILE).is_file():
        raise Stop(BAD_INPUT, f"{directory}: expected a directory with {_PROJECT_FILE}; --project names it")
    try:
        engine = toolchain.ensure(environment=environ, reporter=_Quiet())
    except toolchain.ToolchainError as error:
        raise Stop(NOT_JUDGED, f"there is no engine: {error}") from None
    judged = judged_environment(engine, directory, environ)
    os.environ.clear()
    os.environ.update(judged)
    command = InterruptibleCommand(root=str(engine.bin_dir.parent))
    try:
        workspace = _Workspace(work_dir=str(directory), pulumi_command=command)
        name = stack or environ.get("PULUMI_STACK") or command.run(["stack", "--show-name"], str(directory), {}).stdout
        handle = automation.Stack.select(name.strip(), workspace)
        config = {key: item.value for key, item in handle.get_all_config().items() if item.value is not None}
        project = workspace.project_settings().name
    except automation.CommandError as error:
        raise _refused(error, stack) from None
    return OpenStack(handle, directory, project, config, judged)


def _refused(error: automation.CommandError, stack: str | None) -> Stop:
    """Say why the engine does not open the stack, in a line and with a way out."""
    said = "; ".join(error_lines(str(error))) or "it says nothing"
    if "no stack named" in said:
        return Stop(BAD_INPUT, f"there is no stack {stack}: make it by `pulumi stack init {stack}`, or name another")
    if "no stack selected" in said or "no current stack" in said:
        return Stop(BAD_INPUT, "no stack is selected: name one by --stack, or `pulumi stack init NAME` makes the first")
    if "passphrase" in said:
        return Stop(NOT_ALLOWED, f"the config cannot be decrypted: {said}")
    return Stop(NOT_JUDGED, f"the engine does not open the stack: {said}")


def error_lines(output: str) -> list[str]:
    """Return the errors that a command of the engine printed, each once."""
    lines = [line.strip().removeprefix("stderr: ") for line in redacted(output).splitlines()]
    found = [line.partition("error: ")[2] for line in lines if line.startswith("error: ")]
    return list(dict.fromkeys(line.strip() for line in found if line.strip()))


def decoded(text: str) -> object:
    """Return the object or list that a text of the config holds, else the text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text


__all__ = ["ROOT", "OpenStack", "decoded", "error_lines", "judged_environment", "open_stack"]
