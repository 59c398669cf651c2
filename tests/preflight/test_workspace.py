"""How the engine is given the policy pack: the file that serves it, and its directory wherever that cannot be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.pack.run import PACK
from preflight.workspace import judged_environment
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
