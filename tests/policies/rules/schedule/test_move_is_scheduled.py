from datetime import datetime, timedelta

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import (
    BEFORE_FREEZE,
    IN_FREEZE,
    LATEST,
    START,
    UNKNOWN,
    ZONE,
    Draft,
    add_wave,
    expect,
    prepared,
    system_event,
)

RULE = "schedule-move-is-scheduled"


def shown(moment: object) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"][0]["notBefore"] = moment
    return draft


def seen(**changes: object) -> Draft:
    """No event, and somebody's word."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"] = []
    word = {"by": "ops@example.com", "at": "2026-12-01T10:00:00+08:00", "zones": [], **changes}
    draft.facts(MIGRATION)["waves"][0]["scheduled"] = word
    return draft


def test_pass_when_the_event_has_the_windows_start_in_whatever_offset() -> None:
    expect(shown("2026-12-11T18:00:00Z"), RULE, "i-web", Outcome.PASS, "e-web-1")


@pytest.mark.parametrize("moment", ["2026-12-12T01:59:59+08:00", "2026-12-12T02:00:01+08:00", LATEST])
def test_fail_when_the_event_has_another_time(moment: str) -> None:
    expect(shown(moment), RULE, "i-web", Outcome.FAIL, "its wave begins at 2026-12-12T02:00", "window: {start: ")


def test_fail_shows_the_seconds_by_which_the_times_differ() -> None:
    words = "scheduled for 2026-12-12T02:00:01+08:00", "begins at 2026-12-12T02:00:00+08:00"
    expect(shown("2026-12-12T02:00:01+08:00"), RULE, "i-web", Outcome.FAIL, *words)


def test_fail_when_it_was_put_off_beyond_the_latest_time() -> None:
    words = "for 2026-12-20T02:00:01+08:00, after the Latest Schedule Time 2026-12-20T02:00:00+08:00"
    expect(shown("2026-12-20T02:00:01+08:00"), RULE, "i-web", Outcome.FAIL, words)


def test_fail_when_the_event_contradicts_somebodys_word() -> None:
    draft = seen()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"] = [system_event("2026-12-13T02:00:00+08:00")]
    expect(draft, RULE, "i-web", Outcome.FAIL, "2026-12-13")


@pytest.mark.parametrize(
    ("status", "words"), [("Executing", "is being executed"), ("Inquiring", "waits for your consent")]
)
def test_fail_when_the_event_of_the_move_is_not_scheduled(status: str, words: str) -> None:
    draft = seen()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"] = [system_event(START, status=status)]
    expect(
        draft, RULE, "i-web", Outcome.FAIL, f"not scheduled: The system event e-1 (SystemMaintenance.Reboot) {words}"
    )


@pytest.mark.parametrize(
    ("status", "seconds", "outcome"),
    [
        ("Executing", 0, Outcome.PASS),
        ("Executing", 1, Outcome.PASS),
        ("Executing", -1, Outcome.FAIL),
        ("Inquiring", 0, Outcome.FAIL),
    ],
)
def test_a_move_that_is_being_executed_passes_once_its_window_has_begun(
    status: str, seconds: int, outcome: Outcome
) -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat(START) + timedelta(seconds=seconds)
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"] = [system_event(START, status=status)]
    expect(draft, RULE, "i-web", outcome, "The system event e-1")


@pytest.mark.parametrize("at", ["2026-12-01T10:00:00+08:00", IN_FREEZE.isoformat()])
def test_pass_on_somebodys_word(at: str) -> None:
    expect(seen(at=at), RULE, "i-web", Outcome.PASS, f"ops@example.com saw the pending task at {at[:16]}")


def in_two_zones(*seen_zones: object) -> Draft:
    """i-app goes to another zone than i-web, with somebody's word about plans for some zones."""
    draft = seen(zones=list(seen_zones))
    draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"] = "cn-hangzhou-b"
    return draft


def test_pass_when_the_plan_of_each_zone_was_seen() -> None:
    draft = in_two_zones("cn-hangzhou-b", ZONE)
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_at_the_freeze_when_no_plan_of_its_zone_was_seen() -> None:
    draft = in_two_zones("cn-hangzhou-b")
    expect(draft, RULE, "i-web", Outcome.FAIL, "cn-hangzhou-b, cn-hangzhou-h", "task for cn-hangzhou-h", "zones: [")


def test_pending_until_the_freeze_when_no_plan_of_its_zone_was_seen() -> None:
    draft = in_two_zones("cn-hangzhou-b")
    draft.now = BEFORE_FREEZE.replace(month=12, day=5)
    expect(draft, RULE, "i-web", Outcome.PENDING, "one destination zone")


def test_pass_when_who_goes_elsewhere_has_moved_or_is_of_another_wave() -> None:
    draft = in_two_zones()
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft = in_two_zones()
    add_wave(draft, "second", "i-app", start="2026-12-30T02:00:00+08:00")
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_the_zones_are_not_known() -> None:
    expect(in_two_zones(UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "zones")
    draft = in_two_zones(ZONE)
    draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "targetZoneId")


def test_fail_when_the_word_is_of_the_future() -> None:
    expect(seen(at="2026-12-11T10:00:01+08:00"), RULE, "i-web", Outcome.FAIL, "in the future")


def test_pass_on_a_word_of_ninety_days_and_fail_on_an_older_one() -> None:
    expect(seen(at="2026-09-12T10:00:00+08:00"), RULE, "i-web", Outcome.PASS)
    expect(seen(at="2026-09-12T09:59:59+08:00"), RULE, "i-web", Outcome.FAIL, "more than 90 days ago", "scheduled: ")


@pytest.mark.parametrize("by", ["", None, UNKNOWN])
def test_unknown_when_nobody_gives_the_word(by: object) -> None:
    expect(seen(by=by), RULE, "i-web", Outcome.UNKNOWN, "by")


def test_pending_before_the_freeze_without_either() -> None:
    expect(prepared(exists=False), RULE, "i-web", Outcome.PENDING, "Migration Plan", "window: {scheduled: ")


def test_fail_at_the_freeze_without_either() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "No system event", "no longer enough")


def test_unknown_when_the_events_were_not_read() -> None:
    draft = prepared()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledMoves"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "scheduledMoves")


def test_unknown_when_the_time_is_not_known() -> None:
    expect(shown(UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "notBefore")


def test_unknown_in_a_wave_that_there_is_not() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["wave"] = "second"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "0 waves named second")


def test_pending_when_the_window_has_another_start_than_when_the_task_was_seen() -> None:
    for same in (START, "2026-12-11T18:00:00Z"):
        expect(seen(start=same), RULE, "i-web", Outcome.PASS)
    draft = seen(start="2026-12-05T02:00:00+08:00", at="2026-11-20T10:00:00+08:00")
    words = ("for a window that began at 2026-12-05T02:00+08:00", "begins at 2026-12-12T02:00+08:00 now", "scheduled: ")
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.PENDING, *words)
    draft.now = IN_FREEZE
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)
    expect(seen(start=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "start")
