"""The packet algebra against the plainest reading of the semantics: ask every rule about every packet."""

import time
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.security_groups.packets import (
    ALL_PORTS,
    AddressPeer,
    Difference,
    Direction,
    GroupPeer,
    PacketRule,
    RuleSet,
    describe_addresses,
    describe_ports,
    disagreements,
    merged,
    parse_block,
    parse_ports,
    parse_protocol,
)

PORTS = (1, 79, 80, 81, 443, 65535)
BLOCKS = ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "8.8.8.0/24")
# Blocks that begin or end with 10.0.0.0/8, or lie beside it.
EDGES = ("10.0.0.0/8", "10.0.0.0/16", "10.255.0.0/16", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0")
ADDRESSES = ("9.255.255.255", "10.0.0.0", "10.1.2.3", "10.1.2.4", "10.255.255.255", "8.8.8.8", "255.255.255.255")


def _rules(prefix: str, blocks: tuple[str, ...] = BLOCKS) -> st.SearchStrategy[list[PacketRule]]:
    ports = st.sampled_from([ALL_PORTS, (80, 80), (80, 443), (1, 79)])
    rule = st.builds(
        PacketRule,
        label=st.just(prefix),
        direction=st.sampled_from(["ingress", "egress"]),
        protocol=st.sampled_from(["TCP", "ALL", "ICMP"]),
        ports=ports,
        source_ports=st.sampled_from([ALL_PORTS, (80, 443), (80, 80)]),
        accept=st.booleans(),
        priority=st.integers(1, 3),
        peer=st.one_of(st.sampled_from([parse_block(text) for text in (*blocks, "::/0")]), st.just(GroupPeer("sg-1"))),
    )
    return st.lists(rule, max_size=6)


def _naive(
    rules: list[PacketRule], direction: str, protocol: str, peer: int | str, port: int, source_port: int
) -> bool:
    """Priority first, drop before accept, then the default of the direction."""
    matching = [
        rule
        for rule in rules
        if rule.direction == direction
        and rule.protocol in (protocol, "ALL")
        and rule.ports[0] <= port <= rule.ports[1]
        and rule.source_ports[0] <= source_port <= rule.source_ports[1]
        and (
            rule.peer.key == peer
            if isinstance(rule.peer, GroupPeer)
            else isinstance(peer, int) and AddressPeer(4, (peer, peer)).is_inside(rule.peer)
        )
    ]
    if not matching:
        return direction == "egress"
    return min(matching, key=lambda rule: (rule.priority, rule.accept)).accept


def _holds(differences: list[Difference], port: int, source_port: int) -> bool:
    return any(
        item.ports[0] <= port <= item.ports[1] and item.source_ports[0] <= source_port <= item.source_ports[1]
        for item in differences
    )


@settings(max_examples=150, deadline=None)
@given(
    _rules("one"), _rules("other"), st.sampled_from(["ingress", "egress"]), st.sampled_from(["TCP", "ICMP", "other"])
)
def test_disagreements_are_those_of_single_packets(
    left: list[PacketRule], right: list[PacketRule], direction: Direction, protocol: str
) -> None:
    one = RuleSet(tuple(left)).table(direction, protocol)
    other = RuleSet(tuple(right)).table(direction, protocol)
    for text in (*ADDRESSES, "sg-1"):
        peer: int | str = text
        if text.startswith("sg-"):
            matching = one.for_groups([text]), other.for_groups([text])
        else:
            peer = parse_block(text).interval[0]
            matching = one.at_address(4, peer), other.at_address(4, peer)
        regions = list(disagreements(one, matching[0], other, matching[1], protocol))
        for port in PORTS:
            for source_port in PORTS:
                packet = (direction, protocol, peer, port, source_port)
                assert _holds(regions, port, source_port) == (_naive(left, *packet) and not _naive(right, *packet))


@settings(max_examples=150, deadline=None)
@given(_rules("one", EDGES), st.sampled_from(["ingress", "egress"]), st.sampled_from(["10.0.0.0/8", "10.1.0.0/16"]))
def test_a_block_meets_the_rules_that_some_address_in_it_meets_and_no_others(
    rules: list[PacketRule], direction: Direction, text: str
) -> None:
    table, block = RuleSet(tuple(rules)).table(direction, "TCP"), parse_block(text)
    edges = {edge for start in table.starts(4) for edge in (start - 1, start)} | set(block.interval)
    inside = [edge for edge in edges if block.interval[0] <= edge <= block.interval[1]]
    assert set(table.in_block(4, block.interval)) == {table.at_address(4, edge) for edge in inside}


@pytest.mark.parametrize(
    ("one", "other", "inside", "overlapping"),
    [
        ("10.1.0.0/16", "10.0.0.0/8", True, True),
        ("10.0.0.0/8", "10.0.0.0/8", True, True),
        ("10.0.0.0/8", "10.1.0.0/16", False, True),
        ("10.0.1.0", "10.0.1.0/24", True, True),
        ("10.0.1.255", "10.0.1.0/24", True, True),
        ("10.0.0.255", "10.0.1.0/24", False, False),
        ("10.0.2.0", "10.0.1.0/24", False, False),
        ("10.0.0.0/8", "::/0", False, False),
    ],
)
def test_blocks_inside_and_beside_each_other(one: str, other: str, inside: bool, overlapping: bool) -> None:
    block, area = parse_block(one), parse_block(other)
    assert block.is_inside(area) is inside
    assert (block.overlaps(area), area.overlaps(block)) == (overlapping, overlapping)


@pytest.mark.parametrize("text", ["", "80", "80/", "0/80", "90/80", "1/65536", "a/b", "-1/80"])
def test_ports_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_ports(text)


def test_texts_of_the_api() -> None:
    assert parse_ports("-1/-1") == parse_ports("1/65535") == ALL_PORTS
    assert parse_ports("80/80") == (80, 80)
    assert parse_protocol("tcp") == "TCP"
    assert parse_protocol("icmpv6") == "ICMPv6"
    assert parse_block("10.1.2.3") == parse_block("10.1.2.3/32")
    assert parse_block("10.1.2.3/8") == parse_block("10.0.0.0/8")
    with pytest.raises(ValueError, match="protocol"):
        parse_protocol("other")


@pytest.mark.parametrize(
    ("protocol", "ports", "source_ports", "text"),
    [
        ("TCP", (22, 22), ALL_PORTS, "TCP 22"),
        ("UDP", ALL_PORTS, ALL_PORTS, "all UDP"),
        ("TCP", (1, 2), (3, 4), "TCP 1-2 (source ports 3-4)"),
        ("ICMP", ALL_PORTS, ALL_PORTS, "ICMP"),
        ("other", ALL_PORTS, ALL_PORTS, "any other protocol"),
    ],
)
def test_words_for_ports(protocol: str, ports: tuple[int, int], source_ports: tuple[int, int], text: str) -> None:
    assert describe_ports(Difference("ingress", protocol, ports, source_ports, None, None)) == text


def test_words_for_addresses() -> None:
    assert merged([(5, 9), (1, 4), (11, 12)]) == [(1, 9), (11, 12)]
    assert describe_addresses(4, [(0, 2**32 - 1)]) == "0.0.0.0/0"
    assert describe_addresses(6, [(0, 2**128 - 1)]) == "::/0"
    assert describe_addresses(4, [(1, 7)]) == "0.0.0.1/32, 0.0.0.2/31, 0.0.0.4/30"
    assert describe_addresses(4, [(1, 14)]) == "0.0.0.1/32, 0.0.0.2/31, 0.0.0.4/30 and 3 more blocks"


@pytest.mark.parametrize("kind", ["addresses", "ports"])
def test_two_hundred_rules_take_less_than_a_second(kind: Literal["addresses", "ports"]) -> None:
    def rule(index: int, shift: int) -> PacketRule:
        low = index * 2**16
        peer = AddressPeer(4, (low, low + 2**15)) if kind == "addresses" else parse_block(f"{index % 100}.0.0.0/8")
        ports = (index * 7 % 300 + 1, index * 7 % 300 + 40 + shift)
        return PacketRule(f"{index}", "ingress", "TCP", ports, ALL_PORTS, index % 3 > 0, index % 100 + 1, peer)

    ones = RuleSet(tuple(rule(index, 0) for index in range(200))).table("ingress", "TCP")
    shifted = RuleSet(tuple(rule(index, 1) for index in range(200))).table("ingress", "TCP")
    began = time.perf_counter()
    count = 0
    for start in sorted({*ones.starts(4), *shifted.starts(4)}):
        count += len(list(disagreements(ones, ones.at_address(4, start), shifted, shifted.at_address(4, start), "TCP")))
    assert time.perf_counter() - began < 1
    assert count >= 0
