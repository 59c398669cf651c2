"""Positions of the parts of the two pictures; the template writes them as SVG."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from policies.core.words import number_of
from preflight.report.page.times import Moment
from preflight.report.topology import Topology

WIDTH: Final = 960
#: Boxes in a column; the table has all.
MOST_NODES: Final = 24
_ROW: Final = 58
_TOP: Final = 40
_BOX: Final = 330
_LONGEST: Final = 44
_AXIS: Final = 44


@dataclass(frozen=True)
class Node:
    """A box of the map: its name, its text before and after, and whether the stack declares the latter."""

    id: str
    title: str
    before: str
    after: str
    declared: bool
    x: int
    y: int

    @property
    def label(self) -> str:
        """Its name, cut to the space."""
        return _short(self.title)

    @property
    def text_before(self) -> str:
        """Its text before the move, cut to the space."""
        return _short(self.before)

    @property
    def text_after(self) -> str:
        """Its text after the move, cut to the space."""
        return _short(self.after)


@dataclass(frozen=True)
class Edge:
    """A line from a group to a peer of its members, and the number of those members."""

    source: Node
    target: Node
    count: int

    @property
    def path(self) -> str:
        """The curve."""
        x1, y1, x2, y2 = self.source.x + _BOX, self.source.y + 23, self.target.x, self.target.y + 23
        middle = (x1 + x2) // 2
        return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"

    @property
    def width(self) -> float:
        """The width of the line: it grows with the count, within a limit."""
        return round(min(6.0, 1.5 + math.sqrt(self.count) / 4), 1)


@dataclass(frozen=True)
class Map:
    """The map, drawn: groups on the left, databases and classic instances that stay on the right."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int
    height: int
    box: int = _BOX
    width: int = WIDTH


def draw_map(topology: Topology) -> Map:
    """Return the map; for a large estate the peers of most instances."""
    links: Counter[tuple[str, str]] = Counter()
    for instance in topology.instances:
        for target in (*instance.databases, *instance.peers):
            links.update((group, target) for group in instance.groups)
    weight: Counter[str] = Counter()
    for (source, target), count in links.items():
        weight[source] += count
        weight[target] += count
    left = [
        (
            item.id,
            item.name,
            f"classic group, {number_of(item.members, 'member')}",
            item.after,
            item.declared,
        )
        for item in topology.groups
    ]
    right = [(item.id, item.name, item.before, item.after, item.declared) for item in topology.databases]
    right += [
        (
            item.id,
            item.name,
            "classic instance",
            f"{item.why}; {'linked' if item.declared else 'no link'}",
            item.declared,
        )
        for item in topology.peers
    ]
    placed = [*_column(left, weight, 0), *_column(right, weight, WIDTH - _BOX)]
    by_id = {node.id: node for node in placed}
    edges = tuple(
        Edge(by_id[source], by_id[target], count)
        for (source, target), count in sorted(links.items())
        if source in by_id and target in by_id
    )
    rows = max(min(len(left), MOST_NODES), min(len(right), MOST_NODES), 1)
    return Map(tuple(placed), edges, len(left) + len(right) - len(placed), _TOP + rows * _ROW)


def _column(items: Sequence[tuple[str, str, str, str, bool]], weight: Counter[str], x: int) -> Iterable[Node]:
    ranked = sorted(items, key=lambda item: (-weight[item[0]], item[0]))[:MOST_NODES]
    for number, (node_id, name, before, after, declared) in enumerate(sorted(ranked, key=lambda item: item[1])):
        yield Node(node_id, name or node_id, before, after, declared, x, _TOP + number * _ROW)


def _short(text: str) -> str:
    """Return text cut to the width of a box."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@dataclass(frozen=True)
class Mark:
    """A moment on the line: its position, and the row of its number."""

    number: int
    moment: Moment
    x: float
    row: int


@dataclass(frozen=True)
class Line:
    """The timeline, drawn."""

    marks: tuple[Mark, ...]
    height: int
    axis: int = _AXIS
    width: int = WIDTH


def draw_timeline(moments: Sequence[Moment]) -> Line | None:
    """Return the line; None where there are too few dates. Marks that would overlap are stacked."""
    if len(moments) < 2 or moments[0].at == moments[-1].at:
        return None
    first, span = moments[0].at, (moments[-1].at - moments[0].at).total_seconds()
    ends: list[float] = []
    marks = []
    for number, moment in enumerate(moments, start=1):
        x = round(30 + (moment.at - first).total_seconds() / span * (WIDTH - 60), 1)
        row = next((row for row, end in enumerate(ends) if end <= x), len(ends))
        ends[row : row + 1] = [x + 30]
        marks.append(Mark(number, moment, x, row))
    return Line(tuple(marks), _AXIS + 20 + len(ends) * 28)
