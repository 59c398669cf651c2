"""What the classic security groups of an instance accept and their clones would: what is lost, what is opened.

A classic instance has two network interfaces and its groups four rule planes; in a VPC there is one interface and two
planes. A packet is therefore held against the classic rules of the interface that it would have used: the intranet one
for private peers, the Internet one for all others ("Add security group rules" of the ECS user guide).
Peers are compared as addresses, and, since addresses of migrating instances change, as instances and as groups too.
All groups of an instance act together, so they are compared together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final, Literal, TypeAlias, TypeVar

from policies.facts import Facts, UnreadableError, attempt
from policies.packets import (
    ALL_PORTS,
    DIRECTIONS,
    AddressPeer,
    Difference,
    Direction,
    GroupPeer,
    Interval,
    PacketRule,
    RuleSet,
    Table,
    describe_addresses,
    describe_ports,
    disagreements,
    parse_block,
    parse_ports,
    parse_protocol,
)
from policies.plan import (
    CLASSIC_LINK_ATTACHMENT,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    Plan,
    Resource,
    place_of,
)

T = TypeVar("T")
Version: TypeAlias = Literal[4, 6]
Plane: TypeAlias = Literal["intranet", "internet"]
Matching: TypeAlias = tuple[int, ...]

# Weaker than any rule that can be written, so that explicit rules go before it.
_INNER_ACCESS_PRIORITY: Final = 1000
# System rules made before 2020-05-27 have 110, the weakest there is (Alibaba Cloud, "Restore security group rules").
_WEAKEST_PRIORITY: Final = 110
_MOST_LINES: Final = 8


def _block(text: str) -> Interval:
    return parse_block(text).interval


# RFC 1918 and, for IPv6, unique local addresses.
_PRIVATE: Final[Mapping[Version, tuple[Interval, ...]]] = {
    4: (_block("10.0.0.0/8"), _block("172.16.0.0/12"), _block("192.168.0.0/16")),
    6: (_block("fc00::/7"),),
}
# Alibaba Cloud's own services: name servers, metadata, health checks of load balancers. No tenant sends from there.
_SERVICE: Final[Mapping[Version, tuple[Interval, ...]]] = {4: (_block("100.64.0.0/10"),), 6: ()}
_ANYWHERE_PRIVATE: Final = tuple(AddressPeer(4, interval) for interval in _PRIVATE[4])


def clone_key(classic_id: str) -> str:
    """How rules of the clones name the clone of a classic group."""
    return f"clone of {classic_id}"


@dataclass(frozen=True)
class Peer:
    """One classic instance.

    `new_blocks` are the VSwitch blocks it moves into, empty where it stays or nobody can tell. One that is linked stays
    too, and has ClassicLink to the target VPC: of those that stay, it alone can be reached.
    """

    id: str
    name: str
    addresses: tuple[AddressPeer, ...]
    groups: frozenset[str]
    fate: Literal["migrates", "later", "linked", "stays"]
    new_blocks: tuple[AddressPeer, ...]


@dataclass(frozen=True)
class Surroundings:
    """Who may be at the other end: all classic instances, and the members of groups.

    `leaving` are old addresses, sorted, of instances that migrate, or that a later wave takes and nothing links until
    then: what a rule says of those concerns the instances, which are met elsewhere. `vacant` are those that lie in none
    of the `target_blocks`, where anybody may be given them.
    """

    peers: tuple[Peer, ...]
    members: Mapping[str, tuple[Peer, ...]]
    leaving: Mapping[Version, tuple[int, ...]]
    vacant: Mapping[Version, tuple[int, ...]]
    target_blocks: tuple[AddressPeer, ...]

    def without(self, left_out: Peer) -> Surroundings:
        """The same without one instance."""
        return replace(
            self,
            peers=tuple(peer for peer in self.peers if peer != left_out),
            members={
                group_id: tuple(peer for peer in found if peer != left_out) for group_id, found in self.members.items()
            },
        )


@dataclass(frozen=True)
class Firewall:
    """The rule sets of one set of classic groups, and of their clones; `foreign` are groups of other accounts."""

    classic: Mapping[Plane, RuleSet]
    clone: RuleSet
    foreign: frozenset[str]

    def protocols(self, direction: Direction) -> list[str]:
        """Protocols worth looking at."""
        rule_sets = (*self.classic.values(), self.clone)
        return sorted({protocol for rules in rule_sets for protocol in rules.protocols(direction)})


@dataclass
class _Traffic:
    """The peers of one kind of difference."""

    addresses: dict[Version, list[Interval]] = field(default_factory=lambda: {4: [], 6: []})
    others: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        versions: tuple[Version, ...] = (4, 6)
        parts = [
            describe_addresses(version, self.addresses[version]) for version in versions if self.addresses[version]
        ]
        named = sorted(self.others)
        parts += named[:3] + ([f"{len(named) - 3} more"] if len(named) > 3 else [])
        return ", ".join(parts)


class Differences:
    """Collects differences, those with the same rules and ports as one.

    Those that come of a rule of the groups `accepted`, by classic id, are kept apart: the config accepts them. What no
    rule accepts but a default is of the group whose rule refuses it.
    """

    def __init__(self, accepted: Container[str] = ()) -> None:
        self._traffic: dict[tuple[str, str, str, str], _Traffic] = defaultdict(_Traffic)
        self._accepts = accepted
        self._accepted: Differences | None = None

    @property
    def accepted(self) -> Differences:
        """The differences that the config accepts."""
        if self._accepted is None:
            self._accepted = Differences()
        return self._accepted

    def add(self, difference: Difference, peer: tuple[Version, Interval] | str) -> None:
        """`peer` is an address interval or the name of an instance or group."""
        rule = difference.accepted_by or difference.refused_by
        if rule is not None and rule.origin in self._accepts:
            self.accepted.add(difference, peer)
            return
        accepted = difference.accepted_by.label if difference.accepted_by else f"{difference.direction} default"
        refused = difference.refused_by.label if difference.refused_by else f"no rule ({difference.direction} default)"
        traffic = self._traffic[difference.direction, describe_ports(difference), accepted, refused]
        if isinstance(peer, str):
            traffic.others.add(peer)
        else:
            traffic.addresses[peer[0]].append(peer[1])

    def __bool__(self) -> bool:
        return bool(self._traffic)

    def lines(self, verb: str) -> list[str]:
        """One line a difference, such as `ingress TCP 22 from 10.0.0.0/8: opened by ...; refused by ...`."""
        lines = []
        for (direction, ports, accepted, refused), traffic in sorted(self._traffic.items()):
            preposition = "from" if direction == "ingress" else "to"
            lines.append(f"{direction} {ports} {preposition} {traffic}: {verb} {accepted}; refused by {refused}")
        more = len(lines) - _MOST_LINES
        return lines if more <= 0 else [*lines[:_MOST_LINES], f"and {more} more of the kind"]


# ---- comparing ----


def opened(firewall: Firewall, around: Surroundings, accepted: Container[str] = ()) -> Differences:
    """What the clones accept, and the classic groups refuse on the interface that the packet would have used."""
    found = Differences(accepted)
    for direction, protocol in _planes(firewall):
        for version, interval, plane in _cells(firewall, direction, protocol):
            if not _nobodys(interval, around.vacant[version]):
                for difference in _opened_at(firewall, direction, protocol, plane, version, interval[0]):
                    found.add(difference, (version, interval))
        for classic_id in _groups_named(firewall, direction, protocol):
            _compare_group(firewall, direction, protocol, classic_id, around, found)
    return found


def lost(firewall: Firewall, around: Surroundings, accepted: Container[str] = ()) -> Differences:
    """What the classic groups accept and the clones would refuse, from peers that will still be there."""
    found = Differences(accepted)
    for direction, protocol in _planes(firewall):
        for version, interval, plane in _cells(firewall, direction, protocol):
            if not _nobodys(interval, around.leaving[version]):
                for difference in _lost_at(firewall, direction, protocol, plane, version, interval[0]):
                    found.add(difference, (version, interval))
        for peer in around.peers:
            _compare_peer(firewall, direction, protocol, peer, found)
        for group in sorted(firewall.foreign):
            _compare_foreign(firewall, direction, protocol, group, found)
    return found


def _planes(firewall: Firewall) -> Iterator[tuple[Direction, str]]:
    for direction in DIRECTIONS:
        for protocol in firewall.protocols(direction):
            yield direction, protocol


def _cells(firewall: Firewall, direction: Direction, protocol: str) -> Iterator[tuple[Version, Interval, Plane | None]]:
    """Address intervals on which no rule set changes its mind, with their plane.

    None for Alibaba Cloud's own services.
    """
    tables = [rules.table(direction, protocol) for rules in (*firewall.classic.values(), firewall.clone)]
    versions: tuple[Version, ...] = (4, 6)
    for version in versions:
        edges = {edge for low, high in (*_PRIVATE[version], *_SERVICE[version]) for edge in (low, high + 1)}
        starts = sorted(edges | {start for table in tables for start in table.starts(version)})
        # From the last of them on there are the defaults only, which are the same on both sides.
        for low, after in pairwise(starts):
            yield version, (low, after - 1), _plane(version, low)


def _plane(version: Version, address: int) -> Plane | None:
    if any(low <= address <= high for low, high in _SERVICE[version]):
        return None
    return "intranet" if any(low <= address <= high for low, high in _PRIVATE[version]) else "internet"


def _opened_at(
    firewall: Firewall, direction: Direction, protocol: str, plane: Plane | None, version: Version, address: int
) -> Iterable[Difference]:
    if plane is None:
        return ()
    clone, classic = firewall.clone.table(direction, protocol), firewall.classic[plane].table(direction, protocol)
    matching = clone.at_address(version, address), classic.at_address(version, address)
    return disagreements(clone, matching[0], classic, matching[1], protocol)


def _lost_at(
    firewall: Firewall, direction: Direction, protocol: str, plane: Plane | None, version: Version, address: int
) -> Iterator[Difference]:
    clone = firewall.clone.table(direction, protocol)
    classic = firewall.classic[plane or "intranet"].table(direction, protocol)
    matching = classic.at_address(version, address), clone.at_address(version, address)
    for difference in disagreements(classic, matching[0], clone, matching[1], protocol):
        # What goes to the service range all counts, for name servers are there; of what comes, only what a rule names.
        if plane is not None or direction == "egress" or _names_service_range(difference.accepted_by):
            yield difference


def _names_service_range(rule: PacketRule | None) -> bool:
    if rule is None or not isinstance(rule.peer, AddressPeer):
        return False
    low, high = rule.peer.interval
    return any(first <= low and high <= last for first, last in _SERVICE[rule.peer.version])


def _groups_named(firewall: Firewall, direction: Direction, protocol: str) -> list[str]:
    """Classic ids of all groups that a rule on either side names, clones by their originals."""
    tables = [rules.table(direction, protocol) for rules in (firewall.classic["intranet"], firewall.clone)]
    keys = {rule.peer.key for table in tables for rule in table.rules if isinstance(rule.peer, GroupPeer)}
    return sorted({key.removeprefix(clone_key("")) for key in keys})


@dataclass(frozen=True)
class _Appearance:
    """How a member of a classic group is met after the move: by which key of the clones' rules, and where it may be.

    `address` is the one by which the classic groups knew it, None where no address is known. `others` are the further
    groups that it is in: what drops those, drops it; what accepts those says nothing about this one. `stays` is for a
    member that is not in the clone, and may be one day: being accepted by its group or its address is enough for it.
    """

    key: str
    address: AddressPeer | None
    places: tuple[AddressPeer, ...]
    others: frozenset[str] = frozenset()
    stays: bool = False


def _appearances(clone: Table, classic_id: str, around: Surroundings) -> Iterator[_Appearance]:
    """Every way in which members of a group can be met; without known members, those that a rule of the clone names."""
    members, cloned = around.members.get(classic_id, ()), clone_key(classic_id)
    named = {key for key in (cloned, classic_id) if clone.for_groups([key])}
    anywhere = around.target_blocks or _ANYWHERE_PRIVATE
    for member in members:
        others = member.groups - {classic_id}
        for address in member.addresses or (None,):
            if member.fate in ("migrates", "later"):
                yield _Appearance(cloned, address, member.new_blocks or anywhere, others)
            elif cloned in named:
                yield _Appearance(cloned, address, anywhere, stays=True)
            if member.fate == "linked":
                yield _Appearance(classic_id, address, (address,) if address else _ANYWHERE_PRIVATE, others)
    if cloned in named and classic_id not in around.members:
        yield _Appearance(cloned, None, anywhere)
    if classic_id in named and not any(member.fate == "linked" for member in members):
        yield _Appearance(classic_id, None, _ANYWHERE_PRIVATE)


def _compare_group(
    firewall: Firewall,
    direction: Direction,
    protocol: str,
    classic_id: str,
    around: Surroundings,
    found: Differences,
) -> None:
    """Opened to a group: each member must have been accepted as one of it, or by its address."""
    clone, classic = firewall.clone.table(direction, protocol), firewall.classic["intranet"].table(direction, protocol)
    as_group = classic.for_groups([classic_id])
    candidates: dict[tuple[Matching, Matching, bool], None] = {}
    for met in _appearances(clone, classic_id, around):
        at = classic.at_address(met.address.version, met.address.interval[0]) if met.address else ()
        at = tuple(index for index in at if classic.rules[index].accept) if met.stays else at
        before = _united(_united(as_group, at), _drops(classic, classic.for_groups(met.others)))
        key_of = clone_key if met.key != classic_id else str
        after = _united(
            clone.for_groups([met.key]), _drops(clone, clone.for_groups(key_of(other) for other in met.others))
        )
        for place in met.places:
            by_place = clone.on_block(place.version, place.interval, doubtful=True)
            candidates[before, _united(after, _drops(clone, by_place)), False] = None
            if around.members.get(classic_id):  # Of a group without members, no address can be let in.
                candidates[before, _united(after, by_place), True] = None
    for classic_rules, clone_rules, by_any_rule in candidates:
        for difference in disagreements(clone, clone_rules, classic, classic_rules, protocol):
            # A group that was shut out by name must stay so, whatever rule lets its new addresses in. For all else,
            # what rules say of addresses was compared by address already.
            if not by_any_rule or _names_group(difference.refused_by, classic_id):
                found.add(difference, f"members of {classic_id}")


def _names_group(rule: PacketRule | None, key: str) -> bool:
    return rule is not None and rule.peer == GroupPeer(key)


def _drops(table: Table, matching: Matching) -> Matching:
    return tuple(index for index in matching if not table.rules[index].accept)


def _compare_peer(firewall: Firewall, direction: Direction, protocol: str, peer: Peer, found: Differences) -> None:
    """Lost between instances: one that migrates is met in its clones or its new block, one that stays as before."""
    if peer.fate in ("later", "stays"):
        # Out of reach whatever the rules say: by the team's own choice, or for classic-link-peers-reachable to object
        # to.
        return
    clone, classic = firewall.clone.table(direction, protocol), firewall.classic["intranet"].table(direction, protocol)
    as_groups = classic.for_groups(peer.groups)
    for address in peer.addresses or (None,):
        at = classic.at_address(address.version, address.interval[0]) if address else ()
        if peer.fate == "linked":
            places = [clone.at_address(address.version, address.interval[0]) if address else ()]
            in_clone = clone.for_groups(peer.groups)
        else:
            places = [clone.on_block(b.version, b.interval, doubtful=False) for b in peer.new_blocks] or [()]
            in_clone = clone.for_groups(clone_key(group) for group in peer.groups)
        for place in places:
            for difference in disagreements(classic, _united(as_groups, at), clone, _united(in_clone, place), protocol):
                found.add(
                    difference, f"{peer.id} ({peer.name}), which {'stays' if peer.fate == 'linked' else 'migrates'}"
                )


def _compare_foreign(firewall: Firewall, direction: Direction, protocol: str, group: str, found: Differences) -> None:
    clone, classic = firewall.clone.table(direction, protocol), firewall.classic["intranet"].table(direction, protocol)
    if as_group := classic.for_groups([group]):
        for place in _ANYWHERE_PRIVATE:
            in_clone = _united(clone.for_groups([group]), clone.on_block(4, place.interval, doubtful=False))
            for difference in disagreements(classic, as_group, clone, in_clone, protocol):
                found.add(difference, f"members of {group}, a group of another account")


def _united(ones: Matching, others: Matching) -> Matching:
    return tuple(sorted({*ones, *others})) if others else ones


def _nobodys(interval: Interval, leaving: tuple[int, ...]) -> bool:
    """Whether the interval consists only of addresses that nobody will have any more."""
    low, high = interval
    return bisect_left(leaving, high + 1) - bisect_left(leaving, low) == high - low + 1


# ---- reading ----


def surroundings(plan: Plan, classic_ids: tuple[str, ...]) -> Surroundings:
    """Everyone who may be at the other end of an instance in these groups.

    Where only one instance is in just these groups, it is left out: what it sends to itself meets no security group.
    Raises UnreadableError where the facts do not tell.
    """
    everyone = plan.remember("surroundings", lambda: _surroundings(plan))
    alike = [peer for peer in everyone.peers if peer.fate == "migrates" and peer.groups == frozenset(classic_ids)]
    return everyone.without(alike[0]) if len(alike) == 1 else everyone


def _surroundings(plan: Plan) -> Surroundings:
    migration = plan.migration
    migrating, later = frozenset(migration.texts("instanceIds")), frozenset(migration.texts("laterInstanceIds"))
    links = linked(plan)
    blocks = _new_blocks(plan)
    listed = {group.text("securityGroupId"): group.texts("memberIds") for group in migration.objects("securityGroups")}
    peers = {}
    for facts in migration.objects("classicInstances"):
        peer_id = facts.text("instanceId")
        also_in = {group for group, members in listed.items() if peer_id in members}
        peers[peer_id] = Peer(
            id=peer_id,
            name=facts.optional_text("instanceName") or peer_id,
            addresses=tuple(_parsed(facts, "intranetIps", parse_block, text) for text in facts.texts("intranetIps")),
            groups=frozenset({*facts.texts("securityGroupIds"), *also_in}),
            fate=_fate(peer_id, migrating, later, links),
            new_blocks=blocks.get(peer_id, ()),
        )
    members: dict[str, list[Peer]] = defaultdict(list)
    for peer in peers.values():
        for group_id in peer.groups:
            members[group_id].append(peer)
    for group_id, member_ids in listed.items():
        # A member of which nothing else is known has no address by which it could have been accepted.
        members[group_id] += [
            Peer(member, member, (), frozenset({group_id}), "stays", ()) for member in member_ids if member not in peers
        ]
    targets = tuple(dict.fromkeys(block for found in blocks.values() for block in found))
    leaving = {address for peer in peers.values() if peer.fate in ("migrates", "later") for address in peer.addresses}
    vacant = {address for address in leaving if not any(address.is_inside(block) for block in targets)}
    return Surroundings(
        tuple(peers.values()),
        {group_id: tuple(found) for group_id, found in members.items() if found},
        _sorted(leaving),
        _sorted(vacant),
        targets,
    )


def _sorted(addresses: Iterable[AddressPeer]) -> Mapping[Version, tuple[int, ...]]:
    versions: tuple[Version, ...] = (4, 6)
    found = tuple(addresses)
    return {version: tuple(sorted({a.interval[0] for a in found if a.version == version})) for version in versions}


def _fate(
    peer_id: str, migrating: frozenset[str], later: frozenset[str], linked: frozenset[str]
) -> Literal["migrates", "later", "linked", "stays"]:
    if peer_id in migrating:
        return "migrates"
    # Linked before later: a later instance that is linked all the same can be reached until its wave.
    return "linked" if peer_id in linked else "later" if peer_id in later else "stays"


def linked(plan: Plan) -> frozenset[str]:
    """Instances that are attached by ClassicLink; an attachment that does not tell its instance attaches nobody."""
    ids = (attempt(partial(item.facts.text, "instanceId")) for item in plan.of_type(CLASSIC_LINK_ATTACHMENT))
    return frozenset(item for item in ids if isinstance(item, str))


def _new_blocks(plan: Plan) -> dict[str, tuple[AddressPeer, ...]]:
    """VSwitch blocks by migrating instance, and the VPC's where its zone has no VSwitch yet.

    An instance for which they cannot be read is left out, as having none.
    """

    def blocks_of(instance: Facts) -> tuple[str, tuple[AddressPeer, ...]]:
        holders = plan.vswitches(place_of(instance)) or (plan.network.facts,)
        blocks = tuple(_parsed(item, "cidrBlock", parse_block, item.text("cidrBlock")) for item in holders)
        return instance.text("instanceId"), blocks

    found = (attempt(partial(blocks_of, instance.facts)) for instance in plan.instances)
    return dict(item for item in found if not isinstance(item, UnreadableError))


def firewall_of(plan: Plan, classic_ids: tuple[str, ...]) -> Firewall:
    """The rule sets of an instance in these classic groups.

    Raises UnreadableError where a rule of any of them cannot be read.
    """
    key = tuple(sorted(classic_ids))
    return plan.remember(("firewall", key), lambda: _firewall(plan, key))


def _firewall(plan: Plan, classic_ids: tuple[str, ...]) -> Firewall:
    groups = {group.text("securityGroupId"): group for group in plan.migration.objects("securityGroups")}
    planes: dict[Plane, list[PacketRule]] = {"intranet": [], "internet": []}
    clone: list[PacketRule] = []
    foreign: set[str] = set()
    account = plan.migration.text("accountId")
    for classic_id in classic_ids:
        if classic_id not in groups:
            raise UnreadableError(f"classic security group {classic_id}", "is missing from the facts of the Migration")
        group = groups[classic_id]
        for rule in group.objects("rules"):
            plane: Plane = "intranet" if rule.choice("nicType", "intranet", "internet") == "intranet" else "internet"
            parsed = _classic_rule(rule, classic_id, plane)
            planes[plane].append(parsed)
            if isinstance(parsed.peer, GroupPeer) and rule.optional_text("groupOwnerAccount") not in (None, account):
                foreign.add(parsed.peer.key)
        if group.choice("innerAccessPolicy", "Accept", "Drop") == "Accept":
            planes["intranet"].append(_inner_access(classic_id, classic_id, classic_id))
        clone += _clone_rules(plan, classic_id)
    classic: dict[Plane, RuleSet] = {plane: RuleSet(tuple(rules)) for plane, rules in planes.items()}
    return Firewall(classic, RuleSet(tuple(clone)), frozenset(foreign))


def _inner_access(group_id: str, key: str, origin: str) -> PacketRule:
    label = f"InnerAccessPolicy Accept of {group_id}"
    peer = GroupPeer(key)
    return PacketRule(label, "ingress", "ALL", ALL_PORTS, ALL_PORTS, True, _INNER_ACCESS_PRIORITY, peer, origin)


def _classic_rule(facts: Facts, classic_id: str, plane: Plane) -> PacketRule:
    peer, peer_text = _peer(facts)
    if isinstance(peer, GroupPeer) and plane == "internet":
        raise facts.malformed("nicType", "intranet, as it must be for a rule that names a group")
    if facts.optional_text("localCidrIp") is not None:
        raise facts.malformed("localCidrIp", "empty: rules for one local address are beyond this check")
    preposition = "from" if facts.choice("direction", "ingress", "egress") == "ingress" else "to"
    label = (
        f"{classic_id} {plane} rule '{facts.text('direction')} {facts.text('policy')} {facts.text('ipProtocol')} "
        f"{facts.text('portRange')} {preposition} {peer_text}, priority {facts.number('priority'):g}'"
    )
    return replace(_rule(facts, label, peer), origin=classic_id)


def _clone_rules(plan: Plan, classic_id: str) -> list[PacketRule]:
    clone = the_clone(plan, classic_id)
    rules = []
    for child in plan.children(clone, SECURITY_GROUP_RULES):
        for label, facts in child.facts.object("rules").entries():
            if facts.optional_text("localCidrIp") is not None:
                raise facts.malformed("localCidrIp", "empty: rules for one local address are beyond this check")
            for peer in _clone_peers(plan, facts):
                rule = _rule(facts, f"clone rule '{label}' of {classic_id}", peer)
                rules.append(replace(rule, origin=classic_id))
    for group in the_groups(plan, clone):
        if group.facts.choice("innerAccessPolicy", "Accept", "Drop") == "Accept":
            keys = _members(plan, group.facts.text("id")) if group.exists else (clone_key(classic_id),)
            rules += [_inner_access(key, key, classic_id) for key in keys]
    return list(dict.fromkeys(rules))


def without_clone(plan: Plan, classic_ids: Iterable[str]) -> list[str]:
    """Those of the classic groups that have no clone, or one without a group or rules: there is nothing to compare."""
    return [
        classic_id
        for classic_id in sorted(set(classic_ids))
        if not any(
            plan.children(clone, SECURITY_GROUP) and plan.children(clone, SECURITY_GROUP_RULES)
            for clone in plan.clones.get(classic_id, ())
        )
    ]


def the_clone(plan: Plan, classic_id: str) -> Resource:
    """The one ClonedSecurityGroup of a classic group. Raises UnreadableError when there is none, or more than one."""
    return _only(f"ClonedSecurityGroup of {classic_id}", plan.clones.get(classic_id, ()))


def the_groups(plan: Plan, clone: Resource) -> tuple[Resource, ...]:
    """The SecurityGroups below a ClonedSecurityGroup: one, or several where its rules pass the limits of one.

    Raises UnreadableError when there is none.
    """
    found = plan.children(clone, SECURITY_GROUP)
    if not found:
        raise UnreadableError(f"SecurityGroup below ClonedSecurityGroup {clone.name}", "is not declared")
    return found


def _only(what: str, found: tuple[Resource, ...]) -> Resource:
    if len(found) != 1:
        raise UnreadableError(what, f"is declared {len(found)} times and must be declared once")
    return found[0]


def _clone_peers(plan: Plan, facts: Facts) -> tuple[AddressPeer | GroupPeer, ...]:
    """The peers of a rule of a VPC group: one, or all whose members a group that it names has."""
    cloned_from = facts.optional_text("clonedFrom")
    if cloned_from is not None and not (facts.is_known("groupId") and facts.text("groupId") in _by_id(plan)):
        return (GroupPeer(clone_key(cloned_from)),)
    peer, _ = _peer(facts)
    if not isinstance(peer, GroupPeer):
        return (peer,)
    keys = dict.fromkeys([*([clone_key(cloned_from)] if cloned_from else []), *_members(plan, peer.key)])
    return tuple(GroupPeer(key) for key in keys)


def _members(plan: Plan, group_id: str) -> tuple[str, ...]:
    """Keys of all who are in a VPC group: members of classic groups in whose place it is, and strangers."""
    return _by_id(plan).get(group_id, (group_id,))


def _by_id(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Who is in the VPC groups that exist, by their ids: a rule may name a clone without saying so."""

    def read() -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        strange = set()
        for classic_id, clones in plan.clones.items():
            for clone in clones:
                for group in the_groups(plan, clone):
                    if group.exists:
                        found[group.facts.text("id")].append(clone_key(classic_id))
                        if "strangerIds" in group.facts.data and group.facts.texts("strangerIds"):
                            strange.add(group.facts.text("id"))
        return {key: (*keys, *((key,) if key in strange else ())) for key, keys in found.items()}

    return plan.remember("clone ids", read)


