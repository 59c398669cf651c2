import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
)
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "security-group-cloned"


def test_pass_with_an_applied_clone() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pending_while_the_clone_is_only_declared() -> None:
    expect(prepared(exists=False), RULE, "i-web", Outcome.PENDING, "sg-web")


def test_pending_while_no_id_of_the_clone_is_known() -> None:
    draft = prepared(exists=False)
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["securityGroupIds"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.PENDING)


def test_pending_while_only_the_rules_are_not_applied() -> None:
    draft = prepared(exists=False)
    applied = prepared()
    for resource_type in (CLONED_SECURITY_GROUP, SECURITY_GROUP):
        draft.one(resource_type, "sg-web").properties = applied.facts(resource_type, "sg-web")
    draft.facts(TARGET_NETWORK)["vpcId"] = "vpc-1"
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["securityGroupId"] = "sg-web-vpc"
    expect(draft, RULE, "i-web", Outcome.PENDING)


def test_fail_without_a_clone() -> None:
    draft = prepared()
    draft.remove(CLONED_SECURITY_GROUP, "sg-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, "has no clone", "securityGroups")


def test_fail_with_two_clones() -> None:
    draft = prepared()
    clone = draft.one(CLONED_SECURITY_GROUP, "sg-web")
    draft.add(CLONED_SECURITY_GROUP, "again", clone.properties, clone.parent)
    expect(draft, RULE, "i-web", Outcome.FAIL, "has 2 clones")


def test_fail_without_rules_and_without_either() -> None:
    draft = prepared()
    draft.remove(SECURITY_GROUP_RULES, "sg-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, "1 security groups and 0 rule sets")
    draft.remove(SECURITY_GROUP, "sg-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 security groups and 0 rule sets")


def test_fail_in_another_vpc() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-web", Outcome.FAIL, "not in the target VPC")


def test_fail_in_no_vpc() -> None:
    draft = prepared()
    del draft.facts(SECURITY_GROUP, "sg-web")["vpcId"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "classic group again")


@pytest.mark.parametrize("exists", [True, False])
def test_fail_with_rules_for_another_group(exists: bool) -> None:
    draft = prepared(exists=exists)
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["securityGroupId"] = "sg-app-vpc"
    expect(draft, RULE, "i-web", Outcome.FAIL, "for another group")


def test_unknown_when_the_vpc_exists_and_the_group_does_not_tell_its_own() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vpcId")


def test_unknown_when_the_group_names_a_vpc_and_the_new_one_has_no_id() -> None:
    draft = prepared(exists=False)
    draft.facts(SECURITY_GROUP, "sg-web")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vpcId")


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "list no security group")


def _split(draft: Draft) -> None:
    """A second group for the clone of sg-web, with half of its rules."""
    first = draft.one(SECURITY_GROUP_RULES, "sg-web")
    group = draft.one(SECURITY_GROUP, "sg-web")
    rules = list(first.properties["rules"].items())
    first.properties["rules"] = dict(rules[:3])
    draft.add(SECURITY_GROUP, "sg-web-2", {**group.properties, "id": "sg-web-vpc-2"}, group.parent)
    further = {**first.properties, "securityGroupId": "sg-web-vpc-2", "rules": dict(rules[3:])}
    draft.add(SECURITY_GROUP_RULES, "sg-web-2", further, first.parent)
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["securityGroupIds"].append("sg-web-vpc-2")


@pytest.mark.parametrize("rule_id", [RULE, "security-group-nothing-opened", "security-group-every-rule-carried-over"])
def test_pass_when_the_rules_are_split_over_two_groups(rule_id: str) -> None:
    draft = prepared()
    _split(draft)
    expect(draft, rule_id, "i-web", Outcome.PASS)
    expect(draft, rule_id, "i-app", Outcome.PASS)


def test_fail_when_half_of_a_split_clone_is_missing() -> None:
    draft = prepared()
    _split(draft)
    draft.remove(SECURITY_GROUP_RULES, "sg-web-2")
    expect(draft, RULE, "i-web", Outcome.FAIL, "2 security groups and 1 rule sets")
    # The half that is missing has the guards.
    expect(draft, "security-group-nothing-opened", "i-web", Outcome.FAIL)
