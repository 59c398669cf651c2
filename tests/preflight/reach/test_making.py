"""Each pair has its result, and every opening counts unless the config accepts it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from policies.core.facts import Leaf
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    HYBRID_ACCESS,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    TARGET_NETWORK,
    WHITELIST_GROUP,
    Plan,
)
from preflight.reach.command import exit_code
from preflight.reach.making import make_reach, moved_and_not
from preflight.reach.model import Basis, DatabaseReach, PairReach, Reach
from tests.policies.prepared import BLOCK, Draft, prepared
from tests.policies.recordings import NAMES, REGION, recorded
from tests.policies.test_mapped_groups import accepted, mapped

ADDED = {"direction": "ingress", "policy": "accept", "ipProtocol": "TCP", "portRange": "22/22", "priority": 1.0}


def reach(draft: Draft, basis: Basis = "plan", *, whole_vswitches: bool = True) -> Reach:
    return make_reach(draft.plan(), draft.now, basis, whole_vswitches=whole_vswitches)


def reach_of(name: str, *, whole_vswitches: bool = False) -> Reach:
    given = recorded(name)
    return make_reach(Plan(given.resources), given.now, whole_vswitches=whole_vswitches)


def pair(document: Reach, source: str, target: str) -> PairReach:
    [result] = [
        item
        for item in document.pairs
        if source in item.source.names and target in item.target.names and not item.between
    ]
    return result


def database(document: Reach, source: str) -> DatabaseReach | None:
    return next((item for item in document.databases if source in item.source.ids), None)


def moved(draft: Draft) -> Draft:
    """The prepared stack once both instances are in their VSwitch."""
    for number, name in enumerate(("i-app", "i-web"), 5):
        facts = draft.facts(MIGRATING_INSTANCE, name)
        groups = [f"{group}-vpc" for group in facts["securityGroupIds"]]
        facts |= {"moved": True, "present": {"privateIps": [f"172.16.1.{number}"], "securityGroupIds": groups}}
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    return draft


def open_ssh(draft: Draft, group: str = "sg-app", **fields: Any) -> Draft:
    rules = draft.facts(SECURITY_GROUP_RULES, group)["rules"]
    draft.facts(SECURITY_GROUP_RULES, group)["rules"] = {
        **rules,
        "added": {**ADDED, "cidrIp": "0.0.0.0/0", **fields},
    }
    return draft


def test_each_pair_of_the_sample_has_its_result() -> None:
    document = reach_of(REGION)
    assert (document.instances.before, document.instances.kept, document.instances.lost) == (64, 62, 2)
    assert pair(document, "app-1", "cache-1").kept.text == "TCP 6379"
    lost = pair(document, "app-2", "legacy-1")
    assert (lost.status, lost.lost.text, lost.source.fate) == ("lost", "UDP 27000-27009", "moves")
    assert {item.status for item in document.public} == {"kept", "lost"}
    assert next(item for item in document.public if item.status == "lost").name == "web-3"


@pytest.mark.parametrize("name", NAMES)
def test_openings_are_those_that_the_rule_fails(name: str) -> None:
    results = {
        item.subject.id: item.outcome.value
        for item in recorded(name).evaluation().results
        if item.rule_id == "security-group-nothing-opened"
    }
    document = reach_of(name)
    opened = {
        instance_id
        for item in document.pairs
        if item.status == "opened"
        for instance_id in (*item.source.ids, *item.target.ids)
    }
    opened |= {instance_id for item in document.outside if item.status == "opened" for instance_id in item.at.ids}
    for instance_id, outcome in results.items():
        assert (outcome == "FAIL") == (instance_id in opened), instance_id


@pytest.mark.parametrize("exists", [True, False])
def test_a_prepared_stack_opens_nothing(exists: bool) -> None:
    document = reach(prepared(exists=exists))
    assert (document.opened, document.unknown) == (0, ())
    assert exit_code(document, 0) == 0
    assert {item.status for item in document.pairs} <= {"kept", "lost"}


def test_a_rule_that_opens_is_shown_for_each_pair_and_for_outside() -> None:
    document = reach(open_ssh(prepared()))
    result = pair(document, "web-1", "app-1")
    assert (result.status, result.opened.text) == ("opened", "TCP 22")
    [outside] = [item for item in document.outside if item.status == "opened"]
    assert (outside.direction, outside.traffic) == ("ingress", "TCP 22")
    assert "added" in outside.rule
    assert exit_code(document, 0) == exit_code(document, 4) == 20


def test_an_opening_at_one_end_counts_though_the_other_end_refuses_it() -> None:
    draft = prepared()
    for group in ("sg-web", "sg-app"):
        # Before and after, web lets nothing out to the port.
        if group == "sg-web":
            drop = {**ADDED, "direction": "egress", "policy": "drop", "cidrIp": "0.0.0.0/0"}
            draft.facts(SECURITY_GROUP_RULES, group)["rules"]["no ssh"] = drop
            facts = next(g for g in draft.facts(MIGRATION)["securityGroups"] if g["securityGroupId"] == group)
            facts["rules"] += [{**drop, "nicType": nic} for nic in ("intranet", "internet")]
    result = pair(reach(open_ssh(draft, cidrIp="172.16.0.0/12")), "web-1", "app-1")
    assert (result.status, result.opened.text, result.one_end.text) == ("opened", "", "TCP 22")
    assert "the other end refuses it" in result.note


def test_an_accepted_opening_of_a_mapped_group_is_shown_and_does_not_count() -> None:
    draft = mapped("sg-app")
    facts = draft.facts(SHARED_SECURITY_GROUP, "sg-app")
    facts["groups"][0]["rules"]["added"] = {**ADDED, "cidrIp": "0.0.0.0/0"}
    assert exit_code(reach(draft), 0) == 20
    facts["accepted"] = {"opened": accepted()}
    document = reach(draft)
    result = pair(document, "web-1", "app-1")
    assert (result.status, result.accepted, document.opened) == ("opened", True, 0)
    assert exit_code(document, 0) == 0
    # The other end answers for itself.
    open_ssh(draft, "sg-web")
    assert not pair(reach(draft), "app-1", "web-1").accepted
    assert exit_code(reach(draft), 0) == 20


def test_an_instance_that_stays_without_a_link_is_not_reached() -> None:
    draft = prepared()
    before = reach(draft)
    for kind in (CLASSIC_LINK_ATTACHMENT, CLASSIC_LINK_COMPONENT):
        draft.remove(kind)
    document = reach(draft)
    lost = [item for item in document.pairs if "stay-1" in (*item.source.names, *item.target.names)]
    assert lost
    assert {item.status for item in lost} == {"lost"}
    assert all("nothing links it" in item.note for item in lost)
    assert document.instances.lost > before.instances.lost
    assert (exit_code(document, 0), exit_code(document, 0, strict=True)) == (0, 10)


def test_an_instance_whose_rules_cannot_be_read_is_unknown() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-app")["rules"] = Leaf.UNKNOWN
    document = reach(draft)
    assert "i-app" in {item.subject for item in document.unknown}
    assert exit_code(document, 0) == 30


def test_an_instance_without_a_declared_clone_is_unknown() -> None:
    draft = prepared()
    for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
        draft.remove(kind, "sg-app")
    assert exit_code(reach(draft), 0) == 30


def test_a_stack_that_moves_no_instance_is_unknown() -> None:
    draft = prepared()
    draft.resources = [item for item in draft.resources if item.type != MIGRATING_INSTANCE]
    assert exit_code(reach(draft), 0) == 30


# ---- after the move ----


def test_after_the_move_the_result_is_that_of_the_cloud() -> None:
    draft = moved(prepared())
    assert moved_and_not(draft.plan()) == (2, 0)
    document = reach(draft, "cloud")
    assert (document.opened, document.unknown) == (0, ())
    assert pair(document, "web-1", "app-1").source.fate == "has moved"
    plan = reach(draft)
    assert [(item.status, item.kept) for item in document.pairs] == [(item.status, item.kept) for item in plan.pairs]


def test_a_rule_added_in_the_cloud_counts_as_opened_though_the_stack_declares_none() -> None:
    draft = moved(prepared())
    live = next(g for g in draft.facts(MIGRATION)["liveSecurityGroups"] if g["securityGroupId"] == "sg-app-vpc")
    live["rules"].append({**ADDED, "cidrIp": "0.0.0.0/0"})
    assert reach(draft).opened == 0
    document = reach(draft, "cloud")
    assert pair(document, "web-1", "app-1").opened.text == "TCP 22"
    assert exit_code(document, 0) == 20


def test_a_group_that_is_not_read_is_unknown_in_the_cloud() -> None:
    draft = moved(prepared())
    draft.facts(MIGRATION)["liveSecurityGroups"] = []
    assert exit_code(reach(draft, "cloud"), 0) == 30


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        ({"securityGroupIds": ["sg-app-vpc", "sg-other"]}, "sg-other is none of its VPC groups"),
        ({"securityGroupIds": []}, "sg-app-vpc is missing"),
        ({"privateIps": ["172.16.9.1"]}, "172.16.9.1, its address since the move, is in none of the VSwitches"),
        (None, "present"),
    ],
)
def test_a_moved_instance_in_other_groups_or_vswitches_than_compared_is_unknown(
    present: dict[str, Any] | None, reason: str
) -> None:
    draft = moved(prepared())
    facts = draft.facts(MIGRATING_INSTANCE, "i-app")
    if present is None:
        del facts["present"]
    else:
        facts["present"] = {**facts["present"], **present}
    document = reach(draft, "cloud")
    assert [item.subject for item in document.unknown] == ["i-app"]
    assert reason in document.unknown[0].reason
    assert exit_code(document, 0) == 30


# ---- databases ----


def test_users_of_a_database_keep_it_by_the_list_for_their_vswitch() -> None:
    result = database(reach(prepared()), "i-app")
    assert result is not None
    assert result.status == "kept"
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    result = database(reach(draft), "i-app")
    assert result is not None
    assert result.status == "lost"
    assert BLOCK in result.reason


def test_a_list_for_a_vswitch_opens_the_database_to_its_other_instances_until_that_is_accepted() -> None:
    document = reach(prepared(), whole_vswitches=False)
    result = database(document, "i-web")
    assert result is not None
    assert (result.status, result.accepted, exit_code(document, 0)) == ("opened", False, 20)
    # Where nobody else moves into the VSwitch, its list opens nothing.
    assert database(reach(prepared(), whole_vswitches=False), "i-stay") is None


@pytest.mark.parametrize(
    ("instance_id", "entry", "by_group", "hybrid", "expected"),
    [
        ("i-stay", "10.0.0.4", None, True, ("kept", "by the classic address, while its classic address lasts")),
        ("i-later", "10.0.0.3", None, True, ("kept", "by the classic address, until it moves")),
        ("i-stay", "10.0.0.4", "sg-stay", True, ("kept", "by the classic address, while its classic address lasts")),
        ("i-stay", "10.0.0.4", None, False, ("kept", "the stack leaves its classic address as it is")),
        ("i-stay", "10.0.0.9", "sg-stay", False, ("kept", "the stack leaves its classic address as it is")),
        (
            "i-stay",
            "10.0.0.9",
            "sg-stay",
            True,
            ("lost", "rm-orders (orders) admits it by its security group alone, which hybrid access makes invalid"),
        ),
        ("i-stay", "10.0.0.9", "sg-web", True, None),
        ("i-stay", "10.0.0.9", None, True, None),
    ],
)
def test_who_does_not_move_keeps_a_database_by_its_classic_address(
    instance_id: str, entry: str, by_group: str | None, hybrid: bool, expected: tuple[str, str] | None
) -> None:
    draft = prepared()
    [facts] = draft.facts(MIGRATION)["databases"]
    facts["whitelistGroups"][0]["securityIps"] = ["10.0.0.2", entry]
    if by_group is not None:
        facts["securityGroups"] = [{"securityGroupId": by_group, "networkType": "Classic"}]
    if not hybrid:
        draft.remove(HYBRID_ACCESS)
    result = database(reach(draft), instance_id)
    assert (None if result is None else (result.status, result.reason)) == expected


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        ({}, True),
        ({"networkType": "Classic"}, False),
        ({"attribute": "hidden"}, False),
        ({"securityIps": ["172.16.9.0/24"]}, False),
        ({"securityIps": ["172.16.1.7"]}, True),
    ],
)
def test_a_list_opens_a_database_where_it_counts_in_the_vpc(change: dict[str, Any], opened: bool) -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    [facts] = draft.facts(MIGRATION)["databases"]
    group = {"groupName": "apps", "attribute": "", "networkType": "VPC", "securityIps": [BLOCK]}
    facts["whitelistGroups"].append({**group, **change})
    result = database(reach(draft), "i-web")
    assert (result is not None and result.status == "opened") is opened


def test_a_declared_list_opens_a_database_to_the_whole_vswitch_too() -> None:
    draft = prepared()
    [facts] = draft.facts(MIGRATION)["databases"]
    del facts["whitelistGroups"][1]
    result = database(reach(draft), "i-web")
    assert result is not None
    assert result.status == "opened"
    draft.facts(WHITELIST_GROUP)["networkType"] = "Classic"
    assert database(reach(draft), "i-web") is None


def test_opened_by_a_whole_vswitch_can_be_accepted() -> None:
    assert exit_code(reach_of("first"), 0) == 20
    document = reach_of("first", whole_vswitches=True)
    assert all(item.accepted for item in document.databases if item.status == "opened")
    assert exit_code(document, 0) == 0


@pytest.mark.parametrize("entry", ["%", "10.0.0.1-10.0.0.9"])
def test_whom_an_entry_that_is_no_address_admits_is_unknown(entry: str) -> None:
    draft = prepared()
    [group, *_] = draft.facts(MIGRATION)["databases"][0]["whitelistGroups"]
    group["securityIps"] = [*group["securityIps"], entry]
    document = reach(draft)
    for instance_id in ("i-web", "i-stay"):
        result = database(document, instance_id)
        assert result is not None
        assert (result.status, "no address" in result.reason) == ("unknown", True)
    # One that another entry admits has it, whatever that entry means.
    result = database(document, "i-app")
    assert result is not None
    assert result.status == "kept"


def test_a_database_that_cannot_be_read_is_unknown() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["databases"][0]["whitelistGroups"] = Leaf.UNKNOWN
    document = reach(draft)
    assert {item.status for item in document.databases} == {"unknown"}
    assert exit_code(document, 0) in (20, 30)


def test_a_list_that_is_declared_only_counts_for_the_plan_and_not_in_the_cloud() -> None:
    draft = moved(prepared(exists=False))
    statuses: dict[Basis, str] = {"plan": "kept", "cloud": "lost"}
    for basis, status in statuses.items():
        result = database(reach(draft, basis), "i-app")
        assert result is not None
        assert result.status == status


def test_the_plan_is_not_changed() -> None:
    draft = prepared()
    facts = copy.deepcopy(draft.facts(TARGET_NETWORK))
    reach(draft, "cloud")
    assert draft.facts(TARGET_NETWORK) == facts
