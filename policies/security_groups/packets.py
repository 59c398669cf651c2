"""Compute which packets a set of security group rules accepts: exact, by intervals, priorities and defaults.

A packet has a direction, a protocol, a peer, a source port and a destination port. Rules are compared by what they
accept together, never one by one: a clone may order and split its rules in its own way. Semantics ("Security groups" in
the ECS user guide): the lowest priority number wins, at equal priority drop wins; a packet without a matching rule is
dropped on ingress and accepted on egress.
"""

from __future__ import annotations

import heapq
import ipaddress
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from policies.core.facts import Facts

Direction: TypeAlias = Literal["ingress", "egress"]
Interval: TypeAlias = tuple[int, int]
"""Both ends included."""

ALL_PORTS: Final[Interval] = (1, 65535)
# The protocols that rules distinguish; "other" is every further IP protocol, which only a rule for ALL matches.
PROTOCOLS: Final = ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "other")
_PROTOCOLS_BY_NAME: Final = {name.upper(): name for name in (*PROTOCOLS[:-1], "ALL")}
DIRECTIONS: Final[tuple[Direction, ...]] = ("ingress", "egress")


@dataclass(frozen=True)
class AddressPeer:
    """A CIDR block; addresses as integers, `version` 4 or 6."""

    version: Literal[4, 6]
    interval: Interval

    def is_inside(self, area: AddressPeer) -> bool:
        """Whether all of its addresses are in the area."""
        (low, high), (first, last) = area.interval, self.interval
        return self.version == area.version and low <= first and last <= high

    def overlaps(self, other: AddressPeer) -> bool:
        """Whether it shares an address with another block."""
        (low, high), (first, last) = self.interval, other.interval
        return self.version == other.version and low <= last and first <= high


@dataclass(frozen=True)
class GroupPeer:
    """The members of a security group, by a key that the caller chooses."""

    key: str


@dataclass(frozen=True)
class PacketRule:
    """One rule. `label` is its name for a person, `priority` 1 is the strongest; `protocol` is one of PROTOCOLS or ALL.

    `origin` is the classic group that has the rule, or whose VPC group has it.
    """

    label: str
    direction: Direction
    protocol: str
    ports: Interval
    source_ports: Interval
    accept: bool
    priority: int
    peer: AddressPeer | GroupPeer
    origin: str = ""


@dataclass(frozen=True)
class Decided:
    """Destination ports with one result, and the rule that decided it; None is the default of the direction."""

    ports: Interval
    accept: bool
    rule: PacketRule | None


@dataclass(frozen=True)
class Difference:
    """Traffic on which two rule sets disagree.

    `accepted_by` and `refused_by` are the deciding rules, None a default.
    """

    direction: Direction
    protocol: str
    ports: Interval
    source_ports: Interval
    accepted_by: PacketRule | None
    refused_by: PacketRule | None


@dataclass(frozen=True)
class RuleSet:
    """Rules that act together on one network interface."""

    rules: tuple[PacketRule, ...]

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Table]:
        return {}

    def table(self, direction: Direction, protocol: str) -> Table:
        """Return the rules that can match packets of one direction and protocol."""
        table = self._tables.get((direction, protocol))
        if table is None:
            table = self._tables[direction, protocol] = Table(self.rules, direction, protocol)
        return table

    def protocols(self, direction: Direction) -> frozenset[str]:
        """Return the protocols that a rule names, and "other" for the rest."""
        return frozenset(rule.protocol for rule in self.rules if rule.direction == direction) - {"ALL"} | {"other"}


