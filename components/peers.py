"""Find the peers of migrating instances by security group rules: those that they must still reach.

Rules are read as the conversion reads them. Instances that move together stay in reach of each other, so only other
pairs are searched, and only among instances with a common rule: the work grows with the rules and the pairs found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Network
from typing import Final

from components.addresses import AddressIndex
from components.conversion.classic import ClassicRule, read_rule
from estate.model import Instance, SecurityGroup

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The time of instances that are in no wave."""

# A block of at most 256 addresses was written for specific servers.
_NARROW = 24

_Departures = Sequence[tuple[datetime, str]]
"""The times at which instances leave the classic network, in order, and their ids."""


@dataclass(frozen=True)
class ClassicPeer:
    """A classic peer of a migrating instance, and the rules that connect them."""

    instance_id: str
    reasons: tuple[str, ...]


def classic_peers(
    instances: Iterable[Instance],
    starts: Mapping[str, datetime],
    groups: Mapping[str, SecurityGroup],
    flows: Mapping[frozenset[str], Sequence[str]],
) -> Mapping[str, tuple[ClassicPeer, ...]]:
    """Return, for each of the classic `instances` that moves, its peers that stay longer.

    `starts` is the start of those that move. Two are peers if a flow connects them, or rules that name one: by a group,
    an address or a block of at most 256. A broader rule does not show its users, and neither does an accept that is
    always preceded by a drop of its group. `flows` are texts by the two instances' ids. Peers are sorted by id.
    """
    instances = tuple(instances)
    addresses = AddressIndex.of(instances)
    leaving = {item.id: starts.get(item.id, NEVER) for item in instances}
    members = _members(instances, leaving)
    reasons: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def together(near: _Departures, far: _Departures, reason: str) -> None:
        for one, other in (*_earlier_and_later(near, far), *_earlier_and_later(far, near)):
            reasons[one][other].add(reason)

    for group_id, near in members.items():
        group = groups[group_id]
        if group.inner_access_policy == "Accept":
            together(near, near, f"both are in {group_id}, whose members reach each other")
        for rule in _accepting(group):
            together(near, _named(rule, members, addresses, leaving), _reason(group_id, rule))
    for ends, texts in flows.items():
        one, *rest = sorted((leaving[item], item) for item in ends)
        for text in texts:
            together([one], rest, text)
    return {
        one: tuple(
            ClassicPeer(other, tuple(sorted(reasons_of_pair)))
            for other, reasons_of_pair in sorted(reasons_by_peer.items())
        )
        for one, reasons_by_peer in reasons.items()
    }


@dataclass(frozen=True)
class Conversation:
    """The members of a group, and the peers that its rules name by one key: a group, or an address or narrow block."""

    members: tuple[str, ...]
    peer: str
    peers: tuple[str, ...]


def conversations(
    instances: Iterable[Instance], groups: Mapping[str, SecurityGroup]
) -> Iterator[tuple[SecurityGroup, tuple[Conversation, ...]]]:
    """Yield each group of classic `instances`, with the peers that its rules name, read as in `classic_peers`."""
    instances = tuple(instances)
    addresses = AddressIndex.of(instances)
    leaving = {item.id: NEVER for item in instances}
    members = _members(instances, leaving)
    for group_id, departures in sorted(members.items()):
        near = tuple(instance_id for _, instance_id in departures)
        peers: dict[str, tuple[str, ...]] = {}
        for rule in _accepting(groups[group_id]):
            key = str(rule.peer)
            if key not in peers:
                peers[key] = tuple(instance_id for _, instance_id in _named(rule, members, addresses, leaving))
        yield groups[group_id], tuple(Conversation(near, key, far) for key, far in sorted(peers.items()) if far)


def _reason(group_id: str, rule: ClassicRule) -> str:
    preposition = "from" if rule.direction == "ingress" else "to"
    return f"{group_id} accepts {rule.source.ip_protocol} {rule.source.port_range} {preposition} {rule.peer}"


