"""The order of the suite, by which its workers end together: what takes long begins, what is quick fills the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Test(Generic[Item]):
    """One test. Those of one `unit` share what is costly to make, and stay on one worker.

    `seconds` is what it may take, which is all that is known beforehand.
    """

    __test__ = False

    item: Item
    unit: str
    engine: bool
    seconds: float


def dealt(tests: Sequence[Test[Item]], workers: int) -> list[Item]:
    """Return the tests in an order of which each worker is given one part of `shares`.

    Nearly all of the time goes into tests on the engine. Each part begins with its share of them, the longest first, so
    that all workers are at them from the first minute; it ends with quick ones, of which idle workers take from others.
    """
    units: dict[str, list[Test[Item]]] = {}
    for test in tests:
        if test.engine:
            units.setdefault(test.unit, []).append(test)
    parts: list[_Part[Item]] = [_Part(size) for size in shares(len(tests), workers)]
    for unit in sorted(units.values(), key=lambda unit: -unit[0].seconds):
        while unit:
            least = min((part for part in parts if part.room), key=lambda part: part.seconds)
            unit = least.take(unit)
    quick = [test for test in tests if not test.engine]
    for part in parts:
        quick = part.take(quick)
    return [test.item for part in parts for test in part.tests]


class _Part(Generic[Item]):
    """The tests of one worker, at most so many as fit."""

    def __init__(self, size: int) -> None:
        self.room = size
        self.seconds = 0.0
        self.tests: list[Test[Item]] = []

    def take(self, tests: list[Test[Item]]) -> list[Test[Item]]:
        """Take as many as there is room for; the others."""
        taken, left = tests[: self.room], tests[self.room :]
        self.tests += taken
        self.room -= len(taken)
        self.seconds += sum(test.seconds for test in taken)
        return left


def shares(tests: int, workers: int) -> list[int]:
    """Return how many tests each worker is given at first, in their order, by `--dist worksteal` of pytest-xdist."""
    return [(tests + number) // workers for number in range(workers)]


def from_another_place(names: Sequence[str], worker: int, workers: int) -> list[str]:
    """Return the names in their order, from another place on for each worker, and around."""
    place = len(names) * worker // workers
    return [*names[place:], *names[:place]]