def accepted_differences(plan: Plan, classic_ids: Iterable[str], kind: Literal["opened", "lost"]) -> Mapping[str, str]:
    """Why the config accepts that VPC groups differ from the classic ones in whose place they are, by classic id.

    Only groups that exist already may: a clone is made to open nothing. Raises UnreadableError if unknown.
    """
    found, of_others = {}, {item.urn for item in plan.of_type(SHARED_SECURITY_GROUP)}
    for classic_id in sorted(set(classic_ids)):
        clone = the_clone(plan, classic_id)
        if "accepted" in clone.facts.data and clone.parent in of_others:
            reason = clone.facts.object("accepted").optional_text(kind)
            if reason:
                found[classic_id] = reason
    return found


def told(reasons: Mapping[str, str], differences: Differences, verb: str) -> list[str]:
    """Accepted differences as lines; none where there are none."""
    if not differences.accepted:
        return []
    why = "; ".join(f"{classic_id}: {reason}" for classic_id, reason in reasons.items())
    return [f"Accepted in the config ({why}):", *differences.accepted.lines(verb)]


def misdirected(plan: Plan, classic_id: str) -> list[str]:
    """Rules of a clone that say they name the clone of some group, and name another group.

    Raises UnreadableError if unknown.
    """
    found = []
    for child in plan.children(the_clone(plan, classic_id), SECURITY_GROUP_RULES):
        for label, facts in child.facts.object("rules").entries():
            cloned_from = facts.optional_text("clonedFrom")
            if cloned_from is not None:
                clone = the_clone(plan, cloned_from)
                groups = the_groups(plan, clone)
                # The plugin's preview of an update in place gives no id; then the component still knows it.
                told = clone.facts.data.get("securityGroupIds")
                its_ids = [group.facts.text("id") for group in groups if group.exists]
                its_ids += [item for item in told if isinstance(item, str)] if isinstance(told, (list, tuple)) else []
                # Before the first update no id is known; once a group exists, what names it must be known too.
                if (groups[0].exists or facts.is_known("groupId")) and facts.text("groupId") not in its_ids:
                    found.append(f"clone rule '{label}' of {classic_id} does not name the clone of {cloned_from}")
    return found


