"""The data of every report: one answer, its waves, its fixes with their places, and the results behind them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from policies.core.facts import safe
from policies.core.fixes import Change, Line, lines
from policies.results import findings, notices
from policies.verdict import Decision, judgement
from preflight.exits import Stop
from preflight.fixes import Fix, fixes
from preflight.pages import Pages, read_pages
from preflight.report.places import Place, Places, read_places
from preflight.report.topology import Topology
from preflight.screen import file_age
from preflight.summary import WaveSummary, conditions, waves

NOT_JUDGED: Final = "NOT JUDGED"
WHAT_IF: Final = "WHAT-IF"
_PROJECT: Final = Place("Pulumi.yaml")


@dataclass(frozen=True)
class PlacedFix:
    """A fix with its number, from 1 and the worst first, and the line of the stack file that it changes."""

    number: int
    fix: Fix
    place: Place
    stack: str

    @property
    def blocks(self) -> bool:
        """Whether one of its findings blocks now."""
        return self.fix.since is None

    @property
    def lines(self) -> list[Line]:
        """The steps: commands to copy, and prose."""
        return list(lines((self.fix.todo,), self.stack))

    @property
    def outcomes(self) -> dict[str, int]:
        """The number of its findings that are FAIL, and of those that are UNKNOWN."""
        outcomes = [str(item["outcome"]) for item in self.fix.items]
        return {outcome: outcomes.count(outcome) for outcome in ("FAIL", "UNKNOWN") if outcome in outcomes}


@dataclass(frozen=True)
class Report:
    """One verdict as all formats show it. A result that does not count has only `problems`.

    `hypothetical` is the answer inside a WHAT-IF. `results` are those of the requested wave, else all. `topology`
    exists for a preview, not for a result that was kept.
    """

    readiness: str
    code: int
    wave: str | None = None
    problems: tuple[str, ...] = ()
    hypothetical: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    waves: Sequence[WaveSummary] = ()
    fixes: Sequence[PlacedFix] = ()
    results: Sequence[Mapping[str, Any]] = ()
    conditions: Mapping[str, int] = field(default_factory=dict)
    start: Place = _PROJECT
    topology: Topology | None = None
    pages: Pages = field(default_factory=Pages)

    @property
    def judged(self) -> bool:
        """Whether there is a result that counts."""
        return bool(self.result)

    @property
    def stack(self) -> str:
        """The stack's name."""
        return str(self.result.get("stack", ""))

    @cached_property
    def rules(self) -> Mapping[str, Mapping[str, Any]]:
        """The rules by id."""
        return {rule["id"]: rule for rule in self.result.get("rules", ())}

    @property
    def subject(self) -> str:
        """The subject of the verdict, in words."""
        if not self.judged:
            return "nothing says whether it is ready"
        return f"stack {self.stack}" if self.wave is None else f"wave {self.wave} of stack {self.stack}"

    @property
    def reasons(self) -> list[str]:
        """Why no gate may use it: what was wrong with the result, or why it is a what-if."""
        return [*self.problems, *(str(item["reason"]) for item in self.result.get("whatIf", ()))]

    @property
    def headline(self) -> str:
        """The answer in one line."""
        would = f" would be {self.hypothetical}" if self.hypothetical else ""
        gate = ". A what-if passes no gate." if self.readiness == WHAT_IF else ""
        return f"{self.readiness}: {self.subject}{would}{gate}"

    @property
    def blocking(self) -> int:
        """Findings that block now."""
        return sum(bool(item["blocking"]) for item in self.results)

    def of_outcome(self, outcome: str) -> list[Mapping[str, Any]]:
        """Results with one outcome."""
        return [item for item in self.results if item["outcome"] == outcome]

    @property
    def open(self) -> list[Mapping[str, Any]]:
        """The open findings: FAIL and UNKNOWN, blocking now or later."""
        return _open(self.results)

    @property
    def estate(self) -> str | None:
        """What it means that the estate is from a file, and how old that is; None where it is from the cloud."""
        run = self.result.get("run", {})
        if not run.get("estateFile"):
            return None
        file = safe(str(run["estateFile"]["path"]))
        by_file = f"By the estate in {file}: no cloud was asked, and what it alone knows is UNKNOWN."
        return f"{by_file} The file is of {file_age(self.result)}."

    @property
    def notices(self) -> list[str]:
        """The notices of the waves, independent of findings, each once; one of some waves alone names them."""
        waves_of: defaultdict[str, list[str | None]] = defaultdict(list)
        for item in notices(self.result) if self.judged else ():
            if item["instanceId"] is None and self.wave in (None, item["wave"] or self.wave):
                waves_of[item["text"]].append(item["wave"])
        ahead = {wave for waves in waves_of.values() for wave in waves if wave is not None}
        return [
            text if None in waves or ahead <= set(waves) else f"Wave {', '.join(map(str, waves))}: {text}"
            for text, waves in waves_of.items()
        ]


def make_report(decision: Decision, project: Path, wave: str | None = None, topology: Topology | None = None) -> Report:
    """Return the report of a decision about a stack, or about one `wave` of it; `project` is where Pulumi.yaml is."""
    result = decision.result
    if result is None:
        places = read_places(None, project)
        problems = tuple(safe(text) for text in decision.problems)
        return Report(NOT_JUDGED, decision.code, wave, problems, start=places.start)
    places = read_places(result["run"], project)
    rules = {rule["id"]: rule for rule in result["rules"]}
    results = [item for item in findings(result) if wave in (None, item["wave"] or wave)]
    listed = fixes(_open(results), rules)
    return Report(
        readiness=decision.readiness,
        code=decision.code,
        wave=wave,
        hypothetical=judgement(result, wave)["hypothetical"] if decision.readiness == WHAT_IF else None,
        result=result,
        waves=[item for item in waves(result) if wave in (None, item.name)],
        fixes=[
            PlacedFix(number, fix, _place(fix, places), result["stack"]) for number, fix in enumerate(listed, start=1)
        ],
        results=results,
        conditions=conditions(result, wave),
        start=places.start,
        topology=topology,
        pages=read_pages(os.environ),
    )


def stopped(stop: Stop) -> Report:
    """Return the report of a run that stopped before anything was judged."""
    return Report(NOT_JUDGED, stop.code, problems=(safe(str(stop)),))


def _open(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in results if item["outcome"] in ("FAIL", "UNKNOWN")]


def _place(fix: Fix, places: Places) -> Place:
    """Return the line of the key that a fix changes, else of its first instance."""
    for step in (step for way in fix.todo.ways for step in way):
        if isinstance(step, Change):
            return places.of_key(step.path, step.value)
    ids = [item["subject"]["id"] for item in fix.items if item["subject"]["kind"] == "instance"]
    return places.of_instance(ids[0]) if ids else places.start


def subject_name(subject: Mapping[str, Any]) -> str:
    """Return the subject of a result, in one line that is safe to show."""
    if subject["kind"] == "migration":
        return "the stack"
    name, own = safe(str(subject["name"])).replace("\n", "?"), safe(str(subject["id"])).replace("\n", "?")
    return own if name == own else f"{name} ({own})"
