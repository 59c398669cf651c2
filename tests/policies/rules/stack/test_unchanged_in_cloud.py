from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK_ATTACHMENT,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    VPC,
    VSWITCH,
    WHITELIST_GROUP,
)
from policies.pack.verdicts import judge_stack
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, rule

RULE = "stack-unchanged-in-cloud"
OPENED = 'rules["unmanaged: ingress accept TCP 3389/3389 from 0.0.0.0/0 (1)"] was added'


def _alone(draft: Draft) -> str:
    (result,) = draft.results(RULE)
    return result.subject.id


def test_pass_when_nothing_was_changed() -> None:
    draft = prepared()
    expect(draft, RULE, _alone(draft), Outcome.PASS)


@pytest.mark.parametrize(
    ("kind", "name", "drift"),
    [
        (SECURITY_GROUP_RULES, "sg-web", OPENED),
        (WHITELIST_GROUP, None, "securityIps was changed"),
        (CLASSIC_LINK_ATTACHMENT, "i-stay", "vpcId was changed"),
    ],
)
@pytest.mark.parametrize("pending", [True, False], ids=["an update is planned", "no update is planned"])
def test_fail_at_once_when_something_was_changed(kind: str, name: str | None, drift: str, pending: bool) -> None:
    """Whether or not the freeze has begun, and though the update that the preview plans is PENDING to other rules."""
    draft = prepared()
    facts = draft.facts(kind, name)
    facts["drift"] = [drift]
    if pending:
        facts["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.FAIL, drift, "since the last `pulumi up`", "pulumi up")
    assert judge_stack(draft.evaluation()).readiness == "NOT READY"


def test_fail_tells_the_first_changes_and_counts_the_rest() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["drift"] = [f"rules[{number}] is gone" for number in range(8)]
    told = expect(draft, RULE, _alone(draft), Outcome.FAIL, "rules[4] is gone, 3 more")
    assert "rules[5]" not in told.reason


@pytest.mark.parametrize(
    ("kind", "resource_type", "key", "told"),
    [
        ("vpc", VPC, "id", "VPC x-1 was applied, and is gone from the cloud"),
        ("vswitch", VSWITCH, "id", "VSwitch x-1 was applied, and is gone from the cloud"),
        ("securityGroup", SECURITY_GROUP, "id", "security group x-1 was applied"),
        ("linkedInstance", CLASSIC_LINK_ATTACHMENT, "applied", "the ClassicLink of x-1 was applied"),
    ],
)
def test_fail_when_something_is_gone_until_it_is_made_anew(kind: str, resource_type: str, key: str, told: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["gone"] = [{"kind": kind, "id": "x-1"}]
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    next(item for item in draft.resources if item.type == resource_type).properties.update({key: UNKNOWN})
    expect(draft, RULE, _alone(draft), Outcome.FAIL, told)


@pytest.mark.parametrize("told", [None, UNKNOWN])
def test_unknown_when_the_state_was_not_compared(told: Any) -> None:
    draft = prepared()
    facts = draft.facts(SECURITY_GROUP_RULES, "sg-web")
    facts.pop("drift")
    if told is not None:
        facts["drift"] = told
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN)


def test_not_applicable_before_the_first_update() -> None:
    draft = prepared(exists=False)
    expect(draft, RULE, _alone(draft), Outcome.NOT_APPLICABLE)


def _live(draft: Draft, group_id: str = "sg-web-vpc") -> dict[str, Any]:
    [group] = [item for item in draft.facts(MIGRATION)["liveSecurityGroups"] if item["securityGroupId"] == group_id]
    assert isinstance(group, dict)
    return group


OPEN_SSH = rule({"cidrIp": "0.0.0.0/0"}, portRange="22/22")


@pytest.mark.parametrize("pending", [True, False], ids=["an update is planned", "no update is planned"])
@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (OPEN_SSH, "ingress accept TCP 22/22 from 0.0.0.0/0 (1) was added"),
        ({**OPEN_SSH, "sourcePortRange": "53/53"}, "(1), source ports 53/53 was added"),
        ({**OPEN_SSH, "localCidrIp": "172.16.1.9/32"}, "(1), at 172.16.1.9/32 was added"),
        ({**OPEN_SSH, "portRange": "", "portRangeListId": "prl-1"}, "TCP prl-1 from 0.0.0.0/0 (1) was added"),
        (rule({"ipv6CidrIp": "::/0"}, direction="egress"), "egress accept TCP -1/-1 to ::/0 (1) was added"),
        (rule({"prefixListId": "pl-1"}, policy="drop"), "ingress drop TCP -1/-1 from pl-1 (1) was added"),
    ],
)
def test_fail_when_the_cloud_has_a_rule_more(extra: dict[str, Any], told: str, pending: bool) -> None:
    """The state was not refreshed, and says that all is as it was applied."""
    draft = prepared()
    _live(draft)["rules"].append(extra)
    if pending:
        draft.facts(SECURITY_GROUP_RULES, "sg-web")["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.FAIL, "SecurityGroupRules sg-web", "sg-web-vpc", told)
    assert judge_stack(draft.evaluation()).readiness == "NOT READY"


def test_fail_when_a_rule_was_revoked() -> None:
    draft = prepared()
    rules = _live(draft, "sg-app-vpc")["rules"]
    rules[:] = [item for item in rules if item.get("groupId") != "sg-stay"]
    told = "security group sg-app-vpc: ingress accept TCP 9000/9000 from sg-stay (1) is gone"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, told)


