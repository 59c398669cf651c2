"""Compare what the classic groups of an instance accept and the VPC groups would not, and the other way round."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise, product
from typing import NamedTuple

from policies.security_groups.differences import Differences
from policies.security_groups.model import (
    ANYWHERE_PRIVATE,
    INNER_ACCESS_PRIORITY,
    PRIVATE,
    SERVICE,
    Crowd,
    Entry,
    Firewall,
    Kind,
    Matching,
    Peer,
    Plane,
    Surroundings,
    Version,
    clone_key,
    is_linked_after,
)
from policies.security_groups.packets import (
    DIRECTIONS,
    PROTOCOLS,
    AddressPeer,
    Difference,
    Direction,
    GroupPeer,
    Interval,
    PacketRule,
    RuleSet,
    Table,
    agreements,
    disagreements,
)


def opened(
    firewall: Firewall, around: Surroundings, departure: int | None = None, accepted: Container[str] = ()
) -> Differences:
    """Return what the VPC groups accept, and the classic ones refuse on the interface that the packet would have used.

    `departure` is the position of the instance's wave in the stack: instances of later waves are still linked then.
    """
    differences = Differences(accepted)
    for direction, protocol in _planes(firewall):
        for cell in _cells(firewall, direction, protocol):
            version, interval, _ = cell
            if not (is_nobodys(interval, around.vacant[version]) or around.is_reserved(version, interval)):
                for difference in _opened_at(firewall, direction, protocol, cell):
                    differences.add(difference, (version, interval))
        tables = private_tables(firewall, direction, protocol)
        for met in met_by(tables, around, departure):
            for difference in _opened_to(tables, met):
                # An instance with an unknown destination is let in by no address.
                if met.placed or not is_by_address(difference.accepted_by):
                    differences.add_instances(difference, met.peers, met.addresses, _as_members(difference))
        for classic_id in sorted(tables.named):
            _compare_nobody(tables, classic_id, around, differences)
    return differences


def lost(
    firewall: Firewall, around: Surroundings, departure: int | None = None, accepted: Container[str] = ()
) -> Differences:
    """Return what the classic groups accept and the VPC groups would refuse, from peers that still exist then."""
    differences = Differences(accepted)
    for direction, protocol in _planes(firewall):
        for cell in _cells(firewall, direction, protocol):
            version, interval, _ = cell
            if not (is_nobodys(interval, around.taken[version]) or around.is_reserved(version, interval)):
                for difference in _lost_at(firewall, direction, protocol, cell):
                    differences.add(difference, (version, interval))
        tables = private_tables(firewall, direction, protocol)
        for met in met_by(tables, around, departure):
            for difference in tables.lost(met.before, met.after):
                # An unlinked instance loses its groups for that reason alone, and another rule reports it.
                if met.reachable or is_by_address(difference.accepted_by):
                    differences.add_instances(difference, met.peers, met.addresses)
        for group in sorted(firewall.foreign):
            _compare_foreign(tables, group, differences)
    return differences


class Kept(NamedTuple):
    """Traffic with outside addresses that is accepted before the move and after it."""

    direction: Direction
    protocol: str
    ports: Interval
    source_ports: Interval
    version: Version
    addresses: Interval


def kept_outside(firewall: Firewall, around: Surroundings) -> Iterator[Kept]:
    """Yield what both accept, for the addresses whose differences `lost` and `opened` return."""
    for direction, protocol in product(DIRECTIONS, PROTOCOLS):
        clone = firewall.clone.table(direction, protocol)
        for version, interval, plane in _cells(firewall, direction, protocol, defaults=True):
            if plane is None or is_nobodys(interval, around.taken[version]) or around.is_reserved(version, interval):
                continue
            classic = firewall.classic[plane].table(direction, protocol)
            matching = classic.at_address(version, interval[0]), clone.at_address(version, interval[0])
            for ports, source_ports in agreements(classic, matching[0], clone, matching[1]):
                yield Kept(direction, protocol, ports, source_ports, version, interval)


def at_one_that_stays(rules: RuleSet, around: Surroundings) -> tuple[Differences, Differences]:
    """Return what a linked instance that keeps its groups opens to moving instances, and what it then refuses them.

    Before the move it matches them by their old addresses and classic groups, after it by their new blocks and VPC
    groups.
    """
    opened_there, lost_there = Differences(), Differences()
    for direction in DIRECTIONS:
        for protocol in sorted(rules.protocols(direction)):
            table = rules.table(direction, protocol)
            tables = Tables(table, table, protocol)
            for met in met_by(tables, around, None, linked=False):
                for difference in tables.opened(met.before, met.after):
                    opened_there.add_instances(difference, met.peers)
                for difference in tables.lost(met.before, met.after):
                    lost_there.add_instances(difference, met.peers)
    return opened_there, lost_there


# ---- instances ----


@dataclass(frozen=True)
class Tables:
    """The rules for private peers before and after the move, and where they disagree; results are cached."""

    classic: Table
    clone: Table
    protocol: str

    def opened(self, before: Matching, after: Matching) -> Sequence[Difference]:
        """Return what the rules that match after the move accept, and those that matched before refused."""
        return self._differences(before, after)[0]

    def lost(self, before: Matching, after: Matching) -> Sequence[Difference]:
        """Return what the rules that matched before the move accepted, and those that match after refuse."""
        return self._differences(before, after)[1]

    def _differences(self, before: Matching, after: Matching) -> tuple[list[Difference], list[Difference]]:
        known = self._known.get((before, after))
        if known is None:
            known = self._known[before, after] = (
                list(disagreements(self.clone, after, self.classic, before, self.protocol)),
                list(disagreements(self.classic, before, self.clone, after, self.protocol)),
            )
        return known

    @cached_property
    def named(self) -> frozenset[str]:
        """Return the classic ids of all groups that a rule on either side names, clones by their originals."""
        return frozenset(_classic_id(key) for table in (self.classic, self.clone) for key in table.groups)

    @cached_property
    def _known(self) -> dict[tuple[Matching, Matching], tuple[list[Difference], list[Difference]]]:
        return {}


def private_tables(firewall: Firewall, direction: Direction, protocol: str) -> Tables:
    """Return the tables for comparing instances: classic ones connect by their intranet interfaces."""
    return Tables(
        firewall.classic["intranet"].table(direction, protocol), firewall.clone.table(direction, protocol), protocol
    )


@dataclass(frozen=True)
class Meeting:
    """Instances that the same rules match, before the move and after it, by their addresses: at least one.

    `reachable` is false for instances that stay unlinked, compared as if they were linked; `placed` is false for those
    with an unknown destination; `moved` is false for those in their present state.
    """

    before: Matching
    after: Matching
    entries: Iterable[Entry]
    reachable: bool = True
    placed: bool = True
    moved: bool = True

    @property
    def peers(self) -> Iterator[Peer]:
        """Return the instances, one for each address."""
        return (peer for _, peer in self.entries)

    @property
    def addresses(self) -> Iterator[AddressPeer]:
        """Return the addresses that they keep."""
        return (address for address, _ in self.entries if address and not self.moved)


def met_by(tables: Tables, around: Surroundings, departure: int | None, *, linked: bool = True) -> Iterator[Meeting]:
    """Return every instance in each way in which it is a peer after the move: in its VPC groups, at any new address.

    With `linked`, also in its present state where it has not moved yet. Most instances are in groups that no rule
    names: these are found by their addresses, and listed only where a caller iterates over them.
    """
    for kind in around.kinds_in(tables.named):
        yield from _met_of(kind, tables, departure, linked=linked)
    for (placed, blocks), crowd in around.movers.items():
        places = _places(tables.clone, blocks)
        for (before,), unnamed in _by_cells((tables.classic,), crowd, tables.named):
            for place in places:
                yield Meeting(before, place, unnamed, placed=placed)
    for (is_linked, own), crowd in around.not_moved_yet.items() if linked else ():
        if not is_linked or is_linked_after(departure, own):
            for (before, after), unnamed in _by_cells((tables.classic, tables.clone), crowd, tables.named):
                yield Meeting(before, after, unnamed, is_linked, moved=False)


def _met_of(kind: Kind, tables: Tables, departure: int | None, *, linked: bool) -> Iterator[Meeting]:
    """Yield every instance of a kind, whose groups a rule may name."""
    classic, clone = tables.classic, tables.clone
    as_groups = classic.for_groups(kind.groups)
    if kind.moves:
        in_clones = clone.for_groups(kind.clones)
        places = _places(clone, kind.new_blocks)
        for at, entries in _by_rules(classic, kind).items():
            for place in places:
                yield Meeting(united(as_groups, at), united(in_clones, place), entries, placed=kind.placed)
    still: dict[tuple[Matching, Matching, bool], list[Entry]] = defaultdict(list)
    for address, peer in kind.not_moved_yet if linked else ():
        if peer.unlinked or peer.met_linked_after(departure):
            still[_at(classic, address), _at(clone, address), peer.linked].append((address, peer))
    in_groups = clone.for_groups(kind.groups)
    for (at, now, reachable), entries in still.items():
        yield Meeting(united(as_groups, at), united(in_groups, now), entries, reachable, moved=False)


def _places(clone: Table, blocks: Iterable[AddressPeer]) -> Iterable[Matching]:
    """Return the rules that may match by an address of the blocks."""
    return dict.fromkeys(at for block in blocks for at in clone.in_block(block.version, block.interval))


def _by_rules(classic: Table, kind: Kind) -> Mapping[Matching, Sequence[Entry]]:
    """Return instances of one kind by the address rules that match them: most often all match the same ones."""
    span = kind.span
    if span is not None and (at := classic.in_one_cell(span.version, span.interval)) is not None:
        return {at: kind.by_address}
    by_rules: dict[Matching, list[Entry]] = defaultdict(list)
    for address, peer in kind.by_address:
        by_rules[_at(classic, address)].append((address, peer))
    return by_rules


class _Stretch(NamedTuple):
    """Entries of a crowd that follow one another."""

    version: Version | None
    first: int
    last: int | None


@dataclass(frozen=True)
class _Unnamed:
    """The instances of a crowd in groups that no rule names, found when a caller iterates over them."""

    crowd: Crowd
    stretches: list[_Stretch]
    named: Container[str]

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(self.crowd.between(*stretch, self.named) for stretch in self.stretches)


def _by_cells(
    tables: Sequence[Table], crowd: Crowd, named: Container[str]
) -> Iterator[tuple[list[Matching], _Unnamed]]:
    """Yield the instances of a crowd by the address rules that match them in each table."""
    by_cells: dict[tuple[Matching, ...], list[_Stretch]] = defaultdict(list)
    for version in crowd.versions:
        if version is None:
            by_cells[((),) * len(tables)].append(_Stretch(None, 0, None))
            continue
        starts = sorted({start for table in tables for start in table.starts(version)})
        places = [crowd.first_from(version, start) for start in starts]
        for start, first, last in zip(starts, places, [*places[1:], None], strict=True):
            if first != last:
                by_cells[tuple(table.at_address(version, start) for table in tables)].append(
                    _Stretch(version, first, last)
                )
    for at, stretches in by_cells.items():
        unnamed = _Unnamed(crowd, stretches, named)
        if next(iter(unnamed), None):
            yield list(at), unnamed


def _at(table: Table, address: AddressPeer | None) -> Matching:
    return table.at_address(address.version, address.interval[0]) if address else ()


def is_by_address(rule: PacketRule | None) -> bool:
    """Whether a rule matches its peers by address."""
    return rule is not None and isinstance(rule.peer, AddressPeer)


def _opened_to(tables: Tables, met: Meeting) -> Iterator[Difference]:
    """Yield what is opened to instances; no rule of a clone names the group of an unlinked one.

    So what only its group refuses is not lifted: of that, yield what is refused without any rule for a group, too.
    """
    for difference in tables.opened(met.before, met.after):
        if met.reachable or difference.refused_by is None or is_by_address(difference.refused_by):
            yield difference
            continue
        for other in tables.opened(_without_groups(tables.classic, met.before), met.after):
            ports = _shared(difference.ports, other.ports)
            source_ports = _shared(difference.source_ports, other.source_ports)
            if ports and source_ports:
                yield replace(other, ports=ports, source_ports=source_ports)


def _without_groups(table: Table, matching: Matching) -> Matching:
    """Leave out the rules that name a group; that members reach each other by default is none."""
    rules = ((index, table.rules[index]) for index in matching)
    return tuple(index for index, rule in rules if is_by_address(rule) or rule.priority == INNER_ACCESS_PRIORITY)


def _shared(one: Interval, other: Interval) -> Interval | None:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else None


def _as_members(difference: Difference) -> str | None:
    """Return the group name by which a rule opens to the instances; None where no rule names one."""
    peers = [rule.peer for rule in (difference.accepted_by, difference.refused_by) if rule]
    return next((f"members of {_classic_id(peer.key)}" for peer in peers if isinstance(peer, GroupPeer)), None)


# ---- outside ----


def _planes(firewall: Firewall) -> Iterator[tuple[Direction, str]]:
    for direction in DIRECTIONS:
        for protocol in firewall.protocols(direction):
            yield direction, protocol


class _Cell(NamedTuple):
    """Addresses that every rule set treats alike, and their plane: None for Alibaba Cloud's own services."""

    version: Version
    interval: Interval
    plane: Plane | None


