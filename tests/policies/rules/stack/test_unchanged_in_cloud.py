from collections.abc import Callable
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    DEFAULT_VPC,
    DEFAULT_VSWITCH,
    HYBRID_ACCESS,
    MIGRATING_INSTANCE,
    MIGRATION,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    VPC,
    VSWITCH,
    WHITELIST_GROUP,
)
from policies.pack.verdicts import judge_stack
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, live_vswitch, prepared, rule

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


def test_fail_shows_the_first_changes_and_counts_the_rest() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["drift"] = [f"rules[{number}] is gone" for number in range(8)]
    reason = expect(draft, RULE, _alone(draft), Outcome.FAIL, "rules[4] is gone, 3 more")
    assert "rules[5]" not in reason.reason


@pytest.mark.parametrize(
    ("kind", "resource_type", "key", "message"),
    [
        ("vpc", VPC, "id", "VPC x-1 was applied, and is gone from the cloud"),
        ("vswitch", VSWITCH, "id", "VSwitch x-1 was applied, and is gone from the cloud"),
        ("securityGroup", SECURITY_GROUP, "id", "security group x-1 was applied"),
    ],
)
def test_fail_when_something_is_gone_until_it_is_made_anew(
    kind: str, resource_type: str, key: str, message: str
) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["gone"] = [{"kind": kind, "id": "x-1"}]
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    next(item for item in draft.resources if item.type == resource_type).properties.update({key: UNKNOWN})
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)


@pytest.mark.parametrize(("dry_run", "outcome"), [(True, Outcome.FAIL), (False, Outcome.PASS)])
def test_fail_when_a_link_is_gone_that_the_state_still_has(dry_run: bool, outcome: Outcome) -> None:
    """After an update it says nothing: a link that was made anew looks the same."""
    draft = prepared()
    draft.facts(MIGRATION).update(gone=[{"kind": "linkedInstance", "id": "i-stay"}], dryRun=dry_run)
    words = ["the ClassicLink of i-stay was applied, and is gone"] if outcome is Outcome.FAIL else []
    expect(draft, RULE, _alone(draft), outcome, *words)


@pytest.mark.parametrize("dry_run", [True, False], ids=["preview", "up"])
def test_pass_when_a_link_ended_with_its_instance_while_another_is_to_be_made(dry_run: bool) -> None:
    draft = prepared()
    draft.facts(MIGRATION).update(gone=[{"kind": "linkedInstance", "id": "i-released"}], dryRun=dry_run)
    draft.facts(CLASSIC_LINK_ATTACHMENT)["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    draft.facts(MIGRATION)["gone"][0]["id"] = "i-stay"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, "the ClassicLink of i-stay was applied, and is gone")


@pytest.mark.parametrize("drift", [None, UNKNOWN])
def test_unknown_when_the_state_was_not_compared(drift: Any) -> None:
    draft = prepared()
    facts = draft.facts(SECURITY_GROUP_RULES, "sg-web")
    facts.pop("drift")
    if drift is not None:
        facts["drift"] = drift
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
    ("extra", "message"),
    [
        (OPEN_SSH, "ingress accept TCP 22/22 from 0.0.0.0/0 (1) was added"),
        ({**OPEN_SSH, "sourcePortRange": "53/53"}, "(1), source ports 53/53 was added"),
        ({**OPEN_SSH, "localCidrIp": "172.16.1.9/32"}, "(1), at 172.16.1.9/32 was added"),
        ({**OPEN_SSH, "portRange": "", "portRangeListId": "prl-1"}, "TCP prl-1 from 0.0.0.0/0 (1) was added"),
        (rule({"ipv6CidrIp": "::/0"}, direction="egress"), "egress accept TCP -1/-1 to ::/0 (1) was added"),
        (rule({"prefixListId": "pl-1"}, policy="drop"), "ingress drop TCP -1/-1 from pl-1 (1) was added"),
    ],
)
def test_fail_when_the_cloud_has_a_rule_more(extra: dict[str, Any], message: str, pending: bool) -> None:
    """The state was not refreshed, and says that all is as it was applied."""
    draft = prepared()
    _live(draft)["rules"].append(extra)
    if pending:
        draft.facts(SECURITY_GROUP_RULES, "sg-web")["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.FAIL, "SecurityGroupRules sg-web", "sg-web-vpc", message)
    assert judge_stack(draft.evaluation()).readiness == "NOT READY"


def test_fail_when_a_rule_was_revoked() -> None:
    draft = prepared()
    rules = _live(draft, "sg-app-vpc")["rules"]
    rules[:] = [item for item in rules if item.get("groupId") != "sg-stay"]
    message = "security group sg-app-vpc: ingress accept TCP 9000/9000 from sg-stay (1) is gone"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)


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


