"""Who talks with whom, by the rules of security groups."""

from __future__ import annotations

import pytest

from estate.model import SecurityGroup
from tests.components.builders import instance, rule
from tests.components.test_plan import plan

PEERS: dict[str, tuple[dict[str, SecurityGroup], str | None]] = {
    "a group of ours names its group": (
        {"sg-app": SecurityGroup(id="sg-app", rules=(rule(group_id="sg-mon"),))},
        "sg-app accepts TCP 8080/8080 from sg-mon",
    ),
    "its group names a group of ours": (
        {"sg-mon": SecurityGroup(id="sg-mon", rules=(rule(group_id="sg-app", direction="egress"),))},
        "sg-mon accepts TCP 8080/8080 to sg-app",
    ),
    "a group of ours names its address": (
        {"sg-app": SecurityGroup(id="sg-app", rules=(rule(cidr_ip="10.1.0.3"),))},
        "sg-app accepts TCP 8080/8080 from 10.1.0.3",
    ),
    "its group names our address with a mask": (
        {"sg-mon": SecurityGroup(id="sg-mon", rules=(rule(cidr_ip="10.1.0.2/32"),))},
        "sg-mon accepts TCP 8080/8080 from 10.1.0.2/32",
    ),
    "a broad block names nobody": ({"sg-app": SecurityGroup(id="sg-app", rules=(rule(cidr_ip="10.0.0.0/8"),))}, None),
    "a drop lets nobody talk": (
        {"sg-app": SecurityGroup(id="sg-app", rules=(rule(group_id="sg-mon", policy="drop"),))},
        None,
    ),
    "the internet NIC knows no classic peers": (
        {"sg-app": SecurityGroup(id="sg-app", rules=(rule(cidr_ip="10.1.0.3", nic_type="internet"),))},
        None,
    ),
}


@pytest.mark.parametrize("case", PEERS)
def test_peers_are_known_by_groups_and_single_addresses(case: str) -> None:
    changed, reason = PEERS[case]
    silent = {group_id: SecurityGroup(id=group_id) for group_id in ("sg-app", "sg-idle", "sg-mon", "sg-web")}
    app = plan({"security_groups": tuple({**silent, **changed}.values())}).instances[0]
    assert {peer.instance_id: peer.reasons for peer in app.peers} == ({"i-mon": (reason,)} if reason else {})


@pytest.mark.parametrize(("policy", "talk"), [("Accept", True), ("Drop", False)])
def test_members_of_one_group_talk_where_it_lets_them(policy: str, talk: bool) -> None:
    shared = SecurityGroup(id="sg-app", inner_access_policy=policy)
    instances = (instance("i-app", "sg-app", "10.1.0.2"), instance("i-mon", "sg-app", "10.1.0.3"))
    planned = plan(
        {"security_groups": (shared,), "instances": instances}, instances=["i-app"], databases=None
    ).instances[0]
    assert [peer.instance_id for peer in planned.peers] == (["i-mon"] if talk else [])
