"""Properties of the conversion, judged by the packet oracle on generated estates."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TypeVar
from unittest.mock import patch

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from components.conversion import MAX_GROUP_PEERS, MAX_RULES, Conversion, ConversionContext, VpcPeer, convert, converter
from components.conversion import rules as limits
from components.conversion.folding import fold
from estate.model import Instance, PeerKind, SecurityGroup, SecurityGroupRule
from tests.components.packets import (
    Far,
    Packet,
    classic_verdict,
    explains,
    ip_network_of,
    is_in,
    vpc_verdict,
)

QUICK = settings(
    max_examples=160,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PACKETS = 100
Item = TypeVar("Item")

LISTS = {"pl-offices": ("8.8.8.0/24", "10.0.0.0/24", "2001:db8::/32"), "pl-empty": ()}
GROUPS = ("sg-a", "sg-b", "sg-c")
CLASSIC_ADDRESSES = ("10.0.0.4", "10.0.0.5", "10.0.0.200", "10.1.2.3", "10.111.1.7", "10.200.0.1")
TARGETS: tuple[tuple[str, ...], ...] = (
    ("172.16.0.0/28",),
    ("10.0.0.0/28",),
    ("10.111.1.0/29", "10.111.2.0/29"),
    ("192.168.0.0/29", "192.168.0.8/29"),
)
BLOCKS = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.0.4/31",
    "10.111.0.0/16",
    "100.64.0.0/10",
    "100.100.2.136/32",
    "172.0.0.0/8",
    "172.16.0.0/12",
    "172.16.0.8/29",
    "192.168.0.0/29",
    "8.0.0.0/5",
    "8.8.8.0/24",
    "8.8.8.8",
    *(f"{address}/32" for address in CLASSIC_ADDRESSES),
)
V6_BLOCKS = ("::/0", "fc00::/8", "2001:db8::/32")
PROTOCOLS = ("TCP", "UDP", "ICMP", "GRE")
PORTS = ("-1/-1", "80/80", "79/81", "1/80", "1/65535")
ODD_FAR_ENDS = (
    "10.0.0.9",
    "10.111.2.5",
    "172.16.0.9",
    "172.15.255.255",
    "100.127.255.255",
    "100.128.0.0",
    "9.9.9.9",
    "fd00::1",
)


@dataclass(frozen=True)
class Scenario:
    """An estate with groups to clone; `moved` are the instances that moved by the time that packets are tried."""

    groups: tuple[SecurityGroup, ...]
    context: ConversionContext
    moved: Mapping[str, str]
    seed: int

    @property
    def conversions(self) -> Mapping[str, Conversion]:
        """All groups converted."""
        return convert(self.groups, self.context)

    def groups_of(self, instance: Instance) -> tuple[SecurityGroup, ...]:
        """The classic groups of an instance."""
        return tuple(group for group in self.groups if group.id in instance.security_group_ids)

    def far_ends(self) -> list[Far]:
        """Parties to exchange packets with: instances that can be reached, and addresses at the edges of the rules."""
        edges = {edge for group in self.groups for rule in group.rules for edge in _edges(rule)}
        edges |= {edge for cidr in self.context.target_cidrs for edge in _edges_of(cidr)}
        return [*self._strangers({*edges, *ODD_FAR_ENDS}), *self._instances_met() * 3]

    def _strangers(self, addresses: set[str]) -> list[Far]:
        """Parties that are no instance of the estate, so that all that is known of them is an address."""
        known = {item.intranet_ips[0] for item in self.context.instances} | set(self.moved.values())
        if self.context.targets_to_themselves:
            known |= {text for text in addresses if any(is_in(text, cidr) for cidr in self.context.target_cidrs)}
        return [Far(address, address) for address in sorted(addresses - known)]

    def _about(self, rule: SecurityGroupRule) -> list[Far]:
        """Parties at the edges of a rule's blocks or, before the move or after it, inside them."""
        blocks = _cidrs(rule)
        inside = [
            far
            for far in [*self._instances_met(), *self._strangers(set(ODD_FAR_ENDS))]
            for address in (far.classic_address, far.vpc_address)
            if any(is_in(address, block) for block in blocks)
        ]
        return [*inside, *self._strangers(set(_edges(rule)))]

    def _instances_met(self) -> list[Far]:
        met = []
        for item in self.context.instances:
            old, groups = item.intranet_ips[0], frozenset(item.security_group_ids)
            if item.id in self.moved:
                met.append(Far(old, self.moved[item.id], groups, moved=True))
            elif item.id in self.context.linked_ids:
                met.append(Far(old, old, groups))
        return met

    def packets(self) -> Iterator[tuple[Instance, Packet]]:
        """Packets at moved instances, half of them aimed at the edges of what one of their rules says."""
        # Not for secrets: a seed of its own makes hundreds of packets for one draw, and the same ones every time.
        chance = random.Random(self.seed)  # noqa: S311
        far_ends, movers = self.far_ends(), [item for item in self.context.instances if item.id in self.moved]
        about: dict[int, list[Far]] = {}
        while movers:
            mover = chance.choice(movers)
            rules = [rule for group in self.groups_of(mover) for rule in group.rules]
            aim = chance.choice(rules) if rules and chance.random() < 0.5 else None
            if aim and id(aim) not in about:
                about[id(aim)] = self._about(aim)
            at = about[id(aim)] if aim else []
            packet = Packet(
                aim.direction if aim else chance.choice(("ingress", "egress")),
                chance.choice(at or far_ends),
                aim.ip_protocol if aim and aim.ip_protocol in PROTOCOLS else chance.choice(PROTOCOLS),
                chance.choice((1, 78, 79, 80, 81, 82, 65535)),
                chance.choice((1, 1023, 1024, 65535)),
            )
            yield mover, packet


