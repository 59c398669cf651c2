"""Turn the pack's peers and traffic into the parts of a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from policies.core.facts import printable
from policies.security_groups.model import Peer
from policies.security_groups.packets import ALL_PORTS, PROTOCOLS, Difference, describe_ports
from policies.security_groups.reaching import Traffic
from preflight.reach.model import End, Fate, Flow, Flows

_WITH_PORTS: Final = ("TCP", "UDP")


def end_of(peers: Sequence[Peer], moved: Iterable[str]) -> End:
    """Return instances with equal results as one end of a row; `moved` has the ids of those that have moved."""
    ordered = sorted(peers, key=lambda peer: peer.id)
    return End(
        ids=tuple(printable(peer.id) for peer in ordered),
        names=tuple(printable(peer.name) for peer in ordered),
        groups=tuple(sorted({printable(group) for peer in peers for group in peer.groups})),
        fate=fate_of(ordered[0], moved),
    )


def fate_of(peer: Peer, moved: Iterable[str]) -> Fate:
    """Return where an instance is after the move."""
    if peer.fate == "migrates":
        return "has moved" if peer.id in moved else "moves"
    return "moves later" if peer.fate == "later" else "stays linked" if peer.linked else "stays"


def flows_of(traffic: Traffic) -> Flows:
    """Return traffic in words and in parts; ports of protocols that have none are left out."""
    parts = tuple(
        Flow(
            protocol=protocol,
            ports=ports if protocol in _WITH_PORTS else None,
            source_ports=source if protocol in _WITH_PORTS else None,
        )
        for protocol, flows in traffic
        for source, destinations in flows
        for ports in destinations
    )
    whole = {
        (protocol, ports, source)
        for protocol, flows in traffic
        for source, destinations in flows
        for ports in destinations
    }
    if whole == {(protocol, ALL_PORTS, ALL_PORTS) for protocol in PROTOCOLS}:
        return Flows(text="everything", parts=parts)
    texts = [
        describe_ports(Difference("ingress", protocol, ports, source, None, None))
        for protocol, flows in traffic
        for source, destinations in flows
        for ports in destinations
    ]
    return Flows(text=", ".join(dict.fromkeys(texts)), parts=parts)
