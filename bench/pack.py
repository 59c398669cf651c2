"""What the policy pack spends on one question, beside the build of 2026-11-28 (046c3b9) on the same in the same run.

`python -m bench.pack` needs the repository's history. Each build judges in processes of its own, by its own code.
Sizes may be given as arguments; for 1,000 instances the build before takes several minutes.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.arguments import numbers
from bench.question import NOW, question_of

BEFORE: Final = "046c3b9"
SIZES: Final = (100, 300, 1_000)
ROUNDS: Final = 3
# From here on the build before is asked once.
LARGE: Final = 300
RESULTS: Final = Path(__file__).with_name("results.json")

JUDGE: Final = """
import sys, time
from pathlib import Path
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel
try:
    from policies.pack import engine
except ImportError:
    from policies import engine

question, result, now = sys.argv[1:]
policies = engine.stack_policies({"PREFLIGHT_RESULT": result, "PREFLIGHT_NOW": now})
pack = engine.Servicer("pack", "0.0.1", list(policies), EnforcementLevel.MANDATORY)
asked = proto.AnalyzeStackRequest.FromString(Path(question).read_bytes())
for item in asked.resources:
    pack.Analyze(proto.AnalyzeRequest(type=item.type, urn=item.urn), None)
begin = time.process_time()
pack.AnalyzeStack(asked, None)
print(time.process_time() - begin, Path(result).stat().st_size)
"""
"""Run by either build, with what both of them have: tells CPU seconds, and the size of the result."""


def main() -> None:
    """Ask both builds about stacks of several sizes; show a table, and keep it with the machine's description."""
    sizes = numbers(__doc__, "instances", SIZES)
    here = Path.cwd()
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        before = unpacked(Path(directory) / "before")
        for size in sizes:
            question = Path(directory) / "question"
            question.write_bytes(question_of(size).SerializeToString())
            rounds = 1 if size >= LARGE else ROUNDS
            old, old_size = judged(before, question, rounds)
            new, new_size = judged(here, question, ROUNDS)
            rows.append(
                {
                    "instances": size,
                    "before": round(old, 2),
                    "now": round(new, 2),
                    "ratio": round(new / old, 3),
                    "resultKiBAnInstance": {
                        "before": round(old_size / size / 1024, 1),
                        "now": round(new_size / size / 1024, 1),
                    },
                }
            )
    keep("pack", BEFORE, rows)
    table = Table("instances", f"{BEFORE}, CPU s", "now, CPU s", "ratio", "result before, KiB an instance", "now")
    for row in rows:
        of_result = row["resultKiBAnInstance"]
        assert isinstance(of_result, dict)
        table.add_row(
            *(str(row[key]) for key in ("instances", "before", "now", "ratio")), *map(str, of_result.values())
        )
    Console().print(table)


def judged(build: Path, question: Path, rounds: int) -> tuple[float, int]:
    """CPU seconds, the median of so many rounds, and the size of the result."""
    result = question.with_name("result.json")
    environ = {**os.environ, "PYTHONPATH": str(build)}
    command = [sys.executable, "-c", JUDGE, str(question), str(result), NOW]
    outputs = [
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=build, env=environ).stdout.split()
        for _ in range(rounds)
    ]
    return statistics.median(float(seconds) for seconds, _ in outputs), int(outputs[0][1])


def unpacked(directory: Path) -> Path:
    """Put the build before into a directory, and return it. Needs the history of the repository."""
    archive = subprocess.run(["git", "archive", BEFORE], check=True, capture_output=True).stdout
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-x", "-C", str(directory)], check=True, input=archive)
    return directory


def kept_so_far() -> dict[str, Any]:
    """Return the figures of all benchmarks as they were kept last."""
    figures: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return figures


def keep(benchmark: str, peer: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep the figures of one benchmark, beside which `peer` was asked, with the machine's description."""
    figures = kept_so_far()
    machine = {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
    }
    figures[benchmark] = {"before": peer, "machine": machine, "rows": rows}
    RESULTS.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _processor() -> str:
    """Return the model of the first processor; on Linux `platform.processor()` is often empty."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


if __name__ == "__main__":
    main()
