"""`make env`: what a shell is given, where a backend is found, and how two shells read it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from toolchain import Engine, Origin
from toolchain.engine import export_lines
from toolchain.shell import shell_settings
from toolchain.versions import ENGINE

PACK, BACKEND, PASSPHRASE = "PULUMI_OPTION_POLICY_PACK", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"
ROOT = Path(__file__).parent.parent.parent
SHELLS = [path for shell in ("bash", "zsh", "dash") if (path := shutil.which(shell))]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout, with a name that a shell must not read as more than one word."""
    directory = tmp_path / "it's a $checkout"
    directory.mkdir()
    (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return directory


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".pulumi").mkdir(parents=True)
    return tmp_path / "home"


def settings(
    project: Path, home: Path, base: Mapping[str, str] | None = None, pulumi_home: Path | None = None
) -> Mapping[str, str | None]:
    engine = Engine(project / "bin", pulumi_home, ENGINE, Origin.INSTALLED, project / "host")
    return shell_settings(engine, project, {"PATH": "/usr/bin:/bin", "HOME": str(home), **(base or {})})


def test_the_pack_is_on_from_any_directory_and_outputs_are_not_printed(project: Path, home: Path) -> None:
    variables = settings(project, home)
    assert variables[PACK] == str(project / "policies")
    assert variables["PULUMI_OPTION_SUPPRESS_OUTPUTS"] == "true"
    assert (variables["PATH"] or "").split(os.pathsep)[0] == str(project / "bin")


def test_packs_that_are_set_stay(project: Path, home: Path) -> None:
    first = settings(project, home, {PACK: "/packs/ours,/packs/theirs"})[PACK]
    assert first == f"/packs/ours,/packs/theirs,{project / 'policies'}"
    assert settings(project, home, {PACK: first or ""})[PACK] == first


def after(project: Path, home: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A shell in which `make env` of a project has been read."""
    variables = {**(base or {}), **settings(project, home, base)}
    return {name: value for name, value in variables.items() if value is not None}


def test_settings_of_the_first_project_give_way_to_the_second(project: Path, home: Path, tmp_path: Path) -> None:
    first = after(tmp_path / "first", home, {PACK: "/packs/ours"})
    assert (first[BACKEND], first[PASSPHRASE]) == ((tmp_path / "first/.trial").as_uri(), "")
    second = after(project, home, first)
    assert second[PACK] == f"/packs/ours,{project / 'policies'}"
    assert (second[BACKEND], second[PASSPHRASE]) == ((project / ".trial").as_uri(), "")
    assert after(project, home, second) == second


def test_a_backend_of_the_second_project_wins_over_the_first_ones_trials(
    project: Path, home: Path, tmp_path: Path
) -> None:
    first = after(tmp_path / "first", home)
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\nbackend:\n  url: s3://states\n")
    variables = settings(project, home, first)
    assert (variables[BACKEND], variables[PASSPHRASE]) == (None, None), (
        "unset, and no empty passphrase for a real backend"
    )
    assert "unset PULUMI_BACKEND_URL\n" in export_lines(variables)


def test_settings_of_the_user_after_the_first_project_stay(project: Path, home: Path, tmp_path: Path) -> None:
    first = {**after(tmp_path / "first", home), BACKEND: "s3://states", PASSPHRASE: "of mine"}
    assert {BACKEND, PASSPHRASE}.isdisjoint(settings(project, home, first))


@pytest.mark.parametrize(
    ("base", "lower", "upper"),
    [
        ({}, "127.0.0.1,localhost", "127.0.0.1,localhost"),
        ({"NO_PROXY": ".corp"}, ".corp,127.0.0.1,localhost", ".corp,127.0.0.1,localhost"),
        ({"no_proxy": "a, localhost", "NO_PROXY": "b"}, "a,localhost,127.0.0.1", "b,127.0.0.1,localhost"),
        ({"no_proxy": "*"}, "*", "*"),
    ],
)
@pytest.mark.parametrize("proxy", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
def test_behind_a_proxy_loopback_has_none(
    project: Path, home: Path, proxy: str, base: dict[str, str], lower: str, upper: str
) -> None:
    variables = settings(project, home, {proxy: "http://proxy.corp:3128", **base})
    assert (variables["no_proxy"], variables["NO_PROXY"]) == (lower, upper)
    assert variables.get("no_grpc_proxy") == ("127.0.0.1,localhost" if lower == "*" else None)


@pytest.mark.parametrize("base", [{}, {"http_proxy": ""}, {"NO_PROXY": ".corp"}])
def test_without_a_proxy_nothing_is_said_of_one(project: Path, home: Path, base: dict[str, str]) -> None:
    assert {"no_proxy", "NO_PROXY"}.isdisjoint(settings(project, home, base))


def test_without_a_backend_a_trial_backend_is_set(project: Path, home: Path) -> None:
    variables = settings(project, home)
    assert (variables[BACKEND], variables[PASSPHRASE]) == ((project / ".trial").as_uri(), "")


@pytest.mark.parametrize("name", [PASSPHRASE, f"{PASSPHRASE}_FILE"])
def test_a_passphrase_that_is_set_stays(project: Path, home: Path, name: str) -> None:
    variables = settings(project, home, {name: "of mine"})
    assert BACKEND in variables
    assert PASSPHRASE not in variables


@pytest.mark.parametrize(
    "base",
    [{BACKEND: "s3://states"}, {"PULUMI_ACCESS_TOKEN": "pul-0"}, {BACKEND: "file:///states", PASSPHRASE: "of mine"}],
)
def test_a_backend_by_a_variable_stays(project: Path, home: Path, base: dict[str, str]) -> None:
    assert {BACKEND, PASSPHRASE}.isdisjoint(settings(project, home, base))


def test_a_backend_of_the_project_file_stays(project: Path, home: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\nbackend:\n  url: s3://states\n")
    assert {BACKEND, PASSPHRASE}.isdisjoint(settings(project, home))


@pytest.mark.parametrize("where", ["home", "PULUMI_HOME", "engine", "PULUMI_CREDENTIALS_PATH"])
def test_a_login_stays(project: Path, home: Path, tmp_path: Path, where: str) -> None:
    directory = home / ".pulumi" if where == "home" else tmp_path / "other"
    directory.mkdir(exist_ok=True)
    base = {where: str(directory)} if where.isupper() else {}
    engine_home = directory if where == "engine" else None
    (directory / "credentials.json").write_text('{"current": "file://~"}')
    assert {BACKEND, PASSPHRASE}.isdisjoint(settings(project, home, base, engine_home))


@pytest.mark.parametrize("credentials", ["", "{", "[]", '{"current": ""}', "{}"])
def test_no_login_in_the_credentials_is_none(project: Path, home: Path, credentials: str) -> None:
    (home / ".pulumi" / "credentials.json").write_text(credentials)
    assert BACKEND in settings(project, home)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_it_back(project: Path, home: Path, shell: str) -> None:
    variables = settings(project, home)
    script = f'eval "$EXPORTS" && printf "%s\\n" "${PACK}" "${BACKEND}" "[${PASSPHRASE}]"'
    read = subprocess.run(
        [shell, "-euc", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "EXPORTS": export_lines(variables)},
    )
    assert read.stdout.splitlines() == [variables[PACK], variables[BACKEND], "[]"]
    assert read.stderr == ""


def test_eval_fails_without_an_engine() -> None:
    """What `make` itself answers is lost inside `eval "$(...)"`."""
    script = 'eval "$(make --old-file=setup env PYTHON=false 2>/dev/null)"'
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
