"""The command lines that the host starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pulumi.runtime.proto import language_pb2

#: The exit code by which the exec script says that it has shown the error already.
EXIT_SHOWN = 32


def program_command(python: str, exec_script: Path, engine_address: str, request: language_pb2.RunRequest) -> list[str]:
    """Start a Pulumi program by the SDK's own exec script."""
    named = {
        "monitor": request.monitor_address,
        "engine": engine_address,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    flags = [part for name, value in named.items() if value for part in (f"--{name}", value)]
    return [python, "-u", str(exec_script), *flags, request.info.entry_point or ".", *request.args]


def program_environment(request: language_pb2.RunRequest) -> dict[str, str]:
    """The stack's configuration, in the variables where the SDK looks for it."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def plugin_command(python: str, request: language_pb2.RunPluginRequest) -> list[str]:
    """Start a policy pack by the SDK's policy module, or any other plugin as the Python program that it is."""
    directory = request.info.program_directory
    if request.kind == "analyzer":
        return [python, "-u", "-m", "pulumi.policy", *request.args, directory]
    return [python, "-u", directory, *request.args]


def plugin_directory(request: language_pb2.RunPluginRequest) -> Path:
    """Where a plugin runs: a policy pack in its own directory, any other where the engine says."""
    return Path(request.info.program_directory if request.kind == "analyzer" else request.pwd)


def parse_environment(entries: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE entries; of two with the same name the later wins, as when a process is started with both."""
    pairs = (entry.partition("=") for entry in entries)
    return {name: value for name, _, value in pairs if name}


def run_outcome(exit_code: int) -> Mapping[str, str | bool]:
    """How a program's exit code is reported: nothing for success, `bail` where its error is shown already."""
    if exit_code == 0:
        return {}
    if exit_code == EXIT_SHOWN:
        return {"bail": True}
    if exit_code < 0:
        return {"error": f"Program was ended by signal {-exit_code}"}
    return {"error": f"Program exited with non-zero exit code: {exit_code}"}
