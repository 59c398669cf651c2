"""What the classic groups of an instance accept and the VPC groups would not, and the other way round."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from policies.security_groups.differences import Differences
from policies.security_groups.model import (
    ANYWHERE_PRIVATE,
    PRIVATE,
    SERVICE,
    Firewall,
    Matching,
    Peer,
    Plane,
    Surroundings,
    Version,
    clone_key,
)
from policies.security_groups.packets import (
    DIRECTIONS,
    AddressPeer,
    Difference,
    Direction,
    GroupPeer,
    Interval,
    PacketRule,
    Table,
    disagreements,
)


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
        edges = {edge for low, high in (*PRIVATE[version], *SERVICE[version]) for edge in (low, high + 1)}
        starts = sorted(edges | {start for table in tables for start in table.starts(version)})
        # From the last of them on there are the defaults only, which are the same on both sides.
        for low, after in pairwise(starts):
            yield version, (low, after - 1), _plane(version, low)


def _plane(version: Version, address: int) -> Plane | None:
    if any(low <= address <= high for low, high in SERVICE[version]):
        return None
    return "intranet" if any(low <= address <= high for low, high in PRIVATE[version]) else "internet"


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
    return any(first <= low and high <= last for first, last in SERVICE[rule.peer.version])


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
    anywhere = around.target_blocks or ANYWHERE_PRIVATE
    for member in members:
        others = member.groups - {classic_id}
        for address in member.addresses or (None,):
            if member.fate in ("migrates", "later"):
                yield _Appearance(cloned, address, member.new_blocks or anywhere, others)
            elif cloned in named:
                yield _Appearance(cloned, address, anywhere, stays=True)
            if member.fate == "linked":
                yield _Appearance(classic_id, address, (address,) if address else ANYWHERE_PRIVATE, others)
    if cloned in named and classic_id not in around.members:
        yield _Appearance(cloned, None, anywhere)
    if classic_id in named and not any(member.fate == "linked" for member in members):
        yield _Appearance(classic_id, None, ANYWHERE_PRIVATE)


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
        for place in ANYWHERE_PRIVATE:
            in_clone = _united(clone.for_groups([group]), clone.on_block(4, place.interval, doubtful=False))
            for difference in disagreements(classic, as_group, clone, in_clone, protocol):
                found.add(difference, f"members of {group}, a group of another account")


def _united(ones: Matching, others: Matching) -> Matching:
    return tuple(sorted({*ones, *others})) if others else ones


def _nobodys(interval: Interval, leaving: tuple[int, ...]) -> bool:
    """Whether the interval consists only of addresses that nobody will have any more."""
    low, high = interval
    return bisect_left(leaving, high + 1) - bisect_left(leaving, low) == high - low + 1
