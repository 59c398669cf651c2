"""How long the plan of a migration takes, beside the build of 2026-11-28 (046c3b9) on the same estate in the same run.

`python -m bench.plan` needs the repository's history. Each build plans in processes of its own, by its own code.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.arguments import named_numbers
from bench.estates import config_of, estate_of
from bench.pack import BEFORE, unpacked

SIZES: Final = (250, 500, 1_000)
ROUNDS: Final = 3

# Run by either build: what both of them have.
_PLAN = """
import json, sys, time
from components.config import parse
from components.facts import migration_facts
from components.plan import make_plan
from estate.model import Estate

given = json.load(open(sys.argv[1], encoding="utf-8"))
estate, config = Estate.model_validate(given["estate"]), parse(given["config"], "Pulumi.bench.yaml")
begin = time.process_time()
migration_facts(make_plan(config, estate, "Pulumi.bench.yaml"))
print(time.process_time() - begin)
"""


def main() -> None:
    """Plan estates of several sizes with both builds, and show a table."""
    named_numbers(__doc__)
    here = Path.cwd()
    table = Table("instances", f"{BEFORE}, CPU s", "now, CPU s", "ratio")
    with tempfile.TemporaryDirectory() as directory:
        before = unpacked(Path(directory) / "before")
        for size in SIZES:
            estate = estate_of(size)
            content = {"estate": estate.model_dump(mode="json", exclude_defaults=True), "config": config_of(estate)}
            new = _median(here, content, Path(directory) / "given.json")
            for disk in content["estate"]["disks"]:
                # The build before knew one instance of a disk.
                [disk["instance_id"]] = disk.pop("instance_ids")
            old = _median(before, content, Path(directory) / "given-before.json")
            table.add_row(f"{size:,}", f"{old:.2f}", f"{new:.3f}", f"{new / old:.3f}")
    Console().print(table)


def _median(build: Path, content: dict[str, Any], given: Path) -> float:
    given.write_text(json.dumps(content), encoding="utf-8")
    return statistics.median(_seconds(build, given) for _ in range(ROUNDS))


def _seconds(build: Path, given: Path) -> float:
    environ = {**os.environ, "PYTHONPATH": str(build)}
    command = [sys.executable, "-c", _PLAN, str(given)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=build, env=environ).stdout)


if __name__ == "__main__":
    main()
