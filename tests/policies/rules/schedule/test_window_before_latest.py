from policies.outcome import Outcome
from policies.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "schedule-window-before-latest"


def test_pass_when_the_start_is_the_latest_time_in_another_offset() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["window"]["latest"] = "2026-12-11T18:00:00Z"
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_a_second_after_the_latest_time() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["window"]["latest"] = "2026-12-11T17:59:59Z"
    expect(draft, RULE, "dev", Outcome.FAIL, "Latest Schedule Time")


def test_unknown_without_a_latest_time() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["window"]["latest"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "latest")
