"""Exact sets of traffic between two ends, by intervals: ports and source ports, one protocol for each set."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from policies.security_groups.packets import ALL_PORTS, Interval, Table, merged

Flows: TypeAlias = tuple[tuple[Interval, tuple[Interval, ...]], ...]
"""Destination ports by source ports: both sorted, without overlaps; equal neighbours are one."""

NOTHING: Final[Flows] = ()
EVERYTHING: Final[Flows] = ((ALL_PORTS, (ALL_PORTS,)),)


def accepted(table: Table, matching: tuple[int, ...]) -> Flows:
    """Return what a table accepts from a peer that matches these of its rules."""
    starts = sorted(({ALL_PORTS[0]} | table.source_port_ends) - {ALL_PORTS[1] + 1})
    return _joined(
        ((start, after - 1), tuple(merged(item.ports for item in table.decide(matching, start) if item.accept)))
        for start, after in pairwise([*starts, ALL_PORTS[1] + 1])
    )


def rectangle(ports: Interval, source_ports: Interval) -> Flows:
    """Return the set of all these ports from all those source ports."""
    return ((source_ports, (ports,)),)


@lru_cache(maxsize=65536)
def both(left: Flows, right: Flows) -> Flows:
    """Return the intersection."""
    return _combined(left, right, lambda one, other: one and other)


@lru_cache(maxsize=65536)
def either(left: Flows, right: Flows) -> Flows:
    """Return the union."""
    return _combined(left, right, lambda one, other: one or other)


@lru_cache(maxsize=65536)
def without(left: Flows, right: Flows) -> Flows:
    """Return the first without the second."""
    return _combined(left, right, lambda one, other: one and not other)


def pieces(every: Iterable[Flows]) -> Iterator[Flows]:
    """Yield the parts into which several sets divide each other."""
    sets = set(every)
    sources = sorted({edge for flows in sets for low, high in _sources(flows) for edge in (low, high + 1)})
    for low, after in pairwise(sources):
        there = {_at(flows, low) for flows in sets} - {()}
        edges = sorted({edge for ports in there for first, last in ports for edge in (first, last + 1)})
        for first, beyond in pairwise(edges):
            if any(_holds(ports, first) for ports in there):
                yield rectangle((first, beyond - 1), (low, after - 1))


def _combined(left: Flows, right: Flows, operation: Callable[[bool, bool], bool]) -> Flows:
    edges = {edge for low, high in (*_sources(left), *_sources(right)) for edge in (low, high + 1)}
    return _joined(
        ((low, after - 1), _ports(_at(left, low), _at(right, low), operation)) for low, after in pairwise(sorted(edges))
    )


def _sources(flows: Flows) -> Iterator[Interval]:
    return (source for source, _ in flows)


def _at(flows: Flows, source: int) -> tuple[Interval, ...]:
    return next((ports for (low, high), ports in flows if low <= source <= high), ())


def _ports(
    left: tuple[Interval, ...], right: tuple[Interval, ...], operation: Callable[[bool, bool], bool]
) -> tuple[Interval, ...]:
    edges = sorted({edge for low, high in (*left, *right) for edge in (low, high + 1)})
    return tuple(
        merged((low, after - 1) for low, after in pairwise(edges) if operation(_holds(left, low), _holds(right, low)))
    )


def _holds(intervals: tuple[Interval, ...], number: int) -> bool:
    place = bisect_left(intervals, (number + 1,)) - 1
    return place >= 0 and intervals[place][1] >= number


def _joined(cells: Iterable[tuple[Interval, tuple[Interval, ...]]]) -> Flows:
    joined: list[tuple[Interval, tuple[Interval, ...]]] = []
    for (low, high), ports in cells:
        if not ports:
            continue
        if joined and joined[-1][0][1] + 1 == low and joined[-1][1] == ports:
            joined[-1] = (joined[-1][0][0], high), ports
        else:
            joined.append(((low, high), ports))
    return tuple(joined)
