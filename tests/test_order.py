"""The order of the suite, dealt out by xdist's own scheduler."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from xdist.scheduler import WorkStealingScheduling

from tests.order import SECONDS, Test, dealt, from_another_place

WORKERS = 4


class Worker:
    """What the scheduler tells a worker; it is asked for nothing back."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices


def begun(names: list[str], workers: int, pytestconfig: pytest.Config) -> list[list[str]]:
    """Return what each worker is given to begin with."""
    pytestconfig.option.tx, before = [f"{workers}*popen"], pytestconfig.option.tx
    scheduler = WorkStealingScheduling(pytestconfig)
    pytestconfig.option.tx = before
    nodes = [Worker() for _ in range(workers)]
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, names)
    scheduler.schedule()
    return [[names[index] for index in node.given] for node in nodes]


def suite(engine: int, quick: int) -> list[Test[str]]:
    """Return tests of which those on the engine stand at the end, some of them with more time."""
    on_it = [Test(f"e{number}", f"e{number}", True, 900.0 if number % 3 == 0 else 300.0) for number in range(engine)]
    return [*(Test(f"q{number}", f"q{number}", False, 300.0) for number in range(quick)), *on_it]


@pytest.mark.parametrize(("engine", "quick"), [(40, 203), (40, 1), (7, 0), (0, 9), (3, 2), (1, 0), (0, 0)])
@pytest.mark.parametrize("workers", [1, 2, WORKERS])
def test_every_test_is_dealt_once(engine: int, quick: int, workers: int) -> None:
    tests = suite(engine, quick)
    assert sorted(dealt(tests, workers)) == sorted(test.item for test in tests)


def test_each_worker_but_the_last_begins_with_its_share_of_those_on_the_engine(pytestconfig: pytest.Config) -> None:
    tests = suite(40, 203)
    *others, last = begun(dealt(tests, WORKERS), WORKERS, pytestconfig)
    for given in others:
        on_it = [name for name in given if name.startswith("e")]
        assert given[: len(on_it)] == on_it
        assert 11 <= len(on_it) <= 16
        long = [int(name[1:]) % 3 == 0 for name in on_it]
        assert long == sorted(long, reverse=True)
        assert 4 <= sum(long) <= 5
    assert [name for name in last if name.startswith("e")] == []


def test_of_two_workers_both_begin_with_those_on_the_engine(pytestconfig: pytest.Config) -> None:
    for given in begun(dealt(suite(40, 203), 2), 2, pytestconfig):
        assert 18 <= sum(name.startswith("e") for name in given) <= 22


def test_tests_that_share_a_fixture_stay_on_one_worker(pytestconfig: pytest.Config) -> None:
    shared = [Test(f"s{number}", "tests/e2e/test_shared.py", True, 300.0) for number in range(9)]
    tests = suite(27, 203)
    for number, test in enumerate(shared):
        tests.insert(210 + 2 * number, test)  # others of the same file, which share nothing, stand between them
    given = begun(dealt(tests, WORKERS), WORKERS, pytestconfig)
    assert [[name for name in names if name.startswith("s")] for names in given if "s0" in names] == [
        [test.item for test in shared]
    ]


def test_what_is_measured_is_there() -> None:
    here = Path(__file__).parent
    assert [name for name in SECONDS if not (here / f"{name}.py").exists()] == []


def test_each_worker_imports_all_modules_from_another_place_on() -> None:
    names = [f"m{number}" for number in range(10)]
    orders = [from_another_place(names, worker, WORKERS) for worker in range(WORKERS)]
    assert [order[0] for order in orders] == ["m0", "m2", "m5", "m7"]
    assert all(sorted(order) == names for order in orders)