def _edges(rule: SecurityGroupRule) -> Iterator[str]:
    for cidr in _cidrs(rule):
        yield from _edges_of(cidr)


def _cidrs(rule: SecurityGroupRule) -> list[str]:
    cidrs = (rule.cidr_ip, rule.ipv6_cidr_ip, *LISTS.get(rule.prefix_list_id or "", ()))
    return [cidr for cidr in cidrs if cidr]


@cache
def _edges_of(cidr: str) -> tuple[str, ...]:
    block = ip_network_of(cidr)
    first, last = int(block.network_address), int(block.broadcast_address)
    highest = 2**block.max_prefixlen - 1
    address = type(block.network_address)
    return tuple(str(address(number)) for number in (first - 1, first, last, last + 1) if 0 <= number <= highest)


def instance(instance_id: str, address: str, groups: Sequence[str]) -> Instance:
    """A classic instance."""
    return Instance(
        id=instance_id,
        zone_id="cn-hangzhou-b",
        instance_type="ecs.n1.small",
        status="Running",
        network_type="classic",
        intranet_ips=(address,),
        security_group_ids=tuple(groups),
    )


def _cidr(block: str) -> dict[str, str]:
    return {"cidr_ip": block}


def _group(group_id: str) -> dict[str, str]:
    return {"group_id": group_id}


# Strategies are made once: made for each rule that is drawn, they would take more time than what is tested.
PORTABLE_PEERS = st.one_of(
    st.sampled_from(("0.0.0.0/0", "10.0.0.0/8", "8.0.0.0/5", "8.8.8.0/24", "100.64.0.0/10")).map(_cidr),
    st.sampled_from(GROUPS).map(_group),
)
PEERS = st.one_of(
    *[st.sampled_from(BLOCKS).map(_cidr)] * 6,
    *[st.sampled_from((*GROUPS, "sg-stays", "sg-elsewhere")).map(_group)] * 2,
    *[st.sampled_from(V6_BLOCKS).map(lambda block: {"ipv6_cidr_ip": block})] * 2,
)
PREFIX_LISTS = st.sampled_from(sorted(LISTS)).map(lambda name: {"prefix_list_id": name})
# What cannot be told exactly is rare, or its report entries would excuse whatever else goes wrong.
ODDITIES = st.sampled_from((*["none"] * 30, "protocol", "list"))
RULE_PROTOCOLS = st.sampled_from(("TCP", "TCP", "UDP", "ICMP", "ALL"))
DIRECTIONS = st.sampled_from(("ingress", "egress"))
NICS = st.sampled_from(("internet", "intranet"))
PORT_RANGES = st.sampled_from(PORTS)
SOURCE_PORT_RANGES = st.sampled_from((None, None, "-1/-1", "1024/65535"))
POLICIES = st.sampled_from(("accept", "drop"))
PRIORITIES = st.sampled_from((1, 1, 2, 50, 99, 100, 110))
DESCRIPTIONS = st.sampled_from(("", "first", "second"))


