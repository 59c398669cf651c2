"""This run: remove the result of an earlier one, and record the inputs of this one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from components.config import CONFIG_KEY, ConfigError, MigrationConfig
from components.evidence import evidence_paths
from estate.clock import ClockReading
from estate.documents import DocumentError, read_document
from estate.errors import CloudError, CredentialsError, EstateError, PermissionDenied, SettingsError
from estate.guest import EvidenceFileError
from estate.identity import PREFIX
from estate.inventory import InventoryError

RESULT_VARIABLE: Final = "PREFLIGHT_RESULT"
FAILURE_VARIABLE: Final = "PREFLIGHT_FAILURE"
#: `true` asks for the facts of `Sources.whole_region`.
WHOLE_REGION_VARIABLE: Final = "PREFLIGHT_WHOLE_REGION"
# `git status` of a large checkout on a cold disk; a preview does not wait longer.
_GIT_SECONDS: Final = 20
_PROJECT_FILE: Final = "Pulumi.yaml"


@dataclass(frozen=True)
class SourceFile:
    """A file that the program read: its path relative to the project, and the SHA-256 of its content."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Sources:
    """The inputs of a preview. None: unknown.

    `commit` is the checkout's HEAD, `dirty` whether tracked files differ from it. `stack_file` is None where it does
    not hold the config of this run (`--config-file`, an environment), its `alicloud:` keys included. `files` are all
    others. `clock` is the cloud's time when the estate had been read, `rehearsal` the reasons why it may not be Alibaba
    Cloud's. `estate_file` is the inventory file of the estate, None where the cloud was read. `whole_region` asks for
    facts that no rule needs: the rules of groups whose instances other stacks move.
    """

    commit: str | None = None
    dirty: bool | None = None
    stack_file: SourceFile | None = None
    files: tuple[SourceFile, ...] = ()
    clock: ClockReading | None = None
    rehearsal: tuple[str, ...] = ()
    estate_file: SourceFile | None = None
    whole_region: bool = False


def discard_result(environ: Mapping[str, str]) -> None:
    """Remove the result file of an earlier run, so that it cannot pass for this one's if the pack is not loaded.

    Raises `EstateError` where it cannot be removed, and for a relative path: the pack would resolve it elsewhere.
    """
    name = environ.get(RESULT_VARIABLE)
    if not name:
        return
    if not Path(name).is_absolute():
        raise EstateError(f"{RESULT_VARIABLE}: expected an absolute path, found {name!r}")
    try:
        Path(name).unlink(missing_ok=True)
    except OSError as error:
        problem = f"{RESULT_VARIABLE}: expected a file that can be removed, found {name!r} ({error.strerror})"
        raise EstateError(problem) from None


FailureKind: TypeAlias = Literal["input", "access", "cloud"]


def failure_kind(error: Exception) -> FailureKind:
    """Return the kind of a failure: bad input, missing credentials or permission, or anything else of the cloud."""
    if isinstance(error, ConfigError | SettingsError | EvidenceFileError | InventoryError):
        return "input"
    if isinstance(error, CloudError) and error.names_no_region:
        return "input"
    return "access" if isinstance(error, CredentialsError | PermissionDenied) else "cloud"


def failure_text(error: Exception, environ: Mapping[str, str]) -> str:
    """Return why the program stops; if PREFLIGHT_FAILURE names a file, kind and message are written there too.

    The engine exits with its own code, and prints the message among others: a caller could only guess.
    """
    message = str(error)
    if name := environ.get(FAILURE_VARIABLE):
        # The caller finds no file, and then reports the engine's message.
        with contextlib.suppress(OSError):
            Path(name).write_text(json.dumps({"kind": failure_kind(error), "message": message}), encoding="utf-8")
    return message


