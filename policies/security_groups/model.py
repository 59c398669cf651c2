"""The model of a comparison: possible peers, and the rules on both sides of the move."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal, TypeAlias

from policies.security_groups.packets import AddressPeer, Direction, Interval, RuleSet, merged, parse_block

Version: TypeAlias = Literal[4, 6]
Plane: TypeAlias = Literal["intranet", "internet"]
Matching: TypeAlias = tuple[int, ...]


def _block(text: str) -> Interval:
    return parse_block(text).interval


# RFC 1918 and, for IPv6, unique local addresses.
PRIVATE: Final[Mapping[Version, tuple[Interval, ...]]] = {
    4: (_block("10.0.0.0/8"), _block("172.16.0.0/12"), _block("192.168.0.0/16")),
    6: (_block("fc00::/7"),),
}
# Alibaba Cloud's own services: name servers, metadata, health checks of load balancers. No tenant sends from there.
SERVICE: Final[Mapping[Version, tuple[Interval, ...]]] = {4: (_block("100.64.0.0/10"),), 6: ()}
ANYWHERE_PRIVATE: Final = tuple(AddressPeer(4, interval) for interval in PRIVATE[4])


# Weaker than any rule that a user can write, so that explicit rules come first.
INNER_ACCESS_PRIORITY: Final = 1000


def clone_key(classic_id: str) -> str:
    """Return the key by which rules of the clones name the clone of a classic group."""
    return f"clone of {classic_id}"


def is_linked_after(departure: int | None, own: int | None) -> bool:
    """Whether a linked instance of the wave `own` is still there when one of another departure has moved."""
    return own is None or departure is None or departure < own


@dataclass(frozen=True)
class Peer:
    """One classic instance.

    `new_blocks` are the VSwitch blocks it moves into, empty where it stays or where they are unknown. A `linked` one
    has ClassicLink to the target VPC: it is a peer in its present state, until it moves itself. `departure` is the
    position of its wave in the stack, None where it is in none.
    """

    id: str
    name: str
    addresses: tuple[AddressPeer, ...]
    groups: frozenset[str]
    fate: Literal["migrates", "later", "stays"]
    linked: bool
    new_blocks: tuple[AddressPeer, ...]
    departure: int | None

    @property
    def moves(self) -> bool:
        """Whether it moves, now or in a later wave."""
        return self.fate != "stays"

    @property
    def unlinked(self) -> bool:
        """Whether it stays, and is not reachable from the VPC now; it may still be linked later."""
        return not self.moves and not self.linked

    def met_linked_after(self, departure: int | None) -> bool:
        """Whether it is still linked when an instance of that departure has moved."""
        return self.linked and is_linked_after(departure, self.departure)

    def __str__(self) -> str:
        """Return its name and its future, as a finding shows it."""
        fates = {"migrates": "migrates", "later": "moves in a later wave", "stays": "stays"}
        return f"{self.id} ({self.name}), which {fates[self.fate]}"


Entry: TypeAlias = tuple[AddressPeer | None, Peer]
"""An instance by one of its addresses; None: it has none."""


@dataclass(frozen=True, eq=False)
class Kind:
    """Instances of the same groups that move into the same blocks: rules distinguish them by their old addresses alone.

    Where `placed` is false, their destination is unknown, and the blocks are all possible ones.

    `by_address` has one entry for each address, in order; one with None for an instance without any.
    """

    groups: frozenset[str]
    moves: bool
    placed: bool
    new_blocks: tuple[AddressPeer, ...]
    by_address: tuple[Entry, ...]

    @cached_property
    def clones(self) -> tuple[str, ...]:
        """Return the keys by which rules name the clones of its groups."""
        return tuple(map(clone_key, self.groups))

    @cached_property
    def span(self) -> AddressPeer | None:
        """Return the range of its addresses; None where an instance has none, or one of another version."""
        addresses = [address for address, _ in self.by_address if address]
        versions = {address.version for address in addresses}
        if len(addresses) < len(self.by_address) or len(versions) != 1:
            return None
        lows, highs = zip(*(address.interval for address in addresses), strict=True)
        return AddressPeer(versions.pop(), (min(lows), max(highs)))

    @cached_property
    def not_moved_yet(self) -> tuple[Entry, ...]:
        """Return those that may be peers in their present state."""
        return tuple((address, peer) for address, peer in self.by_address if peer.unlinked or peer.linked)


class Crowd:
    """Instances that rules distinguish by their addresses alone, found by address without a look at each of them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_version: dict[Version | None, list[Entry]] = defaultdict(list)
        for address, peer in entries:
            by_version[address.version if address else None].append((address, peer))
        for version in by_version.keys() - {None}:
            by_version[version].sort(key=_low)
        self._entries = dict(by_version)
        self._lows = {version: [_low(entry) for entry in every] for version, every in by_version.items()}

    @property
    def versions(self) -> Iterable[Version | None]:
        """Return the versions of its addresses, and None for instances without one."""
        return self._entries

    def first_from(self, version: Version, address: int) -> int:
        """Return the place of the first entry of a version whose address is not below one."""
        return bisect_left(self._lows[version], address)

    def between(self, version: Version | None, first: int, last: int | None, named: Container[str]) -> Iterator[Entry]:
        """Yield the entries of a version from one place to before another, those in `named` groups left out."""
        for address, peer in islice(self._entries[version], first, last):
            if not any(group in named for group in peer.groups):
                yield address, peer


