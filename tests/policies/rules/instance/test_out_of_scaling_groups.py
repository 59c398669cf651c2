from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared, waive_as_advised

RULE = "instance-out-of-scaling-groups"


def test_pass_without_a_tag_of_auto_scaling() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "no tag of Auto Scaling")


def test_fail_in_a_scaling_group() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scalingGroupIds"] = ["asg-b", "asg-a"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "the scaling group asg-a, asg-b", "later: [i-web]")


def test_waived_by_the_line_that_it_names() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scalingGroupIds"] = ["asg-a"]
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "EnterStandby")
    # Neither way takes the tag off by which the rule goes, so both lead to the waiver.
    assert "Its tag may stay, so then waive this" in result.remediation
    waive_as_advised(draft, result)
    expect(draft, RULE, "i-web", Outcome.WAIVED)


def test_unknown_when_its_tags_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scalingGroupIds"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "scalingGroupIds")
    del draft.facts(MIGRATING_INSTANCE, "i-web")["scalingGroupIds"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "scalingGroupIds")


def test_not_applicable_once_it_has_moved() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=True, scalingGroupIds=["asg-a"])
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
