"""A rule of a classic group, parsed once into values that can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final, NamedTuple

from components.conversion.addresses import read_block
from components.conversion.rules import IpProtocol, classic_text
from estate.model import Direction, NicType, Peer, PeerKind, RulePolicy, SecurityGroupRule

_PROTOCOLS: Final[Mapping[str, IpProtocol]] = {
    "TCP": "TCP",
    "UDP": "UDP",
    "ICMP": "ICMP",
    "ICMPV6": "ICMPv6",
    "GRE": "GRE",
    "ALL": "ALL",
}
ANY_PORT: Final = "-1/-1"
"""The API's text for all ports, and for protocols without ports."""
EVERY_BLOCK: Final = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class Ports(NamedTuple):
    """Ports from `first` to `last`, both included."""

    first: int
    last: int

    def holds(self, other: Ports) -> bool:
        """Whether all ports of the other are among these."""
        return self.first <= other.first and other.last <= self.last

    def __str__(self) -> str:
        """Return the ports as the API writes them."""
        return f"{self.first}/{self.last}"


ALL_PORTS: Final = Ports(1, 65535)


def read_ports(text: str | None) -> Ports | None:
    """Read ports in the API's form, where -1/-1 and an empty text mean all; None for text that is not understood."""
    if text in (None, ANY_PORT):
        return ALL_PORTS
    ports = re.fullmatch(r"(\d+)/(\d+)", str(text))
    return Ports(int(ports[1]), int(ports[2])) if ports else None


@dataclass(frozen=True)
class ClassicRule:
    """A classic rule, parsed; `source` is the rule in the cloud's form. Made by `read_rule`.

    `protocol` is None for one that has no name. `ports` and `source_ports` are None where they are in a list, or not
    understood. `block` is the peer's; None for a group, a list, and text that is no address. `near` is the instance's
    own address that the rule is limited to, nearly always None.
    """

    source: SecurityGroupRule
    protocol: IpProtocol | None
    ports: Ports | None
    source_ports: Ports | None
    peer: Peer
    block: IPv4Network | IPv6Network | None
    near: str | None

    @property
    def direction(self) -> Direction:
        """Whether packets come in or go out."""
        return self.source.direction

    @property
    def nic_type(self) -> NicType:
        """The interface whose packets it decides."""
        return self.source.nic_type

    @property
    def policy(self) -> RulePolicy:
        """What it does with them."""
        return self.source.policy

    @property
    def group_id(self) -> str | None:
        """The group that is the peer, if one is."""
        return self.peer.value if self.peer.kind is PeerKind.GROUP else None

    @property
    def is_exact(self) -> bool:
        """Whether all but the peer is understood, and holds for the whole instance: a new rule can express it.

        A list of ports, a protocol without a name and a rule for one own address cannot be declared.
        """
        return None not in (self.protocol, self.ports, self.source_ports) and self.near is None

    @property
    def text(self) -> str:
        """The rule as a person reads it."""
        return classic_text(self.source)

    def decides_before(self, other: ClassicRule) -> bool:
        """Whether it matches all packets that another rule of its group matches, and decides them first.

        Of two rules with the same packets, priority and policy, neither counts as first.
        """
        return (
            (self.direction, self.nic_type) == (other.direction, other.nic_type)
            and self._goes_before(other)
            and self._holds_protocol(other)
            and not self.near
            and self._holds_peer(other)
        )

    def _goes_before(self, other: ClassicRule) -> bool:
        # The lower number first, and at one priority drops before accepts.
        return (self.source.priority, self.policy != "drop") < (other.source.priority, other.policy != "drop")

    def _holds_protocol(self, other: ClassicRule) -> bool:
        if self.protocol == "ALL":
            return True
        return self.source.ip_protocol.upper() == other.source.ip_protocol.upper() and all(
            outer is not None and inner is not None and outer.holds(inner)
            for outer, inner in ((self.ports, other.ports), (self.source_ports, other.source_ports))
        )

    def _holds_peer(self, other: ClassicRule) -> bool:
        if self.block is None:
            return self.peer == other.peer and self.peer.kind in (PeerKind.GROUP, PeerKind.PREFIX_LIST)
        if other.group_id is not None:
            # The classic network has no IPv6.
            return self.block == EVERY_BLOCK[0]
        if other.block is None or other.block.version != self.block.version:
            return False
        return other.block.subnet_of(self.block)  # type: ignore[arg-type]


def read_rule(rule: SecurityGroupRule) -> ClassicRule:
    """Read a rule of a classic group."""
    peer = rule.peer
    near = rule.local_cidr_ip or rule.local_ipv6_cidr_ip
    return ClassicRule(
        source=rule,
        protocol=_PROTOCOLS.get(rule.ip_protocol.upper()),
        ports=None if rule.port_range_list_id else read_ports(rule.port_range),
        source_ports=read_ports(rule.source_port_range or None),
        peer=peer,
        block=read_block(peer.value) if peer.kind in (PeerKind.CIDR, PeerKind.IPV6_CIDR) else None,
        near=near if near and read_block(near) not in EVERY_BLOCK else None,
    )
