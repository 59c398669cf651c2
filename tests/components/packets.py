"""An oracle for security groups: does an instance take part in a packet? Written without the conversion's code.

Two worlds are judged. In the classic one an instance has two NICs with rules and defaults of their own, in the VPC one
a single list for all addresses. In both the rules of all groups of an instance are merged by priority, lower first, and
at the same priority drop wins (Alibaba Cloud's "Security groups" overview).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from components.conversion import Conversion, ReportEntry, VpcRule
from estate.model import SecurityGroup, SecurityGroupRule

Verdict = Literal["accept", "drop"]

SERVICE_RANGE = "100.64.0.0/10"
_PRIVATE = ("10.0.0.0/8", SERVICE_RANGE, "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
_PROTOCOL_NAMES = {"47": "GRE"}


@dataclass(frozen=True)
class Far:
    """The far end of a packet: one and the same party, as the classic network and as the VPC shows it.

    A party that does not move has the same address in both. `classic_groups` are its groups before the move; after it a
    party is in clones if it `moved`, and still in its classic groups if not.
    """

    classic_address: str
    vpc_address: str
    classic_groups: frozenset[str] = frozenset()
    moved: bool = False

    @property
    def is_service(self) -> bool:
        """Whether this is the cloud itself: load balancers' health checks, name servers and the like."""
        return is_in(self.vpc_address, SERVICE_RANGE)


@dataclass(frozen=True)
class Packet:
    """A first packet of a flow, out of or into the instance; `port` and `source_port` matter to TCP and UDP only."""

    direction: Literal["ingress", "egress"]
    far: Far
    protocol: str
    port: int
    source_port: int


def nic_of(far: Far) -> Literal["internet", "intranet"]:
    """The NIC by which a classic instance exchanges packets with the far end."""
    return "intranet" if any(is_in(far.classic_address, block) for block in _PRIVATE) else "internet"


def classic_matches(rule: SecurityGroupRule, packet: Packet, lists: Mapping[str, Sequence[str]], nic: str) -> bool:
    """Whether a classic rule speaks of a packet that comes or goes by the NIC."""
    if (rule.direction, rule.nic_type) != (packet.direction, nic):
        return False
    if not _says(rule.ip_protocol, rule.port_range, rule.source_port_range, packet):
        return False
    if rule.cidr_ip:
        return is_in(packet.far.classic_address, rule.cidr_ip)
    if rule.ipv6_cidr_ip:
        return is_in(packet.far.classic_address, rule.ipv6_cidr_ip)
    if rule.group_id:
        return nic == "intranet" and rule.group_id in packet.far.classic_groups
    return any(is_in(packet.far.classic_address, block) for block in lists[rule.prefix_list_id or ""])


def classic_verdict(
    groups: Iterable[SecurityGroup], packet: Packet, lists: Mapping[str, Sequence[str]], nic: str | None = None
) -> Verdict:
    """What an instance in the classic groups says to a packet on the NIC that it uses, or on the one given."""
    members_of = tuple(groups)
    used = nic or nic_of(packet.far)
    deciding = [
        (rule.priority, rule.policy)
        for group in members_of
        for rule in group.rules
        if classic_matches(rule, packet, lists, used)
    ]
    shared = any(
        group.id in packet.far.classic_groups and group.inner_access_policy == "Accept" for group in members_of
    )
    return _decided(deciding, packet, in_group=shared and used == "intranet")


def vpc_matches(rule: VpcRule, packet: Packet, lists: Mapping[str, Sequence[str]]) -> bool:
    """Whether a rule of a clone speaks of a packet."""
    if rule.direction != packet.direction:
        return False
    if not _says(rule.ip_protocol, rule.port_range, rule.source_port_range, packet):
        return False
    kind, value = rule.peer.kind.value, rule.peer.value
    if kind == "groupId":
        return rule.peer.clone == packet.far.moved and value in packet.far.classic_groups
    blocks = lists[value] if kind == "prefixListId" else [value]
    return any(is_in(packet.far.vpc_address, block) for block in blocks)


def vpc_verdict(
    groups: Iterable[SecurityGroup],
    conversions: Mapping[str, Conversion],
    packet: Packet,
    lists: Mapping[str, Sequence[str]],
) -> Verdict:
    """What an instance in the clones of the groups says to a packet."""
    members_of = tuple(groups)
    deciding = [
        (rule.priority, rule.policy)
        for group in members_of
        for rule in conversions[group.id].rules
        if vpc_matches(rule, packet, lists)
    ]
    shared = any(
        group.id in packet.far.classic_groups and group.inner_access_policy == "Accept" for group in members_of
    )
    return _decided(deciding, packet, in_group=shared and packet.far.moved)


def explains(
    entry: ReportEntry,
    conversion: Conversion,
    packet: Packet,
    lists: Mapping[str, Sequence[str]],
) -> bool:
    """Whether a report entry that gives up some traffic is about this packet.

    It is where the classic rule spoke of the packet, or a VPC rule that came of it does; what no classic rule said is
    in-group access.
    """
    if entry.outcome != "not-portable":
        return False
    if entry.rule is None:
        return packet.direction == "ingress" and bool(packet.far.classic_groups)
    led_to = [rule for rule in conversion.rules if rule.label in entry.labels]
    return classic_matches(entry.rule, packet, lists, nic_of(packet.far)) or any(
        vpc_matches(rule, packet, lists) for rule in led_to
    )


def _decided(deciding: Sequence[tuple[int, str]], packet: Packet, *, in_group: bool) -> Verdict:
    if deciding:
        first = min(priority for priority, _ in deciding)
        return "drop" if (first, "drop") in deciding else "accept"
    return "accept" if packet.direction == "egress" or in_group else "drop"


def _says(protocol: str, ports: str, source_ports: str | None, packet: Packet) -> bool:
    if _PROTOCOL_NAMES.get(protocol, protocol) not in ("ALL", packet.protocol):
        return False
    if packet.protocol not in ("TCP", "UDP") or protocol == "ALL":
        return True
    return _in_range(packet.port, ports) and _in_range(packet.source_port, source_ports or "-1/-1")


@cache
def _in_range(port: int, ports: str) -> bool:
    first, last = map(int, ports.split("/"))
    return first == -1 or first <= port <= last


@cache
def ip_network_of(text: str) -> IPv4Network | IPv6Network:
    """The block that a text names."""
    return ip_network(text, strict=False)


@cache
def is_in(address: str, block: str) -> bool:
    """Whether the block that a text names has the address."""
    return ip_address(address) in ip_network_of(block)
