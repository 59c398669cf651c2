"""Whose times a rule goes by, and when it turns from advice into mandatory."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policies.clock import Moment, Timeline
from policies.evaluation import evaluate
from policies.outcome import Outcome, Result, failed
from policies.plan import MIGRATING_INSTANCE, MIGRATION
from policies.registry import all_rules
from policies.rule import InstanceRule, MigrationRule
from policies.settings import Settings
from tests.policies.prepared import UNKNOWN, Draft, add_wave, prepared

START = datetime.fromisoformat("2026-12-12T02:00:00+08:00")
SECOND = timedelta(seconds=1)
(ANY,) = (rule for rule in all_rules() if rule.id == "instance-type-supports-eni")
(WHOLE,) = (rule for rule in all_rules() if rule.id == "schedule-window-in-future")


def failing(**changes: object) -> InstanceRule:
    assert isinstance(ANY, InstanceRule)
    return replace(ANY, check=lambda _plan, timeline, _facts: failed(f"{timeline.start}"), **changes)  # type: ignore[arg-type]


def results(draft: Draft, rule: InstanceRule | MigrationRule) -> dict[str, Result]:
    found = evaluate([rule], draft.plan(), Moment(draft.now, "PREFLIGHT_NOW"))
    return {result.subject.id: result for result in found.results}


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
    found = results(draft, failing())
    assert (found["i-web"].reason, found["i-app"].reason) == (str(START), str(datetime.fromisoformat(later)))
    assert results(draft, whole)["dev"].reason == str(START)
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    assert results(draft, whole)["dev"].reason == str(datetime.fromisoformat(later))
    draft.facts(MIGRATION)["waves"][1]["window"] = UNKNOWN
    assert results(draft, whole)["dev"].reason == "None"
    draft.facts(MIGRATING_INSTANCE, "i-web")["wave"] = "nowhere"
    assert results(draft, failing())["i-web"].reason == "None"
