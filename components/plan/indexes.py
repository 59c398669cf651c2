"""The estate, indexed by id: each list is traversed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from estate.model import (
    MIGRATION_REASON,
    AutoSnapshotPolicy,
    Database,
    Disk,
    Estate,
    Instance,
    InstanceType,
    ScheduledEvent,
    SecurityGroup,
    Snapshot,
    Zone,
)

_Item = TypeVar("_Item")

# Types of events (ECS API reference, DescribeInstanceHistoryEvents, DescribeInstancesFullStatus), such as
# AccountUnbalanced.Stop, SystemMaintenance.StopAndRepair or SecurityPunish.Locked.
_ENDS = (".Stop", ".StopAndRepair", ".Locked", ".Delete")


def grouped(items: Iterable[_Item], keys: Callable[[_Item], Iterable[str]]) -> dict[str, tuple[_Item, ...]]:
    """Return the items by each of their keys, in the order in which they came."""
    groups: dict[str, list[_Item]] = defaultdict(list)
    for item in items:
        for key in keys(item):
            groups[key].append(item)
    return {key: tuple(values) for key, values in groups.items()}


@dataclass(frozen=True)
class Indexes:
    """An estate as it was read, by id; dependent resources are in the order of their own ids."""

    estate: Estate

    @cached_property
    def instances(self) -> Mapping[str, Instance]:
        """All instances."""
        return {item.id: item for item in self.estate.instances}

    @cached_property
    def instance_types(self) -> Mapping[str, InstanceType]:
        """All instance types."""
        return {item.id: item for item in self.estate.instance_types}

    @cached_property
    def zones(self) -> Mapping[str, Zone]:
        """All zones."""
        return {item.id: item for item in self.estate.zones}

    @cached_property
    def security_groups(self) -> Mapping[str, SecurityGroup]:
        """All security groups, classic and VPC."""
        return {item.id: item for item in self.estate.security_groups}

    @cached_property
    def databases(self) -> Mapping[str, Database]:
        """All databases."""
        return {item.id: item for item in self.estate.databases}

    @cached_property
    def read_only_databases(self) -> Mapping[str, tuple[Database, ...]]:
        """Read-only databases, by the one that they follow."""
        return grouped(self.estate.databases, lambda item: [item.primary_id] if item.primary_id else [])

    @cached_property
    def disks(self) -> Mapping[str, Disk]:
        """All disks."""
        return {item.id: item for item in self.estate.disks}

    @cached_property
    def disks_of(self) -> Mapping[str, tuple[Disk, ...]]:
        """Attached disks, by instance."""
        return grouped(self.estate.disks, lambda disk: disk.instance_ids)

    @cached_property
    def snapshots_of(self) -> Mapping[str, tuple[Snapshot, ...]]:
        """Snapshots, by the disk that they are of."""
        return grouped(self.estate.snapshots, lambda snapshot: [snapshot.disk_id])

    @cached_property
    def auto_snapshot_policies(self) -> Mapping[str, AutoSnapshotPolicy]:
        """All automatic snapshot policies."""
        return {item.id: item for item in self.estate.auto_snapshot_policies}

    @cached_property
    def scheduled_moves(self) -> Mapping[str, tuple[ScheduledEvent, ...]]:
        """Moves out of the classic network that the cloud has scheduled, by instance."""
        moves = [event for event in self.estate.scheduled_events if event.reason_code == MIGRATION_REASON]
        return grouped(moves, lambda event: [event.instance_id])

    @cached_property
    def scheduled_ends(self) -> Mapping[str, tuple[ScheduledEvent, ...]]:
        """System events that will stop, lock or release an instance; its move stops it, too, and is none."""
        return self._other_events(ends=True)

    @cached_property
    def scheduled_events(self) -> Mapping[str, tuple[ScheduledEvent, ...]]:
        """System events that are neither its move nor its end, by instance."""
        return self._other_events(ends=False)

    def _other_events(self, *, ends: bool) -> Mapping[str, tuple[ScheduledEvent, ...]]:
        events = (event for event in self.estate.scheduled_events if event.reason_code != MIGRATION_REASON)
        return grouped(
            (event for event in events if event.type.endswith(_ENDS) is ends), lambda event: [event.instance_id]
        )
