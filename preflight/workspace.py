"""A stack of the project as the engine has it: its config, and the environment in which the pack judges it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi import automation

import toolchain
from components.config import CONFIG_KEY, SECRET, ConfigError
from estate.documents import DocumentError, read_document
from estate.identity import PREFIX
from estate.inventory import VARIABLE as ESTATE_VARIABLE
from policies.core.facts import safe
from policies.verdict import BAD_INPUT, NOT_JUDGED
from preflight.exits import NOT_ALLOWED, Stop
from preflight.interruption import InterruptibleCommand
from preflight.redaction import redacted
from toolchain.progress import Reporter
from toolchain.shell import PACK_VARIABLE, make_trial_backend, shell_settings

ROOT: Final = Path(__file__).resolve().parent.parent
_PROJECT_FILE: Final = "Pulumi.yaml"

#: Options by which a preview leaves something out. Pulumi reads each from a variable too, so these are removed.
_LEAVING_OUT: Final = tuple(
    f"PULUMI_OPTION_{name}"
    for name in ("TARGET", "TARGET_DEPENDENTS", "TARGET_REPLACE", "EXCLUDE", "EXCLUDE_DEPENDENTS", "REFRESH", "JSON")
)


# Variables that the plugins read, and those of the state's backend.
_CLOUDS: Final = ("ALICLOUD_", "ALIBABA_CLOUD_", "ALIBABACLOUD_")
_STATES: Final = ("PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "TF_ENDPOINT_PATH", ESTATE_VARIABLE)
# Compared with the estate's own region and account.
_PLACE: Final = (f"{PREFIX}region", f"{PREFIX}accountId")
# The file of the pack that starts it, and the environment in which it does, as PulumiPolicy.yaml names it.
_SERVE: Final = "serve"
_PACK_RUNTIME: Final = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
# Linux takes no longer variable (execve(2), MAX_ARG_STRLEN), and Pulumi hands the whole config over in one.
_LONGEST: Final = 128 * 1024


class _Quiet(Reporter):
    """Reports downloads and builds, which take time, and not which engine is used: that is the same each time."""

    def say(self, message: str) -> None:
        """Write one message, unless it is about an engine that exists already."""
        if not message.startswith("using "):
            super().say(message)


class _Workspace(automation.LocalWorkspace):
    """A workspace that keeps the user's selected stack."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""


@dataclass(frozen=True)
class OpenStack:
    """One stack: `handle` to the engine, its config as the engine passes it to the program, and its environment.

    `config` holds decrypted secrets and must never be shown. `config_file` replaces the stack file, None where it is
    that itself.
    """

    handle: automation.Stack
    directory: Path
    project: str
    config: Mapping[str, str]
    environ: Mapping[str, str]
    config_file: Path | None = None

    @property
    def name(self) -> str:
        """The stack's name without its organization."""
        return self.handle.name.rpartition("/")[2]

    @property
    def file(self) -> str:
        """The stack file's name."""
        return f"Pulumi.{self.name}.yaml"


