from datetime import datetime, timedelta, timezone

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "schedule-clocks-agree"


def machine_says(time: object) -> Draft:
    """The cloud says 09:00 in Hangzhou."""
    draft = prepared()
    draft.facts(MIGRATION)["clock"]["machineTime"] = time
    return draft


@pytest.mark.parametrize(
    "time", ["2026-12-11T01:05:00+00:00", "2026-12-11T00:55:00+00:00", "2026-12-11T10:00:00+09:00"]
)
def test_pass_where_they_differ_by_five_minutes_at_the_most(time: str) -> None:
    expect(machine_says(time), RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize(
    "time", ["2026-12-11T01:05:01+00:00", "2026-12-11T00:54:59+00:00", "2026-11-27T01:00:00+00:00"]
)
def test_fail_where_they_differ_by_more(time: str) -> None:
    shown_time = datetime.fromisoformat(time).astimezone(timezone(timedelta(hours=8))).isoformat()
    result = expect(machine_says(time), RULE, "dev", Outcome.FAIL, "2026-12-11T09:00:00+08:00", shown_time)
    assert result.blocking


@pytest.mark.parametrize("time", [UNKNOWN, None, "yesterday", "2026-12-11T01:00:00"])
def test_unknown_without_a_time(time: object) -> None:
    expect(machine_says(time), RULE, "dev", Outcome.UNKNOWN, "machineTime")


@pytest.mark.parametrize("key", ["clock", "rehearsal"])
def test_unknown_where_the_program_does_not_tell(key: str) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)[key]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, key)


def test_not_applicable_to_a_rehearsal_whose_cloud_has_a_clock_of_its_own() -> None:
    draft = machine_says("2026-11-27T01:00:00+00:00")
    draft.facts(MIGRATION)["rehearsal"] = ["alicloud:endpoints leads to 127.0.0.1:8815"]
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)


def test_not_applicable_where_no_cloud_was_asked() -> None:
    draft = machine_says("2026-11-27T01:00:00+00:00")
    draft.facts(MIGRATION)["estateFile"] = {"path": "estate.json", "sha256": "0" * 64}
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
