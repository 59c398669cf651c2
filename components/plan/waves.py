"""Waves: which instances move when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from components.config import Wave, Window
from estate.model import Instance


@dataclass(frozen=True)
class PlannedWave:
    """One wave with its instances, sorted by id; `moved_ids` are those in the target VPC.

    `seen_start` is the start that the window had when its sighting was first declared; None without a sighting.
    """

    name: str
    window: Window
    after: tuple[str, ...]
    instance_ids: tuple[str, ...]
    moved_ids: frozenset[str]
    seen_start: datetime | None = None

    @property
    def has_moved(self) -> bool:
        """Whether all of its instances have."""
        return self.moved_ids.issuperset(self.instance_ids)


def members(
    wave: Wave, instances: Mapping[str, Instance], left_ids: Collection[str], kept: Mapping[str, str]
) -> tuple[Instance, ...]:
    """Return the instances of one wave, sorted by id; a selector never takes one of `left_ids`.

    `instances` are all of the region by id, sorted by it. `kept` are those whose tags no longer count, each with the
    wave that it is in.
    """
    if wave.selector is None:
        return tuple(instances[item] for item in sorted({choice.id for choice in wave.instances}) if item in instances)
    tags = wave.selector.tags
    return tuple(
        item
        for item in instances.values()
        if item.is_classic
        and item.id not in left_ids
        and (kept[item.id] == wave.name if item.id in kept else carries(item, tags))
    )


def carries(instance: Instance, tags: Mapping[str, str]) -> bool:
    """Whether an instance has all of the tags, each with its value."""
    return tags.items() <= {tag.key: tag.value for tag in instance.tags}.items()


def last_latest(waves: Iterable[PlannedWave]) -> datetime:
    """Return the Latest Schedule Time of the last of the waves; there must be one."""
    return max(wave.window.latest for wave in waves)
