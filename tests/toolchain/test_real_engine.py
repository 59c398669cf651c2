"""The real engine: programs, policy packs and plugins run as they do with the official CLI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toolchain.wheels import write_empty_wheel, write_wheels
from toolchain import Engine
from toolchain.cache import cache_root
from toolchain.versions import MINIMUM_PULUMI, PLUGIN

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_alicloud"),
]

SECONDS = 120
REPOSITORY = Path(__file__).resolve().parents[2]
#: As the Makefile finds it.
UV = shutil.which("uv") or str(cache_root(os.environ) / "uv" / "bin" / "uv")

#: The provider as it is configured for a cloud on loopback, here with nobody listening: a preview asks it nothing.
NO_CLOUD = """
config:
  alicloud:region: cn-hangzhou
  alicloud:accessKey: none
  alicloud:secretKey: none
  alicloud:accountId: "1"
  alicloud:accountType: Domestic
  alicloud:protocol: HTTP
  alicloud:skipRegionValidation: "true"
  alicloud:endpoints: '[{"vpc": "127.0.0.1:1", "ecs": "127.0.0.1:1", "sts": "127.0.0.1:1", "location": "127.0.0.1:1"}]'
"""

NETWORK = """
import pulumi_alicloud as alicloud
network = alicloud.vpc.Network("network", vpc_name="target", cidr_block="10.0.0.0/16")
alicloud.ecs.SecurityGroup("group", security_group_name="clone", vpc_id=network.id)
"""

#: Two inputs whose shapes the bridge would not guess: a list of one, and one object of a set.
SHAPES = """
alicloud.rds.Instance("database", engine="MySQL", engine_version="8.0", instance_storage=20,
    instance_type="mysql.n2.serverless.1c", instance_charge_type="Serverless",
    serverless_configs=[{"min_capacity": 0.5, "max_capacity": 8}])
alicloud.ecs.Instance("server", image_id="image", instance_type="ecs.n4.large", security_groups=["sg-1"],
    network_interfaces={"network_interface_id": "eni-1"})
"""

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def no_groups(args, report):
    if args.resource_type == "alicloud:ecs/securityGroup:SecurityGroup":
        report(f"found {args.props['securityGroupName']}")

PolicyPack("pack", policies=[ResourceValidationPolicy(
    "no-groups", "No groups.", no_groups, enforcement_level=EnforcementLevel.MANDATORY)])
"""

PROVIDER = """
import sys
from pulumi.provider.experimental.provider import CheckResponse, CreateResponse, Provider
from pulumi.provider.experimental.server import main

class Tiny(Provider):
    async def check(self, request):
        return CheckResponse(inputs=request.new_inputs, failures=None)

    async def create(self, request):
        return CreateResponse(properties=request.properties)

main(sys.argv[1:], "0.1.0", Tiny())
"""

USES_PROVIDER = """
import pulumi
pulumi.CustomResource("tiny:index:Thing", "thing", {"size": 3})
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project directory whose program is empty until a test writes one."""
    project = tmp_path / "project"
    project.mkdir()
    write_runtime(project / "Pulumi.yaml", "name: trial")
    (project / "Pulumi.dev.yaml").write_text(NO_CLOUD)
    (project / "__main__.py").touch()
    return project


@pytest.fixture
def pulumi(engine: Engine, project: Path, tmp_path: Path) -> Run:
    """Runs the CLI on the project, with a state directory of the test's own."""
    (tmp_path / "state").mkdir()
    environment = engine.environ() | {
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state",
        "PULUMI_CONFIG_PASSPHRASE": "for tests",
        "NO_COLOR": "1",
    }

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=project,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    assert run("stack", "init", "dev").returncode == 0
    return run


def write_runtime(path: Path, *lines: str, virtualenv: str = sys.prefix) -> None:
    path.write_text("\n".join([*lines, f"runtime: {{name: python, options: {{virtualenv: {virtualenv}}}}}"]) + "\n")


def write_pack(tmp_path: Path) -> Path:
    pack = tmp_path / "pack"
    pack.mkdir()
    write_runtime(pack / "PulumiPolicy.yaml", "version: 0.1.0")
    (pack / "__main__.py").write_text(PACK)
    return pack


def test_says_the_version_it_was_made_for(engine: Engine, pulumi: Run) -> None:
    assert pulumi("version").stdout.strip() == f"v{engine.version}"
    assert engine.version >= MINIMUM_PULUMI


