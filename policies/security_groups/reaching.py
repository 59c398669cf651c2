"""Compute who can connect with whom before and after the move: each pair of instances, by the rules of both ends.

A flow needs both: the rules of the end that it leaves, and those of the end that it reaches. Each end is compared as in
`comparing`; a rule of one end is about that end alone, and a pair is about both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from policies.core.facts import UnreadableError, attempt
from policies.core.plan import Plan
from policies.security_groups.comparing import Meeting, Tables, is_by_address, met_by, private_tables
from policies.security_groups.flows import EVERYTHING, NOTHING, Flows, accepted, both, either, rectangle, without
from policies.security_groups.model import Firewall, Peer, Surroundings
from policies.security_groups.packets import DIRECTIONS, PROTOCOLS, Direction, RuleSet
from policies.security_groups.reading import firewall_of, rules_of_linked, surroundings

Traffic: TypeAlias = tuple[tuple[str, Flows], ...]
"""Flows by protocol, in the order of PROTOCOLS, protocols without any left out."""


@dataclass(frozen=True)
class Pair:
    """Instances that connect alike, all on one side with all on the other, in one direction: `sources` begin.

    `kept` is accepted before and after by both ends, `lost` only before, `opened` only after. Where the address in a
    VSwitch decides, possible losses and openings count. `one_end` is what one end accepts only after the move, while
    the other end still refuses it. `between` is the time when one of them has moved, and the other is linked and has
    not. `apart` means that the classic end cannot be reached after the move. `known` is false where an end's groups are
    in no facts: it then counts as accepting everything.
    """

    sources: tuple[Peer, ...]
    targets: tuple[Peer, ...]
    kept: Traffic
    lost: Traffic
    opened: Traffic
    one_end: Traffic
    between: bool
    apart: bool
    known: bool


class _Way(NamedTuple):
    """One way in which an end sees a peer: what it accepts before, after, and after at most."""

    moved: bool
    reachable: bool
    before: Flows
    after: Flows
    most: Flows


_Ways: TypeAlias = tuple[_Way, ...]
_Key: TypeAlias = tuple[Direction, str]
_UNKNOWN_END: Final = (
    _Way(moved=True, reachable=True, before=EVERYTHING, after=EVERYTHING, most=EVERYTHING),
    _Way(moved=False, reachable=True, before=EVERYTHING, after=EVERYTHING, most=EVERYTHING),
)


@dataclass
class _End:
    """The rules of one set of groups for each peer; None where the rules are unknown."""

    ways: Mapping[_Key, Mapping[str, _Ways]] | None

    def met(self, key: _Key, peer: Peer) -> _Ways:
        """Return the ways in which the end sees a peer."""
        return _UNKNOWN_END if self.ways is None else self.ways[key].get(peer.id, ())


class _Ends(NamedTuple):
    """The two ends of an instance: once it has moved, and while it is classic."""

    moved: _End
    classic: _End


@dataclass
class _PairFlows:
    """The result for the flows of one pair, by protocol."""

    kept: dict[str, Flows] = field(default_factory=dict)
    lost: dict[str, Flows] = field(default_factory=dict)
    opened: dict[str, Flows] = field(default_factory=dict)
    one_end: dict[str, Flows] = field(default_factory=dict)

    def add(self, protocol: str, out: _Way, into: _Way, *, gone: bool) -> None:
        before = both(out.before, into.before)
        after = NOTHING if gone else both(out.after, into.after)
        most = NOTHING if gone else both(out.most, into.most)
        opened = without(most, before)
        alone = NOTHING if gone else either(without(out.most, out.before), without(into.most, into.before))
        for flows, more in (
            (self.kept, both(before, after)),
            (self.lost, without(before, after)),
            (self.opened, opened),
            (self.one_end, without(alone, most)),
        ):
            flows[protocol] = either(flows.get(protocol, NOTHING), more)


def pairs(plan: Plan) -> Iterator[Pair]:
    """Yield every pair of instances with at least one that moves with this stack, and with traffic before or after.

    Raises UnreadableError where the rules of a moving instance cannot be read.
    """
    around = surroundings(plan)
    ends = {peer.id: _ends(plan, peer, around) for peer in around.peers}
    alike = list(_alike(around, ends))
    for sources in alike:
        for targets in alike:
            one, other = sources[0], targets[0] if targets is not sources else targets[-1]
            if one is not other and "migrates" in (one.fate, other.fate):
                for between in (False, True):
                    flows = _pair(ends, one, other, between=between)
                    if flows is not None:
                        yield _pair_of(flows, sources, targets, ends, between=between)


def _pair_of(
    flows_of_pair: _PairFlows,
    sources: tuple[Peer, ...],
    targets: tuple[Peer, ...],
    ends: Mapping[str, _Ends],
    *,
    between: bool,
) -> Pair:
    kept = {name: without(flows, flows_of_pair.lost[name]) for name, flows in flows_of_pair.kept.items()}
    return Pair(
        sources,
        targets,
        _traffic(kept),
        _traffic(flows_of_pair.lost),
        _traffic(flows_of_pair.opened),
        # What both ends open for one address is not repeated for the others.
        _traffic({name: without(flows, flows_of_pair.opened[name]) for name, flows in flows_of_pair.one_end.items()}),
        between,
        _is_apart(sources[0], targets[0]) and not between,
        known=all(_own(ends, peer, between=between).ways is not None for peer in (sources[0], targets[0])),
    )


def _traffic(flows: Mapping[str, Flows]) -> Traffic:
    return tuple((name, flows[name]) for name in PROTOCOLS if flows.get(name))


def _is_apart(one: Peer, other: Peer) -> bool:
    return any(not peer.moves and not peer.linked for peer in (one, other))


def _own(ends: Mapping[str, _Ends], peer: Peer, *, between: bool) -> _End:
    return ends[peer.id].moved if peer.moves and not between else ends[peer.id].classic


def _pair(ends: Mapping[str, _Ends], source: Peer, target: Peer, *, between: bool) -> _PairFlows | None:
    """Return the result for the flows from one instance to another; None where there are none before or after."""
    gone = _is_apart(source, target)
    if between and (gone or not _linked_between(source, target)):
        return None
    # Between their moves, the later instance has its classic rules; otherwise both have those of their destination.
    late = (source if _leaves_before(target, source) else target) if between else None
    flows = _PairFlows()
    for protocol in PROTOCOLS:
        out = _ways(ends, source, target, ("egress", protocol), late)
        into = _ways(ends, target, source, ("ingress", protocol), late)
        for one in out:
            for other in into:
                flows.add(protocol, one, other, gone=gone)
    every = (*flows.kept.values(), *flows.lost.values(), *flows.opened.values(), *flows.one_end.values())
    return flows if any(every) else None


def _linked_between(one: Peer, other: Peer) -> bool:
    """Whether both move, and the later one is linked until then."""
    first, second = (one, other) if _leaves_before(one, other) else (other, one)
    return (
        first.fate == "migrates"
        and second.moves
        and second.met_linked_after(first.departure)
        and (first.departure != second.departure)
    )


def _leaves_before(one: Peer, other: Peer) -> bool:
    return one.departure is not None and (other.departure is None or one.departure < other.departure)


def _ways(ends: Mapping[str, _Ends], near: Peer, far: Peer, key: _Key, late: Peer | None) -> _Ways:
    """Return the ways in which an end sees the other one: as moved, or as not moved."""
    classic_near = near is late or not near.moves
    end = ends[near.id].classic if classic_near else ends[near.id].moved
    has_moved = far.moves and far is not late
    return tuple(way for way in end.met(key, far) if way.moved == has_moved)


# ---- one end ----


def _ends(plan: Plan, peer: Peer, around: Surroundings) -> _Ends:
    key = tuple(sorted(peer.groups))
    moved = _End(None)
    if peer.fate == "migrates":
        moved = plan.remember((__name__, key, peer.departure), partial(_moved_end, plan, key, peer.departure, around))
    elif peer.moves:
        # It moves with another stack: its rules are known if this stack has all of its clones.
        end = attempt(lambda: plan.remember((__name__, key, None), partial(_moved_end, plan, key, None, around)))
        moved = _End(None) if isinstance(end, UnreadableError) else end
    return _Ends(moved, plan.remember((__name__, key), partial(_classic_end, plan, key, around)))


def _moved_end(plan: Plan, groups: tuple[str, ...], departure: int | None, around: Surroundings) -> _End:
    firewall = firewall_of(plan, groups)
    return _End({key: _of_firewall(firewall, key, around, departure) for key in _keys()})


def _classic_end(plan: Plan, groups: tuple[str, ...], around: Surroundings) -> _End:
    """Return the end of an instance that keeps its classic groups; the rules of an unlinked one may be unknown."""
    rules = attempt(partial(rules_of_linked, plan, groups))
    if isinstance(rules, UnreadableError):
        return _End(None)
    return _End({key: _of_rules(rules, key, around) for key in _keys()})


def _keys() -> Iterator[_Key]:
    return ((direction, protocol) for direction in DIRECTIONS for protocol in PROTOCOLS)


def _of_firewall(firewall: Firewall, key: _Key, around: Surroundings, departure: int | None) -> Mapping[str, _Ways]:
    tables = private_tables(firewall, *key)
    return _by_peer((met, _way(tables, met)) for met in met_by(tables, around, departure))


def _of_rules(rules: RuleSet, key: _Key, around: Surroundings) -> Mapping[str, _Ways]:
    table = rules.table(*key)
    tables = Tables(table, table, key[1])
    return _by_peer((met, _way(tables, met)) for met in met_by(tables, around, None))


def _by_peer(ways: Iterator[tuple[Meeting, _Way]]) -> Mapping[str, _Ways]:
    ways_of: dict[str, dict[_Way, None]] = defaultdict(dict)
    for met, way in ways:
        for peer in met.peers:
            ways_of[peer.id][way] = None
    return {peer_id: tuple(texts) for peer_id, texts in ways_of.items()}


def _way(tables: Tables, met: Meeting) -> _Way:
    before, after = accepted(tables.classic, met.before), accepted(tables.clone, met.after)
    most = after
    if not met.placed:
        # An instance with an unknown destination is let in by no address.
        most = both(before, after)
        for difference in tables.opened(met.before, met.after):
            if not is_by_address(difference.accepted_by):
                most = either(most, rectangle(difference.ports, difference.source_ports))
    return _Way(met.moved, met.reachable, before, after, most)


def _alike(around: Surroundings, ends: Mapping[str, _Ends]) -> Iterator[tuple[Peer, ...]]:
    """Yield instances, grouped where every end treats them alike and they treat every peer alike."""
    every = {id(end): end for own in ends.values() for end in own if end.ways is not None}
    by_kind: dict[object, list[Peer]] = defaultdict(list)
    for peer in around.peers:
        ways = tuple(end.met(key, peer) for end in every.values() for key in _keys())
        by_kind[peer.groups, peer.fate, peer.linked, peer.departure, ways].append(peer)
    return (tuple(peers) for peers in by_kind.values())
