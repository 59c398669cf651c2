"""What updates by the real engine take with nothing changed: CPU seconds of the process tree, beside the first one.

`python -m bench.up [INSTANCES ...]` needs the engine. The second update finds in the cloud what the first one made,
such as snapshots, and so facts of the migration change in the state; the third finds nothing new.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import toolchain
from bench.arguments import numbers
from bench.pack import keep
from bench.preview import STACK, watched
from bench.regions import Region
from demo.project import CONFIG_KEY, REPOSITORY, Project
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.processes import adopt_orphans

SIZES: Final = (100,)
ROUNDS: Final = ("first", "second", "third")
# Updates follow each other without a judged preview between them.
UNJUDGED: Final = {
    "reason": "The cloud is simulated.",
    "owner": "bench@example.com",
    "approvedBy": "ops@example.com",
    "approvedAt": "2026-11-27T09:00:00+08:00",
    "expires": "2027-02-25T09:00:00+08:00",
}


def main() -> None:
    """Update regions of several sizes three times each, show a table, and keep it with the machine's description."""
    sizes = numbers(__doc__, "instances", SIZES)
    adopt_orphans()
    environ = toolchain.ensure().environ(os.environ)
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            rows += _updated(size, Path(directory), environ)
    keep("up", "the first update", rows)
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


def _updated(size: int, directory: Path, environ: Mapping[str, str]) -> list[dict[str, Any]]:
    region = Region(size)
    with running(Estate.model_validate(region.estate)) as cloud:
        config = region.stack(REPOSITORY, directory)
        config[CONFIG_KEY]["unjudgedUpdates"] = UNJUDGED
        project = Project(directory / "project", cloud, environ)
        project.new_stack(STACK, config)
        rows: list[dict[str, Any]] = []
        for which in ROUNDS:
            rows.append({"instances": size, "update": which, **_update(project, cloud)})
            rows[-1]["ratio"] = round(rows[-1]["cpuSeconds"] / rows[0]["cpuSeconds"], 2)
        return rows


def _update(project: Project, cloud: Simulator) -> dict[str, Any]:
    before = len(cloud.requests())
    done, spent, seen = watched(project, "up", "--stack", STACK, "--yes", "--skip-preview")
    if done.returncode:
        sys.exit(f"the update failed:\n{done.stdout[-10_000:]}")
    calls = len(cloud.requests()) - before
    return {"cpuSeconds": round(spent, 1), "calls": calls, "cpuSecondsOf": seen.by_part()}


if __name__ == "__main__":
    main()