def judged_environment(engine: toolchain.Engine, directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with engine and backend as `make env` sets them, the pack on, and nothing left out."""
    project = directory if (directory / "policies/PulumiPolicy.yaml").is_file() else ROOT
    settings = shell_settings(engine, project, environ)
    make_trial_backend(settings)
    pack = project / "policies"
    other_packs = [
        item for item in str(settings[PACK_VARIABLE]).split(",") if item not in (str(pack), str(pack / _SERVE))
    ]
    whole = {**environ, **settings, PACK_VARIABLE: ",".join([*other_packs, str(_served(pack))])}
    return {name: value for name, value in whole.items() if value is not None and name not in _LEAVING_OUT}


def _served(pack: Path) -> Path:
    """Return what the engine is given as the pack: the file that serves it, or the directory where that cannot be.

    The engine starts a directory by the language host, through which each question about each resource then goes: a
    seventh of a large preview. Windows starts no such file; and a missing environment, or one of another kind, is the
    host's to make.
    """
    file = pack / _SERVE
    able = sys.platform != "win32" and os.access(file, os.X_OK) and os.access(pack / "venv/bin/python", os.X_OK)
    return file if able and _document(pack / "PulumiPolicy.yaml").get("runtime") == _PACK_RUNTIME else pack


def open_stack(directory: Path, stack: str | None, environ: Mapping[str, str]) -> OpenStack:
    """Find the stack, the selected one where none is named, and read its config.

    From then on this process has the stack's environment, because the Automation API passes all of it on. Raises Stop.
    """
    directory, engine = _project(directory), _engine(environ)
    judged = judged_environment(engine, directory, environ)
    # A command that reads the cloud ignores an inventory file in the environment.
    judged.pop(ESTATE_VARIABLE, None)
    os.environ.clear()
    os.environ.update(judged)
    command = InterruptibleCommand(root=str(engine.bin_dir.parent))
    name = stack or environ.get("PULUMI_STACK") or ""
    try:
        workspace = _Workspace(work_dir=str(directory), pulumi_command=command)
        name = name or command.run(["stack", "--show-name"], str(directory), {}).stdout.strip()
        handle = automation.Stack.select(name, workspace)
        given = handle.get_all_config()
        project = workspace.project_settings().name
    except automation.CommandError as error:
        raise _refused(error, name, directory) from None
    config = {key: item.value for key, item in given.items() if item.value is not None}
    opened = OpenStack(handle, directory, project, config, judged)
    if CONFIG_KEY in given and given[CONFIG_KEY].secret:
        raise Stop(BAD_INPUT, str(ConfigError(opened.file, [SECRET])))
    if not config and not (directory / opened.file).is_file():
        raise Stop(BAD_INPUT, _no_file(opened.name, opened.file))
    _check_length(config, opened.file)
    return opened


def open_by_file(
    directory: Path, stack: str | None, environ: Mapping[str, str], estate: Path, scratch: Path
) -> OpenStack:
    """Open a stack for a preview by an inventory file: an empty one of its name, in `scratch`, with its config.

    Neither the backend of the stack nor the cloud is called: the backend may be a bucket, and a fork has no key to
    either. From then on this process has an environment without any credentials. Raises Stop.
    """
    directory, engine = _project(directory), _engine(environ)
    name = (stack or environ.get("PULUMI_STACK") or _only_stack(directory)).rpartition("/")[2]
    project, config = _document(directory / _PROJECT_FILE), _document(directory / f"Pulumi.{name}.yaml")
    judged = without_cloud(judged_environment(engine, directory, environ))
    state, place = scratch / "state", scratch / "project"
    for path in (state, place):
        path.mkdir()
    judged |= {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_OPTION_REFRESH": "false"}
    judged[ESTATE_VARIABLE] = str(estate.resolve())
    os.environ.clear()
    os.environ.update(judged)
    config_values = _without_secrets(config.get("config"), f"Pulumi.{name}.yaml")
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config_values.items()}
    _check_length(texts, f"Pulumi.{name}.yaml")
    # Pulumi writes a salt beside the config of a new stack; this keeps it out of the user's file.
    (place / _PROJECT_FILE).write_text(json.dumps({"name": project.get("name"), "runtime": "python"}), encoding="utf-8")
    command = automation.PulumiCommand(root=str(engine.bin_dir.parent))
    try:
        command.run(["stack", "init", name, "--no-select", "--non-interactive"], str(place), {})
        file = place / f"Pulumi.{name}.yaml"
        salt = read_document(file) if file.is_file() else None
        file.write_text(json.dumps({**(salt or {}), "config": config_values}), encoding="utf-8")
        handle = automation.Stack.select(name, _Workspace(work_dir=str(directory), pulumi_command=command))
    except automation.CommandError as error:
        raise _refused(error, name, directory) from None
    return OpenStack(handle, directory, str(project.get("name")), texts, judged, file)


def _check_length(config: Mapping[str, str], file: str) -> None:
    """Raise Stop for a config that is too long for the program to be started with it."""
    length = len(f"PULUMI_CONFIG={json.dumps(config, ensure_ascii=False)}".encode())
    if sys.platform == "linux" and length >= _LONGEST:
        raise Stop(
            BAD_INPUT,
            f"{file}: the config takes {length // 1024} KiB, and the program does not start with 128 or more. Put long "
            "lists into files of their own, which classic-to-vpc:migration.include names (docs/config.md).",
        )


def without_cloud(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without access to the cloud or a backend: no credentials, no hosts of either."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(_CLOUDS) and not name.endswith("_ENDPOINT") and name not in _STATES
    }


def _only_stack(directory: Path) -> str:
    names = sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in directory.glob("Pulumi.*.yaml"))
    if len(names) != 1:
        there = f"there are {', '.join(names)}" if names else "there is none"
        raise Stop(BAD_INPUT, f"--stack: expected the name of a stack with --estate; {there}")
    return names[0]


def _document(path: Path) -> Mapping[str, object]:
    try:
        document = read_document(path)
    except DocumentError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    if not isinstance(document, Mapping):
        raise Stop(BAD_INPUT, f"{path.name}: expected a map")
    return document


def _without_secrets(config: object, file: str) -> dict[str, object]:
    """Return the config without the keys of cloud access, and without values that only the stack's key opens."""
    values: dict[str, object] = {}
    for key, value in config.items() if isinstance(config, Mapping) else ():
        if str(key).startswith(PREFIX) and key not in _PLACE:
            continue
        if _is_secret(value):
            raise Stop(BAD_INPUT, f"{file}: {key}: expected no secret with --estate, which has no key to open it")
        values[str(key)] = value
    return values


def _is_secret(value: object) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"secure"} or any(map(_is_secret, value.values()))
    return isinstance(value, list) and any(map(_is_secret, value))


