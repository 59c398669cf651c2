from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, add_wave, expect, prepared

RULE = "schedule-window-before-latest"


def test_pass_when_the_start_is_the_latest_time_in_another_offset() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["latest"] = "2026-12-11T18:00:00Z"
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_a_second_after_the_latest_time() -> None:
    draft = prepared()
    window = draft.facts(MIGRATION)["waves"][0]["window"]
    window["latest"] = "2026-12-11T17:59:59Z"
    expect(
        draft,
        RULE,
        "dev",
        Outcome.FAIL,
        "2026-12-12T02:00+08:00, after the Latest Schedule Time 2026-12-12T01:59+08:00",
    )
    window.update(start="2026-12-12T02:00:01+08:00", latest="2026-12-12T02:00:00+08:00")
    words = "begins at 2026-12-12T02:00:01+08:00, after the Latest Schedule Time 2026-12-12T02:00:00+08:00"
    expect(draft, RULE, "dev", Outcome.FAIL, words)


def test_unknown_without_a_latest_time() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["latest"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "latest")


def test_fail_for_the_one_wave_that_begins_too_late() -> None:
    draft = prepared()
    add_wave(draft, "second", "i-web", start="2027-01-01T02:00:00+08:00", latest="2026-12-31T02:00:00+08:00")
    result = expect(draft, RULE, "dev", Outcome.FAIL, "wave second")
    assert "wave all" not in result.reason


def test_not_applicable_once_all_waves_have_moved() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)


def test_unknown_without_any_wave() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"] = []
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "waves")
