"""What a waiver covers, and from when until when: whatever is in doubt leaves the finding standing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from policies.core.approvals import LONGEST
from policies.core.clock import Schedule, Timeline, Wave
from policies.core.outcome import Outcome, Result, Subject
from policies.core.plan import MIGRATION
from policies.core.review import Review, covers
from policies.core.waivers import Waiver, read_waivers
from tests.policies.prepared import UNKNOWN, prepared

NOW: Final = datetime.fromisoformat("2026-12-01T00:00:00Z")
SECOND: Final = timedelta(seconds=1)
# When the windows of the waves end.
ONE, TWO = NOW + timedelta(days=10), NOW + timedelta(days=20)
RULE: Final = "a-rule"


def waiver(**changes: Any) -> Waiver:
    """A waiver for all, in its time."""
    all_of_it = Waiver(RULE, (), None, "it is known", "ann", "bob", NOW - timedelta(days=1), NOW + timedelta(days=5))
    return replace(all_of_it, **changes)


def finding(outcome: Outcome = Outcome.FAIL, instance: str = "i-1", wave: str | None = "one") -> Result:
    """A blocking result about an instance; "" for the migration as a whole, which has the stack's name as id."""
    subject = Subject("instance" if instance else "migration", instance or "i-1", "name", "urn")
    return Result(RULE, subject, outcome, "So it is.", "mend it", blocking=True, wave=wave if instance else None)


def schedule(*ends: tuple[str, datetime | None], complete: bool = True) -> Schedule:
    waves = (Wave(name, (), moved=False, timeline=Timeline(NOW, latest=end)) for name, end in ends)
    return Schedule(NOW, tuple(waves), complete)


WAVES: Final = schedule(("one", ONE), ("two", TWO))


def review(
    *waivers: Waiver, results: tuple[Result, ...] = (), schedule: Schedule = WAVES, unwaivable: str | None = None
) -> Review:
    return Review({RULE: unwaivable}, waivers, results, schedule)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({}, {"i-1", "i-2", "no wave", "migration"}),
        ({"rule": "another-rule"}, set()),
        ({"instance_ids": ("i-1", "i-3")}, {"i-1"}),
        ({"wave": "two"}, {"i-2"}),
        ({"wave": "nowhere"}, set()),
    ],
)
def test_a_waiver_covers_its_scope_and_the_migration_only_with_everything(
    scope: dict[str, Any], covered: set[str]
) -> None:
    results = {
        "i-1": finding(),
        "i-2": finding(instance="i-2", wave="two"),
        "no wave": finding(instance="i-4", wave=None),
        "migration": finding(instance=""),
    }
    assert {name for name, result in results.items() if covers(waiver(**scope), result)} == covered


def test_a_waiver_of_a_wave_covers_nothing_about_the_migration_even_of_that_name() -> None:
    assert not covers(waiver(wave="one"), replace(finding(instance=""), wave="one"))


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_fails_or_is_not_known_is_waived(outcome: Outcome) -> None:
    applied = review(waiver()).applied(finding(outcome))
    if outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        assert (applied.outcome, applied.waived, applied.blocking) == (Outcome.WAIVED, outcome, False)
        assert applied.waiver == waiver()
        assert "Waived until 2026-12-06T00:00+00:00: the waiver of ann for all (approved by bob" in applied.reason
    else:
        assert applied == finding(outcome)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"approved_at": NOW}, ""),
        ({"approved_at": NOW + SECOND}, "is approved for 2026-12-01T00:00+00:00, which is in the future"),
        ({"expires": NOW + SECOND}, ""),
        ({"expires": NOW}, "it expired at"),
        ({"expires": ONE}, ""),
        ({"expires": ONE + SECOND}, "it expires after the window, whose end is 2026-12-11T00:00+00:00"),
        ({"approved_at": ONE - LONGEST, "expires": ONE}, ""),
        ({"approved_at": ONE - LONGEST - SECOND, "expires": ONE}, "more than 90 days after its approval"),
    ],
)
def test_a_waiver_holds_to_the_second(changes: dict[str, Any], problem: str) -> None:
    applied = review(waiver(**changes)).applied(finding())
    assert applied.outcome is (Outcome.FAIL if problem else Outcome.WAIVED)
    assert problem in applied.reason
    assert ("Not waived: the waiver of ann" in applied.reason) == applied.blocking == bool(problem)