@pytest.mark.parametrize(("key", "value"), [("priority", 2.0), ("policy", "drop"), ("portRange", "1/22")])
def test_fail_when_a_rule_was_changed(key: str, value: Any) -> None:
    draft = prepared()
    [ssh] = [item for item in _live(draft)["rules"] if item["portRange"] == "22/22"]
    ssh[key] = value
    expect(draft, RULE, _alone(draft), Outcome.FAIL, "was added", "is gone")


def test_pass_when_the_cloud_spells_the_same_rules_otherwise() -> None:
    draft = prepared()
    rules = _live(draft)["rules"]
    for item in rules:
        item["ipProtocol"] = item["ipProtocol"].lower()
        item["description"] = "what somebody wrote"
        if item.get("cidrIp") == "10.0.0.0/8":
            item["cidrIp"] = "10.1.2.3/8"
    rules.reverse()
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_what_is_to_be_is_not_held_against_the_cloud() -> None:
    """What the config changes is no change by somebody else."""
    draft = prepared()
    facts = draft.facts(SECURITY_GROUP_RULES, "sg-web")
    facts["rules"]["new"] = OPEN_SSH
    facts["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_unknown_when_a_group_that_exists_was_not_read() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["liveSecurityGroups"].remove(_live(draft))
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "SecurityGroupRules sg-web was not compared with the cloud")
    draft.facts(MIGRATION).pop("liveSecurityGroups")
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN)


def test_fail_when_members_do_not_reach_each_other_any_more() -> None:
    draft = prepared()
    _live(draft)["innerAccessPolicy"] = "Drop"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, "SecurityGroup sg-web", "innerAccessPolicy is Drop")


def test_an_update_does_not_judge_by_what_was_there_before_it() -> None:
    """It may have made the groups itself, or put right what it found."""
    draft = prepared()
    draft.facts(MIGRATION)["dryRun"] = False
    groups = draft.facts(MIGRATION)["liveSecurityGroups"]
    groups.remove(_live(draft))
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    _live(draft, "sg-app-vpc")["rules"].append(OPEN_SSH)
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "run `pulumi preview`")


@pytest.mark.parametrize(
    ("live", "outcome"),
    [
        ([rule({"groupId": "sg-web-vpc"}, nicType="intranet"), OPEN_SSH], Outcome.PASS),
        ([rule({"groupId": "sg-web-vpc"}, nicType="internet")], Outcome.FAIL),
        ([], Outcome.FAIL),
    ],
)
def test_rules_added_to_a_group_of_others_must_be_there(live: list[dict[str, Any]], outcome: Outcome) -> None:
    draft = prepared()
    [linked] = draft.facts(MIGRATION)["linkedSecurityGroups"]
    linked["rules"] = live
    added = {"securityGroupId": "sg-stay", "rules": {"web": rule({"groupId": "sg-web-vpc"})}}
    draft.add(ADDED_SECURITY_GROUP_RULES, "sg-stay", {**added, "declared": added, "applied": "digest", "drift": []})
    words = ["AddedSecurityGroupRules sg-stay", "is gone"] if outcome is Outcome.FAIL else []
    expect(draft, RULE, _alone(draft), outcome, *words)
    # The update adds them after the reading.
    draft.facts(MIGRATION)["dryRun"] = False
    expect(draft, RULE, _alone(draft), Outcome.PASS)
