"""Differences between two rule sets, collected for a person to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

from policies.security_groups.model import Version
from policies.security_groups.packets import Difference, Interval, describe_addresses, describe_ports

_MOST_LINES: Final = 8


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


def told(reasons: Mapping[str, str], differences: Differences, verb: str) -> list[str]:
    """Accepted differences as lines; none where there are none."""
    if not differences.accepted:
        return []
    why = "; ".join(f"{classic_id}: {reason}" for classic_id, reason in reasons.items())
    return [f"Accepted in the config ({why}):", *differences.accepted.lines(verb)]
