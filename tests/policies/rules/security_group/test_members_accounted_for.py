from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_ATTACHMENT, MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "security-group-members-accounted-for"


def _with_member(draft: Draft, member: str) -> Draft:
    for group in draft.facts(MIGRATION)["securityGroups"]:
        group["memberIds"] = sorted([*group["memberIds"], member])
    return draft


def test_pass_when_the_other_member_is_of_a_later_wave() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS)


def test_pass_when_the_other_member_moves_or_is_linked() -> None:
    expect(_with_member(prepared(), "i-app"), RULE, "i-web", Outcome.PASS)
    expect(_with_member(prepared(), "i-stay"), RULE, "i-web", Outcome.PASS)


def test_fail_when_the_other_member_is_not_planned_for() -> None:
    expect(_with_member(prepared(), "i-other"), RULE, "i-web", Outcome.FAIL, "i-other in sg-web", "later")


def test_fail_when_it_is_so_in_one_of_its_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = ["sg-app", "sg-web"]
    draft.facts(MIGRATION)["laterInstanceIds"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "i-later in sg-app")


def test_fail_when_the_link_of_the_other_member_is_not_declared() -> None:
    draft = _with_member(prepared(), "i-stay")
    draft.remove(CLASSIC_LINK_ATTACHMENT, "i-stay")
    expect(draft, RULE, "i-web", Outcome.FAIL, "i-stay in sg-web")


def test_unknown_when_the_members_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["securityGroups"][1]["memberIds"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_when_the_group_was_not_read() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = ["sg-none"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "sg-none")


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "list no security group")


def test_not_applicable_when_nobody_else_is_in_its_groups() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