def _low(entry: Entry) -> int:
    return entry[0].interval[0] if entry[0] else 0


@dataclass(frozen=True)
class Surroundings:
    """The possible peers: all classic instances, and the members of groups.

    `taken` are the addresses, sorted, that instances have now: rules about them concern the instances, which are
    compared one by one. `vacant` are those that no other server may have after the move: of instances that stay, and of
    those that move where they are in none of the `target_blocks`. No other server is in the `reserved` ones.
    """

    peers: tuple[Peer, ...]
    members: Mapping[str, tuple[Peer, ...]]
    taken: Mapping[Version, tuple[int, ...]]
    vacant: Mapping[Version, tuple[int, ...]]
    target_blocks: tuple[AddressPeer, ...]
    reserved: tuple[AddressPeer, ...] = ()

    def is_reserved(self, version: Version, interval: Interval) -> bool:
        """Whether only moving instances will have the addresses: they are compared one by one."""
        return any(AddressPeer(version, interval).is_inside(area) for area in self._reserved_areas)

    @cached_property
    def _reserved_areas(self) -> tuple[AddressPeer, ...]:
        """Return the reserved blocks, adjacent ones as one: a rule may cover several."""
        versions: tuple[Version, ...] = (4, 6)
        return tuple(
            AddressPeer(version, interval)
            for version in versions
            for interval in merged(block.interval for block in self.reserved if block.version == version)
        )

    @cached_property
    def linked(self) -> tuple[Peer, ...]:
        """Instances with ClassicLink to the target VPC."""
        return tuple(peer for peer in self.peers if peer.linked)

    @property
    def anywhere(self) -> tuple[AddressPeer, ...]:
        """Return all blocks in which an instance with an unknown destination may be."""
        return self.target_blocks or ANYWHERE_PRIVATE

    def kinds_in(self, groups: Iterable[str]) -> Iterable[Kind]:
        """Return the instances in any of the groups, grouped by how most rules treat them."""
        return dict.fromkeys(kind for group in sorted(groups) for kind in self._kinds.get(group, ()))

    @cached_property
    def _kinds(self) -> Mapping[str, Sequence[Kind]]:
        by_key: dict[tuple[frozenset[str], bool, bool, tuple[AddressPeer, ...]], list[Entry]] = defaultdict(list)
        for peer in self.peers:
            by_key[peer.groups, peer.moves, bool(peer.new_blocks), self._places(peer)] += _entries(peer)
        by_group: dict[str, list[Kind]] = defaultdict(list)
        for key, entries in by_key.items():
            kind = Kind(*key, tuple(entries))
            for group in kind.groups:
                by_group[group].append(kind)
        return by_group

    @cached_property
    def movers(self) -> Mapping[tuple[bool, tuple[AddressPeer, ...]], Crowd]:
        """Return all moving instances, by whether their destination is known, and by its blocks."""
        by_destination: dict[tuple[bool, tuple[AddressPeer, ...]], list[Entry]] = defaultdict(list)
        for peer in self.peers:
            if peer.moves:
                by_destination[bool(peer.new_blocks), self._places(peer)] += _entries(peer)
        return {key: Crowd(entries) for key, entries in by_destination.items()}

    @cached_property
    def not_moved_yet(self) -> Mapping[tuple[bool, int | None], Crowd]:
        """Return those that may be peers in their present state, by whether they are linked, and then by departure."""
        by_link: dict[tuple[bool, int | None], list[Entry]] = defaultdict(list)
        for peer in self.peers:
            if peer.linked:
                by_link[True, peer.departure] += _entries(peer)
            elif peer.unlinked:
                by_link[False, None] += _entries(peer)
        return {key: Crowd(entries) for key, entries in by_link.items()}

    def _places(self, peer: Peer) -> tuple[AddressPeer, ...]:
        return (peer.new_blocks or self.anywhere) if peer.moves else ()


def _entries(peer: Peer) -> list[Entry]:
    return [(address, peer) for address in peer.addresses or (None,)]


@dataclass(frozen=True)
class Firewall:
    """The rule sets of one set of classic groups, and of their clones; `foreign` are groups of other accounts."""

    classic: Mapping[Plane, RuleSet]
    clone: RuleSet
    foreign: frozenset[str]

    def protocols(self, direction: Direction) -> list[str]:
        """Return the protocols to compare."""
        rule_sets = (*self.classic.values(), self.clone)
        return sorted({protocol for rules in rule_sets for protocol in rules.protocols(direction)})
