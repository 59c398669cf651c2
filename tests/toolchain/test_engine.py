"""The environment that an engine gives to a child process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import Engine, Origin
from toolchain.versions import ENGINE


@pytest.fixture
def built(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "it's here" / "bin", tmp_path / "home $x", ENGINE, Origin.BUILT, tmp_path / "host")


@pytest.fixture
def installed(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "bin", None, ENGINE, Origin.INSTALLED, tmp_path / "host")


def test_comes_first_on_path(built: Engine) -> None:
    entries = built.environ({"PATH": "/usr/bin:/bin"})["PATH"].split(os.pathsep)
    assert entries[0] == str(built.bin_dir)
    assert entries[-2:] == ["/usr/bin", "/bin"]


def test_the_callers_virtualenv_is_on_path(built: Engine) -> None:
    entries = built.environ({"PATH": "/usr/bin"})["PATH"].split(os.pathsep)
    assert (str(Path(sys.executable).parent) in entries) == (sys.prefix != sys.base_prefix)


def test_applying_it_twice_changes_nothing(built: Engine) -> None:
    once = built.environ({"PATH": "/usr/bin"})
    assert built.environ(once) == once


def test_the_rest_of_the_environment_is_kept(built: Engine) -> None:
    assert built.environ({"PATH": "/usr/bin", "ALICLOUD_REGION": "cn-hangzhou"})["ALICLOUD_REGION"] == "cn-hangzhou"


def test_a_built_engine_has_its_own_home_and_downloads_nothing(built: Engine) -> None:
    environment = built.environ({})
    assert environment["PULUMI_HOME"] == str(built.pulumi_home)
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_an_installed_engine_keeps_the_users_home_and_downloads(installed: Engine) -> None:
    environment = installed.environ({"PULUMI_HOME": "/home/me/.pulumi"})
    assert environment["PULUMI_HOME"] == "/home/me/.pulumi"
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in environment


@pytest.mark.parametrize("origin", list(Origin))
def test_nothing_asks_for_newer_versions(origin: Origin, tmp_path: Path) -> None:
    assert Engine(tmp_path, None, ENGINE, origin, tmp_path / "host").environ({})["PULUMI_SKIP_UPDATE_CHECK"] == "true"


def test_a_shell_reads_the_export_lines_back(built: Engine) -> None:
    script = f'{built.exports({"PATH": "/usr/bin:/bin"})}\nprintf "%s\\n" "$PULUMI_HOME" "$PATH"'
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env={})
    home, path = shell.stdout.splitlines()
    assert home == str(built.pulumi_home)
    assert path.startswith(f"{built.bin_dir}{os.pathsep}")
