"""Records a stack as `pulumi up` left it, for upgrade tests: `python -m tests.e2e.recorded.record NAME`.

Writes NAME.json, the exported state of the prepared sample stack, and NAME-cloud.json, the simulated cloud's state at
that time. The cloud's address, and where the program was, are left out of it. `first-layout` was recorded so with the
code of commit 6bcffb5, the first layout that anybody could have brought up, on Pulumi 3.259.0.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

import toolchain
from demo.project import REPOSITORY, Project
from simulator.server import running
from tests.e2e.conftest import skipping_previews

HERE = Path(__file__).parent
STACK = "recorded"
CLOUD = "SIMULATED-CLOUD"
_OF_THIS_MACHINE = ("stackTrace", "sourcePosition", "created", "modified")


def record(name: str) -> None:
    """Brings the sample stack up on a cloud of its own, and writes both states."""
    with tempfile.TemporaryDirectory() as directory:
        cloud_file = Path(directory) / "cloud.json"
        with running(REPOSITORY / "simulator/estates/sample.yaml", cloud_file) as cloud:
            project = Project(Path(directory) / "project", cloud, toolchain.ensure().environ(os.environ))
            config = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text())["config"]
            project.new_stack(STACK, skipping_previews(config))
            project.run("up", "--stack", STACK, "--yes", "--skip-preview", check=True)
            exported = json.loads(project.run("stack", "export", "--stack", STACK, check=True).stdout)
            text = json.dumps(_scrubbed(exported), indent=1).replace(cloud.host, CLOUD)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        (HERE / f"{name}-cloud.json").write_text(cloud_file.read_text(encoding="utf-8"), encoding="utf-8")


def _scrubbed(exported: dict[str, Any]) -> dict[str, Any]:
    for resource in exported["deployment"]["resources"]:
        for key in _OF_THIS_MACHINE:
            resource.pop(key, None)
    return exported


if __name__ == "__main__":
    record(sys.argv[1])
