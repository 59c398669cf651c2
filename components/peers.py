"""Who talks with whom, as far as security group rules tell: what a migrating instance must still reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from estate.model import Estate, Instance, PeerKind, SecurityGroup, SecurityGroupRule

# A block of 256 addresses or fewer was written with somebody in mind.
_NARROW = 24


@dataclass(frozen=True)
class ClassicPeer:
    """A classic instance that a migrating one talks with, and by which rules one knows it."""

    instance_id: str
    reasons: tuple[str, ...]


def classic_peers(
    instance: Instance,
    moving: Sequence[Instance],
    estate: Estate,
    flows: Mapping[frozenset[str], Sequence[str]],
) -> Iterator[ClassicPeer]:
    """Classic instances outside `moving` that `instance` has a flow with, or that the rules let it talk with by name.

    Named means by a group, an address or a block of at most 256: a broader one says nothing of who is really talked to.
    `flows` are texts by the two instances' ids.
    """
    moves = {item.id for item in moving}
    groups = {group.id: group for group in estate.security_groups}
    for other in estate.instances:
        if other.is_classic and other.id not in moves:
            named = {*_shared(instance, other, groups), *_rules_between(instance, other, groups)}
            reasons = sorted(named.union(flows.get(frozenset({instance.id, other.id}), ())))
            if reasons:
                yield ClassicPeer(other.id, tuple(reasons))


@dataclass(frozen=True)
class BroadRule:
    """A rule too broad to tell who is talked to, and the classic instances that it lets talk with those that move."""

    group_id: str
    text: str
    instance_ids: tuple[str, ...]


def broad_rules(moving: Set[str], staying: Set[str], estate: Estate) -> Iterator[BroadRule]:
    """Intranet rules that accept a block of more than 256 addresses between instances of `moving` and of `staying`.

    Only ingress rules are looked at: a classic group accepts all egress unless told otherwise, which says nothing.
    """
    classic = [instance for instance in estate.instances if instance.id in moving or instance.id in staying]
    for group in estate.security_groups:
        near = {instance.id for instance in classic if group.id in instance.security_group_ids}
        for rule in group.rules if near else ():
            kind, value = rule.peer
            if (rule.direction, rule.nic_type, rule.policy) != ("ingress", "intranet", "accept"):
                continue
            if kind is not PeerKind.CIDR or IPv4Network(value, strict=False).prefixlen >= _NARROW:
                continue
            far = {instance.id for instance in classic if _holds(value, instance)}
            between = (far & staying if near & moving else set()) | (near & staying if far & moving else set())
            if between:
                text = f"ingress accept {rule.ip_protocol} {rule.port_range} from {value}"
                yield BroadRule(group.id, text, tuple(sorted(between)))


def _shared(one: Instance, other: Instance, groups: Mapping[str, SecurityGroup]) -> Iterator[str]:
    for group_id in set(one.security_group_ids) & set(other.security_group_ids):
        if groups[group_id].inner_access_policy == "Accept":
            yield f"both are in {group_id}, whose members reach each other"


def _rules_between(one: Instance, other: Instance, groups: Mapping[str, SecurityGroup]) -> Iterator[str]:
    for near, far in ((one, other), (other, one)):
        for group_id in near.security_group_ids:
            for rule in groups[group_id].rules:
                if rule.policy == "accept" and rule.nic_type == "intranet" and _names(rule, far):
                    preposition = "from" if rule.direction == "ingress" else "to"
                    yield f"{group_id} accepts {rule.ip_protocol} {rule.port_range} {preposition} {rule.peer}"


def _names(rule: SecurityGroupRule, instance: Instance) -> bool:
    kind, value = rule.peer
    if kind is PeerKind.GROUP:
        return value in instance.security_group_ids
    return kind is PeerKind.CIDR and _holds(value, instance) and IPv4Network(value, strict=False).prefixlen >= _NARROW


def _holds(block: str, instance: Instance) -> bool:
    return any(IPv4Address(address) in IPv4Network(block, strict=False) for address in instance.intranet_ips)