_PEER_KEYS: Final = ("cidrIp", "ipv6CidrIp", "groupId", "prefixListId")


def _peer(facts: Facts) -> tuple[AddressPeer | GroupPeer, str]:
    given = [key for key in _PEER_KEYS if facts.data.get(key) not in (None, "")]
    if len(given) != 1:
        raise UnreadableError(facts.path, f"has {len(given)} peers and must have one of {', '.join(_PEER_KEYS)}")
    text = facts.text(given[0])
    if given[0] == "prefixListId":
        raise facts.malformed("prefixListId", "a peer whose addresses this check can know")
    if given[0] == "groupId":
        return GroupPeer(text), text
    peer = _parsed(facts, given[0], parse_block, text)
    if peer.version != (4 if given[0] == "cidrIp" else 6):
        raise facts.malformed(given[0], "a block of its IP version")
    return peer, text


def _rule(facts: Facts, label: str, peer: AddressPeer | GroupPeer) -> PacketRule:
    source_ports = facts.optional_text("sourcePortRange")
    priority = facts.number("priority")
    if not 1 <= priority <= _WEAKEST_PRIORITY or priority != int(priority):
        raise facts.malformed("priority", f"a whole number from 1 to {_WEAKEST_PRIORITY}")
    return PacketRule(
        label=label,
        direction="ingress" if facts.choice("direction", "ingress", "egress") == "ingress" else "egress",
        protocol=_parsed(facts, "ipProtocol", parse_protocol, facts.text("ipProtocol")),
        ports=_parsed(facts, "portRange", parse_ports, facts.text("portRange")),
        source_ports=ALL_PORTS
        if source_ports is None
        else _parsed(facts, "sourcePortRange", parse_ports, source_ports),
        accept=facts.choice("policy", "accept", "drop") == "accept",
        priority=int(priority),
        peer=peer,
    )


def _parsed(facts: Facts, key: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise facts.malformed(key, "in the form that the API has for it") from None
