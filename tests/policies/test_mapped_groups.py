"""Groups of the VPC that classic ones are mapped to are judged by their packets; differences pass when accepted."""

from __future__ import annotations

from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLONED_SECURITY_GROUP,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
)
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, rule

OPENED, LOST = "security-group-nothing-opened", "security-group-every-rule-carried-over"


def accepted(reason: str = "agreed") -> dict[str, str]:
    """A difference that somebody answers for, now."""
    return {
        "reason": reason,
        "owner": "ann@example.com",
        "approvedBy": "bob@example.com",
        "approvedAt": "2026-12-01T09:00:00+08:00",
        "expires": "2026-12-19T09:00:00+08:00",
    }


def mapped(classic_id: str = "sg-web") -> Draft:
    """The prepared stack with a group mapped to one that was there already, and has the rules of its clone."""
    draft = prepared()
    group = {
        "securityGroupId": f"{classic_id}-vpc",
        "vpcId": "vpc-1",
        "innerAccessPolicy": draft.facts(SECURITY_GROUP, classic_id)["innerAccessPolicy"],
        "rules": draft.facts(SECURITY_GROUP_RULES, classic_id)["rules"],
        "strangerIds": [],
    }
    for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
        draft.remove(kind, classic_id)
    draft.add(
        SHARED_SECURITY_GROUP, classic_id, {"classicSecurityGroupId": classic_id, "groups": [group], "accepted": {}}
    )
    return draft


def _facts(draft: Draft, classic_id: str = "sg-web") -> dict[str, Any]:
    return draft.facts(SHARED_SECURITY_GROUP, classic_id)


def _group(draft: Draft, classic_id: str = "sg-web") -> dict[str, Any]:
    (group,) = _facts(draft, classic_id)["groups"]
    assert isinstance(group, dict)
    return group


def test_a_group_that_is_the_equal_of_the_classic_one_passes() -> None:
    assert mapped().blocking() == set()


def _open(draft: Draft) -> None:
    _group(draft)["rules"]["vpn"] = rule({"cidrIp": "203.0.113.0/24"}, portRange="22/22")


def _leave_open(draft: Draft) -> None:
    """What no rule of the VPC group lets out but its default, and a rule of the classic group did not."""
    shut = rule({"cidrIp": "8.8.8.0/24"}, direction="egress", portRange="53/53", policy="drop", nicType="internet")
    for group in draft.facts(MIGRATION)["securityGroups"]:
        if group["securityGroupId"] == "sg-web":
            group["rules"].append(shut)


def _close(draft: Draft) -> None:
    del _group(draft)["rules"]["web: http"]


@pytest.mark.parametrize(
    ("change", "rule_id", "kind", "other"),
    [(_open, OPENED, "opened", "lost"), (_leave_open, OPENED, "opened", "lost"), (_close, LOST, "lost", "opened")],
)
def test_a_difference_fails_until_it_is_accepted_by_its_kind(change: Any, rule_id: str, kind: str, other: str) -> None:
    draft = mapped()
    change(draft)
    assert draft.blocking() == {(rule_id, "i-web")}
    _facts(draft)["accepted"] = {other: accepted("not this")}
    assert draft.blocking() == {(rule_id, "i-web")}
    _facts(draft)["accepted"] = {kind: accepted("agreed with the network team")}
    assert draft.blocking() == set()
    words = ("Accepted in the config", "sg-web: agreed with the network team", "TCP")
    reason = expect(draft, rule_id, "i-web", Outcome.PASS, *words).reason
    assert not any(word in reason for word in ("nothing", "Every"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approvedBy": "Ann@Example.com"}, "does not hold: ann@example.com approved it for himself or herself"),
        ({"expires": "2026-12-11T10:00:00+08:00"}, "does not hold: it expired at 2026-12-11T10:00+08:00"),
        ({"approvedAt": "2026-12-11T10:00:01+08:00"}, "which is in the future"),
        ({"approvedAt": "2026-09-01T00:00:00Z"}, "more than 90 days"),
        *(({key: ""}, key) for key in ("reason", "owner", "approvedBy", "expires")),
    ],
)
@pytest.mark.parametrize(("change", "rule_id", "kind"), [(_open, OPENED, "opened"), (_close, LOST, "lost")])
def test_an_acceptance_needs_somebody_who_answers_for_it(
    change: Any, rule_id: str, kind: str, changes: dict[str, str], words: str
) -> None:
    draft = mapped()
    change(draft)
    _facts(draft)["accepted"] = {kind: accepted() | changes}
    expect(draft, rule_id, "i-web", Outcome.UNKNOWN, words)
    assert (rule_id, "i-web") in draft.blocking()


