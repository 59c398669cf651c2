"""The pin of the engine moves to the newest version that can be built."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.builder import ENGINE_RECIPE
from toolchain.errors import ToolchainError
from toolchain.pin import newest_first, pin, required
from toolchain.progress import Reporter
from toolchain.versions import ENGINE, Version

GO = """
if sys.argv[1:3] == ["env", "GOVERSION"]:
    print("go1.99.0")
elif sys.argv[1] == "list":
    print("go: downloading something", file=sys.stderr)
    print(json.dumps({{"Versions": {versions!r}}}))
elif sys.argv[1:3] == ["mod", "tidy"]:
    text = pathlib.Path("go.mod").read_text()
    if any(f"pkg/v3 {{version}}\\n" in text for version in {broken!r}):
        sys.exit("go: finding module\\nnot found: sdk/v3")
    pathlib.Path("go.sum").write_text("sums")
"""

PINNED = Version(3, 270, 0)


@pytest.fixture
def module(tmp_path: Path) -> Path:
    directory = tmp_path / "module"
    directory.mkdir()
    (directory / "go.mod").write_text((ENGINE_RECIPE.module / "go.mod").read_text())
    (directory / "go.sum").write_text("old sums")
    return directory


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    file = tmp_path / "versions.py"
    file.write_text(f"ENGINE = Version{tuple(PINNED)}\nMINIMUM_PULUMI = Version(3, 259, 0)\n")
    return file


@pytest.fixture
def move(
    module: Path,
    versions: Path,
    make_tool: Callable[[str, str], Path],
    environment: dict[str, str],
    reporter: Reporter,
) -> Callable[..., Version]:
    def run(published: list[str], broken: tuple[str, ...] = ()) -> Version:
        make_tool("go", GO.format(versions=published, broken=broken))
        return pin(module, versions, PINNED, environment, reporter)

    return run


def test_the_newest_that_is_whole_is_pinned_everywhere(
    move: Callable[..., Version], module: Path, versions: Path, log: io.StringIO
) -> None:
    assert move(["v3.271.0", "v3.300.0", "v3.280.0"], broken=("v3.300.0",)) == Version(3, 280, 0)
    assert "require github.com/pulumi/pulumi/pkg/v3 v3.280.0\n" in (module / "go.mod").read_text()
    assert (module / "go.sum").read_text() == "sums"
    assert versions.read_text() == "ENGINE = Version(3, 280, 0)\nMINIMUM_PULUMI = Version(3, 259, 0)\n"
    assert "Pulumi 3.300.0 cannot be built: not found: sdk/v3" in log.getvalue()
    assert "the engine is pinned to 3.280.0, no longer to 3.270.0" in log.getvalue()


@pytest.mark.parametrize("published", [[], ["v3.259.0", "v3.270.0"], ["v3.280.0"]])
def test_without_a_newer_one_nothing_changes(
    published: list[str], move: Callable[..., Version], module: Path, versions: Path, log: io.StringIO
) -> None:
    before = (module / "go.mod").read_text(), versions.read_text()
    assert move(published, broken=("v3.280.0",)) == PINNED
    assert ((module / "go.mod").read_text(), versions.read_text()) == before
    assert (module / "go.sum").read_text() == "old sums"
    assert "the engine stays at 3.270.0" in log.getvalue()


def test_versions_that_cannot_be_listed_are_one_clear_error(
    module: Path,
    versions: Path,
    make_tool: Callable[[str, str], Path],
    environment: dict[str, str],
    reporter: Reporter,
) -> None:
    make_tool("go", "print('go1.99.0') if sys.argv[1] == 'env' else sys.exit('no route')")
    with pytest.raises(ToolchainError, match=r"cannot be listed: no route\. What to do:"):
        pin(module, versions, PINNED, environment, reporter)


def test_releases_are_tried_newest_first_and_pre_releases_never() -> None:
    published = ["v3.99.0", "v3.276.1", "v3.277.0-alpha.1", "v3.280.0", "odd", "v3.276.0"]
    assert newest_first(published, Version(3, 276, 0)) == [Version(3, 280, 0), Version(3, 276, 1)]


def test_a_new_go_mod_keeps_tools_replacement_and_the_host_for_yaml_and_drops_old_requirements() -> None:
    text = required((ENGINE_RECIPE.module / "go.mod").read_text(), Version(3, 300, 0))
    assert [line for line in text.splitlines() if line.startswith("require")] == [
        "require github.com/pulumi/pulumi/pkg/v3 v3.300.0",
        "require github.com/pulumi/pulumi-yaml v1.38.1",
    ]
    assert "\tgithub.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n" in text
    assert "replace github.com/atotto/clipboard => " in text
    assert "indirect" not in text
    assert json.dumps(text).count(str(ENGINE)) == 0
