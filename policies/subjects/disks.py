"""Facts about disks that rules share: which are local, and how long their functions are blocked after a move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.plan import SNAPSHOT, SNAPSHOT_GROUP, Plan, Resource
from policies.subjects.durations import COPYING

# Disks on the physical server itself: they have no snapshots, and their data stays on the old server (ECS API
# reference, DescribeDisks, CreateSnapshot).
LOCAL_CATEGORIES: Final = frozenset({"ephemeral", "ephemeral_ssd", "local_ssd_pro", "local_hdd_pro"})

# Disks over the network all have such a name: cloud, cloud_ssd and others (ECS API reference, DescribeDisks).
_OVER_THE_NETWORK: Final = "cloud"


def is_over_the_network(category: str) -> bool:
    """Whether disks of a category are known to be apart from the physical server."""
    return category.startswith(_OVER_THE_NETWORK)


def size_gib(instance: Facts) -> float:
    """Return the size of all disks of an instance."""
    return sum(disk.number("sizeGib") for disk in instance.objects("disks"))


def hours_blocked(instance: Facts) -> float:
    """Return for how many hours after its move an instance's disk functions are blocked, by the notice."""
    return COPYING.default * size_gib(instance) / 100


class Blocked(NamedTuple):
    """The time in which an instance's disk functions may be blocked: it moves at some moment in its window."""

    start: datetime
    end: datetime


def blocked(timeline: Timeline, instance: Facts) -> Blocked:
    """Return that time, whether the instance moves at the start or as late as the Latest Schedule Time.

    Raises UnreadableError where the window is unknown.
    """
    if timeline.start is None or timeline.latest is None:
        raise UnreadableError("the window", "does not show when the data of the disks will be copied")
    end = max(timeline.start, timeline.latest) + timedelta(hours=hours_blocked(instance))
    return Blocked(timeline.start, end)


def copied_at(timeline: Timeline, instance: Facts) -> datetime:
    """Return when the data of an instance is copied at the latest. Raises UnreadableError as `blocked`."""
    return blocked(timeline, instance).end


def snapshots_of(plan: Plan, disk_id: str) -> tuple[Facts, ...]:
    """Return the snapshots of a disk that the cloud has. Raises UnreadableError where they are unknown."""
    by_disk = plan.migration.object("snapshots")
    return by_disk.objects(disk_id) if disk_id in by_disk.data else ()


def snapshots_to_be_made(plan: Plan, disk_ids: frozenset[str]) -> list[tuple[Resource, frozenset[str]]]:
    """Return declared snapshots, and groups of them, that do not exist yet, together with all those of their disks.

    Raises UnreadableError where the disks of one cannot be read.
    """
    declared, by_disk = plan.remember("snapshots to be made", lambda: _to_be_made(plan))
    places = sorted({place for disk_id in disk_ids for place in by_disk.get(disk_id, ())})
    return [(declared[place][0], declared[place][1] & disk_ids) for place in places]


def _to_be_made(plan: Plan) -> tuple[list[tuple[Resource, frozenset[str]]], Mapping[str, list[int]]]:
    """Return all of them with their disks, and for each disk their positions in that list."""
    declared = [(item, frozenset({item.facts.text("diskId")})) for item in plan.of_type(SNAPSHOT) if not item.exists]
    declared += [
        (item, frozenset(item.facts.texts("diskIds"))) for item in plan.of_type(SNAPSHOT_GROUP) if not item.exists
    ]
    by_disk: dict[str, list[int]] = defaultdict(list)
    for place, (_, disk_ids) in enumerate(declared):
        for disk_id in disk_ids:
            by_disk[disk_id].append(place)
    return declared, by_disk
