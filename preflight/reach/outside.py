"""Say what instances and outside addresses reach of each other, before the move and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from policies.core.facts import printable
from policies.core.plan import has_moved
from policies.security_groups.comparing import kept_outside
from policies.security_groups.differences import Differences, Line
from policies.security_groups.flows import NOTHING, Flows, both, either, pieces, rectangle
from policies.security_groups.model import Peer, Surroundings, Version
from policies.security_groups.packets import PROTOCOLS, Direction, Interval
from policies.security_groups.reading import departures, firewall_of
from preflight.reach.addresses import AddressText, addresses_text, peers_text
from preflight.reach.comparison import Comparison
from preflight.reach.describing import end_of, flows_of
from preflight.reach.model import End, OutsideReach

_VERSIONS: Final[tuple[Version, ...]] = (4, 6)


def outside_results(comparison: Comparison) -> Iterator[OutsideReach]:
    """Yield the result for traffic with outside addresses and members of groups, for equal instances together."""
    equals: dict[tuple[frozenset[str], int | None], list[Peer]] = defaultdict(list)
    for peer in comparison.around.peers:
        if peer.id in comparison.by_kind["lost"]:
            equals[peer.groups, departures(comparison.plan).get(peer.id)].append(peer)
    moved = {item for item, facts in comparison.movers.items() if has_moved(facts)}
    for (groups, _), peers in equals.items():
        end = end_of(peers, moved)
        yield from _still_accepted(comparison, groups, end)
        kinds: tuple[Literal["opened", "lost"], ...] = ("opened", "lost")
        for kind in kinds:
            differences = comparison.by_kind[kind][peers[0].id].differences
            yield from _differing(differences, kind, end, comparison.around, accepted=False)
            yield from _differing(differences.accepted, kind, end, comparison.around, accepted=True)


def _still_accepted(comparison: Comparison, groups: frozenset[str], end: End) -> Iterator[OutsideReach]:
    """Yield the traffic that was accepted and still is."""
    cells: dict[tuple[Direction, str], dict[tuple[Version, Interval], Flows]] = defaultdict(dict)
    for item in kept_outside(firewall_of(comparison.plan, tuple(sorted(groups))), comparison.around):
        by_address = cells[item.direction, item.protocol]
        address = item.version, item.addresses
        by_address[address] = either(by_address.get(address, NOTHING), rectangle(item.ports, item.source_ports))
    # Ports that the same addresses may use are shown together, even if some of those addresses may use more.
    by_text: dict[tuple[Direction, AddressText], list[tuple[str, Flows]]] = defaultdict(list)
    for (direction, protocol), by_address in cells.items():
        for addresses, flows in _by_addresses(by_address):
            by_text[direction, addresses_text(addresses, comparison.around)].append((protocol, flows))
    for (direction, peers), traffic in sorted(by_text.items()):
        ordered = sorted(traffic, key=lambda item: PROTOCOLS.index(item[0]))
        yield OutsideReach(
            at=end,
            direction=direction,
            peers=peers.text,
            blocks=peers.blocks,
            traffic=flows_of(tuple(ordered)).text,
            status="kept",
            accepted=False,
            rule="",
        )


def _by_addresses(
    cells: Mapping[tuple[Version, Interval], Flows],
) -> Iterator[tuple[Mapping[Version, Sequence[Interval]], Flows]]:
    """Yield all ports by the addresses that may use them."""
    by_users: dict[tuple[tuple[Version, Interval], ...], Flows] = {}
    for piece in pieces(cells.values()):
        users = tuple(address for address, flows in cells.items() if both(flows, piece))
        by_users[users] = either(by_users.get(users, NOTHING), piece)
    for users, flows in by_users.items():
        yield (
            {version: [interval for of_version, interval in users if of_version == version] for version in _VERSIONS},
            flows,
        )


def _differing(
    differences: Differences, kind: Literal["opened", "lost"], end: End, around: Surroundings, *, accepted: bool
) -> Iterator[OutsideReach]:
    """Yield the traffic that is opened, or that is lost."""
    for line, traffic in sorted(differences.traffic.items()):
        peers = peers_text(traffic, around)
        if peers.text and not line.near:
            yield OutsideReach(
                at=end,
                direction="ingress" if line.direction == "ingress" else "egress",
                peers=peers.text,
                blocks=peers.blocks,
                traffic=line.ports,
                status=kind,
                accepted=accepted,
                rule=_rule_text(line),
            )


def _rule_text(line: Line) -> str:
    return printable(f"accepted by {line.accepted}; refused by {line.refused}")
