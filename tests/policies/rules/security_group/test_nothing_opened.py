from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
)
from tests.policies.prepared import UNKNOWN, Draft, classic_instance, expect, group, prepared, rule
from tests.policies.rules.security_group.rules import classic_group, classic_rules, clone_rules

RULE = "security-group-nothing-opened"


@pytest.mark.parametrize("exists", [True, False])
def test_pass_when_the_clone_accepts_no_more(exists: bool) -> None:
    reason = expect(prepared(exists=exists), RULE, "i-web", Outcome.PASS).reason
    assert reason == "The clones accept nothing that the classic groups refuse."


def test_pass_for_an_address_that_nobody_has_any_more_and_fail_where_it_may_be_given_again() -> None:
    draft = prepared()
    clone_rules(draft)["extra"] = rule({"cidrIp": "10.0.0.2/32"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.PASS)
    vswitches = draft.facts(TARGET_NETWORK)["vswitches"]
    vswitches.append({**vswitches[0], "vswitchName": "vsw-b", "zoneId": "cn-hangzhou-b", "cidrBlock": "10.0.0.0/24"})
    draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"] = "cn-hangzhou-b"
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 22 from 10.0.0.2/32")


def test_fail_for_new_addresses_that_were_accepted_where_the_old_ones_were_not() -> None:
    draft = prepared()
    rules = classic_rules(draft, "sg-app")
    for block, policy in (("10.0.0.1/32", "drop"), ("172.16.0.0/12", "accept")):
        rules.append(rule({"cidrIp": block}, portRange="5000/5000", policy=policy, nicType="intranet"))
        clone_rules(draft, "sg-app")[block] = rule({"cidrIp": block}, portRange="5000/5000", policy=policy)
    words = ("ingress TCP 5000 from i-web (web-1), which migrates: opened by clone rule '172.16.0.0/12' of sg-app",)
    expect(draft, RULE, "i-app", Outcome.FAIL, *words)


def test_fail_for_a_drop_of_an_old_address_that_nothing_says_of_the_new_one() -> None:
    draft = prepared()
    drop = rule({"cidrIp": "10.0.0.1/32"}, direction="egress", policy="drop", portRange="3306/3306", nicType="intranet")
    classic_rules(draft, "sg-app").append(drop)
    expect(draft, RULE, "i-app", Outcome.FAIL, "egress TCP 3306 to i-web (web-1), which migrates: opened by egress")


def test_pass_when_the_instance_itself_alone_could_come_in_by_its_new_address() -> None:
    draft = prepared()
    rules = classic_rules(draft, "sg-web")
    rules.append(rule({"cidrIp": "172.16.0.0/12"}, portRange="5000/5000", nicType="intranet"))
    clone_rules(draft)["5000"] = rule({"cidrIp": "172.16.0.0/12"}, portRange="5000/5000")
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 5000 from i-app (app-1), which migrates").reason
    assert "i-web (web-1)" not in result
    facts = draft.facts(MIGRATION)
    facts["classicInstances"] = [
        item for item in facts["classicInstances"] if item["instanceId"] in ("i-web", "i-stay")
    ]
    facts["laterInstanceIds"] = []
    expect(draft, RULE, "i-web", Outcome.PASS)


AT_LINKED = "at i-stay (stay-1), which is linked: ingress TCP 22 from i-app (app-1), which migrates: opened by "
REVOKE = "RevokeSecurityGroup --SecurityGroupId '<group of the linked one>'"


def _admitted_by_linked(block: str) -> Draft:
    draft = prepared()
    (stay,) = draft.facts(MIGRATION)["linkedSecurityGroups"]
    stay["rules"] = [
        rule({"cidrIp": block}, portRange="22/22", nicType="intranet", priority=2.0),
        rule({"cidrIp": "10.0.0.0/8"}, portRange="22/22", nicType="intranet", policy="drop"),
    ]
    return draft


@pytest.mark.parametrize("block", ["172.16.1.0/24", "172.16.1.128/25", "0.0.0.0/0"])
def test_fail_when_a_linked_instance_admits_the_new_block(block: str) -> None:
    result = expect(_admitted_by_linked(block), RULE, "i-app", Outcome.FAIL, AT_LINKED, REVOKE)
    assert "securityGroups" not in result.remediation


def test_a_missing_clone_hides_nothing_that_a_linked_instance_admits() -> None:
    draft = _admitted_by_linked("0.0.0.0/0")
    draft.remove(CLONED_SECURITY_GROUP, "sg-app")
    expect(draft, RULE, "i-app", Outcome.FAIL, AT_LINKED, REVOKE)


def test_the_fix_is_about_the_clone_and_about_the_linked_instance_where_both_open_something() -> None:
    draft = _admitted_by_linked("0.0.0.0/0")
    clone_rules(draft, "sg-app")["extra"] = rule({"cidrIp": "0.0.0.0/0"}, portRange="23/23")
    both = expect(draft, RULE, "i-app", Outcome.FAIL, AT_LINKED, "TCP 23", REVOKE)
    (draft.facts(MIGRATION)["linkedSecurityGroups"][0])["rules"].pop(0)
    only = expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 23")
    assert "which is linked" not in only.reason
    assert REVOKE not in only.remediation
    assert both.remediation.startswith(only.remediation)


def test_fail_when_a_linked_instance_shut_out_an_address_whose_group_it_admits() -> None:
    draft = prepared()
    (stay,) = draft.facts(MIGRATION)["linkedSecurityGroups"]
    stay["rules"] = [
        rule({"cidrIp": "10.0.0.2/32"}, portRange="22/22", nicType="intranet", policy="drop"),
        rule({"groupId": "sg-app"}, portRange="22/22", nicType="intranet"),
        rule({"groupId": "sg-app-vpc"}, portRange="22/22", nicType="intranet"),
    ]
    expect(draft, RULE, "i-app", Outcome.FAIL, "which is linked: ingress TCP 22 from i-app (app-1)")


def test_a_clone_may_name_the_group_of_a_linked_instance_for_what_was_accepted_by_address_alone() -> None:
    draft = prepared()
    clone_rules(draft)["web: ssh from stay"] = rule({"groupId": "sg-stay"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.PASS)
    clone_rules(draft)["web: ssh from stay"]["portRange"] = "22/23"
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 23 from members of sg-stay")


@pytest.mark.parametrize("block", ["240.0.0.0/4", "ff00::/8"])
def test_fail_up_to_the_last_address(block: str) -> None:
    draft = prepared()
    key = "cidrIp" if "." in block else "ipv6CidrIp"
    clone_rules(draft)["extra"] = rule({key: block}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, f"TCP 22 from {block}: opened by")


@pytest.mark.parametrize(("count", "more"), [(8, ""), (10, "and 2 more of the kind")])
def test_fail_tells_eight_differences_and_counts_the_rest(count: int, more: str) -> None:
    draft = prepared()
    for port in range(1, count + 1):
        clone_rules(draft)[f"extra {port}"] = rule({"cidrIp": "203.0.113.0/24"}, portRange=f"{port}/{port}")
    reason = expect(draft, RULE, "i-web", Outcome.FAIL, more).reason
    assert (reason.count("opened by"), "more of the kind" in reason) == (8, bool(more))


def test_pass_for_the_range_of_the_clouds_own_services() -> None:
    draft = prepared()
    clone_rules(draft)["health checks"] = rule({"cidrIp": "100.64.0.0/10"}, portRange="80/80")
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_when_an_intranet_rule_faces_the_internet() -> None:
    draft = prepared()
    classic_rules(draft, "sg-web").append(rule({"cidrIp": "0.0.0.0/0"}, portRange="3306/3306", nicType="intranet"))
    clone_rules(draft)["mysql"] = rule({"cidrIp": "0.0.0.0/0"}, portRange="3306/3306")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 3306 from 0.0.0.0/5", "clone rule 'mysql' of sg-web")


def test_fail_when_an_internet_rule_faces_the_intranet() -> None:
    draft = prepared()
    clone_rules(draft)["web: http"]["priority"] = 40.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 80 from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16")


def test_fail_when_ports_grow() -> None:
    draft = prepared()
    clone_rules(draft)["web: http"]["portRange"] = "80/90"
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 81-90")


def test_fail_when_source_ports_grow() -> None:
    draft = prepared()
    classic_rules(draft, "sg-web")[0]["sourcePortRange"] = "1024/65535"
    expect(draft, RULE, "i-web", Outcome.FAIL, "source ports 1-1023")


def test_fail_when_the_clone_names_a_group_that_was_not_accepted() -> None:
    draft = prepared()
    clone_rules(draft)["extra"] = rule({"groupId": "sg-app-vpc", "clonedFrom": "sg-app"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 22 from members of sg-app", "extra")
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 22 from members of sg-app", "extra")


def _with_anotherclone_rules() -> Draft:
    """The clone of a group sg-none beside the two of the prepared stack."""
    draft = prepared()
    clone = draft.add(CLONED_SECURITY_GROUP, "sg-none", {"classicSecurityGroupId": "sg-none", "report": []})
    draft.add(SECURITY_GROUP, "sg-none", {"id": "sg-none-vpc", "innerAccessPolicy": "Drop"}, clone.urn)
    return draft


def test_pass_when_a_member_is_dropped_by_another_of_its_groups_before_and_after() -> None:
    draft = _with_anotherclone_rules()
    for facts in draft.facts(MIGRATION)["classicInstances"]:
        if facts["instanceId"] == "i-web":
            facts["securityGroupIds"].append("sg-none")
    drop = {"portRange": "8080/8080", "policy": "drop"}
    classic_rules(draft, "sg-app").append(rule({"groupId": "sg-none"}, nicType="intranet", **drop))
    named = {"groupId": "sg-none-vpc", "clonedFrom": "sg-none"}
    clone_rules(draft, "sg-app")["drop"] = rule(named, **drop)
    expect(draft, RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("read", [True, False])
def test_fail_when_the_clone_names_a_clone_that_nobody_is_in_yet(read: bool) -> None:
    draft = _with_anotherclone_rules()
    if read:
        draft.facts(MIGRATION)["securityGroups"].append(group("sg-none", [], []))
    clone_rules(draft)["extra"] = rule({"groupId": "sg-none-vpc", "clonedFrom": "sg-none"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 22 from members of sg-none")


def test_fail_when_the_clone_names_a_vpc_group_that_nobody_knows() -> None:
    draft = prepared()
    clone_rules(draft)["extra"] = rule({"groupId": "sg-any-vpc-group"}, portRange="22/22")
    expect(draft, RULE, "i-web", Outcome.FAIL, "members of sg-any-vpc-group")


def test_fail_when_only_one_member_of_the_group_was_accepted_by_address() -> None:
    draft = prepared()
    classic_group(draft, "sg-web")["memberIds"].append("i-web-2")
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 8443 from members of sg-web")


def test_fail_when_a_member_was_dropped_by_its_address_and_comes_in_by_its_group() -> None:
    draft = prepared()
    drop = rule({"cidrIp": "10.0.0.1/32"}, portRange="8080/8080", policy="drop", nicType="intranet")
    classic_rules(draft, "sg-app").append(drop)
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 8080 from members of sg-web")


def test_pass_when_only_a_member_that_stays_was_dropped_by_its_address() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["classicInstances"].append(classic_instance("i-rest", "rest-1", "10.0.0.9", ["sg-web"]))
    drop = rule({"cidrIp": "10.0.0.9/32"}, portRange="8080/8080", policy="drop", nicType="intranet")
    classic_rules(draft, "sg-app").append(drop)
    del clone_rules(draft, "sg-app")["app: web by address"]
    expect(draft, RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("named", [True, False])
def test_fail_when_a_group_that_was_dropped_comes_in_by_its_new_block(named: bool) -> None:
    draft = prepared()
    if not named:
        clone_rules(draft, "sg-app").clear()
    rules = classic_rules(draft, "sg-app")
    rules.append(rule({"cidrIp": "0.0.0.0/0"}, portRange="5000/5000", priority=2.0, nicType="intranet"))
    rules.append(rule({"groupId": "sg-web"}, portRange="5000/5000", policy="drop", nicType="intranet"))
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"):
        clone_rules(draft, "sg-app")[block] = rule({"cidrIp": block}, portRange="5000/5000", priority=2.0)
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 5000 from members of sg-web")


def test_fail_when_members_reach_each_other_and_did_not_before() -> None:
    draft = prepared()
    classic_group(draft, "sg-app")["innerAccessPolicy"] = "Drop"
    expect(draft, RULE, "i-app", Outcome.FAIL, "InnerAccessPolicy Accept of clone of sg-app")


def test_fail_when_egress_that_was_dropped_is_open() -> None:
    draft = prepared()
    egress = rule({"cidrIp": "8.8.8.0/24"}, direction="egress", ipProtocol="ALL", policy="drop", nicType="internet")
    classic_rules(draft, "sg-web").append(egress)
    expect(draft, RULE, "i-web", Outcome.FAIL, "egress default", "'egress drop ALL -1/-1 to 8.8.8.0/24")


@pytest.mark.parametrize("exists", [True, False], ids=["applied", "declared only"])
def test_fail_when_a_rule_names_another_group_than_the_clone_it_says(exists: bool) -> None:
    draft = prepared(exists=exists)
    clone_rules(draft)["web: metrics from app"]["groupId"] = "sg-other"
    expect(draft, RULE, "i-web", Outcome.FAIL, "does not name the clone of sg-app")


@pytest.mark.parametrize("exists", [True, False], ids=["applied", "replaced"])
def test_fail_when_a_rule_in_a_linked_group_names_another_group_than_the_clone_it_says(exists: bool) -> None:
    """As where `ignoreChanges` keeps the rules that name a clone which this update replaces."""
    draft = prepared(exists=exists)
    named = rule({"groupId": "sg-other"}, clonedFrom="sg-web")
    draft.add(ADDED_SECURITY_GROUP_RULES, "sg-mon", {"securityGroupId": "sg-mon", "rules": {"web": named}})
    words = "rule 'web', added to sg-mon, does not name the clone of sg-web"
    expect(draft, RULE, "i-web", Outcome.FAIL, words)
    named["groupId"] = "sg-web-vpc" if exists else UNKNOWN
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_a_rule_does_not_tell_which_group_it_names_though_the_clone_is_there() -> None:
    draft = prepared()
    clone_rules(draft)["web: metrics from app"]["groupId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "groupId")


@pytest.mark.parametrize("rules", [["sg-app-vpc"], [UNKNOWN, "sg-app-vpc"]])
def test_pass_when_the_component_alone_names_the_id_of_theclone_rules(rules: list[Any]) -> None:
    """The plugin's preview of an update in place has none."""
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-app")["id"] = UNKNOWN
    draft.facts(CLONED_SECURITY_GROUP, "sg-app")["securityGroupIds"] = rules
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft.facts(CLONED_SECURITY_GROUP, "sg-app")["securityGroupIds"] = [UNKNOWN, "sg-other"]
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
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "list no security group")


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


def _of_an_unlinked_member(*address_rules: dict[str, Any]) -> Draft:
    """A member that stays, without a link, is refused by another group of its own; the clone accepts all members."""
    draft = prepared()
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    draft.facts(CLASSIC_LINK_COMPONENT)["instanceIds"] = []
    draft.facts(MIGRATION)["classicInstances"][2]["securityGroupIds"] = ["sg-app", "sg-stay"]
    app = classic_group(draft, "sg-app")
    app["memberIds"].append("i-stay")
    refused = rule({"groupId": "sg-stay"}, ipProtocol="ALL", policy="drop")
    app["rules"] = [{**item, "nicType": "intranet"} for item in (refused, *address_rules)]
    rules = clone_rules(draft, "sg-app")
    rules.clear()
    rules["members"] = rule({"groupId": "sg-app"}, ipProtocol="ALL")
    for number, item in enumerate(address_rules):
        rules[f"address {number}"] = {**item}
    return draft


def test_pass_for_what_only_the_group_of_an_unlinked_instance_refuses() -> None:
    expect(_of_an_unlinked_member(), RULE, "i-app", Outcome.PASS)


def test_fail_for_what_the_address_of_an_unlinked_instance_refuses_too() -> None:
    draft = _of_an_unlinked_member(rule({"cidrIp": "0.0.0.0/0"}, ipProtocol="ICMP", policy="drop", priority=2.0))
    expect(draft, RULE, "i-app", Outcome.FAIL, "ingress ICMP from members of sg-app: opened by clone rule 'members'")


def test_fail_for_what_admits_the_address_of_an_unlinked_instance_though_its_group_refuses_it() -> None:
    """And another group of it would be accepted."""
    draft = _of_an_unlinked_member()
    rules = classic_rules(draft, "sg-app")
    rules.append(rule({"groupId": "sg-app"}, portRange="80/80", nicType="intranet"))
    classic_group(draft, "sg-app")["innerAccessPolicy"] = "Drop"
    clone = clone_rules(draft, "sg-app")
    clone.clear()
    draft.facts(SECURITY_GROUP, "sg-app")["innerAccessPolicy"] = "Drop"
    expect(draft, RULE, "i-app", Outcome.PASS)
    clone["by address"] = rule({"cidrIp": "10.0.0.4/32"}, portRange="80/80")
    expect(draft, RULE, "i-app", Outcome.FAIL, "opened by clone rule 'by address'")
