"""What becomes of one packet before and after the move, by the plainest reading of the rules.

Written without the code of the conversion and of the policy pack: every rule is asked about every packet. Rules are
mappings in the shape of the facts (docs/contracts.md). An instance has one interface with one list of rules in a VPC;
in the classic network private peers meet the intranet rules, public ones the internet rules. The lowest priority number
wins, drop before accept; what no rule matches is accepted on egress, and on ingress between members of one group whose
InnerAccessPolicy is Accept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Rule = Mapping[str, Any]
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
SERVICE = "100.64.0.0/10"
PROTOCOLS = ("TCP", "UDP", "ICMP", "GRE", "other")


@dataclass(frozen=True)
class Group:
    """A security group: its rules, and whether its members reach each other by default."""

    rules: Sequence[Rule]
    inner: bool


@dataclass(frozen=True)
class Far:
    """The other end: its address, and the ids of the groups by which rules know it; `who` names an instance."""

    address: str
    groups: frozenset[str]
    who: str = ""


@dataclass(frozen=True)
class Packet:
    """The first packet of a flow, but for its other end."""

    direction: str
    protocol: str
    port: int
    source_port: int


def accepts(own: Mapping[str, Group], packet: Packet, far: Far, nic: str | None) -> bool:
    """Whether an instance in the groups, by id, lets a packet in or out; `nic` is None in a VPC."""
    decisions = [
        (int(rule["priority"]), rule["policy"])
        for group in own.values()
        for rule in group.rules
        if (nic is None or rule.get("nicType") == nic) and _matches(rule, packet, far, nic)
    ]
    if decisions:
        first = min(priority for priority, _ in decisions)
        return (first, "drop") not in decisions
    if packet.direction == "egress":
        return True
    return nic != "internet" and any(group.inner and group_id in far.groups for group_id, group in own.items())


def nic_of(address: str) -> str:
    """Return the interface by which a classic instance exchanges packets with an address."""
    return "intranet" if any(_in(address, block) for block in PRIVATE) else "internet"


def is_service(address: str) -> bool:
    """Whether it is the cloud's own: health checks, name servers."""
    return _in(address, SERVICE)


def packets(groups: Iterable[Group]) -> Iterator[Packet]:
    """One packet for each kind that any of the rules tells apart."""
    rules = [rule for group in groups for rule in group.rules]
    ports = _starts(rule.get("portRange") for rule in rules)
    source_ports = _starts(rule.get("sourcePortRange") for rule in rules)
    for direction in ("ingress", "egress"):
        for protocol in PROTOCOLS:
            with_ports = protocol in ("TCP", "UDP")
            for port in ports if with_ports else (1,):
                for source_port in source_ports if with_ports else (1,):
                    yield Packet(direction, protocol, port, source_port)


def edges(groups: Iterable[Group], blocks: Iterable[str]) -> list[str]:
    """Addresses at both ends of every block that a rule names, of further blocks, and beside them."""
    named = {rule.get(key) for group in groups for rule in group.rules for key in ("cidrIp", "ipv6CidrIp")}
    found = set()
    for block in {*named, *blocks, *PRIVATE} - {None, ""}:
        network = _block(str(block))
        low, high, most = int(network[0]), int(network[-1]), 2**network.max_prefixlen - 1
        found |= {str(type(network[0])(number)) for number in (low - 1, low, high, high + 1) if 0 <= number <= most}
    return sorted(found)


def within(addresses: Iterable[str], block: str) -> list[str]:
    """Those of the addresses that are in a block."""
    return [address for address in addresses if _in(address, block)]


def _matches(rule: Rule, packet: Packet, far: Far, nic: str | None) -> bool:
    if rule["direction"] != packet.direction or rule["ipProtocol"] not in ("ALL", packet.protocol):
        return False
    if packet.protocol in ("TCP", "UDP") and rule["ipProtocol"] != "ALL":
        if not _holds(rule["portRange"], packet.port):
            return False
        if not _holds(rule.get("sourcePortRange") or "-1/-1", packet.source_port):
            return False
    if rule.get("groupId"):
        return nic != "internet" and rule["groupId"] in far.groups
    return _in(far.address, str(rule.get("cidrIp") or rule.get("ipv6CidrIp")))


def _holds(ports: str, port: int) -> bool:
    low, high = map(int, ports.split("/"))
    return low == -1 or low <= port <= high


def _starts(ranges: Iterable[str | None]) -> list[int]:
    found = {1}
    for text in ranges:
        low, high = map(int, (text or "-1/-1").split("/"))
        found |= {low, high + 1} if low != -1 else set()
    return sorted(port for port in found if 1 <= port <= 65535)


@cache
def _block(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


@cache
def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text)


def _in(address: str, block: str) -> bool:
    return _address(address) in _block(block)