@st.composite
def rules(draw: st.DrawFn, *, portable: bool) -> SecurityGroupRule:
    """A classic rule; only such as carries over without loss where `portable`."""
    odd = "none" if portable else draw(ODDITIES)
    protocol = "47" if odd == "protocol" else draw(RULE_PROTOCOLS)
    peer = draw(PREFIX_LISTS if odd == "list" else PORTABLE_PEERS if portable else PEERS)
    with_ports = protocol in ("TCP", "UDP")
    return SecurityGroupRule(
        direction=draw(DIRECTIONS),
        nic_type=draw(NICS),
        ip_protocol=protocol,
        port_range=draw(PORT_RANGES) if with_ports else "-1/-1",
        source_port_range=draw(SOURCE_PORT_RANGES) if with_ports else None,
        policy=draw(POLICIES),
        priority=draw(PRIORITIES),
        description=draw(DESCRIPTIONS),
        **peer,
    )


RULES = {portable: st.lists(rules(portable=portable), min_size=2, max_size=7) for portable in (False, True)}
INNER_ACCESS_POLICIES = st.sampled_from(("Accept", "Accept", "Drop"))
ADDRESSES = st.lists(st.sampled_from(CLASSIC_ADDRESSES), min_size=2, max_size=5, unique=True)
TARGET_CIDRS = st.sampled_from(TARGETS)
# The addresses that are free in them, in any order.
FRESH = {cidrs: st.permutations([str(host) for cidr in cidrs for host in ip_network_of(cidr)]) for cidrs in TARGETS}
FATES = st.sampled_from(("now", "now", "later", "stays"))
MINE = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True)
BOOLEANS = st.booleans()
SEEDS = st.integers(0, 2**16)


@st.composite
def scenarios(draw: st.DrawFn, *, portable: bool = False) -> Scenario:
    """An estate of up to five instances in up to three groups, some moving now, some later, some linked."""
    groups = tuple(
        SecurityGroup(
            id=group_id,
            name=group_id.removeprefix("sg-"),
            inner_access_policy=draw(INNER_ACCESS_POLICIES),
            rules=tuple(draw(RULES[portable])),
        )
        for group_id in GROUPS
    )
    addresses = draw(ADDRESSES)
    target_cidrs = draw(TARGET_CIDRS)
    fresh = draw(FRESH[target_cidrs])
    instances, now, later, linked = [], set(), set(), set()
    for number, address in enumerate(addresses):
        instance_id = f"i-{number}"
        fate = draw(FATES)
        mine = draw(MINE)
        instances.append(instance(instance_id, address, [*mine, "sg-stays"] if fate == "stays" else mine))
        now |= {instance_id} if fate == "now" else set()
        later |= {instance_id} if fate == "later" else set()
        linked |= {instance_id} if fate != "now" and draw(BOOLEANS) else set()
    moving = now | later if draw(BOOLEANS) else now
    context = ConversionContext(
        tuple(instances),
        frozenset(now),
        frozenset(later),
        frozenset(linked),
        target_cidrs,
        targets_to_themselves=draw(BOOLEANS),
    )
    moved = dict(zip(sorted(moving), fresh, strict=False))
    return Scenario(groups, context, moved, draw(SEEDS))


