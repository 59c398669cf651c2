import copy
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
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
)
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, rule
from tests.policies.rules.security_group.rules import classic_rules, clone_rules

RULE = "security-group-every-rule-carried-over"


@pytest.mark.parametrize("exists", [True, False])
def test_pass_when_all_traffic_is_kept(exists: bool) -> None:
    expect(prepared(exists=exists), RULE, "i-web", Outcome.PASS, "Every packet that the classic groups accept")


def test_pass_when_the_target_block_stands_for_an_address_that_changes() -> None:
    draft = prepared()
    clone_rules(draft, "sg-app")["app: web by address"] = rule({"cidrIp": "172.16.0.0/16"}, portRange="8443/8443")
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pass_when_the_block_of_the_vpc_stands_for_an_address_that_goes_to_a_zone_without_a_vswitch() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = "cn-hangzhou-b"
    clone_rules(draft, "sg-app")["app: web by address"] = rule({"cidrIp": "172.16.0.0/16"}, portRange="8443/8443")
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pass_when_a_rule_is_carried_over_in_two_halves() -> None:
    draft = prepared()
    clone_rules(draft).pop("web: http")
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        clone_rules(draft)[half] = rule({"cidrIp": half}, portRange="80/80", priority=60.0)
    expect(draft, RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(
    ("group_id", "instance_id", "label", "traffic"),
    [
        ("sg-web", "i-web", "web: http", "ingress TCP 80 from 0.0.0.0/5"),
        ("sg-web", "i-web", "web: ssh from stay", "ingress TCP 22 from 10.0.0.4/32"),
        ("sg-web", "i-web", "web: metrics from app", "ingress TCP 9100 from i-app (app-1), which migrates"),
        ("sg-app", "i-app", "app: from stay", "ingress TCP 9000 from i-stay (stay-1), which stays"),
        ("sg-app", "i-app", "app: web by address", "ingress TCP 8443 from i-web (web-1), which migrates"),
    ],
)
def test_fail_when_a_rule_is_not_carried_over(group_id: str, instance_id: str, label: str, traffic: str) -> None:
    draft = prepared()
    clone_rules(draft, group_id).pop(label)
    expect(draft, RULE, instance_id, Outcome.FAIL, traffic, f"accepted by {group_id} int")


def test_fail_when_a_guard_comes_before_the_rule() -> None:
    draft = prepared()
    clone_rules(draft)["web: ssh from stay"]["priority"] = 50.0
    words = ("'ingress accept TCP 22/22 from 10.0.0.4/32, priority 1'", "refused by clone rule 'guard 10.0.0.0/8'")
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)


def test_fail_shows_the_first_reasons_that_the_conversion_reports() -> None:
    draft = prepared()
    clone_rules(draft).pop("web: http")
    report = [
        {"classicRule": f"rule {number}", "outcome": outcome, "reason": "because", "labels": []}
        for number, outcome in enumerate(["carried-over", *4 * ["not-portable"]])
    ]
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["report"] = report
    reason = expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 80").reason
    assert [number for number in range(5) if f"rule {number}: because" in reason] == [1, 2, 3]


