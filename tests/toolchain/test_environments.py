"""The Python environments of program, pack and provider serve Pulumi as they are."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest
import yaml

REPOSITORY: Final = Path(__file__).resolve().parents[2]
LOCK: Final = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
DEV_LOCK: Final = (REPOSITORY / "requirements-dev.lock").read_text(encoding="utf-8")


PLUGINS: Final = ["package/PulumiPlugin.yaml", "provider/PulumiPlugin.yaml"]


@pytest.mark.parametrize("file", ["Pulumi.yaml", "policies/PulumiPolicy.yaml", *PLUGINS])
def test_the_environment_answers_what_pulumi_asks_of_it(file: str) -> None:
    """Without `toolchain`, a uv.lock in any directory above would have Pulumi ask uv in place of pip."""
    path = REPOSITORY / file
    options = yaml.safe_load(path.read_text(encoding="utf-8"))["runtime"]["options"]
    assert options["toolchain"] == "pip"
    python = path.parent / options["virtualenv"] / "bin" / "python"
    answer = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    installed = {item["name"].replace("_", "-") for item in json.loads(answer.stdout)}
    assert {"pulumi", "pulumi-alicloud", "pulumi-policy"} <= installed


@pytest.mark.parametrize("file", PLUGINS)
def test_a_plugin_brings_its_packages_where_a_program_adds_it_by_its_address(file: str) -> None:
    """Pulumi makes the environment and installs these; without them the plugin ends before it serves."""
    directory = (REPOSITORY / file).parent
    [line] = [line for line in (directory / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert (directory / line.removeprefix("-r ")).read_text(encoding="utf-8") == LOCK


def test_the_lock_file_pins_pip_so_that_no_sync_removes_it() -> None:
    requirements = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert any(re.match(r"pip[><=~]", requirement) for requirement in requirements)
    assert re.search(r"^pip==\S+", LOCK, re.MULTILINE)


def test_a_user_and_a_developer_have_the_same_versions() -> None:
    users, developers = _pins(LOCK), _pins(DEV_LOCK)
    assert users.keys() < developers.keys()
    for name, pin in users.items():
        version, *hashes = _parts(pin)
        assert _parts(developers[name]) == [version, *hashes]
        # A developer's tools may want a package on more machines than the product does, never on fewer.
        assert _conditions(developers[name]) <= _conditions(pin), name


def test_a_user_installs_no_tool_of_a_developer() -> None:
    named = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    tools = {re.split(r"[\[><=~]", requirement)[0] for requirement in named}
    assert tools <= _pins(DEV_LOCK).keys()
    assert not tools & _pins(LOCK).keys()


def _parts(pin: str) -> list[str]:
    """The version and the hashes of a pin."""
    return [pin.split()[0], *re.findall(r"sha256:[0-9a-f]+", pin)]


def _conditions(pin: str) -> set[str]:
    """What its marker demands, all of it."""
    marker = pin.splitlines()[0].partition(" ; ")[2].removesuffix("\\").strip()
    return set(marker.split(" and ")) - {""}


def _pins(lock: str) -> dict[str, str]:
    """Each package of a lock file, with its version, marker and hashes."""
    entries = re.findall(r"^([\w.-]+)==(\S+.*(?:\n    --hash.*)+)", lock, re.MULTILINE)
    assert entries
    return dict(entries)


def test_pulumi_install_installs_what_make_setup_installs() -> None:
    lines = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["-r requirements.lock"]


def test_the_pack_asks_for_the_versions_that_the_lock_file_pins() -> None:
    pins = _pins((REPOSITORY / "policies" / "requirements.txt").read_text(encoding="utf-8"))
    assert {"pulumi", "pulumi-policy"} <= pins.keys()
    assert [name for name, pin in pins.items() if _parts(pin) != _parts(_pins(LOCK)[name])] == []


def test_no_room_imports_what_only_a_developer_has() -> None:
    rooms = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    files = [path for room in rooms["root_packages"] for path in (REPOSITORY / room).rglob("*.py")]
    files = [path for path in [*files, REPOSITORY / "__main__.py"] if "venv" not in path.parts]
    files.remove(REPOSITORY / "toolchain/sbom.py")  # a part of `make sbom`, which installs what a developer has
    imported = {name.partition(".")[0] for path in files for name in _imports(path.read_text(encoding="utf-8"))}
    developers = {
        module
        for module, packages in packages_distributions().items()
        if {package.lower().replace("_", "-") for package in packages} & (_pins(DEV_LOCK).keys() - _pins(LOCK).keys())
    }
    assert {"pytest", "hypothesis"} <= developers
    assert not imported & developers


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
