from typing import Any

import pytest

from policies.outcome import Outcome
from policies.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    SECURITY_GROUP_RULES,
)
from tests.policies.prepared import UNKNOWN, Draft, expect, group, prepared, rule

RULE = "security-group-nothing-opened"


def _clone(draft: Draft, group_id: str = "sg-web") -> dict[str, Any]:
    rules = draft.facts(SECURITY_GROUP_RULES, group_id)["rules"]
    assert isinstance(rules, dict)
    return rules


def _classic(draft: Draft, group_id: str) -> dict[str, Any]:
    (found,) = (item for item in draft.facts(MIGRATION)["securityGroups"] if item["securityGroupId"] == group_id)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("exists", [True, False])
def test_pass_when_the_clone_accepts_no_more(exists: bool) -> None:
    expect(prepared(exists=exists), RULE, "i-web", Outcome.PASS)


def test_pass_for_the_range_of_the_clouds_own_services() -> None:
    draft = prepared()
    _clone(draft)["health checks"] = rule({"cidrIp": "100.64.0.0/10"}, portRange="80/80")
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_when_an_intranet_rule_faces_the_internet() -> None:
    draft = prepared()
    _classic(draft, "sg-web")["rules"].append(rule({"cidrIp": "0.0.0.0/0"}, portRange="3306/3306", nicType="intranet"))
    _clone(draft)["mysql"] = rule({"cidrIp": "0.0.0.0/0"}, portRange="3306/3306")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 3306 from 0.0.0.0/5", "clone rule 'mysql' of sg-web")


def test_fail_when_an_internet_rule_faces_the_intranet() -> None:
    draft = prepared()
    _clone(draft)["web: http"]["priority"] = 40.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 80 from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16")


def test_fail_when_ports_grow() -> None:
    draft = prepared()
    _clone(draft)["web: http"]["portRange"] = "80/90"
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 81-90")


def test_fail_when_source_ports_grow() -> None:
    draft = prepared()
    _classic(draft, "sg-web")["rules"][0]["sourcePortRange"] = "1024/65535"
    expect(draft, RULE, "i-web", Outcome.FAIL, "source ports 1-1023")