@pytest.mark.parametrize(
    ("windows", "wave", "problem"),
    [
        (schedule(("one", NOW + 5 * timedelta(days=1))), "one", ""),
        (schedule(("one", NOW)), "one", "the window ended at 2026-12-01T00:00+00:00"),
        (schedule(("one", NOW - SECOND)), "one", "the window ended at"),
        (schedule(("one", None)), "one", "the end of the window is not known"),
        (schedule(("one", ONE), complete=False), "one", "the end of the window is not known"),
        (WAVES, "nowhere", "the end of the window is not known"),
        (WAVES, None, "the end of the window is not known"),
    ],
)
def test_no_waiver_holds_past_the_window_or_where_nobody_knows_it(
    windows: Schedule, wave: str | None, problem: str
) -> None:
    applied = review(waiver(), schedule=windows).applied(finding(wave=wave))
    assert applied.outcome is (Outcome.FAIL if problem else Outcome.WAIVED)
    assert problem in applied.reason


@pytest.mark.parametrize(
    ("windows", "end"),
    [
        (WAVES, TWO),
        (schedule(("one", TWO), ("two", ONE)), TWO),
        (schedule(("one", ONE), ("two", None)), None),
        (schedule(), None),
        (schedule(("one", ONE), complete=False), None),
    ],
)
def test_a_waiver_of_the_migration_ends_with_the_last_window(windows: Schedule, end: datetime | None) -> None:
    last = waiver(expires=end or NOW + SECOND)
    assert review(last, schedule=windows).applied(finding(instance="")).outcome is (
        Outcome.WAIVED if end else Outcome.FAIL
    )
    assert review(last, schedule=windows).end_for(last) == end


@pytest.mark.parametrize(
    ("scope", "results", "end"),
    [
        ({"wave": "one"}, [], ONE),
        ({"wave": "nowhere"}, [], None),
        ({"wave": "one"}, [finding(wave="one")], ONE),
        ({}, [finding(wave="one")], TWO),
        ({"instance_ids": ("i-1",)}, [], TWO),
        ({"instance_ids": ("i-1",)}, [finding(wave="one"), finding(instance="i-2", wave="two")], ONE),
        ({"instance_ids": ("i-1", "i-2")}, [finding(instance="i-2", wave="two"), finding(wave="one")], TWO),
        ({"instance_ids": ("i-1", "i-2")}, [finding(instance="i-2", wave="two"), finding(wave=None)], None),
    ],
)
def test_a_waiver_is_for_the_windows_of_whom_it_names(
    scope: dict[str, Any], results: list[Result], end: datetime | None
) -> None:
    one = waiver(**scope)
    assert review(one, results=tuple(results)).end_for(one) == end


def test_one_waiver_that_holds_is_enough_and_all_that_do_not_are_named() -> None:
    void = waiver(owner="eve", expires=NOW)
    assert review(void, waiver()).applied(finding()).outcome is Outcome.WAIVED
    applied = review(void, waiver(owner="mallory", expires=NOW)).applied(finding())
    assert applied.blocking
    assert "eve" in applied.reason
    assert "mallory" in applied.reason


def test_unwaivable_and_unknown_rules_are_not_waived() -> None:
    applied = review(waiver(), unwaivable="for good reason").applied(finding())
    assert applied.blocking
    assert "cannot be waived (for good reason)" in applied.reason
    assert review().void(waiver(rule="backup"), NOW, ONE) == "there is no such rule"
    assert review().void(waiver(rule="a-rul"), NOW, ONE) == "there is no such rule; did you mean a-rule?"


@pytest.mark.parametrize("outcome", Outcome)
def test_a_waiver_is_needed_for_what_fails_is_not_known_or_may_not_wait_for_long(outcome: Outcome) -> None:
    needed = review(waiver(), results=(finding(outcome),)).matched(waiver())
    assert needed == (outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING))
    assert not review(waiver(), results=(finding(outcome, "i-2"),)).matched(waiver(instance_ids=("i-1",)))


@pytest.mark.parametrize(
    ("scope", "words"), [({}, "all"), ({"wave": "one"}, "wave one"), ({"instance_ids": ("i-1", "i-2")}, "i-1, i-2")]
)
def test_a_waiver_says_for_whom_it_is(scope: dict[str, Any], words: str) -> None:
    assert waiver(**scope).scope == words
    assert str(waiver(**scope)) == f"the waiver of ann for {words} (approved by bob: it is known)"


def test_waivers_that_cannot_be_read_are_reported_and_none_are_none() -> None:
    draft = prepared()
    assert read_waivers(draft.plan()) == ()
    draft.facts(MIGRATION)["waivers"] = UNKNOWN
    (problem,) = read_waivers(draft.plan())
    assert "waivers is not known in this preview" in str(problem)
    assert draft.result("waiver-in-order", "dev").outcome is Outcome.UNKNOWN
    draft.remove(MIGRATION)
    assert read_waivers(draft.plan()) == ()
