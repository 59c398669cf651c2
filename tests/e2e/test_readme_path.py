"""The README's path from clone to first verdict, run as it is printed: a clean clone, a clean home, a new shell.

Put in: the origin of the clone, credentials and a passphrase for each `...`. Added: the checkout's Python packages and
built engine, so that nothing is installed or downloaded, and a file with the keys that point at the simulated cloud.
All else is what the README says.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY, Project
from simulator.server import Simulator
from tests.e2e.conftest import UNJUDGED
from toolchain.cache import cache_root

pytestmark = pytest.mark.engine

SECTION = (REPOSITORY / "README.md").read_text(encoding="utf-8").partition("## On a real account")[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
PATH, _, PIPELINE = BLOCKS
SCREEN = (REPOSITORY / "README.md").read_text(encoding="utf-8").partition("```\n")[2].partition("```")[0]
(OWN_PROJECT,) = (
    block
    for block in re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs/setup.md").read_text(encoding="utf-8"), re.DOTALL)
    if "pulumi new" in block
)
VERDICT = SECTION.partition("exits with 4:\n\n```\n")[2].partition("```")[0]


def origin(directory: Path) -> Path:
    """A repository with the checkout's tracked files as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).exists():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, directory / name, follow_symlinks=False)
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (("init", "-q"), ("add", "--all", "--force"), (*author, "commit", "-qm", "All")):
        subprocess.run(["git", *command], cwd=directory, check=True)
    return directory


def link_cache(engine: toolchain.Engine, directory: Path) -> None:
    """A cache of its own with what was built, so that the launchers for this clone are gone with it."""
    built = cache_root(os.environ) / "toolchain"
    (directory / "toolchain").mkdir(parents=True)
    if engine.origin is toolchain.Origin.BUILT:
        for name in ("pulumi-*", "alicloud-*", "built-*", "home-*"):
            for path in built.glob(name):
                # Where there is no Go on PATH, the links `built-*` alone say which build is the right one.
                (directory / "toolchain" / path.name).symlink_to(path.readlink() if path.is_symlink() else path)


@pytest.fixture
def settings(engine: toolchain.Engine, cloud: Simulator, tmp_path: Path) -> dict[str, str]:
    """The environment of a new shell in a clean home."""
    link_cache(engine, tmp_path / "cache")
    (tmp_path / "home").mkdir()
    own_home = {} if engine.origin is toolchain.Origin.BUILT else {"PULUMI_HOME": os.environ["PULUMI_HOME"]}
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "CLASSIC_TO_VPC_CACHE": str(tmp_path / "cache"),
        "PREFLIGHT_RESULT": str(tmp_path / "result.json"),
        **own_home,
    }


@pytest.mark.timeout(600)
def test_the_path_from_clone_to_first_verdict(
    engine: toolchain.Engine, cloud: Simulator, settings: dict[str, str], tmp_path: Path
) -> None:
    key, secret = cloud.credentials
    script = PATH
    for value in (str(origin(tmp_path / "origin")), key, secret, "a passphrase"):
        script = script.replace("...", f"'{value}'", 1)
    assert "..." not in script
    commands = [line.partition(" #")[0].strip() for line in script.splitlines()]
    assert len(commands) == 6
    clone, credentials, settled, init, stack, check = commands
    at_once = (
        f"mkdir .venv && ln -s {REPOSITORY}/.venv/* .venv/ && touch .venv/.installed && ln -s ../.venv policies/venv"
    )
    keys = yaml.safe_dump({"config": Project(tmp_path / "project", cloud, {}).cloud_config})
    (tmp_path / "cloud.yaml").write_text(keys, encoding="utf-8")
    before = [clone, at_once, credentials, settled, f"{init} --cloud {tmp_path}/cloud.yaml", stack]
    done = run("\n".join([*before, check]), settings, tmp_path)
    assert done.returncode == 4, done.stdout
    assert "WHAT-IF: stack prod would be NOT READY." in done.stdout
    assert "you have no Pulumi backend" not in done.stdout, "the one in the environment is used"
    assert (tmp_path / "home/.pulumi/stacks/classic-to-vpc/prod.json").exists()
    shown = [line for line in SCREEN.splitlines() if line.strip() != "[...]"]
    assert len(shown) > 10
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert [line for line in shown if line not in printed] == [], "the README's first screen is what is printed"

    # A simulated cloud passes no gate, whatever it says.
    shell = f"{credentials}\n{settled}\n"
    present = {name: value for name, value in settings.items() if not name.startswith("PREFLIGHT_")}
    decided = run(shell + PIPELINE, present, tmp_path / "classic-to-vpc")
    assert decided.returncode == 4, decided.stdout
    assert "; would be NOT READY" in decided.stdout
    lines = lasting(decided.stdout)
    assert VERDICT
    assert [line for line in lasting(VERDICT) if line not in lines] == [], "README shows what the reader says"


@pytest.mark.timeout(600)
def test_a_project_of_ones_own_has_a_name_of_its_own(
    engine: toolchain.Engine, cloud: Simulator, settings: dict[str, str], tmp_path: Path
) -> None:
    project = Project(tmp_path / "project", cloud, engine.environ(settings))
    in_use = origin(tmp_path / "origin")
    (in_use / ".venv/lib").mkdir(parents=True)
    (in_use / ".venv/lib64").symlink_to("lib")
    created = run(OWN_PROJECT.replace("--name", "--yes --non-interactive --name"), dict(project.environ), in_use)
    assert created.returncode == 0, created.stdout
    shop = tmp_path / "shop"
    assert not (shop / ".venv").exists()
    assert "template" not in yaml.safe_load((shop / "Pulumi.yaml").read_text(encoding="utf-8"))
    (shop / ".venv").symlink_to(REPOSITORY / ".venv")

    assert pulumi(project, shop, "stack", "init", "prod").returncode == 0

    migration = {
        "window": {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"},
        "instances": ["i-bp1web10000000000001", "i-bp1app10000000000001"],
    }
    pasted = f"{CONFIG_KEY}.backups"
    for keys, lines in (
        (
            {"shop:migration": migration, pasted: {"retentionDays": 30}},
            (
                f"Pulumi.prod.yaml: shop:migration: expected {CONFIG_KEY}: its namespace is classic-to-vpc",
                f"Pulumi.prod.yaml: {pasted}: expected as backups inside the object {CONFIG_KEY}",
            ),
        ),
        ({CONFIG_KEY: migration}, (f"{UNJUDGED} preview: nothing in it is checked.",)),
    ):
        config = {**project.cloud_config, **keys}
        (shop / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
        previewed = pulumi(project, shop, "preview", "--stack", "prod")
        assert [line for line in lines if line not in previewed.stdout] == [], previewed.stdout
        assert previewed.stdout.count("Traceback") == 0


def lasting(output: str) -> list[str]:
    """Return the lines without what differs between two runs: times, the commit, the simulator's port."""
    changing = r"judged at \S+|commit [0-9a-f]{12}( with changes)?|127\.0\.0\.1:\d+"
    return [re.sub(changing, "", line) for line in output.splitlines()]


def pulumi(project: Project, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one `pulumi` command in a project that is not the checkout's."""
    return run("pulumi " + shlex.join([*arguments, "--non-interactive"]), dict(project.environ), directory)


def run(script: str, environment: dict[str, str], directory: Path) -> subprocess.CompletedProcess[str]:
    """What a shell prints and answers that stops at the first step that fails; both streams in one."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
