"""Deciding which engine is used, and making it ready."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from toolchain.builder import ENGINE_RECIPE, PLUGIN_RECIPE, Go, Recipe, build, find_go, minimum_go
from toolchain.cache import CACHE_VARIABLE, cache_root, publish_once
from toolchain.discovery import Installed, find_pulumi, search_path
from toolchain.engine import Engine, Origin
from toolchain.errors import ToolchainError
from toolchain.launchers import digest, front_of_built, front_of_installed
from toolchain.plugins import ensure_plugin, install_built_plugin
from toolchain.progress import Reporter
from toolchain.versions import ENGINE, MINIMUM_PULUMI

BUILD_VARIABLE = "TOOLCHAIN_BUILD"


def ensure(
    *,
    force_build: bool = False,
    environment: Mapping[str, str] | None = None,
    reporter: Reporter | None = None,
) -> Engine:
    """Make a Pulumi engine with Python support and the alicloud plugin ready, and return it.

    A recent enough `pulumi` on PATH is used as it is; otherwise, or with `force_build` (or TOOLCHAIN_BUILD=1), one is
    built into the cache. What is there already is only checked, so a second call takes well under a second.
    `environment` stands for this process's own; `reporter` says what is done, by default on stderr.
    Raises ToolchainError, with what to do, when no engine can be had.
    """
    environment = dict(os.environ if environment is None else environment)
    reporter = reporter if reporter is not None else Reporter()
    cache = _writable(cache_root(environment) / "toolchain")
    if force_build or environment.get(BUILD_VARIABLE) == "1":
        reporter.say("not looking for an installed pulumi: a build was asked for")
        return _built_engine(cache, environment, reporter)
    found = find_pulumi(search_path(environment, cache), environment)
    if isinstance(found, Installed):
        reporter.say(f"using {found.path}: it is {found.version}, and {MINIMUM_PULUMI} or newer is needed")
        return _installed_engine(found, cache, environment, reporter)
    reporter.say(f"using our own build of Pulumi {ENGINE}: {found.reason}")
    return _built_engine(cache, environment, reporter)


def _writable(cache: Path) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolchainError(
            f"the cache {cache} cannot be made ({error.strerror}); set {CACHE_VARIABLE} to a directory that can"
        ) from error
    return cache


def _installed_engine(installed: Installed, cache: Path, environment: Mapping[str, str], reporter: Reporter) -> Engine:
    def build_plugin() -> Path:
        return build(PLUGIN_RECIPE, _go_for(environment, PLUGIN_RECIPE), cache, environment, reporter)

    ensure_plugin(installed, cache, environment, build_plugin, reporter)
    return Engine(front_of_installed(installed.path, cache, reporter), None, installed.version, Origin.INSTALLED)


def _built_engine(cache: Path, environment: Mapping[str, str], reporter: Reporter) -> Engine:
    go = _go_for(environment, ENGINE_RECIPE, PLUGIN_RECIPE)
    engine = build(ENGINE_RECIPE, go, cache, environment, reporter)
    plugin = build(PLUGIN_RECIPE, go, cache, environment, reporter)
    home = _home_with_plugin(engine, plugin, cache, environment, reporter)
    return Engine(front_of_built(engine, home, cache, reporter), home, ENGINE, Origin.BUILT)


def _go_for(environment: Mapping[str, str], *recipes: Recipe) -> Go:
    minimum = max(minimum_go((recipe.module / "go.mod").read_text()) for recipe in recipes)
    return find_go(environment, minimum)


def _home_with_plugin(
    engine: Path, plugin: Path, cache: Path, environment: Mapping[str, str], reporter: Reporter
) -> Path:
    """A PULUMI_HOME of our own with the plugin in it, so that nothing of the user's is touched."""
    home = cache / f"home-{digest(engine.name, plugin.name)}"

    def fill(staging: Path) -> None:
        install_built_plugin(engine / "pulumi", plugin, {**environment, "PULUMI_HOME": str(staging)}, reporter)

    publish_once(home, "the plugin's installation", fill, reporter)
    return home
