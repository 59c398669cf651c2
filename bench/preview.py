"""What whole previews take with the real engine: CPU seconds of the process tree, and its memory at the peak.

`python -m bench.preview [INSTANCES ...]` needs the engine and the repository's history. On one simulated region it
previews the build of 2026-11-28 (046c3b9) and this one, each with the pack and without it, and a bare program that
declares as many plain resources with the same providers. 1,000 instances take ten minutes.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import toolchain
from bench.arguments import numbers
from bench.pack import BEFORE, keep, kept_so_far, unpacked
from bench.regions import Region
from demo.project import PROGRAM, REPOSITORY, Project
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.processes import adopt_orphans

SIZES: Final = (10, 100)
STACK: Final = "bench"
# Above it each is previewed once.
SMALL: Final = 10
ROUNDS: Final = 5
_BARE: Final = Path(__file__).parent / "bare/__main__.py"
_EVERY: Final = 0.1  # seconds between two looks at the processes
_SHARES_EVERY: Final = 10  # looks between two at what they share, which take longer
_CREATED: Final = re.compile(r"^ \+ +(\S+) (\S+) create", re.MULTILINE)

_WITH: Final = ("without the pack", "with the pack")
# `preflight` gives the engine the first; the build before had no such file, and gives it the directory.
_PACKS: Final = ("policies/serve", "policies")

# What a command line has in it, the first that fits: whose process it is.
_PARTS: Final = {
    "pulumi-language-python-exec": "program",
    "pulumi.policy": "pack",
    "pulumi-resource-alicloud": "alicloud",
    "pulumi-language-python": "language host",
    "/provider": "alimigrate",
    "pulumi": "engine",
}


@dataclass
class Spent:
    """What one preview took, and what it declared, by the package of the type; memory as `Watched` has it."""

    cpu_seconds: float
    peak_mib: float
    peak_pss_mib: float
    parts: dict[str, float]
    declared: Counter[str]


@dataclass
class Watched:
    """Looks at processes until it is told to end: `root` and what descends from it, or what descends from this one.

    `peak` is the memory of all together with what they share counted in each (RSS), `peak_pss` with that divided among
    them; in bytes.
    """

    root: int | None = None
    peak: int = 0
    peak_pss: int = 0
    ticks: dict[int, int] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look until `ended` is set."""
        looks = 0
        while not self.ended.wait(_EVERY):
            found = _descendants(os.getpid()) if self.root is None else [self.root, *_descendants(self.root)]
            self.peak = max(self.peak, sum(map(self._look, found)))
            if looks % _SHARES_EVERY == 0:
                self.peak_pss = max(self.peak_pss, sum(map(_pss, found)))
            looks += 1

    def _look(self, process: int) -> int:
        """Keep what a process has used so far, and return the bytes that it has in memory."""
        with suppress(OSError):  # ended meanwhile
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
            command = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace")
            fields = stat.rpartition(")")[2].split()
            self.ticks[process] = int(fields[11]) + int(fields[12])
            if command:  # it has none any more when it has ended
                self.parts[process] = next((part for text, part in _PARTS.items() if text in command), "others")
            return int(fields[21]) * resource.getpagesize()
        return 0

    def by_part(self) -> dict[str, float]:
        """Return the CPU seconds of each part, as last seen: up to a tenth of a second a process short."""
        found: dict[str, float] = {}
        for process, ticks in self.ticks.items():
            part = self.parts.get(process, "others")
            found[part] = found.get(part, 0) + ticks / os.sysconf("SC_CLK_TCK")
        return {part: round(seconds, 2) for part, seconds in sorted(found.items())}


def main() -> None:
    """Preview regions of several sizes; show a table, and keep it with the machine's description."""
    sizes = numbers(__doc__, "instances", SIZES)
    adopt_orphans()
    engine = toolchain.ensure()
    environ = engine.environ(os.environ)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        before = unpacked(Path(directory) / "build")
        # As `make setup` makes it in a checkout.
        (before / "policies/venv").symlink_to(REPOSITORY / ".venv")
        for size in sizes:
            found = _previewed(size, before, Path(directory) / str(size), environ)
            rows += [_row(size, subject, spent) for subject, spent in found.items()]
            _show_ratios(size, found)
    # Those of other sizes stay as they are.
    remaining = [row for row in kept_so_far().get("preview", {}).get("rows", ()) if row["instances"] not in sizes]
    keep("preview", BEFORE, sorted([*remaining, *rows], key=itemgetter("instances")))
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


