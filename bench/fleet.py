"""A fleet of stacks on one simulated region: what judging each takes, by one reading of the estate that all share.

`python -m bench.fleet [STACKS SIZE]` needs the engine. It reads the region (`preflight inventory`), plans the stacks
(`preflight fleet plan`), and updates the first, which makes the network and the clones for all; then it reads the
region again. All stacks are judged by that file (`preflight check --estate`), two at a time, and reported on together.
Ten stacks of 1,000 take some twenty minutes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

import toolchain
from bench.arguments import named_numbers
from bench.pack import keep
from bench.preview import Watched
from bench.regions import Region
from bench.up import UNJUDGED
from demo.project import CONFIG_KEY, REPOSITORY, WITHOUT_CHECKPOINTS, Project
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from toolchain.cache import cache_root

AT_ONCE: Final = 2
_COMMAND: Final = REPOSITORY / "preflight/command"
_CLOUD: Final = "cloud"
# A verdict on the estate of a file is READY for nobody: of these codes each says that the stack was judged.
_JUDGED: Final = (4, 20, 30)
_VERDICT: Final = re.compile(r"^[A-Z -]+(?=: )", re.MULTILINE)


def main() -> None:
    """Judge a fleet; show a table, and keep it with the machine's description."""
    stacks, size = named_numbers(__doc__, stacks=10, size=1_000)
    environ = toolchain.ensure().environ(os.environ)
    region = Region(stacks * size)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        running(Estate.model_validate(region.estate)) as cloud,
    ):
        rows = _Bench(Project(Path(directory) / "project", cloud, environ), cloud).rows(size)
    keep(f"fleet of {stacks} x {size}", f"{stacks} stacks of {size}, at most {AT_ONCE} at a time", rows)
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


class _Bench:
    """The steps of a fleet, each of which becomes a row."""

    def __init__(self, project: Project, cloud: Simulator) -> None:
        self._project = project
        self._cloud = cloud
        environment = {name: value for name, value in project.environ.items() if name != "PREFLIGHT_RESULT"}
        self._environ = {**environment, "CLASSIC_TO_VPC_CACHE": str(cache_root(os.environ)), "COLUMNS": "120"}

    def rows(self, size: int) -> list[dict[str, Any]]:
        """Take all steps, and return what each took."""
        self._project.join(_CLOUD)
        keys = ("--cloud", f"Pulumi.{_CLOUD}.yaml")
        inventory = ("inventory", *keys, "--output", "estate.json")
        rows = [self._preflight("inventory", inventory, (0,))]
        plan = ("fleet", "plan", "--from", "estate.json", "--size", str(size), *keys, "--no-classic-link")
        rows.append(self._preflight("fleet plan", plan, (0,)))
        written = json.loads((self._project.directory / "fleet/fleet.json").read_text(encoding="utf-8"))
        names = [stack["name"] for stack in written["stacks"]]
        for name in names:
            self._project.run("stack", "init", name, "--no-select", check=True)
        rows.append(self._update(names[0]))
        rows.append(self._preflight("inventory", inventory, (0,)))
        since = datetime.now(UTC)
        (self._project.directory / "results").mkdir()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            rows += pool.map(self._check, names)
        report = ("fleet", "report", "results", "--since", since.isoformat(), "--rehearsal")
        return [*rows, self._preflight("fleet report", report, _JUDGED)]

    def _check(self, name: str) -> dict[str, Any]:
        result = f"results/{name}.json"
        command = ("check", "--estate", "estate.json", "--stack", name, "--rehearsal", "--result", result)
        row = self._preflight(f"check {name}", command, _JUDGED)
        size = (self._project.directory / result).stat().st_size
        return {**row, "resultMiB": round(size / 2**20, 1)}

    def _update(self, name: str) -> dict[str, Any]:
        """Update the first stack: of a simulated cloud, without the states that are for those who are interrupted."""
        file = self._project.directory / f"Pulumi.{name}.yaml"
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        written["config"][CONFIG_KEY]["unjudgedUpdates"] = UNJUDGED
        file.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
        command = ["pulumi", "up", "--stack", name, "--yes", "--skip-preview", "--non-interactive"]
        row = self._run(f"up {name}", command, {**self._project.environ, **WITHOUT_CHECKPOINTS}, (0,))
        outputs = self._project.run("stack", "output", "--json", "--stack", name, check=True).stdout
        (self._project.directory / "fleet/outputs.json").write_text(outputs, encoding="utf-8")
        self._environ["PREFLIGHT_OUTPUTS"] = "fleet/outputs.json"
        return row

    def _preflight(self, step: str, arguments: Sequence[str], codes: Sequence[int]) -> dict[str, Any]:
        return self._run(step, [str(_COMMAND), *arguments], self._environ, codes)

    def _run(self, step: str, command: Sequence[str], environ: dict[str, str], codes: Sequence[int]) -> dict[str, Any]:
        """Run a command, watch it and what it starts, and return its row. Calls are those of all at that time."""
        calls, began = len(self._cloud.requests()), time.monotonic()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            process = subprocess.Popen(
                command,
                cwd=self._project.directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            seen = Watched(process.pid)
            watcher = threading.Thread(target=seen.watch)
            watcher.start()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seen.ended.set()
            watcher.join()
            printed.seek(0)
            output = printed.read()
        if process.returncode not in codes:
            sys.exit(f"{step} ended with {process.returncode}:\n{output[-10_000:]}")
        verdicts = _VERDICT.findall(output)
        row = {
            "step": step,
            "verdict": verdicts[-1] if verdicts else "",
            "seconds": round(time.monotonic() - began),
            "cpuSeconds": round(used.ru_utime + used.ru_stime, 1),
            "peakMiB": round(seen.peak / 2**20),
            "peakPssMiB": round(seen.peak_pss / 2**20),
            "calls": len(self._cloud.requests()) - calls,
            "resultMiB": "",
        }
        print(row, file=sys.stderr, flush=True)
        return row


if __name__ == "__main__":
    main()
