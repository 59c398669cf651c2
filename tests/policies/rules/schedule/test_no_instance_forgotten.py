import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, classic_instance, expect, prepared

RULE = "schedule-no-instance-forgotten"


def test_pass_where_each_moves_moves_later_or_stays() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS, "All 4 classic instances", "1 of them stay, and 1 move later")


def test_pass_says_how_many_are_put_off_without_a_date() -> None:
    """`later` accounts for an instance, and nothing else asks when it moves."""
    draft = prepared()
    draft.facts(MIGRATION)["classicInstances"].append(classic_instance("i-old", "old-1", "10.0.0.8", ["sg-stay"]))
    draft.facts(MIGRATION)["laterInstanceIds"] += ["i-old", "i-gone"]
    expect(
        draft, RULE, "dev", Outcome.PASS, "1 of them stay, and 2 move later, at a date that this stack does not set."
    )
    draft = prepared()
    draft.facts(MIGRATION)["laterInstanceIds"] = []
    draft.facts(MIGRATION)["staying"][0]["instanceIds"].append("i-later")
    result = expect(draft, RULE, "dev", Outcome.PASS, "2 of them stay.")
    assert "later" not in result.reason


def test_fail_for_each_instance_that_nobody_named() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["classicInstances"] += [
        classic_instance("i-old", "old-1", "10.0.0.8", ["sg-stay"]),
        classic_instance("i-bare", "i-bare", "10.0.0.9", ["sg-stay"]),
    ]
    result = expect(
        draft, RULE, "dev", Outcome.FAIL, "old-1 (i-old) is classic", "i-bare is classic", "later: [i-bare, i-old]"
    )
    assert result.blocking
    assert "i-stay" not in result.reason


def test_fail_where_the_one_that_stayed_is_not_declared_any_more() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["staying"] = []
    expect(draft, RULE, "dev", Outcome.FAIL, "stay-1 (i-stay)")


@pytest.mark.parametrize(
    ("instance_id", "words"),
    [("i-web", "to move with a wave"), ("i-later", "to move later"), ("i-gone", "no classic instance of the region")],
)
def test_fail_where_what_stays_moves_or_is_not_there(instance_id: str, words: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["staying"][0]["instanceIds"].append(instance_id)
    expect(draft, RULE, "dev", Outcome.FAIL, instance_id, words)


@pytest.mark.parametrize("key", ["owner", "reason"])
@pytest.mark.parametrize("value", ["", "  \t", "\u200b", None, UNKNOWN])
def test_unknown_where_nobody_answers_for_it(key: str, value: object) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["staying"][0][key] = value
    expect(draft, RULE, "dev", Outcome.UNKNOWN, key)


@pytest.mark.parametrize("key", ["classicInstances", "laterInstanceIds", "staying"])
def test_unknown_without_one_of_the_lists(key: str) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)[key]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, key)