def test_fail_without_the_reason_where_the_report_is_not_known() -> None:
    draft = prepared()
    clone_rules(draft).pop("web: http")
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["report"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 80")


def test_fail_for_a_group_of_another_account() -> None:
    draft = prepared()
    foreign = rule({"groupId": "sg-foreign"}, portRange="3306/3306", nicType="intranet", groupOwnerAccount="999")
    classic_rules(draft).append(foreign)
    expect(draft, RULE, "i-web", Outcome.FAIL, "sg-foreign, a group of another account")


def test_fail_for_egress_to_name_servers_that_a_clone_shuts() -> None:
    draft = prepared()
    classic_rules(draft).append(rule({"cidrIp": "0.0.0.0/0"}, direction="egress", policy="drop", nicType="internet"))
    clone_rules(draft)["egress shut"] = rule({"cidrIp": "0.0.0.0/0"}, direction="egress", policy="drop", priority=60.0)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"):
        clone_rules(draft)[f"egress {block}"] = rule({"cidrIp": block}, direction="egress", ipProtocol="ALL")
    expect(draft, RULE, "i-web", Outcome.FAIL, "100.64.0.0/10")


def test_fail_for_ingress_from_the_clouds_services_that_a_rule_names_and_for_no_other() -> None:
    draft = prepared()
    classic_rules(draft).append(rule({"cidrIp": "0.0.0.0/0"}, portRange="8443/8443", nicType="intranet"))
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"):
        clone_rules(draft)[block] = rule({"cidrIp": block}, portRange="8443/8443")
    classic_rules(draft).append(rule({"cidrIp": "100.0.0.0/9"}, portRange="8443/8443", nicType="intranet"))
    expect(draft, RULE, "i-web", Outcome.PASS)
    classic_rules(draft).append(rule({"cidrIp": "100.64.0.0/10"}, portRange="8444/8444", nicType="intranet"))
    expect(draft, RULE, "i-web", Outcome.FAIL, "ingress TCP 8444 from 100.64.0.0/10")


def test_fail_for_a_peer_of_a_later_wave_which_is_met_in_the_vpc_once_it_has_moved() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["laterInstanceIds"] = ["i-later", "i-stay"]
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    draft.facts(CLASSIC_LINK_COMPONENT)["instanceIds"] = []
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 9000 from i-stay (stay-1), which moves in a later wave")
    clone_rules(draft, "sg-app")["app: from stay"] = rule({"cidrIp": "172.16.1.0/24"}, portRange="9000/9000")
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_for_the_address_of_one_that_stays_and_for_the_new_one_of_a_later_wave() -> None:
    draft = prepared()
    classic_rules(draft).append(rule({"cidrIp": "10.0.0.3/32"}, portRange="25/25", nicType="intranet"))
    reason = expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 25 from i-later (later-1), which moves in a later wave")
    assert "10.0.0.3/32:" not in reason.reason.replace("from 10.0.0.3/32, priority", "")
    draft.facts(MIGRATION)["laterInstanceIds"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 25 from 10.0.0.3/32")


@pytest.mark.parametrize("key", ["direction", "ipProtocol", "portRange", "policy", "priority", "cidrIp"])
def test_unknown_when_a_clone_rule_is_not_known(key: str) -> None:
    draft = prepared()
    clone_rules(draft)["web: http"][key] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_fail_for_a_peer_whose_address_is_not_known() -> None:
    draft = prepared()
    (peer,) = (item for item in draft.facts(MIGRATION)["classicInstances"] if item["instanceId"] == "i-app")
    peer["intranetIps"] = []
    clone_rules(draft).pop("web: metrics from app")
    expect(draft, RULE, "i-web", Outcome.FAIL, "TCP 9100 from i-app")


def test_fail_for_a_linked_peer_even_of_a_later_wave() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["laterInstanceIds"] = ["i-later", "i-stay"]
    clone_rules(draft, "sg-app").pop("app: from stay")
    expect(draft, RULE, "i-app", Outcome.FAIL, "TCP 9000 from i-stay")


def test_unknown_with_a_prefix_list() -> None:
    draft = prepared()
    clone_rules(draft)["list"] = rule({"prefixListId": "pl-1"})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "prefixListId is not a peer whose addresses this check can know")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"priority": 0.0}, "priority is not a whole number from 1 to 110"),
        ({"priority": 111.0}, "priority is not a whole number"),
        ({"priority": 1.5}, "priority is not a whole number"),
        ({"cidrIp": "::/0"}, "cidrIp is not a block of its IP version"),
        ({"cidrIp": "here"}, "cidrIp is not in the form"),
        ({"groupId": "sg-app"}, "has 2 peers"),
        ({"cidrIp": ""}, "has 0 peers"),
        ({"cidrIp": "", "groupId": "sg-app"}, "nicType is not intranet"),
        ({"localCidrIp": "10.0.0.1/32"}, "localCidrIp is not empty"),
    ],
)
def test_unknown_with_a_classic_rule_that_cannot_be_read(changes: dict[str, Any], message: str) -> None:
    draft = prepared()
    classic_rules(draft)[0].update(changes)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, message)


