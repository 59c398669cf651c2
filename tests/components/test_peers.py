"""Who talks with whom, by the rules of security groups."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from itertools import permutations

import pytest

from bench.verdict.oracle import Far, Group, Packet, Rule, accepts, packets
from bench.verdict.security_groups import Scenario, scenario
from components.facts import security_group_facts
from components.peers import classic_peers
from estate.model import Instance, SecurityGroup
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
    "an accept that a drop always precedes lets nobody talk": (
        {
            "sg-app": SecurityGroup(
                id="sg-app",
                rules=(
                    rule(group_id="sg-mon"),
                    rule(group_id="sg-mon", policy="drop", ip_protocol="ALL", port_range="-1/-1"),
                ),
            )
        },
        None,
    ),
    "an accept that a broader accept precedes still names its peer": (
        {
            "sg-app": SecurityGroup(
                id="sg-app", rules=(rule(cidr_ip="10.0.0.0/8", priority=1), rule(cidr_ip="10.1.0.3", priority=2))
            )
        },
        "sg-app accepts TCP 8080/8080 from 10.1.0.3",
    ),
    "a drop that leaves something over does not undo an accept": (
        {
            "sg-app": SecurityGroup(
                id="sg-app",
                rules=(
                    rule(group_id="sg-mon"),
                    rule(group_id="sg-mon", policy="drop", ip_protocol="UDP", port_range="-1/-1"),
                ),
            )
        },
        "sg-app accepts TCP 8080/8080 from sg-mon",
    ),
    "a prefix list names nobody": (
        {"sg-app": SecurityGroup(id="sg-app", rules=(rule(prefix_list_id="pl-1"),))},
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


def matches(rule: Rule, packet: Packet, far: Far) -> bool:
    """Whether a rule alone decides about a packet: ingress is refused and egress accepted where none does."""
    inbound = packet.direction == "ingress"
    alone = Group([{**rule, "policy": "accept" if inbound else "drop"}], inner=False)
    return accepts({"sg": alone}, packet, far, "intranet") is inbound


def names(rule: Rule, other: Instance) -> bool:
    """Whether a rule was written with an instance in mind."""
    if rule.get("groupId"):
        return rule["groupId"] in other.security_group_ids
    block = ip_network(rule["cidrIp"])
    return block.prefixlen >= 24 and ip_address(other.intranet_ips[0]) in block


def pairs_by_the_oracle(case: Scenario) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Return who may be meant to talk by some rule, and who of them really can: by every packet tried."""
    named, talking = set(), set()
    for own, other in permutations(case.instances, 2):
        far = Far(other.intranet_ips[0], frozenset(other.security_group_ids))
        ends = frozenset({own.id, other.id})
        for group_id in own.security_group_ids:
            facts = security_group_facts(case.groups[group_id], ())
            group = Group(facts["rules"], inner=facts["innerAccessPolicy"] == "Accept")
            if group.inner and group_id in other.security_group_ids:
                named.add(ends)
                talking.add(ends)
            for classic_rule in group.rules:
                if (classic_rule["nicType"], classic_rule["policy"]) == ("intranet", "accept") and names(
                    classic_rule, other
                ):
                    named.add(ends)
                    if any(
                        matches(classic_rule, packet, far) and accepts({group_id: group}, packet, far, "intranet")
                        for packet in packets([group])
                    ):
                        talking.add(ends)
    return named, talking


@pytest.mark.parametrize("first", range(0, 160, 40))
def test_peers_are_those_that_an_independent_reading_of_the_rules_finds(first: int) -> None:
    """Two talk where a rule that names one of them lets a packet through, and only where some rule names one."""
    number = 0
    for seed in range(first, first + 40):
        case = scenario(seed)
        starts = {item: datetime(2026, 12, 12 + wave, tzinfo=UTC) for item, wave in case.waves.items()}
        peers = classic_peers(case.instances, starts, case.groups, {})
        named, talking = (
            {ends for ends in pairs if len({starts.get(item) for item in ends}) == 2}
            for pairs in pairs_by_the_oracle(case)
        )
        pairs = {frozenset({one, peer.instance_id}) for one, peers_of_one in peers.items() for peer in peers_of_one}
        assert talking <= pairs <= named, f"seed {seed}"
        number += len(pairs)
    assert number > 20
