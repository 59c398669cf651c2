"""The layout is the architecture: rooms import only rooms to their left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_rooms_import_only_leftward() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_program_stays_small() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) < 40