def _project(directory: Path) -> Path:
    directory = directory.resolve()
    if not (directory / _PROJECT_FILE).is_file():
        raise Stop(BAD_INPUT, f"{directory}: expected a directory with {_PROJECT_FILE}; --project names it")
    return directory


def _engine(environ: Mapping[str, str]) -> toolchain.Engine:
    try:
        return toolchain.ensure(environment=environ, reporter=_Quiet())
    except toolchain.ToolchainError as error:
        raise Stop(NOT_JUDGED, f"there is no engine: {error}") from None


def _no_file(stack: str, file: str) -> str:
    return f"there is no file {file}, which has the config of the stack: `preflight init --stack {stack}` writes one"


def _refused(error: automation.CommandError, stack: str, directory: Path) -> Stop:
    """Return why the engine does not open the stack, in a line and with a way out.

    Raises Stop where the passphrase is not the stack's, or a file cannot be read: the engine names neither the file nor
    what was expected.
    """
    message = "; ".join(error_lines(str(error))) or "it says nothing"
    if "no stack named" in message:
        return Stop(BAD_INPUT, f"there is no stack {stack}: make it by `pulumi stack init {stack}`, or name another")
    if "no stack selected" in message or "no current stack" in message:
        return Stop(BAD_INPUT, "no stack is selected: name one by --stack, or `pulumi stack init NAME` makes the first")
    refuse_passphrase([message])
    if "stack name" in message:
        return Stop(BAD_INPUT, f"--stack {safe(stack)}: {message}")
    for file in (_PROJECT_FILE, f"Pulumi.{stack.rpartition('/')[2]}.yaml"):
        if (directory / file).exists():
            _document(directory / file)
    return Stop(NOT_JUDGED, f"the engine does not open the stack: {message}")


def refuse_passphrase(errors: Iterable[str]) -> None:
    """Raise Stop where the engine cannot decrypt: without secrets in the config only a run asks for the passphrase."""
    if message := next((error for error in errors if "passphrase" in error), ""):
        raise Stop(
            NOT_ALLOWED, f"the stack cannot be decrypted: {message}. Expected its own in PULUMI_CONFIG_PASSPHRASE."
        )


def error_lines(output: str) -> list[str]:
    """Return the errors that a command of the engine printed, each once."""
    lines = [line.strip().removeprefix("stderr: ") for line in redacted(output).splitlines()]
    errors = [line.partition("error: ")[2] for line in lines if line.startswith("error: ")]
    return list(dict.fromkeys(line.strip() for line in errors if line.strip()))


def decoded(text: str) -> object:
    """Return the object or list in a text of the config, or the text if it is neither."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text
