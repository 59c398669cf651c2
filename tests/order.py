"""The order of the suite, by which its workers end together: what takes long begins, what is quick fills the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

#: CPU seconds of one test on the engine, by file; measured on 2026-11-30. Rough figures do: they share out the work.
SECONDS: Final = {
    "e2e/test_up": 53.0,
    "e2e/test_waves": 39.0,
    "e2e/test_backups": 36.0,
    "e2e/test_after": 33.0,
    "e2e/test_shared": 27.0,
    "e2e/test_properties": 24.0,
    "e2e/test_life": 23.0,
    "e2e/test_others_at_work": 21.0,
    "e2e/test_provider_faults": 20.0,
    "e2e/test_evidence": 17.0,
    "e2e/test_network": 16.0,
    "e2e/test_least_privilege": 15.0,
    "e2e/test_provider": 15.0,
    "e2e/test_canaries": 14.0,
    "e2e/test_classic_link": 14.0,
    "e2e/test_database_access": 14.0,
    "e2e/test_readme_path": 14.0,
    "e2e/test_killed": 13.0,
    "provider/test_engine": 13.0,
    "e2e/test_bad_input": 11.0,
    "e2e/test_demo": 10.0,
    "e2e/test_component_docs": 10.0,
    "e2e/test_prerequisites": 9.0,
    "e2e/test_preflight": 7.0,
    "e2e/test_estate_file": 7.0,
    "e2e/test_policy_pack": 3.0,
    "toolchain/test_real_engine": 3.0,
    "e2e/test_sweep": 1.0,
    "e2e/test_identity": 0.6,
    "toolchain/test_language_host": 0.6,
}
#: Of one in another file.
UNMEASURED: Final = 9.0


@dataclass(frozen=True)
class Test(Generic[Item]):
    """One test. Those of one `unit` share what is costly to make, and stay on one worker.

    `seconds` of CPU are what one on the engine takes.
    """

    __test__ = False

    item: Item
    unit: str
    engine: bool
    seconds: float


def dealt(tests: Sequence[Test[Item]], workers: int) -> list[Item]:
    """Return the tests in an order of which each worker is given one part of `shares`.

    Most of the time goes into tests on the engine, which wait for the cloud at times. Each part begins with its share
    of them, the longest first, and ends with quick ones, of which idle workers take from others. Of three parts or more
    the last has quick ones alone, where there is room: they fill the processor while the others wait.
    """
    units: dict[str, list[Test[Item]]] = {}
    for test in tests:
        if test.engine:
            units.setdefault(test.unit, []).append(test)
    parts: list[_Part[Item]] = [_Part(size) for size in shares(len(tests), workers)]
    filler = parts[-1] if workers > 2 else None
    for unit in sorted(units.values(), key=lambda unit: -sum(test.seconds for test in unit)):
        while unit:
            least = min((part for part in parts if part.room), key=lambda part: (part is filler, part.seconds))
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