def tried(scenario: Scenario) -> Iterator[tuple[tuple[SecurityGroup, ...], Packet, str, str]]:
    """Packets with the groups of the instance they are at, and the verdicts before and after the move."""
    conversions = scenario.conversions
    for mover, packet in islice(scenario.packets(), PACKETS):
        if packet.far.classic_address != mover.intranet_ips[0]:
            groups = scenario.groups_of(mover)
            before = classic_verdict(groups, packet, LISTS)
            yield groups, packet, before, vpc_verdict(groups, conversions, packet, LISTS)


@QUICK
@given(scenarios())
def test_nothing_is_opened(scenario: Scenario) -> None:
    for groups, packet, before, after in tried(scenario):
        if packet.direction == "ingress" and packet.far.is_service:
            # The one tolerance: no guard cuts health checks, so internet rules reach the cloud's own range.
            before = min(before, classic_verdict(groups, packet, LISTS, nic="internet"))
        assert (before, after) != ("drop", "accept"), packet


@QUICK
@given(scenarios(), st.booleans())
def test_nothing_is_opened_where_a_group_is_mapped(scenario: Scenario, namable: bool) -> None:
    """Only instances in clones alone are tried: what mapped groups say, the pack compares."""
    *cloned, mapped = scenario.groups
    namable_ids = frozenset({mapped.id} if namable else ())
    conversions = convert(cloned, replace(scenario.context, mapped={mapped.id: 1}, namable_ids=namable_ids))
    for mover, packet in islice(scenario.packets(), PACKETS):
        if mapped.id in mover.security_group_ids or packet.far.classic_address == mover.intranet_ips[0]:
            continue
        groups = scenario.groups_of(mover)
        before, after = classic_verdict(groups, packet, LISTS), vpc_verdict(groups, conversions, packet, LISTS)
        if packet.direction == "ingress" and packet.far.is_service:
            before = min(before, classic_verdict(groups, packet, LISTS, nic="internet"))
        assert (before, after) != ("drop", "accept"), packet


# Losses are rare, so this one looks longer.
@settings(QUICK, max_examples=500)
@given(scenarios())
def test_nothing_is_lost_without_a_report_entry(scenario: Scenario) -> None:
    conversions = scenario.conversions
    for groups, packet, before, after in tried(scenario):
        if (before, after) == ("accept", "drop"):
            assert any(
                explains(entry, conversions[group.id], packet, LISTS)
                for group in groups
                for entry in conversions[group.id].report
            ), packet


@QUICK
@given(scenarios(portable=True))
def test_equivalent_where_the_report_gives_nothing_up(scenario: Scenario) -> None:
    conversions = scenario.conversions
    assume(not any(entry.outcome == "not-portable" for item in conversions.values() for entry in item.report))
    for _, packet, before, after in tried(scenario):
        if not (packet.direction == "ingress" and packet.far.is_service):
            assert before == after, packet