def test_fail_when_the_clone_names_a_group_that_was_not_accepted() -> None:
    draft = prepared()
    _clone(draft)["extra"] = rule({"groupId": "sg-app-vpc", "clonedFrom": "sg-app"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 22 from members of sg-app", "extra")


def test_fail_when_the_clone_names_a_vpc_group_that_nobody_knows() -> None:
    draft = prepared()
    _clone(draft)["extra"] = rule({"groupId": "sg-any-vpc-group"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, "members of sg-any-vpc-group")


def test_fail_when_only_one_member_of_the_group_was_accepted_by_address() -> None:
    draft = prepared()
    _classic(draft, "sg-web")["memberIds"].append("i-web-2")
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 8443 from members of sg-web")


def test_fail_when_a_group_that_was_dropped_comes_in_by_its_new_block() -> None:
    draft = prepared()
    rules = _classic(draft, "sg-app")["rules"]
    rules.append(rule({"cidrIp": "0.0.0.0/0"}, portRange="5000/5000", priority=2.0, nicType="intranet"))
    rules.append(rule({"groupId": "sg-web"}, portRange="5000/5000", policy="drop", nicType="intranet"))
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"):
        _clone(draft, "sg-app")[block] = rule({"cidrIp": block}, portRange="5000/5000", priority=2.0)
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 5000 from members of sg-web")


def test_fail_when_members_reach_each_other_and_did_not_before() -> None:
    draft = prepared()
    _classic(draft, "sg-app")["innerAccessPolicy"] = "Drop"
    expect(draft, RULE, "i-app", Outcome.FAIL, "InnerAccessPolicy Accept of clone of sg-app")


def test_fail_when_egress_that_was_dropped_is_open() -> None:
    draft = prepared()
    egress = rule({"cidrIp": "8.8.8.0/24"}, direction="egress", ipProtocol="ALL", policy="drop", nicType="internet")
    _classic(draft, "sg-web")["rules"].append(egress)
    expect(draft, RULE, "i-web", Outcome.FAIL, "egress", "8.8.8.0/24", "egress default")


def test_fail_when_a_rule_names_another_group_than_the_clone_it_says() -> None:
    draft = prepared()
    _clone(draft)["web: metrics from app"]["groupId"] = "sg-other"
    expect(draft, RULE, "i-web", Outcome.FAIL, "does not name the clone of sg-app")


@pytest.mark.parametrize("kind", [SECURITY_GROUP_RULE, SECURITY_GROUP_RULES, ADDED_SECURITY_GROUP_RULES])
def test_fail_when_rules_of_the_clone_are_declared_elsewhere(kind: str) -> None:
    draft = prepared()
    draft.add(kind, "stray", {"securityGroupId": "sg-web-vpc"})
    expect(draft, RULE, "i-web", Outcome.FAIL, "stray")


@pytest.mark.parametrize("kind", [SECURITY_GROUP_RULE, ADDED_SECURITY_GROUP_RULES])
def test_fail_when_rules_are_declared_below_the_clone_beside_its_own(kind: str) -> None:
    draft = prepared()
    draft.add(kind, "stray", {"securityGroupId": "sg-web-vpc"}, draft.one(CLONED_SECURITY_GROUP, "sg-web").urn)
    expect(draft, RULE, "i-web", Outcome.FAIL, "stray declares rules for the clone of sg-web")


def test_pass_when_rules_of_classic_groups_are_declared() -> None:
    draft = prepared(exists=False)
    draft.add(SECURITY_GROUP_RULE, "for ClassicLink", {"securityGroupId": "sg-stay"})
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_rules_are_declared_for_a_group_not_known() -> None:
    draft = prepared(exists=False)
    draft.add(SECURITY_GROUP_RULE, "stray", {"securityGroupId": UNKNOWN})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "stray", "may be the clone of sg-web")


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "name no security group")


def test_unknown_when_the_rules_are_not_known() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "rules")


def test_unknown_when_in_group_access_is_not_known() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["innerAccessPolicy"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "innerAccessPolicy")


@pytest.mark.parametrize("taken", [CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES])
def test_not_applicable_without_a_clone_which_another_rule_tells(taken: str) -> None:
    draft = prepared()
    draft.remove(taken, "sg-web")
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no clone of sg-web")
    expect(draft, "security-group-cloned", "i-web", Outcome.FAIL)


def test_groups_of_one_instance_are_judged_together() -> None:
    """A drop in one group decides over an accept in another: each clone alone would look right."""
    draft = prepared()
    draft.facts(MIGRATION)["securityGroups"].append(group("sg-none", ["i-web"], [], inner="Drop"))
    drop = rule({"cidrIp": "0.0.0.0/0"}, portRange="80/80", policy="drop", nicType="internet")
    draft.facts(MIGRATION)["securityGroups"][-1]["rules"].append(drop)
    draft.facts("classic-to-vpc:instance:MigratingInstance", "i-web")["securityGroupIds"] = ["sg-none", "sg-web"]
    clone = draft.add(CLONED_SECURITY_GROUP, "sg-none", {"classicSecurityGroupId": "sg-none", "report": []})
    draft.add(
        SECURITY_GROUP, "sg-none", {"id": "sg-none-vpc", "vpcId": "vpc-1", "innerAccessPolicy": "Drop"}, clone.urn
    )
    late = rule({"cidrIp": "0.0.0.0/0"}, portRange="80/80", policy="drop", priority=70.0)
    draft.add(
        SECURITY_GROUP_RULES,
        "sg-none",
        {"securityGroupId": "sg-none-vpc", "rules": {"late": late}, "applied": "digest"},
        clone.urn,
    )
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 80")