def _cells(firewall: Firewall, direction: Direction, protocol: str, *, defaults: bool = False) -> Iterator[_Cell]:
    """Yield all addresses, cell by cell.

    After the last rule only the defaults apply, and they are the same on both sides: that cell is yielded only with
    `defaults`.
    """
    tables = [rules.table(direction, protocol) for rules in (*firewall.classic.values(), firewall.clone)]
    versions: tuple[Version, ...] = (4, 6)
    for version in versions:
        edges = {edge for low, high in (*PRIVATE[version], *SERVICE[version]) for edge in (low, high + 1)}
        starts = sorted(edges | {start for table in tables for start in table.starts(version)})
        end = 2 ** (32 if version == 4 else 128)
        for low, after in pairwise([*starts, end] if defaults and starts[-1] < end else starts):
            yield _Cell(version, (low, after - 1), plane_of(version, low))


def plane_of(version: Version, address: int) -> Plane | None:
    """Return the classic interface for an address, None for Alibaba Cloud's own services."""
    if any(low <= address <= high for low, high in SERVICE[version]):
        return None
    return "intranet" if any(low <= address <= high for low, high in PRIVATE[version]) else "internet"


def _opened_at(firewall: Firewall, direction: Direction, protocol: str, cell: _Cell) -> Iterable[Difference]:
    version, (address, _), plane = cell
    if plane is None:
        return ()
    clone, classic = firewall.clone.table(direction, protocol), firewall.classic[plane].table(direction, protocol)
    matching = clone.at_address(version, address), classic.at_address(version, address)
    return disagreements(clone, matching[0], classic, matching[1], protocol)


