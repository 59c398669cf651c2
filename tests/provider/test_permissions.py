"""Each RAM action of a resource taken away in turn: exactly the steps that need it fail, and name it.

Before the first `up` (creation), after it (update, deletion), and after the move: some of the resources are for then.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import EstateError
from provider.registry import RAM_ACTIONS
from simulator.model.ram import User
from simulator.server import Simulator
from tests.estate import estates
from tests.provider.test_faults import CASES, STEPS, Life, led, look


def without_users(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "users"}


@pytest.mark.parametrize("name", CASES)
def test_exactly_the_steps_that_need_an_action_fail_without_it(name: str) -> None:
    case, estate = CASES[name], CASES[name].estate()
    actions = case.resource.actions
    for number, action in enumerate(actions):
        user = estates._user(f"without-{number}", f"9{number}", [action])
        estate.users.append(User.model_validate(user))
    needed_by, seen, _ = led(name)
    simulator = estates.begun(estate)
    life = Life(case, simulator)
    everything = life.cloud
    without = [_cloud(simulator, life, f"without-{number}") for number in range(len(actions))]
    for step, needed, expected in zip(STEPS, needed_by, seen, strict=True):
        assert set(needed) <= set(actions), "what is called is declared"
        _, saved = simulator.simulation.saved()
        known = life.id, life.known
        for action, life.cloud in zip(actions, without, strict=True):
            failure = _failure(life, step)
            assert (failure is not None) == (action in needed), f"{step} without {action}: {failure}"
            if failure is None:
                assert without_users(look(simulator)) == without_users(expected)
            else:
                assert action in failure, failure
                assert re.search(r"RequestId:? [0-9A-F-]{8,}", failure), failure
            simulator.simulation.reset(saved=saved)
            life.id, life.known = known
        life.cloud = everything
        life.step(step)


def _cloud(simulator: Simulator, life: Life, user: str) -> Cloud:
    return Cloud(estates.settings(simulator, user=user), sleep=life._sleep, jitter=lambda: 1.0)


def _failure(life: Life, step: str) -> str | None:
    try:
        life.step(step)
    except EstateError as failure:
        return str(failure)
    return None


def test_every_action_of_the_provider_is_taken_away() -> None:
    taken = {action for name in CASES for needed in led(name)[0] for action in needed}
    assert taken == {action for actions in RAM_ACTIONS.values() for action in actions}