def read_sources(
    config: MigrationConfig, raw: object, directory: Path, file: str, cloud: Mapping[str, str] | None
) -> Sources:
    """Return the inputs of this run; unknown ones are left out.

    `raw` is the migration's config from the engine, `cloud` are the texts of all `alicloud:` keys, None where no cloud
    is called. `directory` is that of Pulumi.yaml, `file` the stack file.
    """
    paths = [] if config.evidence is None else evidence_paths(config.evidence, directory, file)
    paths += [directory / name for name in config.include]
    if config.classic_link is not None and config.classic_link.flows_file is not None:
        paths.append(directory / config.classic_link.flows_file)
    project = _project_config(directory)
    if project:
        paths.append(directory / _PROJECT_FILE)
    commit = _git(directory, "rev-parse", "--verify", "HEAD")
    return Sources(
        commit=commit,
        dirty=None if commit is None else _is_dirty(directory),
        stack_file=_stack_file(directory / file, raw, directory, cloud, project),
        files=tuple(item for item in _digests(paths, directory) if item is not None),
    )


def _is_dirty(directory: Path) -> bool | None:
    """Whether tracked files differ from the commit, or untracked Python code may be run."""
    changes = _git(directory, "status", "--porcelain", "--untracked-files=no")
    code = _git(directory, "ls-files", "--others", "--exclude-standard", "--", "*.py")
    return None if changes is None or code is None else bool(changes or code)


def _git(directory: Path, *arguments: str) -> str | None:
    """Return the output of git for the checkout, None without git, a checkout, or the right to read it."""
    command = ["git", "-C", str(directory), *arguments]
    # GIT_DIR and similar variables would select another repository.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False, env=environ)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def _stack_file(
    path: Path, raw: object, directory: Path, cloud: Mapping[str, str] | None, project: Mapping[str, object]
) -> SourceFile | None:
    """Return the stack file, if it holds the config of this run: the migration, the cloud and the caller."""
    config = _config_in(path)
    if not _says(config.get(CONFIG_KEY), raw):
        return None
    if cloud is None:
        return source_file(path, directory)
    declared = {**project, **{key: value for key, value in config.items() if key.startswith(PREFIX)}}
    if declared.keys() != cloud.keys() or not all(_says_text(value, cloud[key]) for key, value in declared.items()):
        return None
    return source_file(path, directory)


def _project_config(directory: Path) -> Mapping[str, object]:
    """Return the `alicloud:` keys of Pulumi.yaml, which hold for all stacks (Pulumi, "Project-level configuration")."""
    prefixed = {key: value for key, value in _config_in(directory / _PROJECT_FILE).items() if key.startswith(PREFIX)}
    return {
        key: value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in prefixed.items()
    }


def _config_in(path: Path) -> dict[str, object]:
    """Return the config in a file of Pulumi; none where it cannot be read."""
    try:
        written = read_document(path)
    except DocumentError:
        return {}
    config = written.get("config") if isinstance(written, dict) else None
    return config if isinstance(config, dict) else {}


def _says_text(written: object, text: str) -> bool:
    """Whether the file holds a text that the engine passed: it passes lists and maps as JSON."""
    if isinstance(written, str):
        return written == text
    try:
        return _says(written, json.loads(text))
    except (ValueError, RecursionError):
        return _says(written, text)


def _says(written: object, given: object) -> bool:
    """Whether the file holds a value that the engine passed; a secret has another form there, and counts as equal."""
    if isinstance(written, dict) and set(written) == {"secure"}:
        return True
    if isinstance(written, dict):
        return (
            isinstance(given, Mapping)
            and written.keys() == given.keys()
            and all(_says(value, given[key]) for key, value in written.items())
        )
    if isinstance(written, list):
        return isinstance(given, list | tuple) and len(written) == len(given) and all(map(_says, written, given))
    return written == given


def _digests(paths: Iterable[Path], directory: Path) -> Iterable[SourceFile | None]:
    return (source_file(path, directory) for path in sorted(set(paths)))


def source_file(path: Path, directory: Path) -> SourceFile | None:
    """Return a file that the program reads, relative to `directory`; None where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    relative = path.relative_to(directory) if path.is_relative_to(directory) else path
    return SourceFile(relative.as_posix(), hashlib.sha256(content).hexdigest())