def test_a_pending_change_of_rules_is_no_change_in_the_cloud() -> None:
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


def test_fail_when_a_preview_would_put_a_group_right() -> None:
    """After a refresh: the state has what the cloud has, and for what is to be updated there is no id."""
    draft = prepared()
    draft.facts(SECURITY_GROUP, "sg-web")["id"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    _live(draft)["innerAccessPolicy"] = "Drop"
    words = "SecurityGroup sg-web", "innerAccessPolicy is Drop, and Accept is declared"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, *words)
    # One that is to be created has rules without a group.
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["securityGroupId"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_an_update_judges_what_it_wrote_by_that_and_the_rest_by_what_was_read_before_it() -> None:
    draft = prepared()
    draft.up("sg-web")
    # It made the group, and what it left alone was read.
    draft.facts(MIGRATION)["liveSecurityGroups"].remove(_live(draft))
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    _live(draft, "sg-app-vpc")["rules"].append(OPEN_SSH)
    message = "security group sg-app-vpc: ingress accept TCP 22/22 from 0.0.0.0/0 (1) was added"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)
    draft.up("sg-web", "sg-app")
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    draft.up("sg-app")
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "SecurityGroupRules sg-web was not compared with the cloud")


def test_an_update_cannot_say_who_changed_what_the_plugin_alicloud_may_have_put_right() -> None:
    draft = prepared()
    draft.up()
    _live(draft)["innerAccessPolicy"] = "Drop"
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "SecurityGroup sg-web is not as", "run `pulumi preview`")


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("2026-12-11T09:00:30+08:00", Outcome.PASS),
        # The Date header of an answer has whole seconds.
        ("2026-12-11T08:59:59.100+08:00", Outcome.PASS),
        ("2026-12-11T08:59:50+08:00", Outcome.FAIL),
        # By a version that did not say when: not since.
        (None, Outcome.FAIL),
    ],
)
def test_a_link_written_after_the_reading_is_of_this_update(written: str | None, outcome: Outcome) -> None:
    draft = prepared()
    _network(draft).update(classicLinks=[])
    draft.facts(MIGRATION)["dryRun"] = False
    link = draft.facts(CLASSIC_LINK_ATTACHMENT)
    if written is not None:
        link["confirmedAt"] = written
    words = ["instance i-stay is linked to no VPC in place of vpc-1"] if outcome is Outcome.FAIL else []
    expect(draft, RULE, _alone(draft), outcome, *words)


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
    draft.up("sg-stay")
    expect(draft, RULE, _alone(draft), Outcome.PASS)


# ---- the state was not refreshed, and says that all is as it was applied ----

Bend = Callable[[Draft], object]


def _network(draft: Draft) -> dict[str, Any]:
    network = draft.facts(MIGRATION)["liveNetwork"]
    assert isinstance(network, dict)
    return network


def _database(draft: Draft) -> dict[str, Any]:
    [database] = draft.facts(MIGRATION)["databases"]
    assert isinstance(database, dict)
    return database


def _whitelisted(draft: Draft, *entries: str) -> None:
    [group] = [item for item in _database(draft)["whitelistGroups"] if item["groupName"] == "classic_to_vpc"]
    group["securityIps"] = list(entries)


def _removed(draft: Draft, *entries: str) -> None:
    """An old address was taken out of the default group, and out of an access control list."""
    listed = {"dbInstanceId": "rm-orders", "groupName": "default", "networkType": "Classic", "securityIps": [*entries]}
    draft.add(REMOVED_WHITELIST_ENTRIES[0], "rm-orders", {**listed, "applied": "digest", "drift": []})
    acl = {"aclId": "acl-1", "entries": [f"{entry}/32" for entry in entries]}
    draft.add(REMOVED_ACL_ENTRIES, "acl-1", {**acl, "applied": "digest", "drift": []})


def _with_eip(draft: Draft, eip: str | None, *, cut_through: bool = False) -> None:
    if eip is not None:
        draft.facts(MIGRATING_INSTANCE, "i-web")["eip"] = eip
    conversion = {"instanceId": "i-web", "allocationId": "eip-1", "ipAddress": "47.98.1.1"}
    draft.add(PUBLIC_IP_CONVERSION, "i-web", {**conversion, "applied": "digest", "drift": []})
    if cut_through:
        binding = {"instanceId": "i-web", "allocationId": "eip-1", "networkInterfaceId": "eni-1"}
        draft.add(CUT_THROUGH_BINDING, "i-web", {**binding, "applied": "digest", "drift": []})


