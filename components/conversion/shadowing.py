"""Classic rules that never decide anything, because another rule of their group always does so before them."""

from __future__ import annotations

from components.conversion.addresses import read_block
from estate.model import PeerKind, SecurityGroupRule

_BLOCKS = (PeerKind.CIDR, PeerKind.IPV6_CIDR)
_ANY_PORT = (1, 65535)


def shadows(one: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    """Whether one rule speaks of all packets that another of its group speaks of, and decides them before it does.

    Of two rules that say the same with one priority and policy, neither counts as first.
    """
    return (
        (one.direction, one.nic_type) == (other.direction, other.nic_type)
        and _goes_first(one, other)
        and one.ip_protocol.upper() in ("ALL", other.ip_protocol.upper())
        and (one.ip_protocol.upper() == "ALL" or _holds_ports(one, other))
        and not (one.local_cidr_ip or one.local_ipv6_cidr_ip)
        and _holds_peer(one, other)
    )


def _goes_first(one: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    # The lower number first, and at one priority drops before accepts.
    return (one.priority, one.policy != "drop") < (other.priority, other.policy != "drop")


def _holds_ports(one: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    return (
        not (one.port_range_list_id or other.port_range_list_id)
        and _holds(_ports(one.port_range), _ports(other.port_range))
        and _holds(_ports(one.source_port_range), _ports(other.source_port_range))
    )


def _ports(text: str | None) -> tuple[int, int]:
    low, _, high = (text or "-1/-1").partition("/")
    return _ANY_PORT if low == "-1" else (int(low), int(high))


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _holds_peer(one: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    if one.peer.kind not in _BLOCKS:
        return one.peer == other.peer
    block = read_block(one.peer.value)
    if block is None:
        return False
    if other.peer.kind is PeerKind.GROUP:
        # The classic network has no IPv6.
        return block.version == 4 and block.prefixlen == 0
    inner = read_block(other.peer.value) if other.peer.kind in _BLOCKS else None
    if inner is None or inner.version != block.version:
        return False
    return block.network_address <= inner.network_address and inner.broadcast_address <= block.broadcast_address  # type: ignore[operator]
