"""The program as a project of its own on a simulated cloud."""

from __future__ import annotations

from pathlib import Path

from demo.project import Project
from simulator.server import running
from tests.simulator.conftest import SAMPLE


def test_a_project_trusts_its_cloud(tmp_path: Path) -> None:
    with running(SAMPLE) as simulator:
        project = Project(tmp_path / "project", simulator)
        assert Path(project.environ["SSL_CERT_FILE"]).read_text() == simulator.ca_certificate