def _default_vpc(draft: Draft, vpc_id: str, vswitch_id: str) -> None:
    draft.add(DEFAULT_VPC, "default", {"vpcId": vpc_id, "applied": "digest", "drift": []})
    draft.add(DEFAULT_VSWITCH, "default-h", {"vswitchId": vswitch_id, "applied": "digest", "drift": []})


CHANGED_BY_HAND: dict[str, tuple[Bend, str]] = {
    "VPC": (lambda it: _network(it).update(vpcs=[]), "VPC vpc-1 is gone"),
    "VSwitch": (
        lambda it: _network(it).update(vswitches=[live_vswitch("vsw-2")]),
        "Switch vsw-h was changed in the cloud since the",
    ),
    "default VPC": (lambda it: _default_vpc(it, "vpc-9", "vsw-1"), "VPC vpc-9 is gone"),
    "default VSwitch": (lambda it: _default_vpc(it, "vpc-1", "vsw-9"), "VSwitch vsw-9 is gone"),
    "ClassicLink off": (
        lambda it: _network(it)["vpcs"][0].update(classicLinkEnabled=False),
        "ClassicLink of VPC vpc-1 is off",
    ),
    "link removed": (
        lambda it: _network(it).update(classicLinks=[]),
        "instance i-stay is linked to no VPC in place of vpc-1",
    ),
    "link to another": (
        lambda it: _network(it)["classicLinks"][0].update(vpcId="vpc-7"),
        "instance i-stay is linked to vpc-7 in place of vpc-1",
    ),
    "whitelist group": (
        lambda it: it.forget_live_group("classic_to_vpc"),
        "whitelist group classic_to_vpc of rm-orders is gone",
    ),
    "whitelist entry gone": (
        lambda it: _whitelisted(it, "127.0.0.1"),
        f"whitelist group classic_to_vpc of rm-orders: {BLOCK} is gone",
    ),
    "whitelist entry added": (
        lambda it: _whitelisted(it, BLOCK, "0.0.0.0/0"),
        "whitelist group classic_to_vpc of rm-orders: 0.0.0.0/0 was added",
    ),
    "entry back in a whitelist": (lambda it: _removed(it, "10.0.0.2"), "of rm-orders: 10.0.0.2 is there again"),
    "entry back in a list": (lambda it: _removed(it, "10.0.0.1"), "acl-1: 10.0.0.1 is there again"),
    "database in another VPC": (
        lambda it: _database(it).update(vpcId="vpc-7"),
        "rm-orders is in vpc-7 in place of vpc-1",
    ),
    "database is classic": (
        lambda it: _database(it).update(networkType="Classic"),
        "rm-orders is in the classic network in place of vpc-1",
    ),
    "no classic address": (
        lambda it: _database(it)["endpoints"].pop(0),
        "rm-orders has no classic address any more, which was to last until 2026-12-27T02:00:00+08:00",
    ),
    "a shorter classic address": (
        lambda it: _database(it)["endpoints"][0].update(expiresAt="2026-12-20T02:00:00+08:00"),
        "a classic address of rm-orders ends at 2026-12-20T02:00:00+08:00 in place of 2026-12-27T02:00:00+08:00",
    ),
    "another EIP": (lambda it: _with_eip(it, "47.98.9.9"), "47.98.9.9 is bound to i-web in place of 47.98.1.1"),
    "no cut-through": (
        lambda it: _with_eip(it, "47.98.1.1", cut_through=True),
        "47.98.1.1 is bound to i-web itself, and not in cut-through mode",
    ),
}


@pytest.mark.parametrize(("bend", "message"), CHANGED_BY_HAND.values(), ids=CHANGED_BY_HAND)
def test_fail_when_the_cloud_does_not_confirm_the_state(bend: Bend, message: str) -> None:
    draft = prepared()
    bend(draft)
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)
    assert judge_stack(draft.evaluation()).readiness == "NOT READY"


