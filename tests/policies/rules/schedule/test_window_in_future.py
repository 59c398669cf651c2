from datetime import datetime

import pytest

from policies.outcome import Outcome
from policies.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, expect, prepared

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
    draft.facts(MIGRATION)["window"]["start"] = start
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "start")


def test_unknown_without_a_window() -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["window"]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "window")