def test_has_the_plugin(pulumi: Run) -> None:
    plugins = json.loads(pulumi("plugin", "ls", "--json").stdout)
    assert ("alicloud", str(PLUGIN)) in {(plugin["name"], plugin["version"]) for plugin in plugins}


def test_previews_an_empty_program_that_a_policy_pack_has_nothing_against(pulumi: Run, tmp_path: Path) -> None:
    preview = pulumi("preview", "--policy-pack", str(write_pack(tmp_path)))
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "1 to create" in preview.stdout
    assert "pack@v0.1.0" in preview.stdout


def test_previews_resources_of_the_real_provider_and_of_one_in_a_directory(
    project: Path, pulumi: Run, tmp_path: Path
) -> None:
    provider = tmp_path / "provider"
    provider.mkdir()
    write_runtime(provider / "PulumiPlugin.yaml", "name: tiny")
    write_runtime(project / "Pulumi.yaml", "name: trial", "plugins: {providers: [{name: tiny, path: ../provider}]}")
    (provider / "__main__.py").write_text(PROVIDER)
    (project / "__main__.py").write_text(NETWORK + SHAPES + USES_PROVIDER)
    preview = pulumi("preview")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "6 to create" in preview.stdout
    assert "tiny:index:Thing" in preview.stdout


def test_the_providers_own_validation_fails_a_preview(project: Path, pulumi: Run) -> None:
    (project / "__main__.py").write_text(NETWORK.replace('"clone"', '"clone", security_group_type="odd"'))
    preview = pulumi("preview")
    assert preview.returncode != 0
    assert "security_group_type" in preview.stdout + preview.stderr


def test_an_error_in_the_program_is_shown_with_its_line(project: Path, pulumi: Run) -> None:
    (project / "__main__.py").write_text("\nraise RuntimeError('no estate')\n")
    preview = pulumi("preview")
    assert preview.returncode != 0
    assert "RuntimeError: no estate" in preview.stdout
    assert "line 2" in preview.stdout


def test_a_policy_pack_fails_a_preview(project: Path, pulumi: Run, tmp_path: Path) -> None:
    (project / "__main__.py").write_text(NETWORK)
    preview = pulumi("preview", "--policy-pack", str(write_pack(tmp_path)))
    assert preview.returncode != 0
    assert "found clone" in preview.stdout


def test_a_missing_virtualenv_is_made_before_the_preview(project: Path, pulumi: Run) -> None:
    """Without an index, pip cannot be updated in it, and that is what the user is told."""
    write_runtime(project / "Pulumi.yaml", "name: trial", virtualenv="venv")
    preview = pulumi("preview", PIP_NO_INDEX="1")
    assert preview.returncode != 0
    assert "updating pip, setuptools, and wheel" in preview.stdout + preview.stderr
    assert (project / "venv" / "bin" / "python").exists()


def _pins_of_the_pack() -> list[str]:
    return re.findall(r"(?m)^\S+==\S+", (REPOSITORY / "policies" / "requirements.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what the pack requires, and with what `pulumi install` updates."""
    directory = tmp_path_factory.mktemp("wheels")
    write_wheels([*_pins_of_the_pack(), "pip", "setuptools"], directory)
    write_empty_wheel("wheel", directory)
    return directory


@pytest.mark.parametrize("tool", ["uv", "pulumi install"])
def test_the_pack_runs_on_its_own_environment(
    tool: str, engine: Engine, wheels: Path, pulumi: Run, tmp_path: Path
) -> None:
    """Copied away alone. `pulumi install` does what is done by hand: `python -m venv`, then pip."""
    pack = tmp_path / "pack"
    shutil.copytree(REPOSITORY / "policies", pack, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    # The wheels are packed anew here, so they have other hashes than those of the package index.
    (pack / "requirements.txt").write_text("\n".join(_pins_of_the_pack()))
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    commands = {
        "uv": [
            [UV, "venv", "--quiet", "--python", sys.executable, "venv"],
            [
                UV,
                "pip",
                "install",
                "--quiet",
                "--no-index",
                "--find-links",
                str(wheels),
                "--python",
                "venv",
                "-r",
                "requirements.txt",
            ],
        ],
        "pulumi install": [[str(engine.pulumi), "--non-interactive", "install"]],
    }
    for command in commands[tool]:
        done = subprocess.run(
            command, cwd=pack, env=engine.environ() | offline, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    preview = pulumi("preview", "--policy-pack", str(pack))
    assert preview.returncode != 0
    assert "classic-to-vpc-preflight" in preview.stdout
    assert "Empty stack" in preview.stdout or "Stack dev" in preview.stdout
