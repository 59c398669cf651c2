"""Replace rules by fewer equivalent ones: exactly, whatever other groups an instance is in.

Rules of one policy and priority decide together, so matches can move between them: adjacent blocks become one, and
adjacent ports become one range. A rule whose packets another of its policy matches too, at its priority or a stronger
one, never decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from components.conversion.classic import Ports, read_ports
from components.conversion.rules import VpcPeer, VpcRule
from estate.model import PeerKind

FOLDED_DESCRIPTION = "several rules in one"
_BLOCKS = (PeerKind.CIDR, PeerKind.IPV6_CIDR)


@dataclass(frozen=True)
class _Piece:
    """A rule, and the labels of the rules that it replaces."""

    rule: VpcRule
    origins: frozenset[str]


@dataclass(frozen=True)
class Folding:
    """The remaining rules, and for each former label the label of the rule that replaces it."""

    rules: tuple[VpcRule, ...]
    label_of: Mapping[str, str]


def fold(rules: Iterable[VpcRule]) -> Folding:
    """Fold the rules of one group, whose labels are unique; neither their order nor repeated folding matters."""
    pieces = [_Piece(rule, frozenset({rule.label})) for rule in sorted(rules, key=_order)]
    count = None
    while count != len(pieces):
        count = len(pieces)
        for step in (_without_subsumed, _by_address, _by_port):
            pieces = sorted(step(pieces), key=lambda piece: _order(piece.rule))
    label_of = {origin: piece.rule.label for piece in pieces for origin in piece.origins}
    return Folding(tuple(piece.rule for piece in pieces), label_of)


def _order(rule: VpcRule) -> tuple[str, int, str, str]:
    return rule.direction, rule.priority, rule.policy, rule.label


# ---- subsumed rules ----


def _without_subsumed(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    spoken: dict[tuple[str, str, VpcPeer], list[VpcRule]] = defaultdict(list)
    for piece in pieces:
        spoken[piece.rule.direction, piece.rule.policy, piece.rule.peer].append(piece.rule)
    of_peer = {key: _grouped(rules) for key, rules in spoken.items()}
    heirs: dict[str, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        keys = ((piece.rule.direction, piece.rule.policy, peer) for peer in _wider(piece.rule.peer))
        heir_of_each = (_heir(of_peer.get(key, ()), piece.rule) for key in keys)
        if heir := next(filter(None, heir_of_each), None):
            heirs[heir.label].append(piece)
    gone = {piece.rule.label for subsumed in heirs.values() for piece in subsumed}

    def inherited(label: str) -> frozenset[str]:
        # An heir may itself be subsumed. That ends, because of two rules only one can subsume the other.
        return frozenset().union(*(piece.origins | inherited(piece.rule.label) for piece in heirs.get(label, ())))

    for piece in pieces:
        if piece.rule.label not in gone:
            yield replace(piece, origins=piece.origins | inherited(piece.rule.label))


class _Ranges:
    """Rules that differ only in their ports, indexed so that the one that contains a range is found quickly."""

    def __init__(self, rules: Iterable[VpcRule]) -> None:
        by_start = sorted(rules, key=_widest_first)
        self._starts = [_ports(rule.port_range).first for rule in by_start]
        # For each start the rule that ends last, and of several the one that begins first, so that a rule finds itself
        # only if no other contains it.
        self._longest: list[VpcRule] = []
        for rule in by_start:
            longest = self._longest[-1] if self._longest else rule
            further = _ports(rule.port_range).last > _ports(longest.port_range).last
            self._longest.append(rule if further else longest)

    def holding(self, ports: Ports) -> VpcRule | None:
        """Return the rule that reaches furthest of those that begin no later than a range of ports."""
        place = bisect_right(self._starts, ports.first)
        return self._longest[place - 1] if place else None


def _widest_first(rule: VpcRule) -> tuple[int, int, str]:
    ports = _ports(rule.port_range)
    return ports.first, -ports.last, rule.label


def _grouped(rules: Iterable[VpcRule]) -> Sequence[_Ranges]:
    """Return the rules of one direction, policy and peer, the strongest first."""
    by_shape: dict[tuple[int, str, Ports], list[VpcRule]] = defaultdict(list)
    for rule in rules:
        by_shape[rule.priority, rule.ip_protocol, _ports(rule.source_port_range)].append(rule)
    return [_Ranges(by_shape[key]) for key in sorted(by_shape)]


def _heir(ranges: Iterable[_Ranges], rule: VpcRule) -> VpcRule | None:
    """Return the first rule that covers all packets of a rule with a peer inside its own, no later in the order."""
    holders = (item.holding(_ports(rule.port_range)) for item in ranges)
    return next((other for other in holders if other is not None and _subsumes(other, rule)), None)


@lru_cache(maxsize=4096)
def _wider(peer: VpcPeer) -> tuple[VpcPeer, ...]:
    """Return the peer, and all blocks that contain it."""
    if peer.kind not in _BLOCKS:
        return (peer,)
    block = ip_network(peer.value)
    lengths = range(block.prefixlen + 1)
    return tuple(VpcPeer(peer.kind, str(block.supernet(new_prefix=length))) for length in lengths)


def _subsumes(one: VpcRule, other: VpcRule) -> bool:
    """Whether a rule covers all packets of another of its policy, with a peer inside its own, no later in the order."""
    return (
        one.label != other.label
        and one.priority <= other.priority
        and one.ip_protocol in ("ALL", other.ip_protocol)
        and (one.ip_protocol == "ALL" or _ports(one.port_range).holds(_ports(other.port_range)))
        and (one.ip_protocol == "ALL" or _ports(one.source_port_range).holds(_ports(other.source_port_range)))
    )


@lru_cache(maxsize=4096)
def _ports(text: str | None) -> Ports:
    ports = read_ports(text)
    if ports is None:
        raise ValueError(f"{text!r} is no range of ports, and a rule of a clone has one")
    return ports


# ---- adjacent blocks and ports ----


def _by_address(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    for alike in _alike(pieces, lambda rule: replace(rule, peer=VpcPeer(rule.peer.kind, ""), description="")):
        if alike[0].rule.peer.kind not in _BLOCKS:
            yield from alike
            continue
        version_4: list[IPv4Network] = []
        version_6: list[IPv6Network] = []
        for piece in alike:
            block = ip_network(piece.rule.peer.value)
            version_4 += [block] if isinstance(block, IPv4Network) else []
            version_6 += [block] if isinstance(block, IPv6Network) else []
        wholes: list[IPv4Network | IPv6Network] = [*collapse_addresses(version_4), *collapse_addresses(version_6)]
        starts = [int(whole.network_address) for whole in wholes]
        parts: dict[int, list[_Piece]] = defaultdict(list)
        for piece in alike:
            parts[bisect_right(starts, int(ip_network(piece.rule.peer.value).network_address)) - 1].append(piece)
        for index, whole in enumerate(wholes):
            first = parts[index][0].rule
            yield _united(parts[index], replace(first, peer=VpcPeer(first.peer.kind, str(whole))))


def _by_port(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    for alike in _alike(pieces, lambda rule: replace(rule, port_range="", description="")):
        by_port = sorted(alike, key=lambda piece: _ports(piece.rule.port_range))
        while by_port:
            low, high = _ports(by_port[0].rule.port_range)
            together = []
            while by_port and _ports(by_port[0].rule.port_range)[0] <= high + 1:
                together.append(by_port.pop(0))
                high = max(high, _ports(together[-1].rule.port_range)[1])
            yield _united(together, replace(together[0].rule, port_range=f"{low}/{high}"))


def _alike(pieces: Sequence[_Piece], key: Callable[[VpcRule], Hashable]) -> Iterable[list[_Piece]]:
    by_key: dict[Hashable, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        by_key[key(piece.rule)].append(piece)
    return by_key.values()


def _united(pieces: Sequence[_Piece], rule: VpcRule) -> _Piece:
    """Return one piece for several, with the given rule; a single piece is unchanged."""
    if len(pieces) == 1:
        return pieces[0]
    descriptions = {piece.rule.description for piece in pieces}
    description = descriptions.pop() if len(descriptions) == 1 else FOLDED_DESCRIPTION
    return _Piece(replace(rule, description=description), frozenset().union(*(piece.origins for piece in pieces)))
