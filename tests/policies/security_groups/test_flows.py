"""Sets of traffic are sets: each operation says of every pair of ports what it says of its operands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.security_groups.flows import EVERYTHING, NOTHING, Flows, both, either, pieces, rectangle, without
from policies.security_groups.packets import ALL_PORTS

EDGES = (1, 2, 3, 79, 80, 81, 1024, 65534, 65535)
INTERVALS = st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)).map(lambda ends: (min(ends), max(ends)))
SETS = st.lists(st.tuples(INTERVALS, INTERVALS), max_size=4).map(
    lambda parts: _united(rectangle(ports, source) for ports, source in parts)
)


def _united(parts: object) -> Flows:
    flows = NOTHING
    for part in parts:  # type: ignore[attr-defined]
        flows = either(flows, part)
    return flows


def holds(flows: Flows, port: int, source: int) -> bool:
    return any(
        low <= source <= high and any(first <= port <= last for first, last in ports) for (low, high), ports in flows
    )


@given(SETS, SETS)
@pytest.mark.parametrize(
    ("operation", "on_truths"),
    [
        (both, lambda one, other: one and other),
        (either, lambda one, other: one or other),
        (without, lambda one, other: one and not other),
    ],
)
def test_an_operation_says_of_all_ports_what_it_says_of_its_operands(
    operation: Callable[[Flows, Flows], Flows], on_truths: Callable[[bool, bool], bool], left: Flows, right: Flows
) -> None:
    combined = operation(left, right)
    for port in EDGES:
        for source in EDGES:
            expected = on_truths(holds(left, port, source), holds(right, port, source))
            assert holds(combined, port, source) == expected


@given(SETS)
def test_the_same_set_is_written_in_one_way(flows: Flows) -> None:
    assert either(flows, flows) == flows == both(flows, EVERYTHING) == without(flows, NOTHING)
    assert without(flows, flows) == NOTHING
    assert without(EVERYTHING, without(EVERYTHING, flows)) == flows
    assert _united(pieces([flows])) == flows


def test_everything_is_all_ports() -> None:
    assert rectangle(ALL_PORTS, ALL_PORTS) == EVERYTHING
