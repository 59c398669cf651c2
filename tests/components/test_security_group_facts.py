"""Facts of security groups: what their rules say, in the terms by which the policy pack compares them."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import AcceptedDifferences
from components.facts import security_group_facts
from components.facts.security_groups import live_group_facts, mapped_group_facts, shared_group_facts
from estate.model import SecurityGroup
from tests.components.builders import APPROVED, rule

STATED = {
    "direction": "ingress",
    "ipProtocol": "TCP",
    "portRange": "8080/8080",
    "policy": "accept",
    "priority": 1,
}
OFFICE = {"cidrIp": "10.0.0.0/8"}
DECIDED = {"reason": "agreed", "owner": "me", **APPROVED}


def of_live(**fields: Any) -> list[dict[str, Any]]:
    group = SecurityGroup(id="sg-1", vpc_id="vpc-1", rules=(rule(**fields),))
    return [dict(item) for item in live_group_facts(group)["rules"]]


def of_mapped(accepted: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    group = SecurityGroup(id="sg-1", vpc_id="vpc-1", rules=(rule(**fields),))
    differences = None if accepted is None else AcceptedDifferences.model_validate(accepted)
    return dict(mapped_group_facts("sg-web", [group], lambda group_id: [f"i-in-{group_id}"], differences))


@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        ({"cidr_ip": "10.0.0.0/8"}, OFFICE),
        ({"ipv6_cidr_ip": "fd00::/8"}, {"ipv6CidrIp": "fd00::/8"}),
        ({"group_id": "sg-app"}, {"groupId": "sg-app"}),
        ({"prefix_list_id": "pl-1"}, {"prefixListId": "pl-1"}),
        (
            {"group_id": "sg-app", "group_owner_account": "123"},
            {"groupId": "sg-app", "groupOwnerAccount": "123"},
        ),
        # An address beside a group wins, so that the group's account says nothing.
        ({"cidr_ip": "10.0.0.0/8", "group_id": "sg-app", "group_owner_account": "123"}, OFFICE),
        ({"cidr_ip": "10.0.0.0/8", "source_port_range": "53/53"}, {**OFFICE, "sourcePortRange": "53/53"}),
        ({"cidr_ip": "10.0.0.0/8", "local_cidr_ip": "10.0.0.7"}, {**OFFICE, "localCidrIp": "10.0.0.7"}),
        (
            {"ipv6_cidr_ip": "fd00::/8", "local_ipv6_cidr_ip": "fd00::7"},
            {"ipv6CidrIp": "fd00::/8", "localCidrIp": "fd00::7"},
        ),
    ],
)
def test_a_rule_has_exactly_one_peer_and_all_that_limits_it(fields: dict[str, Any], facts: dict[str, str]) -> None:
    group = SecurityGroup(id="sg-1", name="web", rules=(rule(**fields, description="d"),))
    assert security_group_facts(group, ["i-web"]) == {
        "securityGroupId": "sg-1",
        "securityGroupName": "web",
        "innerAccessPolicy": "Accept",
        "memberIds": ["i-web"],
        "rules": [{**STATED, **facts, "nicType": "intranet", "description": "d"}],
    }
    assert of_live(**fields) == [{**STATED, **facts}]
    [mapped] = of_mapped(**fields, description="d")["groups"]
    assert mapped["rules"] == {"rule 0": {**STATED, **facts, "description": "d"}}


def test_without_rules_a_classic_group_has_no_key_for_them() -> None:
    assert "rules" not in security_group_facts(SecurityGroup(id="sg-1"), [], with_rules=False)


def test_a_live_group_has_its_lists_of_ports_and_no_rule_of_the_cloud() -> None:
    assert of_live(**{"cidr_ip": "10.0.0.0/8", "port_range": "", "port_range_list_id": "prl-1"}) == [
        {**STATED, **OFFICE, "portRange": "", "portRangeListId": "prl-1"}
    ]
    assert of_live(cidr_ip="10.0.0.0/8", priority=100) == [{**STATED, **OFFICE, "priority": 100}]
    assert of_live(cidr_ip="10.0.0.0/8", priority=110) == []


@pytest.mark.parametrize(
    "accepted", [None, {}, {"opened": DECIDED}, {"lost": DECIDED}, {"opened": DECIDED, "lost": DECIDED}]
)
def test_only_differences_that_somebody_decided_are_accepted(accepted: dict[str, Any] | None) -> None:
    facts = of_mapped(accepted, cidr_ip="10.0.0.0/8")
    assert facts["accepted"] == (accepted or {})
    [group] = facts["groups"]
    assert group["strangerIds"] == ["i-in-sg-1"]


def test_a_rule_of_a_clone_says_of_which_classic_group_its_peer_is_the_clone() -> None:
    rules = (rule(group_id="sg-app-vpc"), rule(group_id="sg-of-others"), rule(cidr_ip="10.0.0.0/8"))
    group = SecurityGroup(id="sg-1", vpc_id="vpc-1", rules=rules)
    [facts] = shared_group_facts("sg-web", [group], {"sg-app-vpc": "sg-app"}, with_rules=True)["groups"]
    assert [item.get("clonedFrom") for item in facts["rules"].values()] == ["sg-app", None, None]
    assert shared_group_facts("sg-web", [group], {}, with_rules=False)["groups"] == [
        {"securityGroupId": "sg-1", "vpcId": "vpc-1", "innerAccessPolicy": "Accept"}
    ]
