"""Install the alicloud provider plugin where a Pulumi CLI finds it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from toolchain.builder import PLUGIN_RECIPE
from toolchain.cache import exclusive
from toolchain.discovery import Installed, has_plugin
from toolchain.processes import run_streamed
from toolchain.progress import Reporter
from toolchain.versions import PLUGIN

_DOWNLOAD_SECONDS = 300

_INSTALL_ADVICE = "What to do: check that the disk is not full and that PULUMI_HOME can be written, then run it again."


def install_built_plugin(pulumi: Path, plugin: Path, environment: Mapping[str, str], reporter: Reporter) -> None:
    """Install the plugin that was built in the directory `plugin` into the PULUMI_HOME of `environment`.

    Raises ToolchainError when the CLI cannot do it.
    """
    with reporter.running(lambda: f"installing the alicloud plugin {PLUGIN}"):
        run_streamed(
            [*_install_command(pulumi), "--reinstall", "--file", str(plugin / PLUGIN_RECIPE.output)],
            cwd=plugin,
            environment={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            on_line=lambda line: None,
            advice=_INSTALL_ADVICE,
        )
    reporter.say(f"installed the alicloud plugin {PLUGIN}")


def ensure_plugin(
    installed: Installed,
    cache: Path,
    environment: Mapping[str, str],
    build_plugin: Callable[[], Path],
    reporter: Reporter,
) -> None:
    """Give the user's own Pulumi the alicloud plugin: the installed one, the official one, or one that is built.

    `build_plugin` is called only when the other two fail, and returns the directory with the binary. Raises
    ToolchainError when no plugin can be had.
    """
    if has_plugin(installed.path, environment):
        return
    with exclusive(cache / "plugin-for-installed.lock", "the alicloud plugin", reporter):
        if has_plugin(installed.path, environment) or install_official_plugin(installed.path, environment, reporter):
            return
        install_built_plugin(installed.path, build_plugin(), environment, reporter)


def install_official_plugin(pulumi: Path, environment: Mapping[str, str], reporter: Reporter) -> bool:
    """Let `pulumi` download the official plugin into the PULUMI_HOME of `environment`; return whether it succeeded."""
    with reporter.running(lambda: f"installing the official alicloud plugin {PLUGIN}"):
        try:
            answer = subprocess.run(
                _install_command(pulumi),
                capture_output=True,
                check=False,
                timeout=_DOWNLOAD_SECONDS,
                env={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
                stdin=subprocess.DEVNULL,
            )
            installed = answer.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            installed = False
    if not installed:
        reporter.say(f"the official alicloud plugin {PLUGIN} cannot be downloaded from here; building it instead")
    return installed


def _install_command(pulumi: Path) -> list[str]:
    return [str(pulumi), "plugin", "install", "resource", "alicloud", f"v{PLUGIN}"]
