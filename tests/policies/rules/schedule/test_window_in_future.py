from datetime import datetime

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, add_wave, expect, prepared

RULE = "schedule-window-in-future"


def test_pass_when_the_window_lies_ahead() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS)


def test_pass_one_second_before_the_start_whatever_the_offset() -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat("2026-12-11T17:59:59+00:00")
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_at_the_start_whatever_the_offset() -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat("2026-12-11T18:00:00+00:00")
    expect(draft, RULE, "dev", Outcome.FAIL, "2026-12-12T02:00+08:00")


@pytest.mark.parametrize("start", ["2026-12-12T02:00:00", "12 December", "", 20261212.0, None, UNKNOWN])
def test_unknown_without_a_time_that_has_an_offset(start: object) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = start
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "start")


def test_unknown_without_a_window() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["waves"][0]["window"]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "window")


def test_pass_for_a_wave_that_has_moved_in_a_window_of_the_past() -> None:
    draft = prepared()
    add_wave(draft, "second", "i-web", start="2026-12-30T02:00:00+08:00")
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = datetime.fromisoformat("2026-12-15T00:00:00+08:00")
    result = expect(draft, RULE, "dev", Outcome.PASS, "wave second")
    assert "wave all" not in result.reason


def test_fail_seconds_after_the_start_tells_them() -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat("2026-12-12T02:00:09+08:00")
    expect(draft, RULE, "dev", Outcome.FAIL, "began at 2026-12-12T02:00:00+08:00, and it is 2026-12-12T02:00:09+08:00")


def test_fail_for_a_wave_of_the_past_that_has_not_moved_whole() -> None:
    draft = prepared()
    add_wave(draft, "second", "i-web", start="2026-12-30T02:00:00+08:00")
    draft.now = datetime.fromisoformat("2026-12-15T00:00:00+08:00")
    expect(draft, RULE, "dev", Outcome.FAIL, "wave all", "app-1 (i-app) of its 1 instance is not in the target VPC")


def test_fail_names_the_instances_that_were_not_moved_and_no_other() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    draft.now = datetime.fromisoformat("2026-12-15T00:00:00+08:00")
    result = expect(draft, RULE, "dev", Outcome.FAIL, "app-1 (i-app) of its 2 instances is not in the target VPC")
    assert "i-web" not in result.reason
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = False
    expect(draft, RULE, "dev", Outcome.FAIL, "app-1 (i-app), web-1 (i-web) of its 2 instances are not in the target")


def test_fail_names_one_whose_component_is_missing() -> None:
    draft = prepared()
    draft.remove(MIGRATING_INSTANCE, "i-web")
    draft.now = datetime.fromisoformat("2026-12-15T00:00:00+08:00")
    expect(draft, RULE, "dev", Outcome.FAIL, "app-1 (i-app), i-web of its 2 instances are")


def test_not_applicable_once_all_waves_have_moved() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
