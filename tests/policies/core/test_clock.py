"""Whose times a rule goes by, and when it turns from advice into mandatory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.core.clock import (
    NOW_VARIABLE,
    Moment,
    Schedule,
    Timeline,
    Wave,
    age,
    in_offset_of,
    read_clock,
    read_schedule,
)
from policies.core.facts import UnreadableError
from policies.core.outcome import Outcome, Result, failed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.core.rule import InstanceRule, MigrationRule
from policies.core.settings import Settings
from policies.pack.evaluation import evaluate
from policies.pack.registry import all_rules
from tests.policies.prepared import UNKNOWN, Draft, add_wave, prepared

START = datetime.fromisoformat("2026-12-12T02:00:00+08:00")
SECOND = timedelta(seconds=1)
(ANY,) = (rule for rule in all_rules() if rule.id == "instance-type-supports-eni")
(WHOLE,) = (rule for rule in all_rules() if rule.id == "schedule-window-in-future")


def failing(**changes: object) -> InstanceRule:
    assert isinstance(ANY, InstanceRule)
    return replace(ANY, check=lambda _plan, timeline, _facts: failed(f"{timeline.start}"), **changes)  # type: ignore[arg-type]


def results(draft: Draft, rule: InstanceRule | MigrationRule) -> dict[str, Result]:
    evaluated = evaluate([rule], draft.plan(), Moment(draft.now, "cloud"))
    return {result.subject.id: result for result in evaluated.results}


@pytest.mark.parametrize(
    ("now", "blocking"), [(START - timedelta(hours=72) - SECOND, False), (START - timedelta(hours=72), True)]
)
def test_a_rule_is_mandatory_exactly_from_its_lead_time_on(now: datetime, blocking: bool) -> None:
    draft = prepared()
    draft.now = now
    result = results(draft, failing(lead_hours=72.0))["i-web"]
    assert (result.outcome, result.blocking, result.advice) == (Outcome.FAIL, blocking, not blocking)


@pytest.mark.parametrize(
    ("start", "from_"),
    [
        # Clocks go back in New York on 2026-11-01 and forward on 2026-03-08: hours are real ones.
        ("2026-11-01T12:00:00-05:00", "2026-10-31T17:00:00+00:00"),
        ("2026-03-08T12:00:00-04:00", "2026-03-07T16:00:00+00:00"),
        ("2026-12-12T02:00:00+08:00", "2026-12-10T18:00:00+00:00"),
    ],
)
def test_hours_are_real_hours_in_any_time_zone(start: str, from_: str) -> None:
    timeline = Timeline(START, datetime.fromisoformat(start), settings=Settings(24))
    assert timeline.mandatory_from == datetime.fromisoformat(from_)


@pytest.mark.parametrize("damage", [{"start": UNKNOWN}, {}])
def test_a_lead_time_before_an_unknown_window_loosens_nothing(damage: dict[str, object]) -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["waves"][0]["window"] = damage
    assert results(draft, failing(lead_hours=1.0))["i-web"].blocking


def test_each_instance_goes_by_its_own_wave_and_the_migration_by_the_first_ahead() -> None:
    draft = prepared()
    later = "2027-01-20T02:00:00+08:00"
    add_wave(draft, "two", "i-app", start=later)
    assert isinstance(WHOLE, MigrationRule)
    whole = replace(WHOLE, check=lambda _plan, timeline: failed(f"{timeline.start}"))
    evaluated = results(draft, failing())
    assert (evaluated["i-web"].reason, evaluated["i-app"].reason) == (str(START), str(datetime.fromisoformat(later)))
    assert results(draft, whole)["dev"].reason == str(START)
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    assert results(draft, whole)["dev"].reason == str(datetime.fromisoformat(later))
    draft.facts(MIGRATION)["waves"][1]["window"] = UNKNOWN
    assert results(draft, whole)["dev"].reason == "None"
    draft.facts(MIGRATING_INSTANCE, "i-web")["wave"] = "nowhere"
    assert results(draft, failing())["i-web"].reason == "None"


def wave(name: str, start: datetime | None, *, moved: bool | None = False) -> Wave:
    return Wave(name, (), moved, Timeline(START, start, latest=start))


@pytest.mark.parametrize(
    ("waves", "complete", "first"),
    [
        ([wave("b", START + SECOND), wave("a", START)], True, START),
        ([wave("a", START, moved=True), wave("b", START + SECOND)], True, START + SECOND),
        ([wave("a", START, moved=None), wave("b", START + SECOND)], True, START),
        ([wave("a", START, moved=True), wave("b", START + SECOND, moved=True)], True, START),
        ([wave("a", None, moved=True), wave("b", START)], True, START),
        ([wave("a", None), wave("b", START)], True, None),
        ([wave("a", None, moved=None), wave("b", START)], True, None),
        ([wave("a", START)], False, None),
        ([], True, None),
    ],
)
def test_the_migration_goes_by_the_first_window_ahead_or_by_none(
    waves: list[Wave], complete: bool, first: datetime | None
) -> None:
    assert Schedule(START, tuple(waves), complete).first.start == first


FIRST, SECOND_END = START + timedelta(days=8), START + timedelta(days=9)


@pytest.mark.parametrize(
    ("name", "ends", "complete", "end"),
    [
        ("a", [FIRST, SECOND_END], True, FIRST),
        ("b", [FIRST, SECOND_END], True, SECOND_END),
        (None, [FIRST, SECOND_END], True, SECOND_END),
        (None, [SECOND_END, FIRST], True, SECOND_END),
        # Nothing holds until a time that nobody knows.
        ("a", [None, SECOND_END], True, None),
        ("b", [None, SECOND_END], True, SECOND_END),
        (None, [None, SECOND_END], True, None),
        ("a", [FIRST, SECOND_END], False, None),
        ("nowhere", [FIRST, SECOND_END], True, None),
        (None, [], True, None),
    ],
)
def test_a_waiver_ends_with_the_window_of_its_wave_or_with_the_last(
    name: str | None, ends: list[datetime | None], complete: bool, end: datetime | None
) -> None:
    waves = [
        replace(wave(letter, START), timeline=Timeline(START, START, latest))
        for letter, latest in zip("ab", ends, strict=False)
    ]
    assert Schedule(START, tuple(waves), complete).end(name) == end


def test_an_instance_counts_for_the_wave_that_lists_it_alone() -> None:
    draft = prepared()
    assert results(draft, failing())["i-web"].reason == str(START)
    draft.facts(MIGRATION)["waves"][0]["instanceIds"].remove("i-web")
    assert results(draft, failing())["i-web"].reason == "None"


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-1), "later than the time that is asked about"),
        (timedelta(0), "less than a minute ago"),
        (timedelta(seconds=59), "less than a minute ago"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_is_shown_in_the_largest_unit_that_fits(passed: timedelta, shown: str) -> None:
    assert age(passed) == shown


@pytest.mark.parametrize("damage", [{"name": UNKNOWN}, {"instanceIds": UNKNOWN}])
def test_one_wave_that_cannot_be_read_takes_the_time_from_its_instances_and_the_migration(
    damage: dict[str, object],
) -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00").update(damage)
    schedule = read_schedule(START, draft.plan())
    assert [item.name for item in schedule.waves] == ["all"]
    assert schedule.first == schedule.of(draft.plan().instances[0].facts)[1] == Timeline(START)
    assert schedule.end("all") is None
    web = next(item for item in draft.plan().instances if item.name == "i-web")
    assert schedule.of(web.facts)[1].start == START


@pytest.mark.parametrize("moved", [UNKNOWN, None, "true"])
def test_a_wave_of_which_nobody_knows_whether_it_has_moved_lies_ahead(moved: object) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["moved"] = moved
    schedule = read_schedule(START, draft.plan())
    assert (schedule.waves[0].moved, schedule.first.start) == (None, START)


def test_a_freeze_before_the_first_date_has_begun() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["freezeHours"] = 1e300
    assert read_schedule(START, draft.plan()).first.frozen is True
    early = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
    assert Timeline(START, early, settings=Settings(24)).mandatory is True


def test_the_clock_is_the_clouds_else_this_machines() -> None:
    before = datetime.now(UTC)
    system = read_clock({})
    assert before <= system.now <= datetime.now(UTC)
    assert (system.source, system.now.tzinfo) == ("system", UTC)
    machine = datetime.fromisoformat("2026-12-11T03:30:00+00:00")
    clock = read_clock({}, prepared().plan(), lambda: machine)
    assert clock == Moment(machine, "cloud", machine)
    draft = prepared()
    draft.facts(MIGRATION)["clock"]["cloudTime"] = "2026-12-20T01:00:00+00:00"
    assert read_clock({}, draft.plan(), lambda: machine).now == machine + timedelta(days=9)
    draft.facts(MIGRATION)["clock"] = UNKNOWN
    assert read_clock({}, draft.plan(), lambda: machine) == Moment(machine, "system", machine)


def test_a_time_that_the_caller_sets_is_a_what_if() -> None:
    clock = read_clock({NOW_VARIABLE: START.isoformat()}, prepared().plan(), lambda: START)
    assert (clock.now, clock.source, clock.judged_at) == (START, "PREFLIGHT_NOW", START)
    assert clock.what_if == ("PREFLIGHT_NOW asks about 2026-12-12T02:00+08:00, and it is 2026-12-11T18:00+00:00 now",)
    for wrong in ("", "yesterday", "2026-12-12T02:00:00"):
        with pytest.raises(UnreadableError):
            read_clock({NOW_VARIABLE: wrong})


@pytest.mark.parametrize(("before", "frozen"), [(SECOND, False), (timedelta(), True)])
def test_the_freeze_begins_with_its_first_moment(before: timedelta, frozen: bool) -> None:
    assert Timeline(START - before, freeze_starts_at=START).frozen is frozen
    assert Timeline(START - before).frozen is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from 2026-12-10T04:00Z on", "from 2026-12-10T12:00+08:00 on"),
        ("at 2026-12-10T04:00:30+00:00.", "at 2026-12-10T12:00:30+08:00."),
        ("at 2026-12-10T04:00:30.5+00:00.", "at 2026-12-10T12:00:30+08:00."),
        ("2026-12-12T02:00+08:00 and 2026-12-11T20:00+02:00", "2026-12-12T02:00+08:00 and 2026-12-12T02:00+08:00"),
        # What names no instant, no day of the calendar, or lies beyond its end stays as it is.
        *((text, text) for text in ("2026-12-10T04:00", "2026-02-30T04:00Z", "9999-12-31T23:00Z", "d-2026-12-10")),
    ],
)
def test_times_of_a_text_in_the_offset_of_a_window(text: str, shown: str) -> None:
    assert in_offset_of(datetime.fromisoformat("2026-12-12T02:00:00+08:00"), text) == shown
    assert in_offset_of(None, text) == text


def test_each_finding_tells_times_as_its_own_window_does() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["snapshots"]["d-web"][0]["createdAt"] = "2026-12-01T12:00:00Z"
    reason = draft.result("backup-snapshot-of-every-disk", "i-web").reason
    assert "2026-12-01T20:00+08:00" in reason
    assert "Z" not in reason


def test_windows_of_different_offsets_leave_times_of_the_whole_as_they_are() -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+09:00", latest="2027-01-19T02:00:00+09:00")
    reason = draft.result("schedule-window-before-latest", "dev").reason
    assert "2027-01-20T02:00+09:00" in reason
