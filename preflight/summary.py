"""The answer for a team, as data: each wave's readiness, what blocks it, and from when more will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from policies import results


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


class _Kind(NamedTuple):
    """What counts of a result; `wave` is None for one about the stack as a whole."""

    wave: str | None
    outcome: str
    blocking: bool
    since: str | None


def waves(result: Mapping[str, Any]) -> list[WaveSummary]:
    """Return each wave by its window; findings about the stack as a whole block every wave, as in the judgement."""
    counts = _counts(result)
    return [_wave(wave, _of_wave(counts, wave["name"])) for wave in result["waves"]]


def _counts(result: Mapping[str, Any]) -> Counter[_Kind]:
    """Return how many results there are of each kind. A large file has ten times as many results as entries."""
    counts: Counter[_Kind] = Counter()
    for group, instances in results.groups(result):
        of_waves = Counter(None if instance is None else instance["wave"] for instance in instances)
        for wave, count in of_waves.items():
            counts[_Kind(wave, group["outcome"], group["blocking"], group["mandatoryFrom"])] += count
    return counts


def _of_wave(counts: Mapping[_Kind, int], wave: str | None) -> dict[_Kind, int]:
    """Return the counts of a wave; all where it is None."""
    return {kind: count for kind, count in counts.items() if wave in (None, kind.wave or wave)}


def _wave(wave: Mapping[str, Any], counts: Mapping[_Kind, int]) -> WaveSummary:
    later = {kind: count for kind, count in counts.items() if _is_open(kind) and not kind.blocking and kind.since}
    judgement = wave["judgement"]
    return WaveSummary(
        name=wave["name"],
        readiness=judgement["hypothetical"] or judgement["readiness"],
        confidence=judgement["confidence"],
        instances=len(wave["instanceIds"]),
        moved=bool(wave["moved"]),
        frozen=bool(wave["frozen"]),
        start=wave["window"]["start"],
        failed=sum(count for kind, count in counts.items() if kind.outcome == "FAIL" and kind.blocking),
        unknown=sum(count for kind, count in counts.items() if kind.outcome == "UNKNOWN" and kind.blocking),
        more=sum(later.values()),
        more_from=min((kind.since for kind in later if kind.since), key=datetime.fromisoformat, default=None),
    )


def _is_open(kind: _Kind) -> bool:
    return kind.outcome in ("FAIL", "UNKNOWN")


def conditions(result: Mapping[str, Any], wave: str | None) -> dict[str, int]:
    """Return the conditions of a READY WITH CONDITIONS: counts of pending, waived, and advice."""
    counts = _of_wave(_counts(result), wave)
    return {
        "pending": sum(count for kind, count in counts.items() if kind.outcome == "PENDING"),
        "waived": sum(count for kind, count in counts.items() if kind.outcome == "WAIVED"),
        "advice": sum(count for kind, count in counts.items() if _is_open(kind) and not kind.blocking),
    }
