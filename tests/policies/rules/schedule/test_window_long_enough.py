import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import START, UNKNOWN, Draft, add_wave, expect, prepared

RULE = "schedule-window-long-enough"


def wave(draft: Draft, **changes: object) -> None:
    draft.facts(MIGRATION)["waves"][0].update(changes)


def test_pass_when_all_are_up_at_the_end() -> None:
    """Two instances move at once; the window begins at 02:00."""
    draft = prepared()
    wave(draft, end="2026-12-12T02:15:00+08:00")
    expect(draft, RULE, "dev", Outcome.PASS, "2 instances", "15 min")


def test_fail_a_second_earlier() -> None:
    draft = prepared()
    wave(draft, end="2026-12-12T02:14:59+08:00")
    expect(draft, RULE, "dev", Outcome.FAIL, "window.end")


@pytest.mark.parametrize(
    ("second", "outcome"), [("2026-12-12T03:51:00+08:00", Outcome.PASS), ("2026-12-12T03:50:59+08:00", Outcome.FAIL)]
)
def test_pass_only_when_the_disks_are_whole(second: str, outcome: Outcome) -> None:
    """40 GiB take 96 minutes after the 15 of the move; what is smaller is whole before."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["disks"][0]["sizeGib"] = 20.0
    wave(draft, disksNeededFrom=second)
    expect(draft, RULE, "dev", outcome, "96 min")


UP, WHOLE = "2026-12-12T02:15:00+08:00", "2026-12-12T03:51:00+08:00"
EARLIER = "2026-12-12T02:05:00+08:00"


@pytest.mark.parametrize(
    ("times", "late"),
    [
        ({"end": EARLIER, "disksNeededFrom": WHOLE}, ["end"]),
        ({"end": UP, "disksNeededFrom": EARLIER}, ["disksNeededFrom"]),
        ({"end": EARLIER, "disksNeededFrom": EARLIER}, ["end", "disksNeededFrom"]),
    ],
)
def test_finding_and_fix_name_the_times_that_are_too_early(times: dict[str, str], late: list[str]) -> None:
    draft = prepared()
    wave(draft, **times)
    result = expect(draft, RULE, "dev", Outcome.FAIL)
    for key in times:
        assert (f"window.{key} is 2026-12-12T02:05+08:00" in result.reason) is (key in late)
        assert (f'{key}: "<a later time' in result.remediation) is (key in late)


def test_fail_with_more_instances_than_move_at_once() -> None:
    draft = prepared()
    wave(draft, end="2026-12-12T02:29:00+08:00")
    for number in range(4):
        draft.add(MIGRATING_INSTANCE, f"i-{number}", dict(draft.facts(MIGRATING_INSTANCE, "i-web")))
    expect(draft, RULE, "dev", Outcome.FAIL, "6 instances", "30 min")


def test_pass_without_those_that_have_moved() -> None:
    draft = prepared()
    wave(draft, end="2026-12-12T02:15:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "dev", Outcome.PASS, "1 instance:")
    wave(draft, disksNeededFrom=START)
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    expect(draft, RULE, "dev", Outcome.PASS, "0 instances")


def test_pass_without_those_of_another_wave() -> None:
    draft = prepared()
    wave(draft, end="2026-12-12T02:15:00+08:00")
    add_wave(draft, "second", "i-app", start="2026-12-30T02:00:00+08:00")
    expect(draft, RULE, "dev", Outcome.PASS, "Wave all has 1 instance:")


def test_unknown_when_a_size_is_not_known() -> None:
    draft = prepared()
    wave(draft, end="2026-12-12T02:15:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["sizeGib"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "sizeGib")


def test_unknown_when_the_end_is_not_known() -> None:
    draft = prepared()
    wave(draft, end=UNKNOWN)
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "end")


def test_not_applicable_when_nobody_says_by_when() -> None:
    expect(prepared(), RULE, "dev", Outcome.NOT_APPLICABLE, "15 min", "96 min")


def test_not_applicable_once_all_waves_have_moved() -> None:
    draft = prepared()
    wave(draft, moved=True, end="2026-12-12T02:00:00+08:00")
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
