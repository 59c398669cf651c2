"""Alibaba's own provider against the simulated cloud: every resource with every input that is served, one by one."""

from __future__ import annotations

import json
from concurrent.futures import Future

import pytest

import toolchain
from simulator.server import running
from tests.e2e.sweep import Case
from tests.e2e.sweep.cases import CASES, ELSEWHERE
from tests.e2e.sweep.lives import ESTATE, RECORD, Life, joined, lives

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def all_lives(engine: toolchain.Engine) -> dict[str, Future[Life]]:
    """What each resource showed."""
    return lives(engine)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.type.rpartition(":")[2])
def test_no_input_leaves_a_diff(all_lives: dict[str, Future[Life]], case: Case) -> None:
    life = all_lives[case.type].result()
    assert life.wrong == []
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    assert life.seen == recorded[case.type], "python -m tests.e2e.sweep.lives, then make docs"


def test_every_input_of_every_resource_is_served_or_told_why_not(engine: toolchain.Engine) -> None:
    with running(ESTATE) as cloud, joined(engine, cloud) as alicloud:
        resources = alicloud.schema()["resources"]
    assert set(resources) == {case.type for case in CASES} | set(ELSEWHERE)
    for case in CASES:
        inputs = {
            name
            for name, definition in resources[case.type]["inputProperties"].items()
            if "deprecationMessage" not in definition
        }
        named = [*case.least, *case.values, *case.unserved]
        assert len(named) == len(set(named)), case.type
        assert set(named) == inputs, case.type
