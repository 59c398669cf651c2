"""How many rules a second the policy pack evaluates, beside checkov over as many resources in the same run.

`python -m bench.checkov [INSTANCES]` installs checkov first, into an environment of its own that stays for the next
time. Of the pack AnalyzeStack is measured, with the result file; of checkov what it spends above one resource, which is
most of it its start. Its resources are of three types of alicloud that it has rules for, as a plan in JSON,
which it reads faster than HCL. What a rule says is not for it (NOT_APPLICABLE) does not count.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.arguments import named_numbers
from bench.pack import JUDGE, LARGE, ROUNDS, keep
from bench.question import NOW, question_of

VERSION: Final = "3.3.30"
ENVIRONMENT: Final = Path(tempfile.gettempdir()) / f"bench-checkov-{VERSION}"
INSTANCES: Final = 1_000

_TYPES: Final[Sequence[tuple[str, dict[str, Any]]]] = (
    ("alicloud_disk", {"encrypted": True, "size": 40, "category": "cloud_essd"}),
    (
        "alicloud_security_group_rule",
        {"type": "ingress", "ip_protocol": "tcp", "port_range": "22/22", "cidr_ip": "0.0.0.0/0"},
    ),
    (
        "alicloud_db_instance",
        {"engine": "MySQL", "engine_version": "5.7", "security_ips": ["10.0.0.0/8"], "ssl_action": "Open"},
    ),
)


def main() -> None:
    """Ask both, show a table, and keep it with the machine's description."""
    (instances,) = named_numbers(__doc__, instances=INSTANCES)
    checkov = _installed()
    with tempfile.TemporaryDirectory() as directory:
        question = question_of(instances)
        resources = len(question.resources)
        question_file = Path(directory) / "question"
        question_file.write_bytes(question.SerializeToString())
        rounds = 1 if instances >= LARGE else ROUNDS
        ours = _rate(lambda: _ours(question_file), rounds)
        plans = [Path(directory) / f"plan-{count}.json" for count in (resources, 1)]
        for path, count in zip(plans, (resources, 1), strict=True):
            path.write_text(json.dumps(_plan(count)), encoding="utf-8")
        theirs = _rate(lambda: _theirs(checkov, *plans), rounds)
    row = {
        "instances": instances,
        "resources": resources,
        "ours": {"rules": ours[0], "cpuSeconds": round(ours[1], 2), "aSecond": round(ours[0] / ours[1])},
        "checkov": {"rules": theirs[0], "cpuSeconds": round(theirs[1], 2), "aSecond": round(theirs[0] / theirs[1])},
        "ratio": round(ours[0] / ours[1] / (theirs[0] / theirs[1]), 1),
    }
    keep("checkov", VERSION, [row])
    table = Table("", "rules evaluated", "CPU s", "a second", title=f"{resources:,} resources, {instances:,} instances")
    for name in ("ours", "checkov"):
        of_it = row[name]
        assert isinstance(of_it, dict)
        table.add_row(name, *(f"{value:,}" for value in of_it.values()))
    Console().print(table)


def _rate(measure: Callable[[], tuple[int, float]], rounds: int) -> tuple[int, float]:
    """Return the rules evaluated, and the median of the CPU seconds that they took."""
    measured = [measure() for _ in range(rounds)]
    return measured[0][0], statistics.median(seconds for _, seconds in measured)


def _ours(question: Path) -> tuple[int, float]:
    """Return what rules concluded of instances and of the whole, and what the whole AnalyzeStack took."""
    result = question.with_name("result.json")
    command = [sys.executable, "-c", JUDGE, str(question), str(result), NOW]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    tally = json.loads(result.read_text(encoding="utf-8"))["tally"]
    return sum(count for outcome, count in tally.items() if outcome != "NOT_APPLICABLE"), float(printed[0])


def _theirs(checkov: Path, all_of_it: Path, one: Path) -> tuple[int, float]:
    """Return the checks that checkov evaluated, and what they took above those of one resource."""
    (many, whole), (few, start) = (_checked(checkov, plan) for plan in (all_of_it, one))
    return many - few, whole - start


def _checked(checkov: Path, plan: Path) -> tuple[int, float]:
    command = [str(checkov), "-f", str(plan), "--framework", "terraform_plan", "--skip-download", "-o", "json"]
    before = _children_seconds()
    printed = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    spent = _children_seconds() - before
    summary = json.loads(printed)["summary"]
    return summary["passed"] + summary["failed"], spent


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _plan(count: int) -> dict[str, Any]:
    """Return a plan of Terraform that creates so many resources."""
    planned, changes, declared = [], [], []
    for number in range(count):
        kind, values = _TYPES[number % len(_TYPES)]
        of_it = {"address": f"{kind}.r{number}", "mode": "managed", "type": kind, "name": f"r{number}"}
        planned.append(of_it | {"schema_version": 0, "values": values})
        changes.append(of_it | {"change": {"actions": ["create"], "before": None, "after": values}})
        declared.append(of_it | {"expressions": {key: {"constant_value": value} for key, value in values.items()}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": declared}},
    }


def _installed() -> Path:
    checkov = ENVIRONMENT / "bin" / "checkov"
    if not checkov.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", f"checkov=={VERSION}"]
        subprocess.run(pip, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    return checkov


if __name__ == "__main__":
    main()