def _accepting(group: SecurityGroup) -> Iterator[ClassicRule]:
    """Yield the rules that connect classic instances: accepts of the intranet NIC that no drop overrides."""
    rules = [read_rule(rule) for rule in group.rules if rule.nic_type == "intranet"]
    drops = [rule for rule in rules if rule.policy == "drop"]
    for rule in rules:
        if rule.policy == "accept" and not any(drop.decides_before(rule) for drop in drops):
            yield rule


def _named(
    rule: ClassicRule,
    members: Mapping[str, _Departures],
    addresses: AddressIndex,
    leaving: Mapping[str, datetime],
) -> _Departures:
    """Return the peers that a rule names: the members of a group, or the instances in a narrow block."""
    if rule.group_id is not None:
        return members.get(rule.group_id, ())
    if not isinstance(rule.block, IPv4Network) or rule.block.prefixlen < _NARROW:
        return ()
    return _departures({holder for _, holder in addresses.inside(rule.block)}, leaving)


def _earlier_and_later(near: _Departures, far: _Departures) -> Iterator[tuple[str, str]]:
    """Yield each pair of one of `near` with one of `far` that leaves later."""
    for start, one in near:
        if not far or far[-1][0] <= start:
            return
        for other in _later_than(start, far):
            yield one, other


def _later_than(start: datetime, departures: _Departures) -> Iterator[str]:
    for end, instance_id in reversed(departures):
        if end <= start:
            return
        yield instance_id


@dataclass(frozen=True)
class BroadRule:
    """A rule too broad to show its users, and the classic instances that it connects with those that move."""

    group_id: str
    text: str
    instance_ids: tuple[str, ...]


def broad_rules(
    instances: Iterable[Instance],
    starts: Mapping[str, datetime],
    stays: Mapping[str, datetime],
    groups: Mapping[str, SecurityGroup],
) -> tuple[BroadRule, ...]:
    """Return intranet rules that accept a block of more than 256 addresses between moving and longer staying ones.

    So do rules for a prefix list, or for text that is no address: they may be for anybody. `starts` is when those of
    the classic `instances` move that do, `stays` until when those stay that matter here. Only ingress rules are looked
    at: a classic group accepts all egress unless told otherwise, which says nothing.
    """
    instances = tuple(instances)
    movers, remaining = (_members(instances, times) for times in (starts, stays))
    addresses = AddressIndex.of(instances)

    @cache
    def inside(block: IPv4Network | None) -> tuple[_Departures, _Departures]:
        holders = {item.id for item in instances} if block is None else {at for _, at in addresses.inside(block)}
        return _departures(holders, starts), _departures(holders, stays)

    out_of_reach: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group_id in sorted(movers.keys() | remaining.keys()):
        near = movers.get(group_id, ()), remaining.get(group_id, ())
        for rule in filter(_is_broad, _accepting(groups[group_id])):
            far = inside(rule.block if isinstance(rule.block, IPv4Network) else None)
            text = f"ingress accept {rule.source.ip_protocol} {rule.source.port_range} from {rule.peer}"
            for (moving, _), (_, staying) in ((near, far), (far, near)):
                if moving:
                    out_of_reach[group_id, text].update(_later_than(moving[0][0], staying))
    return tuple(BroadRule(*key, tuple(sorted(ids))) for key, ids in sorted(out_of_reach.items()) if ids)


def _is_broad(rule: ClassicRule) -> bool:
    if rule.direction != "ingress" or rule.group_id is not None:
        return False
    # The classic network has no IPv6.
    return rule.block is None or (isinstance(rule.block, IPv4Network) and rule.block.prefixlen < _NARROW)


def _departures(instance_ids: Iterable[str], times: Mapping[str, datetime]) -> _Departures:
    return sorted((times[item], item) for item in instance_ids if item in times)


def _members(instances: Iterable[Instance], times: Mapping[str, datetime]) -> Mapping[str, _Departures]:
    """Return the members of each group whose time is known."""
    members: dict[str, set[str]] = defaultdict(set)
    for instance in instances:
        for group_id in instance.security_group_ids:
            members[group_id].add(instance.id)
    departures = {group_id: _departures(ids, times) for group_id, ids in members.items()}
    return {group_id: items for group_id, items in departures.items() if items}
