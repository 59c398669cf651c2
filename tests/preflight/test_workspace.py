"""How a stack is opened: what the engine is given as the pack, and the reasons why it opens no stack."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi import automation

from policies.pack.run import PACK
from preflight.exits import Stop
from preflight.workspace import _refused, judged_environment
from toolchain import Engine, Origin
from toolchain.versions import ENGINE

VARIABLE = "PULUMI_OPTION_POLICY_PACK"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no such file")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout after `make setup`."""
    directory = tmp_path / "project"
    bin_dir = directory / "policies/venv/bin"
    bin_dir.mkdir(parents=True)
    (bin_dir / "python").symlink_to(sys.executable)
    for name in ("serve", "PulumiPolicy.yaml"):
        copy = directory / "policies" / name
        copy.write_bytes((PACK / name).read_bytes())
        copy.chmod((PACK / name).stat().st_mode)
    (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    return directory


def packs(project: Path, given: str = "") -> str:
    engine = Engine(project / "bin", None, ENGINE, Origin.INSTALLED, project / "host")
    environ = {"PATH": "/usr/bin", "HOME": str(project), VARIABLE: given}
    return judged_environment(engine, project, environ)[VARIABLE]


def test_the_pack_is_started_by_its_file(project: Path) -> None:
    assert packs(project) == str(project / "policies/serve")


@pytest.mark.parametrize("own", ["", ",{policies}", ",{policies}/serve"])
def test_packs_of_others_stay_and_ours_is_there_once(project: Path, own: str) -> None:
    given = f"/packs/theirs{own.format(policies=project / 'policies')}"
    assert packs(project, given) == f"/packs/theirs,{project / 'policies/serve'}"


def _another_runtime(pack: Path) -> None:
    file = pack / "PulumiPolicy.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("virtualenv: venv", "virtualenv: own"), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda pack: (pack / "serve").unlink(),
        lambda pack: (pack / "serve").chmod(0o644),
        lambda pack: (pack / "venv/bin/python").unlink(),
        _another_runtime,
    ],
    ids=["no file", "no program", "no environment", "another environment"],
)
def test_otherwise_it_is_started_by_its_directory(project: Path, change: Callable[[Path], None]) -> None:
    change(project / "policies")
    assert packs(project) == str(project / "policies")


def test_on_windows_it_is_started_by_its_directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.workspace.sys.platform", "win32")
    assert packs(project) == str(project / "policies")


# ---- a stack that the engine does not open ----


def refused(directory: Path, stack: str, said: str) -> tuple[int, str]:
    error = automation.CommandError(automation.CommandResult("", f"error: {said}", 255))
    try:
        stop = _refused(error, stack, directory)
    except Stop as raised:
        stop = raised
    return stop.code, str(stop)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("config:\n\ta: 1\n", "expected YAML or JSON: found character that cannot start any token, line 2, column 1"),
        ("config:\n  a: 1\n  a: 2\n", "line 3: the key 'a' stands twice in one map; expected it once"),
        ("- a\n", "expected a map"),
    ],
)
def test_a_stack_file_that_cannot_be_read_is_named_with_what_was_expected(
    text: str, problem: str, tmp_path: Path
) -> None:
    """The engine says `invalid YAML file`, and not which."""
    (tmp_path / "Pulumi.prod.yaml").write_text(text, encoding="utf-8")
    code, message = refused(tmp_path, "organization/shop/prod", "invalid YAML file: yaml: line 2")
    assert code == 2
    assert "Pulumi.prod.yaml: " in message
    assert problem in message


def test_a_directory_in_place_of_the_stack_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").mkdir()
    code, message = refused(tmp_path, "prod", "read Pulumi.prod.yaml: is a directory")
    assert (code, message) == (2, f"{tmp_path}/Pulumi.prod.yaml: expected a file that can be read: Is a directory")


def test_a_name_that_no_stack_can_have_is_bad_input(tmp_path: Path) -> None:
    code, message = refused(tmp_path, "pr od", "a stack name may only contain alphanumeric, hyphens, underscores")
    assert (code, message) == (2, "--stack pr od: a stack name may only contain alphanumeric, hyphens, underscores")


def test_a_project_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: [\n", encoding="utf-8")
    code, message = refused(tmp_path, "prod", "could not unmarshal 'Pulumi.yaml': invalid YAML file: yaml: line 1")
    assert code == 2
    assert f"{tmp_path}/Pulumi.yaml: expected YAML or JSON: " in message


def test_a_passphrase_of_another_stack_is_a_matter_of_credentials(tmp_path: Path) -> None:
    code, message = refused(tmp_path, "prod", "get stack secrets manager: incorrect passphrase")
    assert code == 3
    assert "incorrect passphrase. Expected its own in PULUMI_CONFIG_PASSPHRASE." in message


def test_what_the_engine_alone_knows_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n", encoding="utf-8")
    assert refused(tmp_path, "prod", "the backend is locked")[0] == 40
