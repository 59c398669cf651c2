"""The summary for a program: the content of `preflight check`, as JSON (docs/schema/report.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from typing_extensions import TypedDict

from preflight.pages import Pages
from preflight.report.model import PlacedFix, Report
from preflight.report.places import Place
from preflight.summary import WaveSummary

SCHEMA_VERSION: Final = 1
# Counts added keys that readers of the same version may ignore.
SCHEMA_MINOR_VERSION: Final = 1

Readiness = Literal["READY", "READY WITH CONDITIONS", "NOT READY", "UNKNOWN", "WHAT-IF", "NOT JUDGED"]


class PlaceDocument(TypedDict):
    """A line of a file: the path relative to the repository; lines count from 1."""

    file: str
    line: int


class LineDocument(TypedDict):
    """A line of a fix: a command to copy, prose, or the `or` between two ways of which one is enough."""

    kind: Literal["command", "prose", "or"]
    text: str


class FixSummaryDocument(TypedDict):
    """One fix with all that it settles.

    `severity` and `title` are those of its worst rule. `blocksFrom` is null where it blocks now, otherwise the time
    from which it will. `instances` are names; none: it concerns the stack. `pages` are those of its `rules`: URLs, or
    paths relative to the root of the repository.
    """

    number: int
    title: str
    severity: Literal["low", "medium", "high", "critical"]
    rules: list[str]
    pages: list[str]
    findings: int
    failed: int
    unknown: int
    instances: list[str]
    blocksFrom: str | None
    place: PlaceDocument
    lines: list[LineDocument]


class WaveSummaryDocument(TypedDict):
    """One wave; `failed` and `unknown` block now, `later` findings will, the first from `laterFrom`."""

    name: str
    readiness: str
    confidence: float
    instances: int
    moved: bool
    frozen: bool
    start: str | None
    failed: int
    unknown: int
    later: int
    laterFrom: str | None


class ConditionsDocument(TypedDict):
    """The conditions of a READY WITH CONDITIONS, as counts of findings."""

    pending: int
    waived: int
    advice: int


class EstateDocument(TypedDict):
    """The file that the estate is from: `readAt` is when the cloud was read, `ageSeconds` how long before `now`.

    Both are null where nobody can tell.
    """

    file: str
    readAt: str | None
    ageSeconds: float | None


class ReportDocument(TypedDict):
    """The answer of one run, its waves and its fixes; null: unknown, or not judged.

    `exitCode` is that of the command. `hypothetical` is what a WHAT-IF would be. `reasons` say why nothing was judged,
    or why no gate may go by the answer. `estate` is null where the estate is from the cloud.
    """

    schemaVersion: Literal[1]
    schemaMinorVersion: Literal[1]
    readiness: Readiness
    hypothetical: str | None
    exitCode: int
    reasons: list[str]
    stack: str | None
    wave: str | None
    accountId: str | None
    estate: EstateDocument | None
    commit: str | None
    dirty: bool | None
    now: str | None
    validUntil: str | None
    blocking: int | None
    conditions: ConditionsDocument | None
    waves: list[WaveSummaryDocument]
    fixes: list[FixSummaryDocument]


def document(report: Report) -> ReportDocument:
    """Return the summary as plain data."""
    run = report.result.get("run", {})
    return {
        "schemaVersion": SCHEMA_VERSION,
        "schemaMinorVersion": SCHEMA_MINOR_VERSION,
        "readiness": report.readiness,  # type: ignore[typeddict-item]
        "hypothetical": report.hypothetical,
        "exitCode": report.code,
        "reasons": report.reasons,
        "stack": report.stack or None,
        "wave": report.wave,
        "accountId": run.get("accountId"),
        "estate": _estate(report.result),
        "commit": run.get("commit"),
        "dirty": run.get("dirty"),
        "now": report.result.get("now"),
        "validUntil": report.result.get("validUntil"),
        "blocking": report.blocking if report.judged else None,
        "conditions": _conditions(report.conditions) if report.judged else None,
        "waves": [_wave(wave) for wave in report.waves],
        "fixes": [_fix(fix, report.pages) for fix in report.fixes],
    }


def _estate(result: Mapping[str, Any]) -> EstateDocument | None:
    run = result.get("run", {})
    if not run.get("estateFile"):
        return None
    read_at = run["estateReadAt"]
    age = None if read_at is None else datetime.fromisoformat(result["now"]) - datetime.fromisoformat(read_at)
    return {
        "file": str(run["estateFile"]["path"]),
        "readAt": read_at,
        "ageSeconds": None if age is None else age.total_seconds(),
    }


def _conditions(counts: Mapping[str, int]) -> ConditionsDocument:
    return {"pending": counts["pending"], "waived": counts["waived"], "advice": counts["advice"]}


def _wave(wave: WaveSummary) -> WaveSummaryDocument:
    return {
        "name": wave.name,
        "readiness": wave.readiness,
        "confidence": wave.confidence,
        "instances": wave.instances,
        "moved": wave.moved,
        "frozen": wave.frozen,
        "start": wave.start,
        "failed": wave.failed,
        "unknown": wave.unknown,
        "later": wave.more,
        "laterFrom": wave.more_from,
    }


def _fix(placed: PlacedFix, pages: Pages) -> FixSummaryDocument:
    fix, outcomes = placed.fix, placed.outcomes
    return {
        "number": placed.number,
        "title": fix.title,
        "severity": fix.severity,  # type: ignore[typeddict-item]
        "rules": list(fix.rules),
        "pages": [pages.of(rule_id) for rule_id in fix.rules],
        "findings": fix.findings,
        "failed": outcomes.get("FAIL", 0),
        "unknown": outcomes.get("UNKNOWN", 0),
        "instances": list(fix.instances),
        "blocksFrom": fix.since,
        "place": _place(placed.place),
        "lines": [{"kind": line.kind, "text": line.text} for line in placed.lines],
    }


def _place(place: Place) -> PlaceDocument:
    return {"file": place.file, "line": place.line}


def render(report: Report) -> str:
    """Return the summary as JSON."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"
