"""Differences between two rule sets, collected for a person to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from policies.security_groups.model import Peer, Version
from policies.security_groups.packets import AddressPeer, Difference, Interval, describe_addresses, describe_ports

_MOST_LINES: Final = 8
_MOST_NAMED: Final = 3


class Line(NamedTuple):
    """The common part of the differences of one line. `near` is the instance with them, empty for the judged one."""

    near: str
    direction: str
    ports: str
    accepted: str
    refused: str


@dataclass
class Traffic:
    """The peers of one kind of difference.

    `texts` are for peers that are no known instances; `instances` maps the text for some instances to their ids.
    """

    addresses: dict[Version, list[Interval]] = field(default_factory=lambda: {4: [], 6: []})
    texts: set[str] = field(default_factory=set)
    instances: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __bool__(self) -> bool:
        return bool(any(self.addresses.values()) or self.texts or self.instances)

    def __str__(self) -> str:
        versions: tuple[Version, ...] = (4, 6)
        parts = [
            describe_addresses(version, self.addresses[version]) for version in versions if self.addresses[version]
        ]
        named = sorted({*self.texts, *self.instances})
        parts += named[:_MOST_NAMED] + ([f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else [])
        return ", ".join(parts)

    def add(self, traffic: Traffic, keep: Callable[[str], bool]) -> None:
        """Add the peers of another one, of its instances those to keep."""
        for version, intervals in traffic.addresses.items():
            self.addresses[version] += intervals
        self.texts |= traffic.texts
        for text, ids in traffic.instances.items():
            if ids_to_keep := set(filter(keep, ids)):
                self.instances[text] |= ids_to_keep


class Differences:
    """Collects differences; those with the same rules and ports become one.

    Differences caused by a rule of the groups `accepted`, by classic id, are kept apart: the config accepts them. A
    difference that only a default accepts belongs to the group whose rule refuses it.
    """

    def __init__(self, accepted: Container[str] = ()) -> None:
        self.traffic: dict[Line, Traffic] = defaultdict(Traffic)
        self._accepts = accepted
        self._accepted: Differences | None = None

    @property
    def accepted(self) -> Differences:
        """The differences that the config accepts."""
        if self._accepted is None:
            self._accepted = Differences()
        return self._accepted

    def add(self, difference: Difference, peer: tuple[Version, Interval] | str) -> None:
        """Add a difference; `peer` is an address interval, or a text for peers that are no known instances."""
        traffic = self._of(difference)
        if isinstance(peer, str):
            traffic.texts.add(peer)
        else:
            traffic.addresses[peer[0]].append(peer[1])

    def add_instances(
        self,
        difference: Difference,
        peers: Iterable[Peer],
        addresses: Iterable[AddressPeer] = (),
        text: str | None = None,
    ) -> None:
        """Add a difference for instances, each by itself or all by one text.

        `addresses` are those that they keep; rules about addresses match them.
        """
        traffic = self._of(difference)
        if difference.accepted_by and isinstance(difference.accepted_by.peer, AddressPeer):
            for address in addresses:
                traffic.addresses[address.version].append(address.interval)
        for peer in peers:
            traffic.instances[text or str(peer)].add(peer.id)

    def _of(self, difference: Difference) -> Traffic:
        rule = difference.accepted_by or difference.refused_by
        into = self.accepted if rule is not None and rule.origin in self._accepts else self
        accepted = difference.accepted_by.label if difference.accepted_by else f"{difference.direction} default"
        refused = difference.refused_by.label if difference.refused_by else f"no rule ({difference.direction} default)"
        return into.traffic[Line("", difference.direction, describe_ports(difference), accepted, refused)]

    def __bool__(self) -> bool:
        return bool(self.traffic)

    def without(self, instance_id: str) -> Differences:
        """Return the same without those of one instance alone: its traffic to itself passes no security group."""
        remaining = Differences()
        remaining._join(self, "", lambda item: item != instance_id, whole=True)
        if self._accepted is not None:
            remaining.accepted._join(self._accepted, "", lambda item: item != instance_id, whole=True)
        return remaining

    def join_of(self, differences: Differences, instance_id: str, near: str) -> None:
        """Add those differences at another instance, called `near`, that concern one instance."""
        self._join(differences, near, lambda item: item == instance_id, whole=False)

    def _join(self, differences: Differences, near: str, keep: Callable[[str], bool], *, whole: bool) -> None:
        for key, traffic in differences.traffic.items():
            part = Traffic()
            part.add(traffic if whole else Traffic(instances=traffic.instances), keep)
            if part:
                self.traffic[key._replace(near=near or key.near)].add(part, lambda _: True)

    @property
    def at_linked(self) -> bool:
        """Whether some of them are at a linked instance and its groups, which the stack does not change."""
        return any(line.near for line in self.traffic)

    @property
    def all_at_linked(self) -> bool:
        """Whether all of them are at linked instances."""
        return bool(self.traffic) and all(line.near for line in self.traffic)

    def lines(self, verb: str) -> list[str]:
        """Return a line for each difference, as `ingress TCP 22 from 10.0.0.0/8: opened by ...; refused by ...`."""
        lines = []
        for key, traffic in sorted(self.traffic.items()):
            preposition = "from" if key.direction == "ingress" else "to"
            at = f"at {key.near}: " if key.near else ""
            lines.append(
                f"{at}{key.direction} {key.ports} {preposition} {traffic}: {verb} {key.accepted}; "
                f"refused by {key.refused}"
            )
        more = len(lines) - _MOST_LINES
        return lines if more <= 0 else [*lines[:_MOST_LINES], f"and {more} more of the kind"]


def lines(reasons: Mapping[str, str], differences: Differences, verb: str) -> list[str]:
    """Return accepted differences as lines; none where there are none."""
    if not differences.accepted:
        return []
    why = "; ".join(f"{classic_id}: {reason}" for classic_id, reason in reasons.items())
    return [f"Accepted in the config ({why}):", *differences.accepted.lines(verb)]
