"""The whole decision, with fake tools."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import Origin, ToolchainError, ensure
from toolchain.progress import Reporter
from toolchain.versions import ENGINE, MINIMUM_PULUMI, Version

FakeTool = Callable[..., Path]
Calls = Callable[[], list[str]]


def test_a_recent_pulumi_with_its_plugin_is_used_as_it_is(
    fake_pulumi: FakeTool, environment: dict[str, str], reporter: Reporter, log: io.StringIO, pulumi_calls: Calls
) -> None:
    path = fake_pulumi("v3.300.1", plugins=("4.0.0",))
    engine = ensure(environment=environment, reporter=reporter)
    assert (engine.origin, engine.version, engine.pulumi_home) == (Origin.INSTALLED, Version(3, 300, 1), None)
    assert engine.pulumi.resolve() == path
    assert log.getvalue() == f"toolchain: using {path}: it is 3.300.1, and {MINIMUM_PULUMI} or newer is needed\n"
    assert pulumi_calls() == ["version", "plugin ls --json"]


def test_only_pulumi_is_put_on_path(fake_pulumi: FakeTool, environment: dict[str, str], reporter: Reporter) -> None:
    fake_pulumi(plugins=("4.0.0",))
    engine = ensure(environment=environment, reporter=reporter)
    assert [path.name for path in engine.bin_dir.iterdir()] == ["pulumi"]


def test_a_missing_plugin_comes_from_its_official_place(
    fake_pulumi: FakeTool, environment: dict[str, str], reporter: Reporter, pulumi_calls: Calls, go_builds: Calls
) -> None:
    fake_pulumi(plugins=("3.90.0",))
    ensure(environment=environment, reporter=reporter)
    assert pulumi_calls()[-1] == "plugin install resource alicloud v4.0.0"
    assert go_builds() == []


def test_a_plugin_that_cannot_be_downloaded_is_built(
    fake_pulumi: FakeTool,
    fake_go: FakeTool,
    environment: dict[str, str],
    reporter: Reporter,
    log: io.StringIO,
    pulumi_calls: Calls,
    go_builds: Calls,
) -> None:
    fake_pulumi(downloads=False)
    fake_go()
    engine = ensure(environment=environment, reporter=reporter)
    assert engine.origin is Origin.INSTALLED
    assert "cannot be downloaded from here; building it instead" in log.getvalue()
    assert "--reinstall --file" in pulumi_calls()[-1]
    assert len(go_builds()) == 2


def test_an_old_pulumi_is_left_alone_and_a_build_is_used(
    fake_pulumi: FakeTool,
    fake_go: FakeTool,
    environment: dict[str, str],
    reporter: Reporter,
    log: io.StringIO,
    pulumi_calls: Calls,
) -> None:
    fake_pulumi("v3.100.0")
    fake_go()
    engine = ensure(environment=environment, reporter=reporter)
    assert (engine.origin, engine.version) == (Origin.BUILT, ENGINE)
    assert "3.100.0" in log.getvalue()
    assert pulumi_calls() == ["version"]


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_build_can_be_forced(
    by_variable: bool,
    fake_pulumi: FakeTool,
    fake_go: FakeTool,
    environment: dict[str, str],
    reporter: Reporter,
    pulumi_calls: Calls,
) -> None:
    fake_pulumi(plugins=("4.0.0",))
    fake_go()
    if by_variable:
        environment["TOOLCHAIN_BUILD"] = "1"
    engine = ensure(force_build=not by_variable, environment=environment, reporter=reporter)
    assert engine.origin is Origin.BUILT
    assert pulumi_calls() == []


def test_the_least_engine_is_built_even_where_a_recent_one_is_installed(
    fake_pulumi: FakeTool, fake_go: FakeTool, environment: dict[str, str], reporter: Reporter, pulumi_calls: Calls
) -> None:
    fake_pulumi(plugins=("4.0.0",))
    fake_go()
    newest = ensure(force_build=True, environment=environment, reporter=reporter)
    least = ensure(environment=environment | {"TOOLCHAIN_ENGINE": "least"}, reporter=reporter)
    assert (least.origin, least.version) == (Origin.BUILT, MINIMUM_PULUMI)
    assert (newest.version, newest.bin_dir == least.bin_dir) == (ENGINE, False)
    assert pulumi_calls() == []


def test_an_engine_that_nobody_knows_is_one_clear_error(environment: dict[str, str], reporter: Reporter) -> None:
    with pytest.raises(ToolchainError, match=r"TOOLCHAIN_ENGINE is 'oldest'; it must be one of: newest, least"):
        ensure(environment=environment | {"TOOLCHAIN_ENGINE": "oldest"}, reporter=reporter)


def test_a_second_call_builds_nothing_and_gives_the_same(
    fake_go: FakeTool, environment: dict[str, str], reporter: Reporter, go_builds: Calls
) -> None:
    fake_go()
    first = ensure(environment=environment, reporter=reporter)
    second = ensure(environment=environment, reporter=reporter)
    assert first == second
    assert len(go_builds()) == 3


@pytest.mark.parametrize("other", [None, "go1.27.1"])
def test_a_build_is_used_again_once_the_go_that_made_it_is_gone(
    other: str | None, fake_go: FakeTool, environment: dict[str, str], reporter: Reporter, go_builds: Calls
) -> None:
    go = fake_go("go1.26.8")
    first = ensure(environment=environment, reporter=reporter)
    go.unlink()
    if other:
        fake_go(other)
    assert ensure(environment=environment, reporter=reporter) == first
    assert len(go_builds()) == 3


def test_a_build_writes_nothing_into_the_users_home(
    fake_go: FakeTool, environment: dict[str, str], reporter: Reporter, tmp_path: Path
) -> None:
    fake_go()
    engine = ensure(environment=environment, reporter=reporter)
    assert engine.pulumi_home is not None
    assert engine.pulumi_home.is_relative_to(tmp_path / "cache")
    assert not (tmp_path / "user").exists()


def test_our_own_build_on_path_is_not_taken_for_an_installed_one(
    fake_go: FakeTool, environment: dict[str, str], reporter: Reporter
) -> None:
    fake_go()
    first = ensure(environment=environment, reporter=reporter)
    again = ensure(environment=first.environ(environment), reporter=reporter)
    assert again == first


def test_path_alone_is_enough_to_find_the_plugin(
    fake_go: FakeTool, environment: dict[str, str], reporter: Reporter, tmp_path: Path
) -> None:
    fake_go()
    engine = ensure(environment=environment, reporter=reporter)
    real = engine.language_host.with_name("pulumi")
    real.unlink()
    real.write_text('#!/bin/sh\necho "$PULUMI_HOME"\n')
    real.chmod(0o755)

    def home(**extra: str) -> str:
        command = [str(engine.pulumi)]
        return subprocess.run(command, env=environment | extra, capture_output=True, text=True, check=True).stdout

    assert home().strip() == str(engine.pulumi_home)
    assert home(PULUMI_HOME=str(tmp_path)).strip() == str(tmp_path)


def test_a_cache_that_is_a_file(environment: dict[str, str], reporter: Reporter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ToolchainError, match="set CLASSIC_TO_VPC_CACHE to a directory that can"):
        ensure(environment=environment | {"CLASSIC_TO_VPC_CACHE": str(tmp_path / "file")}, reporter=reporter)
