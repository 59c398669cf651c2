"""A timeline for a terminal: a picture fitted to its width, then the events, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from rich.text import Text

from policies.core.facts import safe
from policies.core.words import few
from preflight.screen import wrapped
from preflight.timeline.model import Event, Kind, Phase, Span, Timeline

#: The character of each phase in the picture; a later phase covers an earlier one.
_MARKS: Final[dict[Phase, tuple[str, str]]] = {
    "preparing": ("-", "to prepare"),
    "frozen": ("~", "frozen"),
    "until-latest": (".", "to the Latest Schedule Time"),
    "classic-addresses": ("=", "classic addresses of databases"),
    "copying": ("+", "disks copied"),
    "moving": ("#", "moving"),
    "word": ("=", "holds"),
}
_ENDS: Final[dict[Kind, str]] = {
    "snapshot-ends": "snapshots",
    "evidence-ends": "evidence",
    "waiver-ends": "waivers",
    "attestation-ends": "attestations",
    "acceptance-ends": "accepted",
    "instance-ends": "subscriptions",
}
_MOST_ROWS: Final = 12
_MOST_LABEL: Final = 17
_TICK: Final = 12
_SHOWN_NAMES: Final = 4
_BLOCKING_STYLE: Final = {"freeze": "yellow", "window": "bold", "latest": "yellow", "lead-time": "yellow"}


def timeline_lines(timeline: Timeline, width: int) -> Iterator[Text]:
    """Yield the picture, then the events; times are in the offset of the first window."""
    zone = _zone(timeline)
    yield Text(f"Timeline of stack {safe(timeline.stack)}, times in {_offset(timeline.now.astimezone(zone))}", "bold")
    yield Text()
    yield from _picture(timeline, width, zone)
    yield Text()
    yield from _list(timeline, width, zone)
    if timeline.unknown:
        yield Text()
        for line in wrapped(f"Not known, so not shown: {', '.join(timeline.unknown)}.", width):
            yield Text(line, "magenta")


def _zone(timeline: Timeline) -> tzinfo | None:
    return next((event.at.tzinfo for event in timeline.events if event.kind == "window"), timeline.now.tzinfo)


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


# ---- the picture ----


@dataclass(frozen=True)
class _Scale:
    """A time as a column; times outside the picture are at its edge."""

    start: datetime
    end: datetime
    columns: int

    def at(self, moment: datetime) -> int:
        """Return the column of a time, 0 to columns - 1."""
        share = (moment - self.start) / (self.end - self.start)
        return min(max(int(share * self.columns), 0), self.columns - 1)


def _picture(timeline: Timeline, width: int, zone: tzinfo | None) -> Iterator[Text]:
    rows = _rows(timeline)
    label = min(max((len(name) for name, _ in rows), default=5), _MOST_LABEL) + 2
    last = _horizon(timeline)
    scale = _Scale(timeline.now, last, max(width - label - 1, 20))
    yield Text(" " * label + _dates(scale, zone), "dim")
    for name, spans in rows[:_MOST_ROWS]:
        yield Text(f"{_cut(safe(name), label - 2):<{label}}{_bar(scale, spans)}".rstrip())
    if len(rows) > _MOST_ROWS:
        yield Text(f"and {len(rows) - _MOST_ROWS} more rows; --json has all", "dim")
    for line in wrapped(_legend({span.phase for _, spans in rows for span in spans}), width):
        yield Text(line, "dim")


def _horizon(timeline: Timeline) -> datetime:
    """Return the end of the picture: a little after the last move; later events are at the edge."""
    ends = [span.end for span in timeline.spans if span.end > timeline.now]
    last = max(ends, default=max((event.at for event in timeline.events), default=timeline.now))
    return timeline.now + max((last - timeline.now) * 1.05, timedelta(days=1))


def _rows(timeline: Timeline) -> list[tuple[str, list[Span]]]:
    """Return the rows: each wave, classic addresses, then approvals and evidence, to their first and last ends."""
    spans_of: dict[str, list[Span]] = {}
    for span in timeline.spans:
        spans_of.setdefault(span.row, []).append(span)
    rows = list(spans_of.items())
    for kind, name in _ENDS.items():
        ends = [event.at for event in timeline.events if event.kind == kind and event.at > timeline.now]
        if ends:
            rows.append((name, [Span(row=name, phase="word", start=timeline.now, end=end) for end in ends]))
    return rows


def _bar(scale: _Scale, spans: Sequence[Span]) -> str:
    columns = [" "] * scale.columns
    order = list(_MARKS)
    for span in sorted(spans, key=lambda item: order.index(item.phase)):
        first, last = scale.at(span.start), scale.at(span.end)
        for column in range(first, max(last, first + 1)):
            columns[column] = _MARKS[span.phase][0]
    for span in spans:
        # In these rows every end is marked, because several share a row.
        if span.phase in ("word", "classic-addresses", "until-latest"):
            columns[scale.at(span.end)] = "|" if span.end < scale.end else ">"
    return "".join(columns)


def _dates(scale: _Scale, zone: tzinfo | None) -> str:
    text = ""
    for column in range(0, scale.columns - 5, _TICK):
        moment = (scale.start + (scale.end - scale.start) * (column / scale.columns)).astimezone(zone)
        text = f"{text:<{column}}{'today' if column == 0 else f'{moment:%m-%d}'}"
    return text


def _legend(phases: set[Phase]) -> str:
    marks = [f"{mark} {words}" for phase, (mark, words) in _MARKS.items() if phase in phases and phase != "word"]
    return "  ".join([*marks, "| ends", "> later"])


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# ---- the list ----


def _list(timeline: Timeline, width: int, zone: tzinfo | None) -> Iterator[Text]:
    waves = {event.wave for event in timeline.events if event.wave is not None}
    shown_today = False
    for event in timeline.events:
        if event.at > timeline.now and not shown_today:
            shown_today = True
            yield Text(f"{_moment(timeline.now, zone)}  today", "bold cyan")
        past = event.at <= timeline.now
        words = (f"wave {event.wave}: " if event.wave is not None and len(waves) > 1 else "") + event.what
        words += _subjects(event)
        for line in wrapped(words, width, f"{_moment(event.at, zone)}  "):
            yield Text(line, "dim" if past else _BLOCKING_STYLE.get(event.kind, ""))
    if not shown_today:
        yield Text(f"{_moment(timeline.now, zone)}  today", "bold cyan")


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _subjects(event: Event) -> str:
    return f": {few(event.subjects, _SHOWN_NAMES)}" if event.subjects else ""
