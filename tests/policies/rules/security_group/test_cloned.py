from policies.outcome import Outcome
from policies.plan import (
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
)
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "security-group-cloned"


def test_pass_with_an_applied_clone() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pending_while_the_clone_is_only_declared() -> None:
    expect(prepared(exists=False), RULE, "i-web", Outcome.PENDING, "sg-web")


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


def test_fail_without_rules() -> None:
    draft = prepared()
    draft.remove(SECURITY_GROUP_RULES, "sg-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 rule sets")


def test_fail_in_another_vpc() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-web", Outcome.FAIL, "not in the target VPC")


def test_fail_in_no_vpc() -> None:
    draft = prepared()
    del draft.facts(SECURITY_GROUP, "sg-web")["vpcId"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "classic group again")


def test_fail_with_rules_for_another_group() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["securityGroupId"] = "sg-app-vpc"
    expect(draft, RULE, "i-web", Outcome.FAIL, "for another group")


def test_unknown_when_the_vpc_exists_and_the_group_does_not_tell_its_own() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vpcId")


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_fail_when_the_clone_would_pass_a_limit() -> None:
    draft = prepared(exists=False)
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["limits"] = ["230 rules, at most 200 allowed"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "230 rules, at most 200 allowed")
