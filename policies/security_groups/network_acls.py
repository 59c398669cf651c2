"""Compute what a network ACL refuses of the traffic that the clones of an instance accept, and of the answers to it.

A network ACL filters the traffic of a VSwitch without state (VPC user guide, network ACLs). In each direction the first
entry that matches decides, by the far end and the destination port, and what no entry matches is refused. Traffic
within the VSwitch passes no ACL, nor does that with the name servers and the metadata service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Final, NamedTuple

from policies.core.facts import Facts
from policies.core.plan import Plan
from policies.security_groups.comparing import is_nobodys, plane_of, united
from policies.security_groups.differences import Differences
from policies.security_groups.model import (
    ANYWHERE_PRIVATE,
    PRIVATE,
    SERVICE,
    Matching,
    Peer,
    Surroundings,
    Version,
    clone_key,
)
from policies.security_groups.packets import (
    ALL_PORTS,
    DIRECTIONS,
    PROTOCOLS,
    AddressPeer,
    Difference,
    Direction,
    Interval,
    PacketRule,
    RuleSet,
    Table,
    block_of,
    disagreements,
    parse_block,
    parse_ports,
    parse_protocol,
)
from policies.security_groups.reading import departures, firewall_of, parse_fact, surroundings
from policies.subjects.network import public_addresses

_EVERYWHERE: Final = (parse_block("0.0.0.0/0"), parse_block("::/0"))
# Name servers and metadata service, which every network ACL lets through (VPC user guide, network ACLs).
_ALWAYS_OPEN: Final = tuple(map(parse_block, ("100.100.2.112/28", "100.100.2.128/28", "100.100.100.200/32")))
_OTHER_WAY: Final[dict[Direction, Direction]] = {"ingress": "egress", "egress": "ingress"}
_NOT_OF_VERSION: Final = {4: "ICMPv6", 6: "ICMP"}

# Ports from which TCP clients connect: any from 1024 (VPC user guide, network ACLs), 512 to 1023 for privileged ones
# such as NFS (Linux manual, bindresvport), and 20 for the data of active FTP (RFC 959).
_EPHEMERAL: Final = 1024
_PRIVILEGED: Final = 512
_FTP_DATA: Final = 20


class Refused(NamedTuple):
    """What an ACL refuses of what the clones accept, and of what load balancers send.

    `certain` is accepted by a rule, and concerns addresses in the VSwitches of the stack, instances, or the Internet
    where the instance has a public address. `possible` is the rest: nothing shows whether it is used.
    """

    certain: Differences
    possible: Differences


@dataclass(frozen=True)
class _Acl:
    """The entries of an ACL: for connections by their direction, and for the answers to these."""

    requests: RuleSet
    answers: RuleSet


class _FarEnd(NamedTuple):
    """Addresses that all rules treat alike, with the rules of the clones that match them.

    `who` is empty for addresses as such, or names instances, or members of a group. Where it is not `known`, nobody may
    be there.
    """

    version: Version
    interval: Interval
    matching: Matching
    who: Sequence[Peer] | str
    known: bool


def refused(plan: Plan, instance: Facts, acl: Facts, vswitch: Facts) -> Refused:
    """Return what the ACL of a VSwitch refuses an instance in it.

    Raises UnreadableError where an entry, or a fact of the comparison, cannot be read.
    """
    own, group_ids = instance.text("instanceId"), tuple(sorted(instance.texts("securityGroupIds")))
    departure = departures(plan).get(own)
    public, served = bool(public_addresses(instance)), _served_ports(instance)

    def compare() -> Refused:
        clone = firewall_of(plan, group_ids).clone
        return _refused(
            RuleSet((*clone.rules, *map(_from_load_balancers, served))),
            _acl_of(acl),
            _Place(surroundings(plan), departure, block_of(vswitch, "cidrBlock"), public),
        )

    key = (__name__, group_ids, departure, public, served, vswitch.text("vswitchId"))
    found = plan.remember(key, compare)
    return Refused(found.certain.without(own), found.possible.without(own))


def _served_ports(instance: Facts) -> tuple[Interval, ...]:
    """Return the ports that load balancers (CLB) reach: all where its vServer groups are not known."""
    if "vserverGroups" not in instance.data:
        return (ALL_PORTS,)
    ports = {int(group.number("port")) for group in instance.objects("vserverGroups")}
    return tuple((port, port) for port in sorted(ports))


def _from_load_balancers(ports: Interval) -> PacketRule:
    """Return the rule that stands for health checks: no security group stops them (CLB user guide, health checks)."""
    label, area = "its load balancers", AddressPeer(4, *SERVICE[4])
    return PacketRule(label, "ingress", "TCP", ports, ALL_PORTS, True, 0, area)


class _Place(NamedTuple):
    """Where an instance moves: its surroundings, its departure, its VSwitch, and whether it has a public address."""

    around: Surroundings
    departure: int | None
    own: AddressPeer
    public: bool


def _refused(clone: RuleSet, acl: _Acl, place: _Place) -> Refused:
    result = Refused(Differences(), Differences())
    for direction, protocol in product(DIRECTIONS, PROTOCOLS):
        table = clone.table(direction, protocol)
        requests, answers = (rules.table(direction, protocol) for rules in (acl.requests, acl.answers))
        for far in _far_ends((table, requests, answers), place):
            if protocol == _NOT_OF_VERSION[far.version]:
                continue
            for filters in (requests, answers):
                at = filters.at_address(far.version, far.interval[0])
                for difference in disagreements(table, far.matching, filters, at, protocol):
                    if _matters(difference, far, place, is_answer=filters is answers):
                        certain = _is_certain(difference, far, place, is_answer=filters is answers)
                        _add(result.certain if certain else result.possible, difference, far)
    return result


def _add(differences: Differences, difference: Difference, far: _FarEnd) -> None:
    if isinstance(far.who, str):
        differences.add(difference, far.who or (far.version, far.interval))
    else:
        differences.add_instances(difference, far.who)


def _matters(difference: Difference, far: _FarEnd, place: _Place, *, is_answer: bool) -> bool:
    """Whether what the clones accept may exist at all.

    Instances have no IPv6 address: only a rule for it counts. Without a public address an instance reaches nobody in
    the Internet; who reaches it by a load balancer comes with an address of the Internet.
    """
    if difference.accepted_by is None and far.version == 6:
        return False
    if difference.direction == "egress" and not place.public and plane_of(far.version, far.interval[0]) == "internet":
        return False
    low, high = difference.source_ports
    return not (is_answer and difference.protocol == "TCP") or high >= _PRIVILEGED or low <= _FTP_DATA <= high


def _is_certain(difference: Difference, far: _FarEnd, place: _Place, *, is_answer: bool) -> bool:
    """Whether somebody misses what is refused. Of TCP alone it is known that it takes answers."""
    if difference.accepted_by is None or not far.known:
        return False
    if is_answer and (difference.protocol != "TCP" or difference.source_ports[1] < _EPHEMERAL):
        return False
    if far.who or any(AddressPeer(far.version, far.interval).is_inside(item) for item in place.around.target_blocks):
        return True
    return place.public and far.version == 4 and plane_of(far.version, far.interval[0]) == "internet"


# ---- far ends ----


def _far_ends(tables: Sequence[Table], place: _Place) -> Iterator[_FarEnd]:
    clone, around = tables[0], place.around
    for area in _EVERYWHERE:
        for version, interval in _cells(tables, area, place):
            if not is_nobodys(interval, around.vacant[version]):
                yield _FarEnd(version, interval, clone.at_address(version, interval[0]), "", known=True)
    named = set(clone.groups)
    for kind in around.kinds_in(key.removeprefix(clone_key("")) for key in named):
        if kind.moves:
            as_members, peers = clone.for_groups(kind.clones), [peer for _, peer in kind.by_address]
            cells = [cell for block in kind.new_blocks for cell in _cells(tables, block, place)]
            for version, interval in cells:
                matching = united(as_members, clone.at_address(version, interval[0]))
                # With a choice of VSwitches it may get one in which the ACL is not between them.
                is_known = kind.placed and len(kind.new_blocks) == len(cells) == 1
                yield _FarEnd(version, interval, matching, peers, known=is_known)
    for peer in around.linked:
        if peer.met_linked_after(place.departure):
            for address in peer.addresses:
                matching = united(clone.for_groups(peer.groups), clone.at_address(address.version, address.interval[0]))
                yield _FarEnd(address.version, address.interval, matching, [peer], known=False)
    known = {key for group in around.members for key in (group, clone_key(group))}
    for key in sorted(named - known):
        for area in ANYWHERE_PRIVATE:
            for version, interval in _cells(tables, area, place):
                matching = united(clone.for_groups([key]), clone.at_address(version, interval[0]))
                text = f"members of {key.removeprefix(clone_key(''))}"
                yield _FarEnd(version, interval, matching, text, known=False)


def _cells(tables: Sequence[Table], area: AddressPeer, place: _Place) -> Iterator[tuple[Version, Interval]]:
    """Yield the addresses of an area that the ACL filters, in intervals that no rule and no other border divides."""
    version, (first, last) = area.version, area.interval
    open_areas = [block for block in (place.own, *_ALWAYS_OPEN) if block.version == version]
    borders = [block.interval for block in (*open_areas, *place.around.target_blocks) if block.version == version]
    edges = {edge for low, high in (*borders, *PRIVATE[version], *SERVICE[version]) for edge in (low, high + 1)}
    starts = {edge for edge in edges.union(*(table.starts(version) for table in tables)) if first < edge <= last}
    for low, after in pairwise(sorted({first, last + 1} | starts)):
        cell = AddressPeer(version, (low, after - 1))
        if not any(cell.is_inside(block) for block in open_areas):
            yield version, cell.interval


# ---- entries ----


def _acl_of(facts: Facts) -> _Acl:
    """Return the entries of an ACL. Raises UnreadableError for one that is being changed, or that is not understood."""
    if facts.text("status") != "Available":
        raise facts.malformed("status", "Available: its entries are being changed")
    name, number = facts.text("networkAclId"), Counter[str]()
    rules = [_last(name, direction, area) for direction in DIRECTIONS for area in _EVERYWHERE]
    for entry in facts.objects("entries"):
        direction = entry.choice("direction", "ingress", "egress")
        number[direction] += 1
        rules.append(_rule(entry, name, number[direction]))
    answers = (
        replace(
            rule,
            label=f"{rule.label}, for its answers",
            direction=_OTHER_WAY[rule.direction],
            ports=ALL_PORTS,
            source_ports=rule.ports,
        )
        for rule in rules
    )
    return _Acl(RuleSet(tuple(rules)), RuleSet(tuple(answers)))


# Entries of each ACL: at most some hundred (VPC API reference, UpdateNetworkAclEntries).
_CLOUDS_OWN, _LAST = 10_000, 100_000


def _rule(entry: Facts, name: str, number: int) -> PacketRule:
    direction: Direction = "ingress" if entry.text("direction") == "ingress" else "egress"
    policy, protocol, ports = entry.choice("policy", "accept", "drop"), entry.text("protocol"), entry.text("portRange")
    far = entry.text("cidrBlock")
    way = "from" if direction == "ingress" else "to"
    # Those of the cloud are not in the order that users choose, and come last (VPC user guide, network ACLs).
    is_custom = entry.choice("entryType", "custom", "service", "system") == "custom"
    return PacketRule(
        label=f"{name}, {direction} entry {number} '{policy} {protocol} {ports} {way} {far}'",
        direction=direction,
        protocol=parse_fact(entry, "protocol", parse_protocol, protocol),
        ports=parse_fact(entry, "portRange", parse_ports, ports),
        source_ports=ALL_PORTS,
        accept=policy == "accept",
        priority=number if is_custom else _CLOUDS_OWN + number,
        peer=parse_fact(entry, "cidrBlock", parse_block, far),
    )


def _last(name: str, direction: Direction, area: AddressPeer) -> PacketRule:
    label = f"{name}, which has no {direction} entry for it"
    return PacketRule(label, direction, "ALL", ALL_PORTS, ALL_PORTS, False, _LAST, area)
