"""The answer for a team, as data: each wave's readiness, what blocks it, and from when more will."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies import results
from preflight.fixes import open_findings


@dataclass(frozen=True)
class WaveSummary:
    """One wave: the number of `blocking` findings, and of `more` that will be mandatory, the first from `more_from` on.

    `confidence` is 0 to 1. `readiness` is the hypothetical one in a what-if. Times are ISO 8601.
    """

    name: str
    readiness: str
    confidence: float
    instances: int
    moved: bool
    frozen: bool
    start: str | None
    failed: int
    unknown: int
    more: int
    more_from: str | None

    @property
    def blocking(self) -> int:
        """Findings that block the wave now."""
        return self.failed + self.unknown


def waves(result: Mapping[str, Any]) -> list[WaveSummary]:
    """Return each wave by its window; findings about the stack as a whole block every wave, as in the judgement."""
    findings = open_findings(result)
    return [
        _wave(wave, [item for item in findings if item["wave"] in (None, wave["name"])]) for wave in result["waves"]
    ]


def _wave(wave: Mapping[str, Any], findings: list[Mapping[str, Any]]) -> WaveSummary:
    blocking = [item["outcome"] for item in findings if item["blocking"]]
    later = [item["mandatoryFrom"] for item in findings if not item["blocking"] and item["mandatoryFrom"]]
    judgement = wave["judgement"]
    return WaveSummary(
        name=wave["name"],
        readiness=judgement["hypothetical"] or judgement["readiness"],
        confidence=judgement["confidence"],
        instances=len(wave["instanceIds"]),
        moved=bool(wave["moved"]),
        frozen=bool(wave["frozen"]),
        start=wave["window"]["start"],
        failed=blocking.count("FAIL"),
        unknown=blocking.count("UNKNOWN"),
        more=len(later),
        more_from=min(later, key=datetime.fromisoformat, default=None),
    )


def conditions(result: Mapping[str, Any], wave: str | None) -> dict[str, int]:
    """Return the conditions of a READY WITH CONDITIONS: counts of pending, waived, and advice."""
    of_it = [
        item
        for item in results.findings(result, "FAIL", "UNKNOWN", "PENDING", "WAIVED")
        if wave in (None, item["wave"] or wave)
    ]
    return {
        "pending": sum(item["outcome"] == "PENDING" for item in of_it),
        "waived": sum(item["outcome"] == "WAIVED" for item in of_it),
        "advice": sum(item["outcome"] in ("FAIL", "UNKNOWN") and not item["blocking"] for item in of_it),
    }