class Table:
    """Rules of one direction and protocol, strongest first, indexed by peer."""

    def __init__(self, rules: Iterable[PacketRule], direction: Direction, protocol: str) -> None:
        self.direction: Direction = direction
        matching = [rule for rule in rules if rule.direction == direction and rule.protocol in (protocol, "ALL")]
        self.rules = tuple(sorted(matching, key=lambda rule: (rule.priority, rule.accept, rule.label)))
        self.source_port_ends = {end for rule in self.rules for end in (rule.source_ports[0], rule.source_ports[1] + 1)}
        self._by_group: dict[str, list[int]] = {}
        for index, rule in enumerate(self.rules):
            if isinstance(rule.peer, GroupPeer):
                self._by_group.setdefault(rule.peer.key, []).append(index)
        self._cells = {version: self._cut(version) for version in (4, 6)}
        self._decided: dict[tuple[tuple[int, ...], int], tuple[Decided, ...]] = {}

    def _cut(self, version: int) -> tuple[list[int], list[tuple[int, ...]]]:
        """Return the starts of the address intervals that no rule's block divides, and the rules on each."""
        blocks = [
            (index, rule.peer.interval)
            for index, rule in enumerate(self.rules)
            if isinstance(rule.peer, AddressPeer) and rule.peer.version == version
        ]
        starts = sorted({0} | {end for _, (low, high) in blocks for end in (low, high + 1)})
        members: list[list[int]] = [[] for _ in starts]
        for index, (low, high) in blocks:
            for cell in range(bisect_left(starts, low), bisect_left(starts, high + 1)):
                members[cell].append(index)
        return starts, [tuple(indexes) for indexes in members]

    @property
    def groups(self) -> Iterable[str]:
        """Keys of the groups that rules name."""
        return self._by_group

    def starts(self, version: int) -> Sequence[int]:
        """Return where this table's address intervals begin."""
        return self._cells[version][0]

    def at_address(self, version: int, address: int) -> tuple[int, ...]:
        """Return the indices of the rules whose block contains the address."""
        starts, members = self._cells[version]
        return members[bisect_left(starts, address + 1) - 1]

    def in_one_cell(self, version: int, block: Interval) -> tuple[int, ...] | None:
        """Return the indices of the rules for all addresses of the block; None where they differ within it."""
        starts, members = self._cells[version]
        cell = bisect_left(starts, block[0] + 1)
        return members[cell - 1] if cell == bisect_left(starts, block[1] + 1) else None

    def for_groups(self, keys: Iterable[str]) -> tuple[int, ...]:
        """Return the indices of the rules for any of the groups."""
        by_group = self._by_group
        matching = [by_group[key] for key in keys if key in by_group] if by_group else ()
        return tuple(sorted({index for indices in matching for index in indices})) if matching else ()

    def in_block(self, version: int, block: Interval) -> Sequence[tuple[int, ...]]:
        """Return the indices of the rules for any address of the block, once for each distinct set."""
        starts, members = self._cells[version]
        low, high = block
        return list(dict.fromkeys(members[bisect_left(starts, low + 1) - 1 : bisect_left(starts, high + 1)]))

    def decide(self, matching: tuple[int, ...], source_port: int) -> tuple[Decided, ...]:
        """Return the result for all destination ports, for a peer that these rules match, from one source port."""
        cached = self._decided.get((matching, source_port))
        if cached is None:
            cached = self._decided[matching, source_port] = tuple(self._sweep(matching, source_port))
        return cached

    def _sweep(self, matching: tuple[int, ...], source_port: int) -> Iterable[Decided]:
        rules = [index for index in matching if _holds(self.rules[index].source_ports, source_port)]
        starting = sorted((self.rules[index].ports[0], index) for index in rules)
        ends = sorted({ALL_PORTS[0], ALL_PORTS[1] + 1} | {end for i in rules for end in _ends(self.rules[i].ports)})
        active: list[int] = []
        following = 0
        for low, after in pairwise(ends):
            while following < len(starting) and starting[following][0] <= low:
                heapq.heappush(active, starting[following][1])
                following += 1
            while active and self.rules[active[0]].ports[1] < low:
                heapq.heappop(active)
            rule = self.rules[active[0]] if active else None
            yield Decided((low, after - 1), rule.accept if rule else self.direction == "egress", rule)


def _ends(interval: Interval) -> Interval:
    return interval[0], interval[1] + 1


def _holds(interval: Interval, number: int) -> bool:
    return interval[0] <= number <= interval[1]


def disagreements(
    accepting: Table,
    accepting_rules: tuple[int, ...],
    refusing: Table,
    refusing_rules: tuple[int, ...],
    protocol: str,
) -> Iterable[Difference]:
    """Yield what the first table accepts from a peer and the second refuses.

    The rules that match the peer are given for both.
    """
    for start, after in _source_ports(accepting, refusing):
        accepted = accepting.decide(accepting_rules, start)
        refused = refusing.decide(refusing_rules, start)
        for one, other in _overlaps(accepted, refused):
            if one.accept and not other.accept:
                ports = max(one.ports[0], other.ports[0]), min(one.ports[1], other.ports[1])
                yield Difference(accepting.direction, protocol, ports, (start, after - 1), one.rule, other.rule)


