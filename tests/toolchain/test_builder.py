"""Builds: what decides the key, what is counted, and what a failure says."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from toolchain.builder import ENGINE_RECIPE, PLUGIN_RECIPE, SCHEMA, BuildCounter, build
from toolchain.errors import ToolchainError
from toolchain.go import Go
from toolchain.progress import Reporter
from toolchain.versions import Version

MINIMUM = Version(1, 25, 11)


class TestKey:
    def test_depends_on_sources_and_go(self, tmp_path: Path) -> None:
        module = tmp_path / "module"
        shutil.copytree(PLUGIN_RECIPE.module, module)
        recipe = replace(PLUGIN_RECIPE, module=module)
        key = recipe.build_key(MINIMUM)
        assert recipe.build_key(MINIMUM) == key
        assert recipe.build_key(Version(1, 26, 0)) != key
        (module / "bridge" / "tokens.go").write_text("package bridge // changed")
        assert recipe.build_key(MINIMUM) != key

    def test_the_stub_module_is_part_of_the_plugins_sources(self, tmp_path: Path) -> None:
        module = tmp_path / "module"
        shutil.copytree(PLUGIN_RECIPE.module, module)
        recipe = replace(PLUGIN_RECIPE, module=module)
        key = recipe.build_key(MINIMUM)
        (module / "ossstub" / "client" / "client.go").write_text("package client")
        assert recipe.build_key(MINIMUM) != key

    def test_the_language_host_is_part_of_the_engines_sources(self, tmp_path: Path) -> None:
        host = tmp_path / "language_host"
        shutil.copytree(ENGINE_RECIPE.local[0], host)
        recipe = replace(ENGINE_RECIPE, local=(host,))
        keys = {recipe.build_key(MINIMUM), recipe.source_key()}
        assert keys == {ENGINE_RECIPE.build_key(MINIMUM), ENGINE_RECIPE.source_key()}
        (host / "run.go").write_text("package main // changed")
        assert not keys & {recipe.build_key(MINIMUM), recipe.source_key()}


def test_progress_counts_packages_and_downloads_only() -> None:
    counter = BuildCounter("the plugin")
    assert counter.describe() == "building the plugin: 0 packages compiled"
    for line in ["go: downloading example.com/a v1", "example.com/a", "example.com/b", "# example.com/b", "\tnote", ""]:
        counter.see(line)
    assert counter.describe() == "building the plugin: 2 packages compiled (modules downloaded: 1)"


class TestBuild:
    def test_builds_the_cli_with_its_language_hosts_and_exec_script_beside_it(
        self, fake_go: Callable[..., Path], environment: dict[str, str], tmp_path: Path, reporter: Reporter
    ) -> None:
        built = build(ENGINE_RECIPE, Go(str(fake_go()), MINIMUM), tmp_path / "cache", environment, reporter)
        assert sorted(path.name for path in built.iterdir()) == [
            "pulumi",
            "pulumi-language-python",
            "pulumi-language-python-exec",
            "pulumi-language-yaml",
        ]

    def test_the_plugin_embeds_the_schema_that_its_own_generator_writes(
        self,
        fake_go: Callable[..., Path],
        go_builds: Callable[[], list[str]],
        environment: dict[str, str],
        tmp_path: Path,
        reporter: Reporter,
    ) -> None:
        built = build(PLUGIN_RECIPE, Go(str(fake_go()), MINIMUM), tmp_path / "cache", environment, reporter)
        assert sorted(path.name for path in built.iterdir()) == ["pulumi-resource-alicloud", "schema.json"]
        assert [line.split()[-1] for line in go_builds()] == [
            "./cmd/pulumi-tfgen-alicloud",
            "./cmd/pulumi-resource-alicloud",
        ]

    def test_the_schema_is_laid_where_the_plugin_embeds_it_from(self) -> None:
        (package,) = PLUGIN_RECIPE.packages
        assert PLUGIN_RECIPE.schema_file == f"{package.removeprefix('./')}/{SCHEMA}"
        assert f"//go:embed {SCHEMA}\n" in (PLUGIN_RECIPE.module / package / "main.go").read_text()

    def test_a_failed_build_says_the_command_its_output_and_what_to_do(
        self, fake_go: Callable[..., Path], environment: dict[str, str], tmp_path: Path, reporter: Reporter
    ) -> None:
        go = Go(str(fake_go(fails_with="example.com/a: checksum mismatch")), MINIMUM)
        with pytest.raises(ToolchainError) as failure:
            build(PLUGIN_RECIPE, go, tmp_path / "cache", environment, reporter)
        message = str(failure.value)
        assert f"cd {PLUGIN_RECIPE.module} && {go.path} build -v" in message
        assert "example.com/a: checksum mismatch" in message
        assert "What to do:" in message
        assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]

    def test_progress_is_shown(
        self,
        fake_go: Callable[..., Path],
        environment: dict[str, str],
        tmp_path: Path,
        reporter: Reporter,
        log: io.StringIO,
    ) -> None:
        build(PLUGIN_RECIPE, Go(str(fake_go()), MINIMUM), tmp_path / "cache", environment, reporter)
        assert "building alicloud plugin 4.0.0: 0 packages compiled (0s)" in log.getvalue()
        assert "built alicloud plugin 4.0.0" in log.getvalue()
