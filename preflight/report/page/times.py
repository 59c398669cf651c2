"""The dates of a verdict in their order: what begins, what ends, and from when more will block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from preflight.report.model import Report

Kind = Literal["now", "window", "freeze", "mandatory", "ends"]


@dataclass(frozen=True)
class Moment:
    """A date with its text; `kind` is how it is drawn."""

    at: datetime
    text: str
    kind: Kind

    @property
    def iso(self) -> str:
        """The date in machine-readable form."""
        return self.at.isoformat()


def moments(report: Report) -> list[Moment]:
    """Return the dates in their order; none where nothing was judged."""
    if not report.judged:
        return []
    return sorted(_moments(report), key=lambda moment: (moment.at, moment.text))


def _moments(report: Report) -> Iterator[Moment]:
    result = report.result
    yield Moment(_at(result["now"]), "judged", "now")
    shown = {wave.name for wave in report.waves}
    for wave in result["waves"]:
        if wave["name"] not in shown:
            continue
        name, window = wave["name"], wave["window"]
        if wave["freezeStartsAt"]:
            yield Moment(
                _at(wave["freezeStartsAt"]), f"freeze of wave {name} begins: only what exists counts", "freeze"
            )
        if window["start"]:
            yield Moment(_at(window["start"]), f"window of wave {name} begins", "window")
        if window["latest"]:
            yield Moment(_at(window["latest"]), f"Latest Schedule Time of wave {name}", "window")
    waiting: dict[str, int] = {}
    for placed in report.fixes:
        if placed.fix.since is not None:
            waiting[placed.fix.since] = waiting.get(placed.fix.since, 0) + 1
    for since, count in waiting.items():
        yield Moment(_at(since), f"{count} more fix{'' if count == 1 else 'es'} will block", "mandatory")
    for until in {item["waiver"]["expires"] for item in report.of_outcome("WAIVED")}:
        yield Moment(_at(until), "a waiver ends", "ends")
    if result["validUntil"]:
        yield Moment(_at(result["validUntil"]), "this verdict may change by time alone", "ends")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