def test_an_acceptance_is_for_its_own_group_alone() -> None:
    draft = mapped()
    _facts(draft)["accepted"] = {"opened": accepted(), "lost": accepted()}
    draft.facts(SECURITY_GROUP_RULES, "sg-app")["rules"]["ssh"] = rule({"cidrIp": "203.0.113.0/24"}, portRange="22/22")
    assert draft.blocking() == {(OPENED, "i-app")}


def test_an_acceptance_of_a_clone_counts_for_nothing() -> None:
    draft = prepared()
    draft.facts(CLONED_SECURITY_GROUP, "sg-web")["accepted"] = {"opened": accepted()}
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"]["ssh"] = rule({"cidrIp": "203.0.113.0/24"}, portRange="22/22")
    assert draft.blocking() == {(OPENED, "i-web")}


def test_strangers_in_the_group_are_let_in_by_its_default() -> None:
    draft = mapped("sg-app")
    _group(draft, "sg-app")["strangerIds"] = ["i-old"]
    expect(draft, OPENED, "i-app", Outcome.FAIL, "members of sg-app-vpc")
    _group(draft, "sg-app")["innerAccessPolicy"] = "Drop"
    assert (OPENED, "i-app") not in draft.blocking()


def test_strangers_in_the_group_are_let_in_by_what_names_it() -> None:
    draft = mapped()
    _group(draft)["strangerIds"] = ["i-old"]
    expect(draft, OPENED, "i-app", Outcome.FAIL, "TCP 8080 from members of sg-web-vpc")


def test_two_classic_groups_in_one_vpc_group_reach_each_other() -> None:
    draft = mapped("sg-app")
    for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
        draft.remove(kind, "sg-web")
    facts = {"classicSecurityGroupId": "sg-web", "groups": [_group(draft, "sg-app")], "accepted": {}}
    draft.add(SHARED_SECURITY_GROUP, "sg-web", facts)
    expect(draft, OPENED, "i-app", Outcome.FAIL, "members of sg-web", "InnerAccessPolicy Accept")


def test_rules_added_to_a_mapped_group_are_found() -> None:
    draft = mapped()
    draft.add(ADDED_SECURITY_GROUP_RULES, "stray", {"securityGroupId": "sg-web-vpc"})
    expect(draft, OPENED, "i-web", Outcome.FAIL, "outside of its own rule set")


@pytest.mark.parametrize("key", ["accepted", "groups"])
def test_unknown_facts_of_a_mapped_group_block(key: str) -> None:
    draft = mapped()
    _open(draft)
    _facts(draft)[key] = UNKNOWN
    assert any(subject == "i-web" for _, subject in draft.blocking())


@pytest.mark.parametrize("peer", [{"prefixListId": "pl-1"}, {"cidrIp": "10.0.0.4/32", "localCidrIp": "172.16.1.7/32"}])
def test_a_rule_beyond_the_oracle_is_unknown(peer: dict[str, str]) -> None:
    draft = mapped()
    _group(draft)["rules"]["odd"] = rule(peer, portRange="22/22")
    expect(draft, LOST, "i-web", Outcome.UNKNOWN)
