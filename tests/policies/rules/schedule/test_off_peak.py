from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "schedule-off-peak"


def with_hours(**changes: object) -> Draft:
    draft = prepared()
    draft.facts(MIGRATION)["offPeak"] = {"from": "22:00", "to": "06:00", "timeZone": "Asia/Shanghai"}
    draft.facts(MIGRATION)["waves"][0].update(changes)
    return draft


def test_pass_when_all_are_up_at_their_end() -> None:
    draft = with_hours(offPeakUntil="2026-12-12T02:15:00+08:00")
    expect(draft, RULE, "dev", Outcome.PASS, "22:00 to 06:00, Asia/Shanghai")


def test_fail_when_they_are_over_before() -> None:
    expect(with_hours(offPeakUntil="2026-12-12T02:14:00+08:00"), RULE, "dev", Outcome.FAIL, "over at 2026-12-12T02:14")


def test_fail_outside_of_them() -> None:
    expect(with_hours(), RULE, "dev", Outcome.FAIL, "outside off-peak", "2026-12-12T02:00+08:00")


def test_unknown_when_the_hours_are_not_known() -> None:
    draft = with_hours(offPeakUntil=UNKNOWN)
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "offPeakUntil")


def test_not_applicable_without_hours() -> None:
    expect(prepared(), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_not_applicable_once_all_waves_have_moved() -> None:
    expect(with_hours(moved=True), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_pass_when_those_that_are_left_are_up_at_their_end() -> None:
    """Half of the wave has moved: the others have a window of their own by now."""
    ids = [f"i-{number}" for number in range(6)]
    draft = with_hours(offPeakUntil="2026-12-12T02:15:00+08:00", instanceIds=["i-web", *ids])
    expect(draft, RULE, "dev", Outcome.FAIL, "needs about 30 min")
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    draft.facts(MIGRATION)["waves"][0]["instanceIds"] = ["i-web", *ids[:5]]
    expect(draft, RULE, "dev", Outcome.PASS)
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.FAIL, "needs about 30 min")
