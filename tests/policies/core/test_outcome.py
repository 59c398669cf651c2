"""How the verdicts on the parts of a subject become one, and which of several ways counts."""

from itertools import combinations, permutations

import pytest

from policies.core.fixes import UP, change, task
from policies.core.outcome import Outcome, Verdict, best, failed, not_applicable, passed, pending, unknown, worst

# From the worst.
PARTS = {
    Outcome.FAIL: failed("It is missing.", task("Correct it.")),
    Outcome.UNKNOWN: unknown("It cannot be told.", task("Look at it.")),
    Outcome.PENDING: pending("It is declared.", UP),
    Outcome.PASS: passed("It is there."),
    Outcome.NOT_APPLICABLE: not_applicable("There is none."),
}


def groups() -> list[tuple[Verdict, ...]]:
    """Every set of outcomes, the worst of each first."""
    return [group for size in range(1, 6) for group in combinations(PARTS.values(), size)]


@pytest.mark.parametrize("group", groups(), ids=lambda group: "-".join(item.outcome for item in group))
def test_the_worst_part_decides_whatever_the_order_and_all_that_blocks_is_reported(group: tuple[Verdict, ...]) -> None:
    for order in permutations(group):
        verdict = worst(order)
        assert verdict.outcome is group[0].outcome
        reported = [item for item in group if item is group[0] or item.outcome.blocks]
        assert verdict.reason.splitlines() == [item.reason for item in reported]
        assert verdict.fixes == tuple(fix for item in reported for fix in item.fixes)


# What is there beats what need not be, that beats what may wait, and nothing that blocks beats any of them.
BEST = [Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.PENDING, Outcome.UNKNOWN, Outcome.FAIL]


@pytest.mark.parametrize("group", groups(), ids=lambda group: "-".join(item.outcome for item in group))
def test_the_best_way_counts(group: tuple[Verdict, ...]) -> None:
    outcome = min((item.outcome for item in group), key=BEST.index)
    for order in permutations(group):
        assert best(order) == PARTS[outcome]


def test_reasons_and_fixes_of_several_parts_are_shown_once() -> None:
    one, both = task("Correct a."), task("Correct both.")
    parts = [failed("A is missing.", one, both), failed("B is missing.", both), failed("B is missing.")]
    assert worst(parts) == failed("A is missing.\nB is missing.", one, both)
    assert best(parts) == failed("A is missing.\nB is missing.", one, both)
    assert worst([failed("A is missing."), failed("B is missing.")]).fixes == ()
    assert best([passed("By a."), passed("By b.")]) == passed("By a.")
    assert best([unknown("A?"), unknown("B?"), failed("C is missing.")]) == unknown("A?\nB?")


def test_the_steps_of_a_fix_stay_together() -> None:
    """Two fixes with a step in common are two fixes, and none is cut."""
    later, now = task("Raise the round, then:") + UP, UP
    assert worst([failed("A is old.", now), failed("B is old.", later)]).fixes == (now, later)
    assert worst([failed("A.", task("First.") + UP), failed("B.", task("Second.") + UP)]).fixes == (
        task("First.") + UP,
        task("Second.") + UP,
    )


def test_changes_of_one_key_are_one_change() -> None:
    parts = [failed(f"{name}.", change("databases", [{"id": name}])) for name in ("rm-a", "rm-b")]
    assert worst(parts).fixes == (change("databases", [{"id": "rm-a"}, {"id": "rm-b"}]),)


def test_about_nothing_nothing_is_said() -> None:
    with pytest.raises(ValueError, match="no verdicts"):
        worst([])
    with pytest.raises(ValueError, match="no verdicts"):
        best([])


def test_only_fail_and_unknown_block() -> None:
    assert {outcome for outcome in Outcome if outcome.blocks} == {Outcome.FAIL, Outcome.UNKNOWN}
