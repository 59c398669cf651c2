"""Reports for tests: of a recorded stack, with as many instances as are asked for, and with whatever names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from policies.core.plan import Plan
from policies.verdict import Decision, judgement
from preflight.report.model import Report, make_report
from preflight.report.topology import make_topology
from tests.policies.recordings import recorded
from tests.preflight.results import recorded_result

CODES: Final = {"READY": 0, "READY WITH CONDITIONS": 0, "NOT READY": 20, "UNKNOWN": 30, "WHAT-IF": 4}

#: What a cloud may hold and a reader must never take for its own.
HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`code` ``` @octocat #1 GH-1",
    "[a](javascript:alert(1)) ![b](http://x.example/y.png)",
    "a|b\n| c | d |\n\n# heading",
    "::error file=x::y%0A::set-output name=z::1",
    "]]></failure><failure>",
    "\x1b[31mred\x07\x00\u202etxt\u2028line",
    "</textarea></style></script>--><!--",
    '"];w0-->x["y"]; click w0 call alert()',
    "{0} {{1}} [link](1)",
    "www.example.com ann@example.com https://example.com",
)

STACK_FILE: Final = """\
config:
  alicloud:region: cn-hangzhou
  classic-to-vpc:migration:
    include: [more.yaml]
    window:
      start: "2026-12-20T00:00:01+08:00"
    network:
      mode: create
    waves:
      - name: front
        instances:
          - i-bp1web10000000000001
          - {id: i-bp1web20000000000001}
    databases:
      - id: rm-bp1shopmysql000001
"""
MORE: Final = """\
instances:
  - i-bp1app10000000000001
"""


def report_of(
    result: dict[str, Any], project: Path = Path(), wave: str | None = None, code: int | None = None
) -> Report:
    """The report of a result, as if a run had just written it for a gate."""
    judged = judgement(result, wave)
    readiness = str(judged["hypothetical"] or judged["readiness"]) if code is None else str(judged["readiness"])
    return make_report(Decision(CODES[readiness] if code is None else code, readiness, result), project, wave)


@cache
def recorded_report(name: str, times: int = 1, wave: str | None = None) -> Report:
    """The report of a recorded stack."""
    return report_of(recorded_result(name, times), wave=wave)


def not_judged(*problems: str) -> Report:
    """The report of a run that left no result that counts."""
    return make_report(Decision(40, "NOT JUDGED", None, problems), Path())


def renamed(result: dict[str, Any], name_of: Callable[[int], str]) -> dict[str, Any]:
    """The result with other names of its instances, its waves and what rules say."""
    for number, item in enumerate(result["instances"]):
        item["subject"]["name"] = name_of(number)
    names = {wave["name"]: f"{wave['name']} {name_of(number)}" for number, wave in enumerate(result["waves"])}
    for item in (*result["waves"], *result["instances"]):
        key = "name" if "window" in item else "wave"
        item[key] = names.get(item[key], item[key])
    for number, item in enumerate(result["results"]):
        item["reason"] += f"\n{name_of(number)}"
        for fix in item["fixes"]:
            fix["ways"][0].append({"kind": "task", "text": name_of(number)})
    return result


@cache
def hostile_report() -> Report:
    """A report in which every text of the cloud is hostile."""
    return report_of(renamed(recorded_result("broken", 2), lambda number: HOSTILE[number % len(HOSTILE)]))


def in_project(directory: Path, result: dict[str, Any]) -> dict[str, Any]:
    """The result of a project whose stack file is STACK_FILE, below a repository."""
    (directory / ".git").mkdir()
    project = directory / "infra"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: x\n", encoding="utf-8")
    (project / "Pulumi.test.yaml").write_text(STACK_FILE, encoding="utf-8")
    (project / "more.yaml").write_text(MORE, encoding="utf-8")
    changed: dict[str, Any] = json.loads(json.dumps(result))
    changed["run"]["stackFile"] = {"path": "Pulumi.test.yaml", "sha256": ""}
    changed["run"]["files"] = [{"path": "more.yaml", "sha256": ""}]
    return changed


def by_file(report: Report, hours: float) -> Report:
    """The report of a run by the estate of a file that was so many hours old."""
    read_at = datetime.fromisoformat(report.result["now"]) - timedelta(hours=hours)
    run_fields = {"estateFile": {"path": "estate.json", "sha256": ""}, "estateReadAt": read_at.isoformat()}
    return replace(report, result={**report.result, "run": {**report.result["run"], **run_fields}})


def mapped(report: Report, name: str = "broken") -> Report:
    """The report with the map of a recorded stack, in which its instances are those of the report."""
    topology = make_topology(Plan(recorded(name).resources))
    assert topology is not None
    known = {item.id: item for item in topology.instances}
    instances = tuple(
        replace(known[subject["id"].partition("x")[0]], id=subject["id"], name=subject["name"])
        for item in report.result["instances"]
        for subject in [item["subject"]]
    )
    return replace(report, topology=replace(topology, instances=instances))
