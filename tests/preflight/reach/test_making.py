"""Who reaches whom is told for each pair, and whatever is opened counts unless somebody answers for it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from policies.core.facts import Leaf
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    TARGET_NETWORK,
    WHITELIST_GROUP,
    Plan,
)
from policies.security_groups.model import Surroundings
from policies.security_groups.packets import Interval
from preflight.reach.command import exit_code
from preflight.reach.making import Basis, _bridged, _in_words, make_reach, moved_and_not
from preflight.reach.model import DatabaseReach, PairReach, Reach
from tests.policies.prepared import BLOCK, Draft, prepared
from tests.policies.recordings import NAMES, recorded
from tests.policies.test_mapped_groups import accepted, mapped

ADDED = {"direction": "ingress", "policy": "accept", "ipProtocol": "TCP", "portRange": "22/22", "priority": 1.0}


def reach(draft: Draft, basis: Basis = "plan", *, whole_vswitches: bool = True) -> Reach:
    return make_reach(draft.plan(), draft.now, basis, whole_vswitches=whole_vswitches)


def of(name: str, *, whole_vswitches: bool = False) -> Reach:
    given = recorded(name)
    return make_reach(Plan(given.resources), given.now, whole_vswitches=whole_vswitches)


def pair(found: Reach, source: str, target: str, *, between: bool = False) -> PairReach:
    [told] = [
        item
        for item in found.pairs
        if source in item.source.names and target in item.target.names and item.between == between
    ]
    return told


def database(found: Reach, source: str) -> DatabaseReach | None:
    return next((item for item in found.databases if source in item.source.ids), None)


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


def test_the_sample_is_told_pair_by_pair() -> None:
    found = of("first")
    assert (found.instances.before, found.instances.kept, found.instances.lost) == (64, 62, 2)
    assert pair(found, "app-1", "cache-1").kept.text == "TCP 6379"
    lost = pair(found, "app-2", "legacy-1")
    assert (lost.status, lost.lost.text, lost.source.fate) == ("lost", "UDP 27000-27009", "moves")
    assert {item.status for item in found.public} == {"kept", "lost"}
    assert next(item for item in found.public if item.status == "lost").name == "web-3"


@pytest.mark.parametrize("name", NAMES)
def test_what_it_tells_agrees_with_the_rule_that_judges_it(name: str) -> None:
    results = {
        item.subject.id: item.outcome.value
        for item in recorded(name).evaluation().results
        if item.rule_id == "security-group-nothing-opened"
    }
    found = of(name)
    opened = {own for item in found.pairs if item.status == "opened" for own in (*item.source.ids, *item.target.ids)}
    opened |= {own for item in found.outside if item.status == "opened" for own in item.at.ids}
    for own, outcome in results.items():
        assert (outcome == "FAIL") == (own in opened), own


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_is_opened_where_all_is_prepared(exists: bool) -> None:
    found = reach(prepared(exists=exists))
    assert (found.opened, found.unknown) == (0, ())
    assert exit_code(found, 0) == 0
    assert {item.status for item in found.pairs} <= {"kept", "lost"}


def test_a_rule_that_opens_is_told_for_each_pair_and_for_outside() -> None:
    found = reach(open_ssh(prepared()))
    told = pair(found, "web-1", "app-1")
    assert (told.status, told.opened.text) == ("opened", "TCP 22")
    [outside] = [item for item in found.outside if item.status == "opened"]
    assert (outside.direction, outside.traffic) == ("ingress", "TCP 22")
    assert "added" in outside.rule
    assert exit_code(found, 0) == exit_code(found, 4) == 20


def test_what_one_end_opens_and_the_other_refuses_counts_as_opened() -> None:
    draft = prepared()
    for group in ("sg-web", "sg-app"):
        # Before and after, web lets nothing out to the port.
        if group == "sg-web":
            drop = {**ADDED, "direction": "egress", "policy": "drop", "cidrIp": "0.0.0.0/0"}
            draft.facts(SECURITY_GROUP_RULES, group)["rules"]["no ssh"] = drop
            facts = next(g for g in draft.facts(MIGRATION)["securityGroups"] if g["securityGroupId"] == group)
            facts["rules"] += [{**drop, "nicType": nic} for nic in ("intranet", "internet")]
    told = pair(reach(open_ssh(draft, cidrIp="172.16.0.0/12")), "web-1", "app-1")
    assert (told.status, told.opened.text, told.one_end.text) == ("opened", "", "TCP 22")
    assert "the other end refuses it" in told.note


def test_what_the_config_accepts_of_a_mapped_group_is_told_and_does_not_count() -> None:
    draft = mapped("sg-app")
    facts = draft.facts(SHARED_SECURITY_GROUP, "sg-app")
    facts["groups"][0]["rules"]["added"] = {**ADDED, "cidrIp": "0.0.0.0/0"}
    assert exit_code(reach(draft), 0) == 20
    facts["accepted"] = {"opened": accepted()}
    found = reach(draft)
    told = pair(found, "web-1", "app-1")
    assert (told.status, told.accepted, found.opened) == ("opened", True, 0)
    assert exit_code(found, 0) == 0
    # The other end answers for itself.
    open_ssh(draft, "sg-web")
    assert not pair(reach(draft), "app-1", "web-1").accepted
    assert exit_code(reach(draft), 0) == 20


def test_one_that_stays_without_a_link_is_out_of_reach() -> None:
    draft = prepared()
    before = reach(draft)
    for kind in (CLASSIC_LINK_ATTACHMENT, CLASSIC_LINK_COMPONENT):
        draft.remove(kind)
    found = reach(draft)
    lost = [item for item in found.pairs if "stay-1" in (*item.source.names, *item.target.names)]
    assert lost
    assert {item.status for item in lost} == {"lost"}
    assert all("nothing links it" in item.note for item in lost)
    assert found.instances.lost > before.instances.lost
    assert (exit_code(found, 0), exit_code(found, 0, strict=True)) == (0, 10)


def test_rules_that_cannot_be_read_make_it_unknown() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-app")["rules"] = Leaf.UNKNOWN
    found = reach(draft)
    assert "i-app" in {item.subject for item in found.unknown}
    assert exit_code(found, 0) == 30


def test_a_clone_that_is_not_declared_makes_it_unknown() -> None:
    draft = prepared()
    for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
        draft.remove(kind, "sg-app")
    assert exit_code(reach(draft), 0) == 30


def test_a_stack_that_moves_nobody_is_never_fine() -> None:
    draft = prepared()
    draft.resources = [item for item in draft.resources if item.type != MIGRATING_INSTANCE]
    assert exit_code(reach(draft), 0) == 30


# ---- after the move ----


def test_after_the_move_the_cloud_is_told() -> None:
    draft = moved(prepared())
    assert moved_and_not(draft.plan()) == (2, 0)
    found = reach(draft, "cloud")
    assert (found.opened, found.unknown) == (0, ())
    assert pair(found, "web-1", "app-1").source.fate == "has moved"
    plan = reach(draft)
    assert [(item.status, item.kept) for item in found.pairs] == [(item.status, item.kept) for item in plan.pairs]


def test_a_rule_that_somebody_added_in_the_cloud_is_opened_though_the_stack_declares_none() -> None:
    draft = moved(prepared())
    live = next(g for g in draft.facts(MIGRATION)["liveSecurityGroups"] if g["securityGroupId"] == "sg-app-vpc")
    live["rules"].append({**ADDED, "cidrIp": "0.0.0.0/0"})
    assert reach(draft).opened == 0
    found = reach(draft, "cloud")
    assert pair(found, "web-1", "app-1").opened.text == "TCP 22"
    assert exit_code(found, 0) == 20


def test_a_group_that_was_not_read_is_unknown_in_the_cloud() -> None:
    draft = moved(prepared())
    draft.facts(MIGRATION)["liveSecurityGroups"] = []
    assert exit_code(reach(draft, "cloud"), 0) == 30


@pytest.mark.parametrize(
    ("present", "told"),
    [
        ({"securityGroupIds": ["sg-app-vpc", "sg-other"]}, "sg-other is none of its VPC groups"),
        ({"securityGroupIds": []}, "sg-app-vpc is missing"),
        ({"privateIps": ["172.16.9.1"]}, "172.16.9.1, its address since the move, is in none of the VSwitches"),
        (None, "present"),
    ],
)
def test_an_instance_that_is_elsewhere_than_is_compared_is_unknown(present: dict[str, Any] | None, told: str) -> None:
    draft = moved(prepared())
    facts = draft.facts(MIGRATING_INSTANCE, "i-app")
    if present is None:
        del facts["present"]
    else:
        facts["present"] = {**facts["present"], **present}
    found = reach(draft, "cloud")
    assert [item.subject for item in found.unknown] == ["i-app"]
    assert told in found.unknown[0].reason
    assert exit_code(found, 0) == 30


# ---- databases ----


def test_users_of_a_database_keep_it_by_its_list_for_the_vswitch() -> None:
    told = database(reach(prepared()), "i-app")
    assert told is not None
    assert told.status == "kept"
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    told = database(reach(draft), "i-app")
    assert told is not None
    assert told.status == "lost"
    assert BLOCK in told.reason


def test_whoever_else_moves_into_the_vswitch_is_let_in_and_that_is_opened_until_somebody_accepts_it() -> None:
    found = reach(prepared(), whole_vswitches=False)
    told = database(found, "i-web")
    assert told is not None
    assert (told.status, told.accepted, exit_code(found, 0)) == ("opened", False, 20)
    # Where nobody else moves into the VSwitch, its list opens nothing.
    assert database(reach(prepared(), whole_vswitches=False), "i-stay") is None


def test_opened_by_a_whole_vswitch_can_be_accepted() -> None:
    assert exit_code(of("first"), 0) == 20
    found = of("first", whole_vswitches=True)
    assert all(item.accepted for item in found.databases if item.status == "opened")
    assert exit_code(found, 0) == 0


def test_a_database_that_cannot_be_read_is_unknown() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["databases"][0]["whitelistGroups"] = Leaf.UNKNOWN
    found = reach(draft)
    assert {item.status for item in found.databases} == {"unknown"}
    assert exit_code(found, 0) in (20, 30)


def test_what_is_declared_and_not_there_yet_is_not_reached_in_the_cloud() -> None:
    draft = moved(prepared(exists=False))
    told = database(reach(draft), "i-app")
    assert told is not None
    assert told.status == "kept"


# ---- words ----


@pytest.mark.parametrize(
    ("intervals", "told"),
    [
        ([(0, 2**32 - 1)], "0.0.0.0/0"),
        ([(0, 2**31 - 1), (2**31 + 1, 2**32 - 1)], "0.0.0.0/0 without 128.0.0.0/32"),
        ([(2**31, 2**31 + 255)], "128.0.0.0/24"),
    ],
)
def test_addresses_are_told_as_a_rule_would_name_them(intervals: list[Interval], told: str) -> None:
    assert _in_words(4, intervals) == told


def test_public_addresses_are_told_as_such() -> None:
    private = [(0x0A000000, 0x0AFFFFFF), (0xAC100000, 0xAC1FFFFF), (0xC0A80000, 0xC0A8FFFF)]
    public = []
    low = 0
    for first, last in private:
        public.append((low, first - 1))
        low = last + 1
    public.append((low, 2**32 - 1))
    assert _in_words(4, public) == "0.0.0.0/0 without private addresses"
    assert _in_words(4, sorted([*public, private[0]])) == "0.0.0.0/0 without private addresses, 10.0.0.0/8"


def test_instances_between_addresses_do_not_part_them() -> None:
    around = Surroundings((), {}, {4: (5, 6), 6: ()}, {4: (), 6: ()}, ())
    assert _bridged(4, [(1, 4), (7, 9), (11, 12)], around) == [(1, 9), (11, 12)]


def test_the_rest_of_a_plan_is_not_touched() -> None:
    draft = prepared()
    facts = copy.deepcopy(draft.facts(TARGET_NETWORK))
    reach(draft, "cloud")
    assert draft.facts(TARGET_NETWORK) == facts
