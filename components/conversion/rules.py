"""The result of a conversion: VPC rules, and a report on every classic rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import Literal, NamedTuple

from estate.model import Direction, PeerKind, RulePolicy, SecurityGroupRule

MAX_RULES = 200
"""Rules of a group, both directions together, while an instance has at most 5 groups (limits page, 2021)."""
MAX_GROUP_PEERS = 20
"""Rules of a basic group that name a group (AuthorizeSecurityGroup reference)."""
MAX_GROUPS = 5
"""Security groups of an instance, unless its account's quota says otherwise (limits page, 2021)."""

IpProtocol = Literal["TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL"]


class Outcome(StrEnum):
    """The result for a classic rule.

    `NOT_PORTABLE` also where a part was kept: some traffic that the classic group accepted is no longer accepted.
    `ADDED` is for additions: guards, and in-group access of members that stay classic. `FOLDED` and `SPLIT` keep limits
    of the cloud and are exactly equivalent: several rules as one, or rules in several VPC groups.
    """

    CARRIED_OVER = "carried-over"
    NARROWED = "narrowed"
    MERGED = "merged"
    NOT_PORTABLE = "not-portable"
    ADDED = "added"
    FOLDED = "folded"
    SPLIT = "split"


class VpcPeer(NamedTuple):
    """The far end of a VPC rule. A group is given by its classic id, and `clone` says that its clone is meant."""

    kind: PeerKind
    value: str
    clone: bool = False

    def __str__(self) -> str:
        """Return the peer as labels name it."""
        if self.kind is not PeerKind.GROUP:
            return self.value
        return f"clone of {self.value}" if self.clone else f"classic {self.value}"


@dataclass(frozen=True)
class VpcRule:
    """One rule of a clone, in the terms of docs/contracts.md; `label` is unique in the group and stable."""

    direction: Direction
    ip_protocol: IpProtocol
    port_range: str
    source_port_range: str | None
    policy: RulePolicy
    priority: int
    peer: VpcPeer
    description: str

    @cached_property
    def label(self) -> str:
        """The rule in words; two rules that differ only in description have the same."""
        ports = self.port_range
        if self.source_port_range:
            ports += f" source ports {self.source_port_range}"
        return _sentence(self, ports, str(self.peer))


@dataclass(frozen=True)
class ReportEntry:
    """The result for one classic rule, None for an addition, with the reason; `labels` are its VPC rules.

    `by_own_group` marks losses that occur because no group can name itself.
    """

    rule: SecurityGroupRule | None
    classic_rule: str
    outcome: Outcome
    reason: str
    labels: tuple[str, ...]
    by_own_group: bool = False


@dataclass(frozen=True)
class LimitExceeded:
    """A limit of the cloud that the converted rules exceed."""

    subject: str
    limit: int
    actual: int

    def __str__(self) -> str:
        """Return the limit as a sentence's beginning."""
        return f"{self.actual} {self.subject}, at most {self.limit} allowed"


@dataclass(frozen=True)
class Conversion:
    """The rules of one clone, egress first, in order of evaluation, and the report on their origin.

    `own` is the cloned classic group.
    """

    rules: tuple[VpcRule, ...]
    report: tuple[ReportEntry, ...]
    limits: tuple[LimitExceeded, ...] = ()
    own: str = ""

    @property
    def passes_limits(self) -> bool:
        """Whether there are too many rules for one group."""
        naming = sum(rule.peer.kind is PeerKind.GROUP for rule in self.rules)
        return len(self.rules) > MAX_RULES or naming > MAX_GROUP_PEERS

    def names_own(self, rule: VpcRule) -> bool:
        """Whether a rule is for the members of its own clone."""
        return rule.peer == VpcPeer(PeerKind.GROUP, self.own, clone=True)

    @cached_property
    def parts(self) -> tuple[tuple[VpcRule, ...], ...]:
        """The rules of each VPC group of the clone; almost always one.

        An instance merges the rules of all its groups by priority, so no packet depends on the part that a rule is in.
        Rules name the first part, and no group can name itself: rules for the clone's own members are in the other
        parts.
        """
        own = [rule for rule in self.rules if self.names_own(rule)]
        naming = [rule for rule in self.rules if rule.peer.kind is PeerKind.GROUP and not self.names_own(rule)]
        plain = [rule for rule in self.rules if rule.peer.kind is not PeerKind.GROUP]
        count = max(
            1 + ceil(len(own) / MAX_GROUP_PEERS),
            ceil(len(self.rules) / MAX_RULES),
            ceil((len(own) + len(naming)) / MAX_GROUP_PEERS),
        )
        parts = []
        for number in range(count):
            part = own[:MAX_GROUP_PEERS] if number else []
            own = own[len(part) :]
            room = MAX_GROUP_PEERS - len(part)
            part, naming = [*part, *naming[:room]], naming[room:]
            room = MAX_RULES - len(part)
            parts.append((*part, *plain[:room]))
            plain = plain[room:]
        return tuple(parts)


def classic_text(rule: SecurityGroupRule) -> str:
    """Return a classic rule in words; no field that affects packets is left out."""
    ports = rule.port_range or f"ports of {rule.port_range_list_id}"
    if rule.source_port_range:
        ports += f" source ports {rule.source_port_range}"
    peer = str(rule.peer)
    if rule.peer.kind is PeerKind.GROUP and rule.group_owner_account:
        peer += f" of account {rule.group_owner_account}"
    near = rule.local_cidr_ip or rule.local_ipv6_cidr_ip
    if near:
        peer += f" at own address {near}"
    return f"{rule.nic_type} {_sentence(rule, ports, peer)}"


def _sentence(rule: VpcRule | SecurityGroupRule, ports: str, peer: str) -> str:
    preposition = "from" if rule.direction == "ingress" else "to"
    return f"{rule.direction} {rule.policy} {rule.ip_protocol} {ports} {preposition} {peer} ({rule.priority})"