def _lost_at(firewall: Firewall, direction: Direction, protocol: str, cell: _Cell) -> Iterator[Difference]:
    version, (address, _), plane = cell
    clone = firewall.clone.table(direction, protocol)
    classic = firewall.classic[plane or "intranet"].table(direction, protocol)
    matching = classic.at_address(version, address), clone.at_address(version, address)
    for difference in disagreements(classic, matching[0], clone, matching[1], protocol):
        # All traffic to the service range counts, because name servers are there; from it, only what a rule names.
        if plane is not None or direction == "egress" or _names_service_range(difference.accepted_by):
            yield difference


def _names_service_range(rule: PacketRule | None) -> bool:
    if rule is None or not isinstance(rule.peer, AddressPeer):
        return False
    low, high = rule.peer.interval
    return any(first <= low and high <= last for first, last in SERVICE[rule.peer.version])


# ---- groups without known members ----


def _classic_id(key: str) -> str:
    return key.removeprefix(clone_key(""))


class _Stranger(NamedTuple):
    """A possible future member of a group: the key by which rules would match it, and its present address."""

    key: str
    address: AddressPeer | None
    places: tuple[AddressPeer, ...]


def _strangers(clone: Table, classic_id: str, around: Surroundings) -> Iterator[_Stranger]:
    """Return the possible future members of groups that a rule of the clone names.

    Members that stay may be put into the clone later; a group without known members may get any.
    """
    members, cloned = around.members.get(classic_id, ()), clone_key(classic_id)
    named = {key for key in (cloned, classic_id) if clone.for_groups([key])}
    for member in members:
        if not member.moves and cloned in named:
            for address in member.addresses or (None,):
                yield _Stranger(cloned, address, around.anywhere)
    if cloned in named and classic_id not in around.members:
        yield _Stranger(cloned, None, around.anywhere)
    if classic_id in named and not any(member.linked for member in members):
        yield _Stranger(classic_id, None, ANYWHERE_PRIVATE)