CONFIRMED: dict[str, Bend] = {
    "more of the region": lambda it: _network(it)["vswitches"].append(live_vswitch("vsw-2")),
    "links of others": lambda it: _network(it)["classicLinks"].append({"instanceId": "i-x", "vpcId": "vpc-7"}),
    "groups of others": lambda it: _database(it)["whitelistGroups"][0].update(securityIps=["10.9.9.9"]),
    "another spelling": lambda it: _whitelisted(it, "172.16.1.7/24"),
    "what was removed stays away": lambda it: _removed(it, "10.0.0.77"),
    "a longer classic address": lambda it: _database(it)["endpoints"][0].update(expiresAt="2027-01-20T02:00:00+08:00"),
    "the same end a little off": lambda it: _database(it)["endpoints"][0].update(expiresAt="2026-12-27T01:59:30+08:00"),
    "its EIP": lambda it: _with_eip(it, "47.98.1.1"),
    "its EIP in cut-through mode": lambda it: _with_eip(it, None, cut_through=True),
    "the default VPC": lambda it: _default_vpc(it, "vpc-1", "vsw-1"),
}


@pytest.mark.parametrize("bend", CONFIRMED.values(), ids=CONFIRMED)
def test_pass_when_the_cloud_confirms_the_state(bend: Bend) -> None:
    draft = prepared()
    bend(draft)
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_pass_when_classic_addresses_ended_in_their_time() -> None:
    draft = prepared()
    del _database(draft)["endpoints"][0]
    draft.facts(HYBRID_ACCESS)["classicExpiresAt"] = "2026-12-11T08:00:00+08:00"
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_a_pending_whitelist_entry_is_no_change_in_the_cloud() -> None:
    """The config adds an entry, which the cloud does not have yet."""
    draft = prepared()
    facts = draft.facts(WHITELIST_GROUP)
    keys = ("dbInstanceId", "groupName", "networkType", "securityIps")
    facts["declared"] = {key: facts[key] for key in keys}
    facts |= {"securityIps": [BLOCK, "172.16.9.0/24"], "applied": UNKNOWN}
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_unknown_when_nobody_read_it() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["databases"] = []
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "WhitelistGroup rm-orders-classic_to_vpc was not compared")
    draft = prepared()
    del draft.facts(MIGRATION)["liveNetwork"]
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN, "liveNetwork is missing")


BY_THE_RECORD = ("VSwitch",)


@pytest.mark.parametrize("case", [case for case in CHANGED_BY_HAND if case not in BY_THE_RECORD])
def test_an_update_that_left_it_as_it_was_does_not_count(case: str) -> None:
    """Of what the plugin alicloud makes, the record of the last update tells (`gone`)."""
    bend, message = CHANGED_BY_HAND[case]
    draft = prepared()
    bend(draft)
    written = {item.name for item in draft.resources if "applied" in item.properties}
    draft.up()
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)
    # One that has put all of it right is believed.
    draft.up(*written)
    expect(draft, RULE, _alone(draft), Outcome.PASS)


def test_fail_when_the_record_knows_that_it_is_gone_though_the_state_does_not() -> None:
    """Of a security group nothing else is told: it is among no groups that were read."""
    draft = prepared()
    draft.facts(MIGRATION)["gone"] = [{"kind": "securityGroup", "id": "sg-web-vpc"}]
    message = "security group sg-web-vpc was applied, and is gone from the cloud"
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)
    # An update without a refresh makes nothing anew, and one with it makes another.
    draft.facts(MIGRATION)["dryRun"] = False
    expect(draft, RULE, _alone(draft), Outcome.FAIL, message)
    draft.facts(MIGRATION)["gone"] = [{"kind": "securityGroup", "id": "sg-before"}]
    expect(draft, RULE, _alone(draft), Outcome.PASS)


@pytest.mark.parametrize(("kind", "resource_type"), [("vpc", VPC), ("vswitch", VSWITCH)])
@pytest.mark.parametrize("dry_run", [True, False], ids=["preview", "up"])
def test_fail_when_a_network_is_gone_that_the_state_still_has(kind: str, resource_type: str, dry_run: bool) -> None:
    draft = prepared()
    stale = next(item.properties["id"] for item in draft.resources if item.type == resource_type)
    draft.facts(MIGRATION).update(gone=[{"kind": kind, "id": stale}], dryRun=dry_run)
    expect(draft, RULE, _alone(draft), Outcome.FAIL, f"{stale} was applied, and is gone from the cloud")


@pytest.mark.parametrize("applied", [True, False])
def test_unknown_by_the_estate_of_a_file_whatever_is_declared(applied: bool) -> None:
    draft = prepared(exists=applied)
    draft.facts(MIGRATION)["estateFile"] = {"path": "estate.json", "sha256": "0" * 64}
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "estate.json")