def agreements(
    one: Table, one_rules: tuple[int, ...], other: Table, other_rules: tuple[int, ...]
) -> Iterable[tuple[Interval, Interval]]:
    """Yield the ports and the source ports that both tables accept from a peer, given its matching rules."""
    for start, after in _source_ports(one, other):
        for here, there in _overlaps(one.decide(one_rules, start), other.decide(other_rules, start)):
            if here.accept and there.accept:
                ports = max(here.ports[0], there.ports[0]), min(here.ports[1], there.ports[1])
                yield ports, (start, after - 1)


def _source_ports(one: Table, other: Table) -> Iterable[Interval]:
    """Yield pairs: the start of an interval of source ports that no rule divides, and the start of the next one."""
    starts = sorted(({ALL_PORTS[0]} | one.source_port_ends | other.source_port_ends) - {ALL_PORTS[1] + 1})
    return pairwise([*starts, ALL_PORTS[1] + 1])


def _overlaps(left: Sequence[Decided], right: Sequence[Decided]) -> Iterable[tuple[Decided, Decided]]:
    """Yield pairs of entries that share ports; both sequences cover all ports in order."""
    first, second = 0, 0
    while first < len(left):
        yield left[first], right[second]
        end, other_end = left[first].ports[1], right[second].ports[1]
        first += end <= other_end
        second += other_end <= end


# ---- from the API's texts ----


def parse_protocol(text: str) -> str:
    """Return one of PROTOCOLS or ALL. Raises ValueError for anything else."""
    protocol = _PROTOCOLS_BY_NAME.get(text.upper())
    if protocol is None:
        raise ValueError("not a protocol")
    return protocol


def parse_ports(text: str) -> Interval:
    """Return an interval of ports from `80/80`; `-1/-1` is all. Raises ValueError for anything else."""
    low, _, high = text.partition("/")
    interval = int(low), int(high)
    if interval == (-1, -1):
        return ALL_PORTS
    if not ALL_PORTS[0] <= interval[0] <= interval[1] <= ALL_PORTS[1]:
        raise ValueError("not a range of ports")
    return interval


@lru_cache(2**14)
def parse_block(text: str) -> AddressPeer:
    """Return a CIDR block or a single address; host bits are ignored as the API does.

    Raises ValueError for anything else.
    """
    network = ipaddress.ip_network(text, strict=False)
    return AddressPeer(network.version, (int(network.network_address), int(network.broadcast_address)))


# ---- to words ----


def block_of(facts: Facts, key: str, text: str | None = None) -> AddressPeer:
    """Return the block in a fact, or in `text` of its list. Raises UnreadableError where it is none or unknown."""
    try:
        return parse_block(facts.text(key) if text is None else text)
    except ValueError:
        raise facts.malformed(key, "a CIDR block") from None


def describe_ports(difference: Difference) -> str:
    """Return `TCP 22`, `UDP 1000-2000`, `all ICMP`, with source ports where they matter."""
    protocol = "any other protocol" if difference.protocol == "other" else difference.protocol
    text = protocol
    if difference.protocol in ("TCP", "UDP"):
        text = f"all {protocol}" if difference.ports == ALL_PORTS else f"{protocol} {_range(difference.ports)}"
        if difference.source_ports != ALL_PORTS:
            text += f" (source ports {_range(difference.source_ports)})"
    return text


def _range(interval: Interval) -> str:
    return str(interval[0]) if interval[0] == interval[1] else f"{interval[0]}-{interval[1]}"


def describe_addresses(version: Literal[4, 6], intervals: Iterable[Interval], most: int = 3) -> str:
    """Return address intervals as CIDR blocks: the first few, and the number of the others."""
    address = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    blocks: list[str] = []
    for low, high in merged(intervals):
        blocks.extend(str(block) for block in ipaddress.summarize_address_range(address(low), address(high)))
    shown = ", ".join(blocks[:most])
    return shown if len(blocks) <= most else f"{shown} and {len(blocks) - most} more blocks"


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return sorted intervals with adjacent ones joined."""
    result: list[Interval] = []
    for low, high in sorted(intervals):
        if result and low <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], high)
        else:
            result.append((low, high))
    return result