def test_pass_with_the_weakest_priority() -> None:
    draft = prepared()
    classic_rules(draft)[0]["priority"] = 110.0
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_with_two_clones_or_without_the_groups_of_another() -> None:
    draft = prepared()
    draft.remove(SECURITY_GROUP, "sg-app")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "SecurityGroup below ClonedSecurityGroup sg-app is not declared")
    draft = prepared()
    clone = draft.one(CLONED_SECURITY_GROUP, "sg-web")
    draft.add(CLONED_SECURITY_GROUP, "again", clone.properties, clone.parent)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "is declared 2 times and must be declared once")


def test_unknown_without_groups() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "list no security group")


def test_unknown_without_the_classic_group() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["securityGroups"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "sg-web")


@pytest.mark.parametrize("taken", [CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES])
def test_not_applicable_without_a_clone_which_another_rule_tells(taken: str) -> None:
    draft = prepared()
    draft.remove(taken, "sg-web")
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no clone of sg-web")
    expect(draft, "security-group-cloned", "i-web", Outcome.FAIL)


def test_fail_when_a_block_stands_for_an_instance_whose_vswitch_is_not_known() -> None:
    draft = prepared()
    clone_rules(draft, "sg-app")["app: web by address"] = rule({"cidrIp": "172.16.0.0/16"}, portRange="8443/8443")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.FAIL, "i-web")


def test_pass_when_only_what_an_instance_sends_to_itself_is_refused() -> None:
    """It meets no security group, and no rule could name its own group; a second member is told, and itself never."""
    draft = prepared()
    assert "guard 172.16.0.0/12" in clone_rules(draft)
    expect(draft, RULE, "i-web", Outcome.PASS)
    facts = draft.facts(MIGRATION)
    facts["classicInstances"].append(
        {"instanceId": "i-web-2", "instanceName": "web-2", "intranetIps": ["10.0.0.77"], "securityGroupIds": ["sg-web"]}
    )
    facts["instanceIds"].append("i-web-2")
    moved = copy.deepcopy(draft.facts(MIGRATING_INSTANCE, "i-web"))
    draft.add(MIGRATING_INSTANCE, "i-web-2", {**moved, "instanceId": "i-web-2"})
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "from i-web-2 (web-2)", "InnerAccessPolicy Accept of sg-web")
    assert "i-web (web-1)" not in result.reason
    result = expect(draft, RULE, "i-web-2", Outcome.FAIL, "from i-web (web-1)")
    assert "i-web-2" not in result.reason


# ---- linked instances that stay ----


def _stayer(draft: Draft) -> list[Any]:
    (group,) = draft.facts(MIGRATION)["linkedSecurityGroups"]
    rules = group["rules"]
    assert isinstance(rules, list)
    return rules


@pytest.mark.parametrize("block", ["10.0.0.2/32", "10.0.0.0/8"])
def test_fail_when_a_linked_instance_refuses_the_new_address(block: str) -> None:
    draft = prepared()
    _stayer(draft).append(rule({"cidrIp": block}, portRange="6379/6379", nicType="intranet"))
    words = ("at i-stay (stay-1), which is linked: ingress TCP 6379 from i-app (app-1), which migrates: accepted by ",)
    result = expect(draft, RULE, "i-app", Outcome.FAIL, *words, "refused by no rule (ingress default)")
    assert "i-web" not in result.reason


