"""The command lines and environments that the language host starts."""
# ruff: noqa: S106 - "pwd" is a working directory.

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2

from toolchain.language_host.commands import (
    parse_environment,
    plugin_command,
    plugin_directory,
    program_command,
    program_environment,
    run_outcome,
)
from toolchain.language_host.inspection import RequiredPlugin, parse_inspection

INFO = language_pb2.ProgramInfo(root_directory="/top", program_directory="/top/program", entry_point="main.py")


def test_a_program_is_started_by_the_exec_script() -> None:
    request = language_pb2.RunRequest(
        monitor_address="monitor:1",
        project="project",
        stack="dev",
        pwd="/top/program",
        dryRun=True,
        parallel=4,
        organization="org",
        args=["a", "b"],
        info=INFO,
    )
    assert program_command("py", Path("/x/exec"), "engine:2", request) == [
        "py",
        "-u",
        "/x/exec",
        "--monitor",
        "monitor:1",
        "--engine",
        "engine:2",
        "--project",
        "project",
        "--root_directory",
        "/top",
        "--stack",
        "dev",
        "--pwd",
        "/top/program",
        "--dry_run",
        "true",
        "--parallel",
        "4",
        "--organization",
        "org",
        "main.py",
        "a",
        "b",
    ]


def test_what_is_not_known_is_left_out_and_the_directory_is_the_program() -> None:
    command = program_command("py", Path("exec"), "", language_pb2.RunRequest(project="p"))
    assert command == ["py", "-u", "exec", "--project", "p", "--dry_run", "false", "--parallel", "0", "."]


def test_configuration_goes_by_the_environment() -> None:
    request = language_pb2.RunRequest(config={"p:a": "1"}, configSecretKeys=["p:b"])
    environment = program_environment(request)
    assert json.loads(environment["PULUMI_CONFIG"]) == {"p:a": "1"}
    assert json.loads(environment["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:b"]


def test_a_policy_pack_runs_in_its_own_directory() -> None:
    request = language_pb2.RunPluginRequest(kind="analyzer", pwd="/stack", args=["engine:2"], info=INFO)
    assert plugin_command("py", request) == ["py", "-u", "-m", "pulumi.policy", "engine:2", "/top/program"]
    assert plugin_directory(request) == Path("/top/program")


def test_a_provider_plugin_runs_where_the_engine_says() -> None:
    request = language_pb2.RunPluginRequest(kind="resource", pwd="/stack", args=["engine:2"], info=INFO)
    assert plugin_command("py", request) == ["py", "-u", "/top/program", "engine:2"]
    assert plugin_directory(request) == Path("/stack")


def test_of_two_variables_with_one_name_the_later_wins() -> None:
    assert parse_environment(["A=1", "B=x=y", "A=2", "EMPTY=", "=odd"]) == {"A": "2", "B": "x=y", "EMPTY": ""}


@pytest.mark.parametrize(
    ("exit_code", "outcome"),
    [
        (0, {}),
        (32, {"bail": True}),
        (1, {"error": "Program exited with non-zero exit code: 1"}),
        (-15, {"error": "Program was ended by signal 15"}),
    ],
)
def test_exit_codes(exit_code: int, outcome: Mapping[str, str | bool]) -> None:
    assert run_outcome(exit_code) == outcome


def test_only_sdks_with_a_resource_plugin_ask_for_one() -> None:
    plugins = [
        {"resource": True, "name": "random", "version": "4.1.0", "server": "there"},
        {"resource": True, "name": "alicloud", "version": "4.0.0"},
        {"resource": False, "name": "components"},
    ]
    found = parse_inspection(json.dumps({"version": "3.11.7", "packages": [["pulumi", "3.1.0"]], "plugins": plugins}))
    assert found.packages == (("pulumi", "3.1.0"),)
    assert found.plugins == (RequiredPlugin("alicloud", "4.0.0", ""), RequiredPlugin("random", "4.1.0", "there"))
