"""Transitions that happen by themselves as model time passes."""

from datetime import datetime
from typing import Any

from simulator.cloud import databases, instance_terms, migration_moves
from simulator.cloud.state import Cloud
from simulator.model.base import Table, Transitional


def settle(cloud: Cloud) -> None:
    """Make all transitions that are due; costs nothing if there are none."""
    now = cloud.clock.now()
    if cloud.due is None or now < cloud.due:
        return
    # Transitions that are due before a step of a migration come first, however far the clock jumped.
    while (step := migration_moves.next_step(cloud)) is not None and step[0] <= now:
        _end_passing(cloud, step[0])
        migration_moves.take(cloud, *step)
    _end_passing(cloud, now)
    if step is not None:
        cloud.awaits(step[0])


def _end_passing(cloud: Cloud, now: datetime) -> None:
    cloud.due = None
    for _, table in cloud.estate.tables("ready_at"):
        passing = [item for item in table if item.ready_at is not None]
        for item in passing:
            _settle_one(cloud, table, item, now)
    databases.expire(cloud, now)
    instance_terms.release_due(cloud, now)


def _settle_one(cloud: Cloud, table: Table[Any], item: Transitional, now: datetime) -> None:
    ends = item.ready_at
    if ends is not None and ends > now:
        cloud.awaits(ends)
    elif item.leaving:
        table.remove(item)
    else:
        item.arrive()
        if item.ready_at is not None:
            _settle_one(cloud, table, item, now)