def test_pass_when_a_linked_instance_accepts_the_new_address_too() -> None:
    draft = prepared()
    rules = _stayer(draft)
    rules.append(rule({"cidrIp": "10.0.0.2/32"}, portRange="6379/6379", nicType="intranet"))
    rules.append(rule({"cidrIp": "172.16.0.0/12"}, portRange="6379/6379", nicType="intranet"))
    expect(draft, RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("declared", [True, False])
def test_pass_when_a_rule_for_the_clone_repeats_what_was_said_of_the_group(declared: bool) -> None:
    """Before it is added, and where it is in the cloud already: there it has the id of the clone alone."""
    draft = prepared()
    _stayer(draft).append(rule({"groupId": "sg-app"}, portRange="6379/6379", nicType="intranet"))
    expect(draft, RULE, "i-app", Outcome.FAIL, "at i-stay (stay-1), which is linked: ingress TCP 6379")
    named = rule({"groupId": "sg-app-vpc"}, portRange="6379/6379")
    if declared:
        added = {"securityGroupId": "sg-stay", "rules": {"for the clone": {**named, "clonedFrom": "sg-app"}}}
        draft.add(ADDED_SECURITY_GROUP_RULES, "sg-stay", added)
    else:
        _stayer(draft).append({**named, "nicType": "intranet"})
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_for_egress_that_a_linked_instance_lets_out_to_the_old_address_alone() -> None:
    draft = prepared()
    to = {"direction": "egress", "nicType": "intranet"}
    _stayer(draft).append(rule({"cidrIp": "10.0.0.2/32"}, portRange="6379/6379", **to))
    _stayer(draft).append(rule({"cidrIp": "0.0.0.0/0"}, policy="drop", priority=2.0, **to))
    expect(draft, RULE, "i-app", Outcome.FAIL, "which is linked: egress TCP 6379 to i-app (app-1)")


@pytest.mark.parametrize(
    ("gone", "name"),
    [(CLASSIC_LINK_ATTACHMENT, "i-stay"), (CLASSIC_LINK_COMPONENT, "classic-link"), (SECURITY_GROUP, "sg-app")],
)
def test_a_missing_link_or_group_hides_no_lost_rule_at_a_linked_instance(gone: str, name: str) -> None:
    draft = prepared()
    _stayer(draft).append(rule({"cidrIp": "10.0.0.2/32"}, portRange="6379/6379", nicType="intranet"))
    draft.remove(gone, name)
    expect(draft, RULE, "i-app", Outcome.FAIL, "at i-stay (stay-1), which is linked: ingress TCP 6379")


def test_unknown_without_the_groups_of_a_linked_instance() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["linkedSecurityGroups"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "classic security group sg-stay is missing")


def test_an_instance_that_is_linked_until_its_own_wave_is_met_in_both_places() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["laterInstanceIds"] = ["i-later", "i-stay"]
    words = "from i-stay (stay-1), which moves in a later wave"
    linked = clone_rules(draft, "sg-app").pop("app: from stay")
    moved = rule({"cidrIp": "172.16.1.0/24"}, portRange="9000/9000")
    for rules, outcome in (([linked], Outcome.FAIL), ([moved], Outcome.FAIL), ([linked, moved], Outcome.PASS)):
        clone_rules(draft, "sg-app").update({f"9000 {number}": item for number, item in enumerate(rules)})
        expect(draft, RULE, "i-app", outcome, *([words] if outcome is Outcome.FAIL else []))


def test_the_fix_names_the_groups_of_linked_instances_where_they_are_what_refuses() -> None:
    draft = prepared()
    _stayer(draft).append(rule({"cidrIp": "10.0.0.2/32"}, portRange="6379/6379", nicType="intranet"))
    fix = "--SecurityGroupId '<group of the linked one>' --SourceGroupId '<classic group of the instance>'"
    result = expect(draft, RULE, "i-app", Outcome.FAIL, fix)
    assert "under later" not in result.remediation
    clone_rules(draft, "sg-app").clear()
    expect(draft, RULE, "i-app", Outcome.FAIL, fix, "under later")
