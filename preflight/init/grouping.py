"""Propose waves of a bounded size, of instances that belong together; pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from estate.model import Instance
from preflight.init.survey import Bond, BondKind, Survey

#: The cost of cutting a bond between two windows: members of a group and servers of a balancer do one job, two that
#: talk need a ClassicLink in between, and a database is kept reachable from both networks anyway.
WEIGHTS: Final[Mapping[BondKind, int]] = {"group": 4, "servers": 4, "rule": 2, "database": 1}


# A text and the number after it.
_PARTS: Final = re.compile(r"(\D*)(\d{0,18})")


@dataclass(frozen=True)
class ProposedWave:
    """Instances to move in one window, by name.

    `together` are the bonds that are complete in it, `cut` the others. `elsewhere` are the places of their other
    members: names of waves, "later", "staying".
    """

    name: str
    instances: tuple[Instance, ...]
    together: tuple[Bond, ...]
    cut: tuple[Bond, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The proposal for each classic instance: in a wave, later with the reasons, or staying."""

    waves: tuple[ProposedWave, ...]
    later: tuple[tuple[Instance, tuple[str, ...]], ...]
    staying: tuple[Instance, ...]


def propose(survey: Survey, staying: Collection[str], size: int) -> Proposal:
    """Place each classic instance; `staying` are by id, and a wave has at most `size` instances."""
    stays = tuple(item for item in survey.classic if item.id in staying)
    candidates = tuple(item for item in survey.classic if item.id not in staying)
    later = tuple((item, survey.hindrances[item.id]) for item in candidates if item.id in survey.hindrances)
    moving = tuple(sorted((item for item in candidates if item.id not in survey.hindrances), key=order))
    places = {item.id: "staying" for item in stays} | {item.id: "later" for item, _ in later}
    return Proposal(waves_of(moving, survey.bonds, size, places), later, stays)


def waves_of(
    moving: Sequence[Instance], bonds: Sequence[Bond], size: int, places: Mapping[str, str]
) -> tuple[ProposedWave, ...]:
    """Put instances that move into waves of at most `size`, in their order; `places` says where others are, by id."""
    batches = ranked(packed(joined([[item] for item in moving], bonds, size), bonds, size), bonds)
    waves = {f"wave-{place}": items for place, items in enumerate(batches, 1)}
    everywhere = {**places, **{item.id: name for name, items in waves.items() for item in items}}
    return tuple(_proposed(name, items, bonds, everywhere) for name, items in waves.items())


def order(instance: Instance) -> tuple[str, list[tuple[str, int]], str]:
    """Order by zone and name, numbers by value: app-2 before app-10."""
    parts = [(text, int(digits or 0)) for text, digits in _PARTS.findall(instance.name)]
    return instance.zone_id, parts, instance.id


def packed(clusters: Sequence[Sequence[Instance]], bonds: Sequence[Bond], size: int) -> list[list[Instance]]:
    """Fill waves of at most `size` with clusters, none of them larger: the large ones first, each beside its bonds."""
    cluster_of = {item.id: number for number, items in enumerate(clusters) for item in items}
    near: dict[int, list[tuple[int, set[int]]]] = defaultdict(list)
    for bond in bonds:
        met = {cluster_of[item] for item in bond.members if item in cluster_of}
        for number in met:
            near[number].append((WEIGHTS[bond.kind], met))
    waves: list[list[Instance]] = []
    wave_of: dict[int, int] = {}
    for number in sorted(range(len(clusters)), key=lambda number: -len(clusters[number])):
        pull: Counter[int] = Counter()
        for weight, met in near[number]:
            pull.update(dict.fromkeys({wave_of[other] for other in met if other in wave_of}, weight))
        room = [place for place, wave in enumerate(waves) if len(wave) + len(clusters[number]) <= size]
        place = max(room, key=lambda place: (pull[place], -place), default=len(waves))
        if place == len(waves):
            waves.append([])
        waves[place] += clusters[number]
        wave_of[number] = place
    return waves


def joined(clusters: Sequence[Sequence[Instance]], bonds: Iterable[Bond], size: float) -> list[list[Instance]]:
    """Join clusters of those who belong together, the strongest and narrowest bonds first, none above `size`."""
    places = {item.id: place for place, item in enumerate(item for items in clusters for item in items)}
    cluster_of = [items for items in map(list, clusters) for _ in items]
    for bond in sorted(bonds, key=lambda bond: (-WEIGHTS[bond.kind], len(bond.members), bond.id)):
        opened: list[list[Instance]] = []
        for place in sorted(places[item] for item in bond.members if item in places):
            part = cluster_of[place]
            if any(part is other for other in opened):
                continue
            into = next((other for other in opened if len(other) + len(part) <= size), None)
            if into is None:
                opened.append(part)
                continue
            into += part
            for item in part:
                cluster_of[places[item.id]] = into
    seen = {id(cluster): cluster for cluster in cluster_of}
    return list(seen.values())


def ranked(waves: Iterable[Sequence[Instance]], bonds: Sequence[Bond]) -> list[list[Instance]]:
    """Return the waves in their order: those first that need the fewest of the others, and the small ones of them."""

    def rank(items: Sequence[Instance]) -> tuple[int, int, Any]:
        ids = {item.id for item in items}
        cut = sum(WEIGHTS[bond.kind] for bond in bonds if bond.members & ids and not bond.members <= ids)
        return cut, len(items), order(items[0])

    return sorted((sorted(items, key=order) for items in waves), key=rank)


def _proposed(name: str, items: Sequence[Instance], bonds: Iterable[Bond], places: Mapping[str, str]) -> ProposedWave:
    ids = {item.id for item in items}
    met = [bond for bond in bonds if bond.members & ids]
    cut = tuple(bond for bond in met if not bond.members <= ids)
    wave_names = {places[item] for bond in cut for item in bond.members - ids}
    together = tuple(bond for bond in met if bond.members <= ids)
    return ProposedWave(
        name, tuple(items), together, cut, tuple(sorted(wave_names, key=lambda text: (len(text), text)))
    )