@QUICK
@given(scenarios(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(scenario: Scenario, chance: random.Random) -> None:
    groups = [group.model_copy(update={"rules": _shuffled(group.rules, chance)}) for group in scenario.groups]
    context = replace(scenario.context, instances=_shuffled(scenario.context.instances, chance))
    assert convert(_shuffled(groups, chance), context) == scenario.conversions


@QUICK
@given(scenarios())
def test_trying_blocks_first_changes_no_conversion(scenario: Scenario) -> None:
    """Where broad rules would take too many clones, blocks are tried before them: that only saves work."""
    tight = [patch.object(module, "MAX_GROUP_PEERS", 1) for module in (limits, converter)]
    with tight[0], tight[1]:
        at_once = scenario.conversions
        with patch.object(converter, "_is_crowded", return_value=False):
            assert scenario.conversions == at_once


def _shuffled(items: Sequence[Item], chance: random.Random) -> tuple[Item, ...]:
    return tuple(chance.sample(items, len(items)))


@QUICK
@given(scenarios())
def test_every_rule_is_accounted_for(scenario: Scenario) -> None:
    conversions = scenario.conversions
    for group in scenario.groups:
        conversion = conversions[group.id]
        stated = [entry.rule for entry in conversion.report if entry.rule]
        assert sorted(map(repr, stated)) == sorted(map(repr, group.rules))
        # The cloud takes no rule that names its own group; others name the first.
        own = VpcPeer(PeerKind.GROUP, group.id, clone=True)
        assert not [rule for rule in conversion.parts[0] if rule.peer == own]
        labels = [rule.label for rule in conversion.rules]
        assert len(set(labels)) == len(labels)
        assert {label for entry in conversion.report for label in entry.labels} == set(labels)
        assert all(1 <= rule.priority <= 100 for rule in conversion.rules)
        assert sorted(rule.label for part in conversion.parts for rule in part) == sorted(labels)
        assert all(len(part) <= MAX_RULES for part in conversion.parts)
        assert all(sum(rule.peer.kind == "groupId" for rule in part) <= MAX_GROUP_PEERS for part in conversion.parts)


# ---- groups of up to 200 rules ----


@st.composite
def crowded(draw: st.DrawFn) -> Scenario:
    """A scenario one group of which has up to 200 rules, many of them neighbours; some clones pass the limits."""
    scenario = draw(scenarios())
    chance = random.Random(draw(SEEDS))  # noqa: S311
    more = tuple(_neighbour(chance) for _ in range(draw(st.integers(60, 190))))
    crowd = scenario.groups[0]
    groups = (crowd.model_copy(update={"rules": (*crowd.rules, *more)}), *scenario.groups[1:])
    return replace(scenario, groups=groups)


def _neighbour(chance: random.Random) -> SecurityGroupRule:
    """A rule that often touches, holds or repeats another one."""
    port = chance.choice((1, 78, 79, 80, 81, 82))
    network = chance.choice(("8.8.8", "10.0.0", "172.16.0", "9.9.9"))
    block = f"{network}.{chance.randrange(0, 256, 4)}/{chance.choice((24, 29, 30))}"
    protocol = chance.choice(("TCP", "TCP", "UDP", "ALL"))
    return SecurityGroupRule(
        direction=chance.choice(("ingress", "ingress", "egress")),
        nic_type="internet" if block[0] in "89" else "intranet",
        ip_protocol=protocol,
        port_range="-1/-1" if protocol == "ALL" else f"{port}/{port + chance.choice((0, 0, 1, 5))}",
        policy=chance.choice(("accept", "accept", "drop")),
        priority=chance.choice((1, 1, 2, 110)),
        **(_group(chance.choice(GROUPS)) if chance.random() < 0.2 and block[0] not in "89" else _cidr(block)),
    )


CROWDED = settings(QUICK, max_examples=25)


@CROWDED
@given(crowded())
def test_nothing_is_opened_by_a_crowded_group(scenario: Scenario) -> None:
    for groups, packet, before, after in tried(scenario):
        if packet.direction == "ingress" and packet.far.is_service:
            before = min(before, classic_verdict(groups, packet, LISTS, nic="internet"))
        assert (before, after) != ("drop", "accept"), packet


@CROWDED
@given(crowded(), st.randoms(use_true_random=False))
def test_folding_changes_no_verdict_and_its_order_of_input_and_repetition_nothing(
    scenario: Scenario, chance: random.Random
) -> None:
    plain = scenario.conversions
    foldings = {group_id: fold(item.rules) for group_id, item in plain.items()}
    folded = {group_id: replace(plain[group_id], rules=item.rules) for group_id, item in foldings.items()}
    for mover, packet in islice(scenario.packets(), PACKETS):
        groups = scenario.groups_of(mover)
        assert vpc_verdict(groups, folded, packet, LISTS) == vpc_verdict(groups, plain, packet, LISTS), packet
    for group_id, item in foldings.items():
        assert fold(_shuffled(plain[group_id].rules, chance)) == item
        assert fold(item.rules).rules == item.rules
        assert set(item.label_of) == {rule.label for rule in plain[group_id].rules}
        assert set(item.label_of.values()) == {rule.label for rule in item.rules}
        assert len({rule.label for rule in item.rules}) == len(item.rules)
