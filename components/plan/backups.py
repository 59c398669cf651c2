"""Plan the backups: the snapshots that are taken together, their disks, and the excluded disks."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from components.config import BackupChoice, Problem
from components.plan.lookup import missing
from components.plan.roster import Roster
from estate.model import Disk

LOCAL_CATEGORIES = frozenset({"ephemeral", "ephemeral_ssd", "local_ssd_pro", "local_hdd_pro"})
"""Disks on the physical server itself; CreateSnapshot accepts none of them."""

_GROUP_CATEGORIES = frozenset({"cloud_essd", "cloud_auto", "cloud_essd_entry"})
"""Disks that a snapshot-consistent group accepts (CreateSnapshotGroup reference), at most 128."""
_GROUP_SIZE = range(2, 129)


@dataclass(frozen=True)
class SnapshotSet:
    """Disks of one instance whose snapshots are taken at one moment: one disk, or a snapshot-consistent group."""

    instance_id: str
    disks: tuple[Disk, ...]
    round: int

    @property
    def consistent(self) -> bool:
        """Whether it is a group of several disks."""
        return len(self.disks) > 1


def snapshot_sets(
    instance_id: str, disks: Sequence[Disk], excluded: Container[str], choice: BackupChoice | None, number: int
) -> tuple[SnapshotSet, ...]:
    """Return the snapshots to take of an instance's disks in round `number`; none of local and of `excluded` ones.

    Several disks are taken together if the cloud can do so for all of them, otherwise one by one. It cannot for one
    that several instances share.
    """
    if choice is None:
        return ()
    included = tuple(disk for disk in disks if disk.id not in excluded and disk.category not in LOCAL_CATEGORIES)
    together = choice.consistent_groups and len(included) in _GROUP_SIZE
    if together and all(disk.category in _GROUP_CATEGORIES and len(disk.instance_ids) == 1 for disk in included):
        return (SnapshotSet(instance_id, included, number),)
    return tuple(SnapshotSet(instance_id, (disk,), number) for disk in included)


def excluded_disk_problems(roster: Roster) -> Iterator[Problem]:
    """Yield excluded disks that do not exist."""
    backups, known = roster.config.backups, roster.index.disks
    for index, item in enumerate(backups.exclude if backups else ()):
        if item.disk not in known:
            yield Problem(f"backups.exclude[{index}].disk", missing("disk", item.disk, known, roster.estate))
