from datetime import datetime, timedelta

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import START, UNKNOWN, Draft, expect, prepared, system_event

RULE = "schedule-apart-from-events"


def scheduled(due: str, kind: str = "SystemMaintenance.Reboot", status: str = "Scheduled") -> Draft:
    """The window begins at 02:00 on 2026-12-12 and is over after some minutes and the hours of copying."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledEvents"] = [system_event(due, kind, status=status)]
    return draft


@pytest.mark.parametrize("kind", ["SystemMaintenance.Reboot", "SystemMaintenance.Redeploy", "SystemFailure.Reboot"])
@pytest.mark.parametrize("due", ["2026-12-12T01:00:01+08:00", "2026-12-12T02:01:00+08:00", "2026-12-11T19:00:00Z"])
def test_fail_when_it_restarts_while_it_moves(kind: str, due: str) -> None:
    draft = scheduled(due, kind)
    expect(draft, RULE, "i-web", Outcome.FAIL, f"e-1 ({kind})", "RebootInstance --InstanceId i-web", "{start")


@pytest.mark.parametrize("due", ["2026-12-11T03:00:00+08:00", "2026-12-12T01:00:00+08:00", "2026-12-13T02:00:00+08:00"])
def test_pass_when_it_restarts_before_or_afterwards(due: str) -> None:
    expect(scheduled(due), RULE, "i-web", Outcome.PASS, "apart from its move")


@pytest.mark.parametrize("kind", ["SystemMaintenance.Reboot", "Something.New"])
@pytest.mark.parametrize("due", ["2026-12-12T02:00:00+08:00", "2026-12-11T18:00:59Z"])
def test_pass_when_it_is_the_move_itself(kind: str, due: str) -> None:
    expect(scheduled(due, kind), RULE, "i-web", Outcome.PASS, "it counts as the move")


def test_unknown_for_an_event_that_may_do_anything() -> None:
    kind = "SystemMaintenance.ReInitErrorDisk"
    draft = scheduled("2026-12-12T01:00:00+08:00", kind)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, kind, "DescribeInstanceHistoryEvents", "waivers:")
    # The Latest Schedule Time, and 96 minutes for the copy of its 40 GiB.
    expect(scheduled("2026-12-20T03:35:59+08:00", kind), RULE, "i-web", Outcome.UNKNOWN, kind)
    expect(scheduled("2026-12-20T03:36:00+08:00", kind), RULE, "i-web", Outcome.PASS, "when its move is over")


@pytest.mark.parametrize("kind", ["SystemMaintenance.Reboot", "SystemMaintenance.RebootAndIsolateErrorDisk"])
@pytest.mark.parametrize("due", ["2026-12-11T03:00:00+08:00", "2026-12-12T02:00:00+08:00", "2027-03-01T02:00:00+08:00"])
@pytest.mark.parametrize(
    ("status", "words"), [("Executing", "is being executed"), ("Inquiring", "waits for your consent")]
)
def test_unknown_for_an_event_whose_time_does_not_count(due: str, kind: str, status: str, words: str) -> None:
    expect(scheduled(due, kind, status), RULE, "i-web", Outcome.UNKNOWN, f"e-1 ({kind}) {words}", "waivers:")


@pytest.mark.parametrize(
    ("due", "status", "seconds", "outcome"),
    [
        (START, "Executing", 0, Outcome.PASS),
        ("2026-12-12T02:00:59+08:00", "Executing", 3600, Outcome.PASS),
        (START, "Executing", -1, Outcome.UNKNOWN),
        (START, "Inquiring", 0, Outcome.UNKNOWN),
        ("2026-12-12T02:01:00+08:00", "Executing", 0, Outcome.UNKNOWN),
        ("2026-12-12T01:59:59+08:00", "Executing", 0, Outcome.UNKNOWN),
    ],
)
def test_what_is_executed_since_the_window_began_counts_as_the_move(
    due: str, status: str, seconds: int, outcome: Outcome
) -> None:
    draft = scheduled(due, status=status)
    draft.now = datetime.fromisoformat(START) + timedelta(seconds=seconds)
    expect(draft, RULE, "i-web", outcome, "The system event e-1")


def test_the_more_instances_its_own_wave_has_the_longer_no_event_may_restart_it() -> None:
    """Fifteen minutes for each five that move, and 96 for the copy of its 40 GiB."""
    draft = scheduled("2026-12-12T02:30:00+08:00")
    waves = draft.facts(MIGRATION)["waves"]
    many = [f"i-{number}" for number in range(100)]
    waves.append({**waves[0], "name": "second", "instanceIds": many})
    expect(draft, RULE, "i-web", Outcome.FAIL, "from 2026-12-12T02:00+08:00 until about 2026-12-12T03:51+08:00")
    waves[0]["instanceIds"] += many
    expect(draft, RULE, "i-web", Outcome.FAIL, "from 2026-12-12T02:00+08:00 until about 2026-12-12T08:51+08:00")


def test_unknown_when_the_events_or_the_window_are_not_known() -> None:
    draft = scheduled("2026-12-12T02:30:00+08:00")
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "the window")
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledEvents"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "scheduledEvents")


def test_not_applicable_without_an_event_or_once_it_has_moved() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "No other system event")
    draft = scheduled("2026-12-12T02:30:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_pass_when_those_that_are_left_have_moved_before_it() -> None:
    """Six instances take 30 minutes, five of them 15; then 96 minutes for the copy of its 40 GiB."""
    draft = scheduled("2026-12-12T04:00:00+08:00")
    wave = draft.facts(MIGRATION)["waves"][0]
    wave["instanceIds"] = ["i-web", "i-app", *(f"i-{number}" for number in range(4))]
    expect(draft, RULE, "i-web", Outcome.FAIL, "until about 2026-12-12T04:06")
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.PASS, "apart from its move")
