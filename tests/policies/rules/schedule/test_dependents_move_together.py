import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, add_wave, expect, prepared

RULE = "schedule-dependents-move-together"


def apart() -> Draft:
    """i-web moves in a wave of its own, and talks with i-app."""
    draft = prepared()
    add_wave(draft, "second", "i-web", start="2026-12-30T02:00:00+08:00")
    reason = "sg-app accepts TCP 8080/8080 from sg-web"
    draft.facts(MIGRATING_INSTANCE, "i-web")["dependents"] = [
        {"instanceIds": ["i-app"], "wave": "all", "reason": reason}
    ]
    draft.facts(MIGRATING_INSTANCE, "i-app")["dependents"] = [
        {"instanceIds": ["i-web"], "wave": "second", "reason": reason}
    ]
    return draft


def test_fail_in_both_directions() -> None:
    expect(apart(), RULE, "i-web", Outcome.FAIL, "i-app of wave all", "sg-app accepts", "{name: second, after: [all]}")
    expect(apart(), RULE, "i-app", Outcome.FAIL, "i-web of wave second")


@pytest.mark.parametrize("instance_id", ["i-web", "i-app"])
def test_pass_in_an_order_that_is_named(instance_id: str) -> None:
    draft = apart()
    draft.facts(MIGRATION)["waves"][1]["after"] = ["all"]
    expect(draft, RULE, instance_id, Outcome.PASS, "order")


def test_pass_in_an_order_that_is_named_by_way_of_another_wave() -> None:
    draft = apart()
    waves = draft.facts(MIGRATION)["waves"]
    waves.append({**waves[0], "name": "between", "instanceIds": [], "after": ["all"]})
    waves[1]["after"] = ["between"]
    expect(draft, RULE, "i-web", Outcome.PASS)
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_the_fix_names_the_order_of_the_windows_or_asks_for_one() -> None:
    draft = apart()
    waves = draft.facts(MIGRATION)["waves"]
    waves[1]["window"]["start"] = "2026-12-01T02:00:00+08:00"
    expect(draft, RULE, "i-web", Outcome.FAIL, "{name: all, after: [second]}")
    waves[1]["window"]["start"] = waves[0]["window"]["start"]
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "Give them windows one after the other")
    assert "after: [" not in result.remediation


def test_fail_when_they_share_a_database() -> None:
    draft = prepared()
    add_wave(draft, "second", "i-web", start="2026-12-30T02:00:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-app")["sharedDatabases"] = [{"dbInstanceId": "rm-orders", "waves": ["second"]}]
    expect(draft, RULE, "i-app", Outcome.FAIL, "rm-orders", "second")
    draft.facts(MIGRATION)["waves"][1]["after"] = ["all"]
    expect(draft, RULE, "i-app", Outcome.PASS, "rm-orders")


def test_unknown_when_the_order_is_not_known() -> None:
    draft = apart()
    draft.facts(MIGRATION)["waves"][1]["after"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "after")


@pytest.mark.parametrize("key", ["dependents", "sharedDatabases"])
def test_unknown_when_the_dependents_are_not_known(key: str) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")[key] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)


def test_pass_counts_all_but_the_first_and_fail_names_each() -> None:
    draft = apart()
    draft.facts(MIGRATING_INSTANCE, "i-web")["dependents"][0]["instanceIds"] = ["i-app", "i-later", "i-more"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "talks with i-app, i-later, i-more of wave all")
    draft.facts(MIGRATION)["waves"][1]["after"] = ["all"]
    expect(draft, RULE, "i-web", Outcome.PASS, "talks with i-app and 2 more of wave all")


def test_unknown_with_dependents_that_are_not_named() -> None:
    draft = apart()
    draft.facts(MIGRATING_INSTANCE, "i-web")["dependents"][0]["instanceIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "instanceIds")


def test_not_applicable_without_dependents_in_other_waves() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
