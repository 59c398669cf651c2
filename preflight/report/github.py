"""Annotations for a GitHub Actions job: workflow commands on stdout, each on the line of the stack file to change.

GitHub shows 10 errors, 10 warnings and 10 notices a step (docs of actions/toolkit, "Problem Matchers", Limitations).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from policies.core.facts import safe
from policies.core.words import few
from preflight.pages import Pages
from preflight.report.model import PlacedFix, Report
from preflight.report.places import Place

#: The limit for each kind in a step.
MOST: Final = 10
# One annotation holds 64 KiB (REST, "Check runs", annotations.message); a reader needs less.
_LONGEST: Final = 2000
_MOST_NAMES: Final = 10
_MOST_PAGES: Final = 3


def render(report: Report) -> str:
    """Return the commands, a line each: the answer, then what blocks now, then what will block."""
    return "".join(f"{line}\n" for line in _commands(report))


def _commands(report: Report) -> Iterator[str]:
    passes = report.readiness in ("READY", "READY WITH CONDITIONS")
    answer = "\n".join([report.headline, *report.reasons])
    yield _command("notice" if passes else "error", report.start, report.readiness, answer)
    yield from _fixes("error", [fix for fix in report.fixes if fix.blocks], MOST - (not passes), report.pages)
    yield from _fixes("warning", [fix for fix in report.fixes if not fix.blocks], MOST, report.pages)


def _fixes(kind: str, fixes: Sequence[PlacedFix], most: int, pages: Pages) -> Iterator[str]:
    listed = fixes if len(fixes) <= most else fixes[: most - 1]
    for placed in listed:
        yield _command(kind, placed.place, placed.fix.title, _message(placed, pages))
    if more := fixes[len(listed) :]:
        count = sum(item.fix.findings for item in more)
        text = f"{len(more)} more fixes for {count} findings: the other reports, or preflight check --all, list them."
        yield _command(kind, more[0].place, f"{len(more)} more fixes", text)


def _message(placed: PlacedFix, pages: Pages) -> str:
    fix = placed.fix
    place = f": {few(fix.instances, _MOST_NAMES)}" if fix.instances else ""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in placed.outcomes.items())
    since = "" if fix.since is None else f", blocks from {fix.since}"
    todo = [line.text for line in placed.lines]
    return "\n".join([f"{fix.severity}, {counts}{since}{place}", *todo, *map(pages.of, fix.rules[:_MOST_PAGES])])


def _command(kind: str, place: Place, title: str, message: str) -> str:
    short = message if len(message) <= _LONGEST else message[: _LONGEST - 4] + " ..."
    properties = f"file={_property(place.file)},line={place.line},title={_property(title)}"
    return f"::{kind} {properties}::{_data(short)}"


def _data(text: str) -> str:
    """Escape a message as the runner reads it (actions/toolkit, packages/core/src/command.ts)."""
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