def _previewed(size: int, before: Path, directory: Path, environ: Mapping[str, str]) -> dict[str, Spent]:
    """Return what previews of one region took, in turn, as the speed of a machine drifts; the median of the rounds."""
    region = Region(size)
    rounds: defaultdict[str, list[Spent]] = defaultdict(list)
    with running(Estate.model_validate(region.estate)) as cloud:
        builds = {"now": REPOSITORY, BEFORE: before}
        projects = {name: _project(region, cloud, directory / name, path, environ) for name, path in builds.items()}
        bare: Project | None = None
        for _ in range(1 if size > SMALL else ROUNDS):
            for build, project in projects.items():
                for pack in (False, True):
                    rounds[f"{build}, {_WITH[pack]}"].append(_preview(project, pack=pack))
            bare = bare or _bare(cloud, directory / "bare", rounds[f"now, {_WITH[False]}"][0].declared, environ)
            rounds["bare"].append(_preview(bare, pack=False))
    return {subject: sorted(spent, key=attrgetter("cpu_seconds"))[len(spent) // 2] for subject, spent in rounds.items()}


def _row(size: int, subject: str, spent: Spent) -> dict[str, Any]:
    return {
        "instances": size,
        "what": subject,
        "resources": spent.declared.total(),
        "cpuSeconds": round(spent.cpu_seconds, 1),
        "peakMiB": round(spent.peak_mib),
        "peakPssMiB": round(spent.peak_pss_mib),
        "cpuSecondsOf": spent.parts,
    }


def _show_ratios(size: int, found: Mapping[str, Spent]) -> None:
    """Show what the goals are about; the table has what it is made of."""
    now, alone, before = (found[f"{build}, {_WITH[pack]}"] for build, pack in (("now", 1), ("now", 0), (BEFORE, 1)))
    ratios = {
        "with the pack, to the build before": now.cpu_seconds / before.cpu_seconds,
        "with the pack, to without it": now.cpu_seconds / alone.cpu_seconds,
        "without the pack, to the bare program": alone.cpu_seconds / found["bare"].cpu_seconds,
        "peak memory with the pack, to the build before": now.peak_mib / before.peak_mib,
    }
    for subject, ratio in ratios.items():
        print(f"{size:,} instances, {subject}: {ratio:.2f}", flush=True)


def _project(region: Region, cloud: Simulator, directory: Path, build: Path, environ: Mapping[str, str]) -> Project:
    """Return the project of a build, with a stack that moves the region."""
    project = Project(directory, cloud, environ, [build / file.name for file in PROGRAM])
    if build != REPOSITORY:
        # That build judges by the machine's clock unless it is told.
        project.environ["PREFLIGHT_NOW"] = cloud.now
    project.new_stack(STACK, region.stack(build, directory))
    return project


def _bare(cloud: Simulator, directory: Path, declared: Counter[str], environ: Mapping[str, str]) -> Project:
    """Return a project that declares as many plain resources: of alimigrate as many, the others of alicloud."""
    files = [REPOSITORY / name for name in ("Pulumi.yaml", "components", "provider")]
    project = Project(directory, cloud, environ, [_BARE, *files])
    counts = {"alimigrate": declared["alimigrate"], "alicloud": declared.total() - declared["alimigrate"]}
    project.join(STACK, {f"bare:{package}": count for package, count in counts.items()})
    project.run("stack", "init", STACK, "--no-select", check=True)
    return project


def watched(project: Project, *args: str) -> tuple[subprocess.CompletedProcess[str], float, Watched]:
    """Run one `pulumi` command; return its end, its CPU seconds with all descendants, and what was seen of them."""
    seen = Watched()
    watcher = threading.Thread(target=seen.watch)
    before = _used()
    watcher.start()
    try:
        done = project.run(*args)
        _reap()
    finally:
        seen.ended.set()
        watcher.join()
    return done, _used() - before, seen


def _preview(project: Project, *, pack: bool) -> Spent:
    """Preview once. What a rule refuses is no failure; a program that fails, or a pack that does not answer, is."""
    project.result_file.unlink(missing_ok=True)
    options = ("--policy-pack", _pack(project)) if pack else ()
    done, used, seen = watched(project, "preview", "--stack", STACK, *options)
    # Some are shown several times.
    declared = Counter(kind.partition(":")[0] for kind, _ in set(_CREATED.findall(done.stdout)))
    if not declared or (pack and not project.result_file.exists()) or (not pack and done.returncode):
        sys.exit(f"the preview failed:\n{done.stdout[-10_000:]}")
    spent = Spent(used, seen.peak / 2**20, seen.peak_pss / 2**20, seen.by_part(), declared)
    print(f"{project.directory.name}, {_WITH[pack]}: {spent}", file=sys.stderr, flush=True)
    return spent


def _pack(project: Project) -> str:
    """Return what its build gives the engine as the pack. A bare project has none."""
    return next(path for path in _PACKS if (project.directory / path).exists())


def _used() -> float:
    """Return the CPU seconds of all processes that this one waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for what descends from this process and has lost its parent: its seconds count, too."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _pss(process: int) -> int:
    """Return the bytes of memory of a process; of what it shares with others, its part."""
    with suppress(OSError):  # ended meanwhile
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8", errors="replace")
        return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)
    return 0


def _descendants(root: int) -> Sequence[int]:
    """Return the processes that descend from one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found: list[int] = []
    rest = [root]
    while rest:
        of_them = [process for process, parent in parents.items() if parent in rest]
        found += of_them
        rest = of_them
    return found


if __name__ == "__main__":
    main()
