"""The Python environments of program, pack and provider serve Pulumi as they are."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest
import yaml

REPOSITORY: Final = Path(__file__).resolve().parents[2]
LOCK: Final = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["Pulumi.yaml", "policies/PulumiPolicy.yaml", "provider/PulumiPlugin.yaml"])
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


def test_the_lock_file_pins_pip_so_that_no_sync_removes_it() -> None:
    asked = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert any(re.match(r"pip[><=~]", requirement) for requirement in asked)
    assert re.search(r"^pip==\S+", LOCK, re.MULTILINE)


def test_pulumi_install_installs_what_make_setup_installs() -> None:
    lines = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["-r requirements.lock"]


def test_the_pack_asks_for_the_versions_that_the_lock_file_pins() -> None:
    pins = (REPOSITORY / "policies" / "requirements.txt").read_text(encoding="utf-8").split()
    assert pins
    assert all(re.search(rf"^{re.escape(pin)} ", LOCK, re.MULTILINE) for pin in pins)
