"""Snapshots before the window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta

from pydantic import Field

from components.config.approvals import Approval
from components.config.base import ID_PATTERN, Strict, duplicates
from components.config.errors import Problem
from components.config.schedule import Wave

USUAL_DAYS_AFTER_WINDOW = 1
USUAL_MAX_AGE_HOURS = 24


class ExcludedDisk(Approval):
    """A disk without a snapshot: why none is needed, or how its data is backed up otherwise."""

    disk: str = Field(pattern=ID_PATTERN, description="Disk id.")


class BackupChoice(Strict):
    """A snapshot of every disk of every migrating instance."""

    retention_days: int = Field(ge=1, le=65536, description="Days that the snapshots are kept (1 to 65536).")
    keep_days_after_window: int = Field(
        default=USUAL_DAYS_AFTER_WINDOW,
        ge=1,
        le=3650,
        description="Days that a snapshot must outlive the Latest Schedule Time and the hours without disk functions.",
    )
    max_age_hours: int = Field(
        default=USUAL_MAX_AGE_HOURS,
        ge=1,
        le=720,
        description="Hours before the freeze from which a snapshot is fresh enough.",
    )
    consistent_groups: bool = Field(
        default=True,
        description="Takes the snapshots of an instance with several disks at one moment, where all of them are ESSDs.",
    )
    round: int = Field(
        default=1,
        ge=1,
        description="Raise it to take new snapshots. Those of earlier rounds leave the stack, and stay in the cloud.",
    )
    exclude: tuple[ExcludedDisk, ...] = Field(
        default=(),
        description="Disks of which no snapshot is taken, each with a reason, an owner, who approved it, and an end.",
    )


def backup_problems(choice: BackupChoice | None, waves: Sequence[Wave], freeze_hours: float) -> Iterator[Problem]:
    """Yield disks that are excluded twice, and a retention that is too short for any snapshot taken in time.

    Retention counts from a snapshot's creation, which is before the freeze of the wave. The hours in which its disks'
    data is copied are added; the sizes are not in the config, so the policy pack counts them.
    """
    if choice is None:
        return
    yield from duplicates("backups.exclude", [item.disk for item in choice.exclude])
    longest = max(wave.window.latest - wave.window.start for wave in waves)
    needed = longest + timedelta(hours=freeze_hours, days=choice.keep_days_after_window)
    days = math.ceil(needed / timedelta(days=1))
    if choice.retention_days < days:
        yield Problem(
            "backups.retentionDays",
            f"expected {days} or more: from before the freeze until {choice.keep_days_after_window} days "
            f"(keepDaysAfterWindow) after the Latest Schedule Time; got {choice.retention_days}",
        )
