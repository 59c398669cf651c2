import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLONED_SECURITY_GROUP, MIGRATING_INSTANCE, SECURITY_GROUP, SECURITY_GROUP_RULES
from tests.policies.prepared import UNKNOWN, expect, prepared, rule

RULE = "security-group-within-limits"


@pytest.mark.parametrize("exists", [True, False])
def test_pass_within_the_limits(exists: bool) -> None:
    expect(prepared(exists=exists), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(("count", "outcome"), [(200, Outcome.PASS), (201, Outcome.FAIL)])
def test_fail_with_more_rules_than_a_group_takes(count: int, outcome: Outcome) -> None:
    draft = prepared()
    rules = {str(port): rule({"cidrIp": "203.0.113.0/24"}, portRange=f"{port}/{port}") for port in range(1, count + 1)}
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"] = rules
    expect(draft, RULE, "i-web", outcome, *(["201 rules"] if outcome is Outcome.FAIL else []))


@pytest.mark.parametrize(("count", "outcome"), [(20, Outcome.PASS), (21, Outcome.FAIL)])
def test_fail_with_more_rules_that_name_a_group(count: int, outcome: Outcome) -> None:
    draft = prepared()
    rules = {str(port): rule({"groupId": "sg-app-vpc"}, portRange=f"{port}/{port}") for port in range(1, count + 1)}
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"] = rules
    expect(draft, RULE, "i-web", outcome, *(["21 rules that name a group"] if outcome is Outcome.FAIL else []))


@pytest.mark.parametrize(("count", "outcome"), [(5, Outcome.PASS), (6, Outcome.FAIL)])
def test_fail_in_more_groups_than_an_instance_may_be_in(count: int, outcome: Outcome) -> None:
    draft = prepared()
    group = draft.one(SECURITY_GROUP, "sg-web")
    for number in range(2, count + 1):
        draft.add(SECURITY_GROUP, f"sg-web-{number}", {**group.properties, "id": f"sg-web-vpc-{number}"}, group.parent)
    expect(draft, RULE, "i-web", outcome, *(["in 6 VPC groups"] if outcome is Outcome.FAIL else []))


def test_pass_where_two_classic_groups_have_one_vpc_group() -> None:
    draft = prepared()
    own = draft.one(SECURITY_GROUP, "sg-web")
    for number in range(2, 6):
        draft.add(SECURITY_GROUP, f"sg-web-{number}", {**own.properties, "id": f"sg-web-vpc-{number}"}, own.parent)
    draft.facts(SECURITY_GROUP, "sg-app")["id"] = "sg-web-vpc"
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = ["sg-app", "sg-web"]
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_with_a_limit_that_the_conversion_tells_of() -> None:
    draft = prepared(exists=False)
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["limits"] = ["121 ingress priorities, at most 100 allowed"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "121 ingress priorities, at most 100 allowed")


@pytest.mark.parametrize(("count", "message"), [(11, True), (10, False)])
def test_fail_shows_the_rule_that_takes_one_for_each_clone_and_the_ways_out(count: int, message: bool) -> None:
    draft = prepared()
    clone = draft.facts(CLONED_SECURITY_GROUP, "sg-web")
    clone["limits"] = ["6 VPC groups on i-web, at most 5 allowed"]
    broad = "intranet ingress accept TCP 22/22 from 10.0.0.0/8 (1)"
    reason = "names moving instances by the clones of sg-1, sg-2"
    labels = [f"rule {number}" for number in range(count)]
    clone["report"] = [{"classicRule": broad, "outcome": "carried-over", "reason": reason, "labels": labels}]
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "6 VPC groups on i-web")
    assert (f"{broad} of sg-web takes 11 rules, one for each clone" in result.reason) is message
    assert ("Move into VSwitches inside that block" in result.remediation) is message


def test_unknown_when_the_rules_are_not_known() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "list no security group")


def test_not_applicable_without_a_clone() -> None:
    draft = prepared()
    draft.remove(CLONED_SECURITY_GROUP, "sg-web")
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