def _compare_nobody(tables: Tables, classic_id: str, around: Surroundings, differences: Differences) -> None:
    """Compare what is opened to a group by its name: a peer is accepted as a member, or by its address."""
    clone, classic = tables.clone, tables.classic
    as_group = classic.for_groups([classic_id])
    candidates: dict[tuple[Matching, Matching], None] = {}
    for met in _strangers(clone, classic_id, around):
        at = classic.at_address(met.address.version, met.address.interval[0]) if met.address else ()
        before = united(as_group, tuple(index for index in at if classic.rules[index].accept))
        for place in met.places:
            for at_place in clone.in_block(place.version, place.interval):
                candidates[before, united(clone.for_groups([met.key]), _drops(clone, at_place))] = None
    for before, after in candidates:
        for difference in tables.opened(before, after):
            differences.add(difference, f"members of {classic_id}")


def _drops(table: Table, matching: Matching) -> Matching:
    return tuple(index for index in matching if not table.rules[index].accept)


def _compare_foreign(tables: Tables, group: str, differences: Differences) -> None:
    if as_group := tables.classic.for_groups([group]):
        in_clone = tables.clone.for_groups([group])
        for place in ANYWHERE_PRIVATE:
            for at in tables.clone.in_block(place.version, place.interval):
                for difference in tables.lost(as_group, united(in_clone, at)):
                    differences.add(difference, f"members of {group}, a group of another account")


def united(left: Matching, right: Matching) -> Matching:
    """Return the rules of both, each once."""
    return tuple(sorted({*left, *right})) if right else left


def is_nobodys(interval: Interval, taken_out: tuple[int, ...]) -> bool:
    """Whether the interval consists only of addresses that are not compared by address."""
    low, high = interval
    return bisect_left(taken_out, high + 1) - bisect_left(taken_out, low) == high - low + 1
