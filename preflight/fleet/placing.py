"""Propose which stack moves which instance: stacks of a bounded size, with tied instances together. Pure.

A region has one target network and one set of clones, which the first stack makes and the others share. So a tie
between two stacks is interrupted only between their two windows, like a tie between two waves. Members of a security
group, and servers of a vServer group, are never split between stacks.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from estate.model import Instance
from preflight.init.grouping import WEIGHTS, ProposedWave, joined, order, packed, ranked, waves_of
from preflight.init.survey import Bond, BondKind, Survey

#: Ties that are never cut: members of a security group reach each other, and servers of a vServer group share its load.
WHOLE: Final[frozenset[BondKind]] = frozenset({"group", "servers"})


@dataclass(frozen=True)
class FleetStack:
    """One stack: the waves of instances that it moves, and its `later` instances with what hinders their move."""

    name: str
    waves: tuple[ProposedWave, ...]
    later: tuple[tuple[Instance, tuple[str, ...]], ...]

    @property
    def moving(self) -> tuple[Instance, ...]:
        """The instances that it moves, in the order of its waves."""
        return tuple(item for wave in self.waves for item in wave.instances)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all its instances, sorted."""
        return tuple(sorted([*(item.id for item in self.moving), *(item.id for item, _ in self.later)]))


@dataclass(frozen=True)
class Cut:
    """A tie whose members are in several stacks: how many each stack moves, in the order of the stacks."""

    bond: Bond
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Fleet:
    """The place of each classic instance: one stack, or `staying`. `cuts` are sorted by weight, the heaviest first."""

    stacks: tuple[FleetStack, ...]
    cuts: tuple[Cut, ...]
    staying: tuple[Instance, ...]


class TooLargeError(Exception):
    """Instances that must be in one stack are more than a stack may have."""

    def __init__(self, instances: Sequence[Instance], bonds: Sequence[Bond]) -> None:
        self.instances = tuple(instances)
        self.bonds = tuple(bonds)
        super().__init__(f"{len(instances)} instances belong together")


def place(survey: Survey, staying: Collection[str], size: int, wave_size: int, prefix: str) -> Fleet:
    """Place each classic instance in a stack of at most `size` instances; `staying` has the ids of those that stay.

    The order in which the estate was read does not matter. Raises TooLargeError.
    """
    stays = tuple(item for item in survey.classic if item.id in staying)
    candidates = [item for item in survey.classic if item.id not in staying]
    moving = sorted((item for item in candidates if item.id not in survey.hindrances), key=order)
    bonds = tuple(sorted(survey.bonds, key=lambda bond: (bond.kind, bond.id)))
    parts = [] if not moving else _parts(moving, bonds, size)
    width = max(2, len(str(len(parts))))
    stack_of = {item.id: f"{prefix}-{number:0{width}}" for number, items in enumerate(parts, 1) for item in items}
    members = _members_by_stack(parts, stack_of)
    later = _hindered([item for item in candidates if item.id in survey.hindrances], bonds, stack_of)
    places = {**stack_of, **dict.fromkeys((item.id for item in stays), "staying")}
    places |= {item.id: "later" for items in later.values() for item in items}
    near = _bonds_of(bonds, stack_of)
    return Fleet(
        stacks=tuple(
            FleetStack(
                name,
                waves_of(items, near[name], wave_size, places),
                tuple((item, survey.hindrances[item.id]) for item in later[name]),
            )
            for name, items in members.items()
        ),
        cuts=_cuts(bonds, stack_of),
        staying=stays,
    )


def _parts(moving: Sequence[Instance], bonds: Sequence[Bond], size: int) -> list[list[Instance]]:
    """Join the instances that must be in one stack, then those that should be, and fill stacks with these groups."""
    whole = joined([[item] for item in moving], (bond for bond in bonds if bond.kind in WHOLE), math.inf)
    largest = max(whole, key=len)
    if len(largest) > size:
        ids = {item.id for item in largest}
        raise TooLargeError(largest, [bond for bond in bonds if bond.kind in WHOLE and bond.members & ids])
    loose = [bond for bond in bonds if bond.kind not in WHOLE]
    return ranked(packed(joined(whole, loose, size), bonds, size), bonds)


def _members_by_stack(
    parts: Iterable[Sequence[Instance]], stack_of: Mapping[str, str]
) -> Mapping[str, Sequence[Instance]]:
    return {stack_of[items[0].id]: items for items in parts}


def _hindered(
    instances: Iterable[Instance], bonds: Iterable[Bond], stack_of: Mapping[str, str]
) -> Mapping[str, list[Instance]]:
    """Put each instance that cannot move yet into the stack that it has the most ties with, or into the last one.

    The last stack leaves the most time to settle what hinders the move.
    """
    waiting = {item.id: item for item in instances}
    pull: dict[str, Counter[str]] = defaultdict(Counter)
    for bond in bonds:
        stacks = {stack_of[item] for item in bond.members if item in stack_of}
        for instance_id in bond.members & waiting.keys():
            pull[instance_id].update(dict.fromkeys(stacks, WEIGHTS[bond.kind]))
    hindered: dict[str, list[Instance]] = defaultdict(list)
    last = max(stack_of.values(), default="")
    for item in sorted(waiting.values(), key=order):
        nearest = min(((-weight, name) for name, weight in pull[item.id].items()), default=(0, last))
        hindered[nearest[1]].append(item)
    return hindered


def _bonds_of(bonds: Iterable[Bond], stack_of: Mapping[str, str]) -> Mapping[str, Sequence[Bond]]:
    bonds_of: dict[str, list[Bond]] = defaultdict(list)
    for bond in bonds:
        for name in {stack_of[item] for item in bond.members if item in stack_of}:
            bonds_of[name].append(bond)
    return bonds_of


def _cuts(bonds: Iterable[Bond], stack_of: Mapping[str, str]) -> tuple[Cut, ...]:
    cuts = []
    for bond in bonds:
        parts = Counter(stack_of[item] for item in bond.members if item in stack_of)
        if len(parts) > 1:
            cuts.append(Cut(bond, tuple(sorted(parts.items()))))
    return tuple(sorted(cuts, key=lambda cut: (-WEIGHTS[cut.bond.kind], -len(cut.bond.members), cut.bond.id)))
