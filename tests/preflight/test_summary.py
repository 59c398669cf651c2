"""What is counted by the entries of a result is what its findings say, one by one."""

from __future__ import annotations

import pytest

from policies.results import findings
from preflight.summary import conditions, waves
from tests.preflight.results import recorded_result

STACKS = ("applied", "broken", "first", "freeze", "waves")


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_wave_has_its_own_findings_and_those_of_the_stack(stack: str, times: int) -> None:
    result = recorded_result(stack, times)
    for wave in waves(result):
        of_it = [item for item in findings(result, "FAIL", "UNKNOWN") if item["wave"] in (None, wave.name)]
        blocking = [item["outcome"] for item in of_it if item["blocking"]]
        later = sorted(item["mandatoryFrom"] for item in of_it if not item["blocking"] and item["mandatoryFrom"])
        assert (wave.failed, wave.unknown) == (blocking.count("FAIL"), blocking.count("UNKNOWN"))
        assert (wave.more, wave.more_from) == (len(later), later[0] if later else None)


@pytest.mark.parametrize("stack", STACKS)
def test_conditions_are_of_the_stack_or_of_one_wave(stack: str) -> None:
    result = recorded_result(stack)
    for wave in (None, *(item["name"] for item in result["waves"])):
        of_it = [item for item in findings(result) if wave in (None, item["wave"] or wave)]
        assert conditions(result, wave) == {
            "pending": sum(item["outcome"] == "PENDING" for item in of_it),
            "waived": sum(item["outcome"] == "WAIVED" for item in of_it),
            "advice": sum(item["outcome"] in ("FAIL", "UNKNOWN") and not item["blocking"] for item in of_it),
        }


def test_two_waves_differ() -> None:
    """Else nothing above would tell one wave from another."""
    result = recorded_result("waves")
    front, back = waves(result)
    assert (front.blocking, front.more) != (back.blocking, back.more)
    assert conditions(result, front.name) != conditions(result, back.name)
