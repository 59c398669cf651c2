"""The time, read once, and the times that follow from the migration's window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from policies.facts import Facts, UnreadableError, attempt

NOW_VARIABLE: Final = "PREFLIGHT_NOW"


@dataclass(frozen=True)
class Moment:
    """The instant of an evaluation, and where it was taken from."""

    now: datetime
    source: Literal["system", "PREFLIGHT_NOW"]


def read_clock(environment: Mapping[str, str]) -> Moment:
    """The value of PREFLIGHT_NOW where it is set, else the system's clock in UTC.

    Raises UnreadableError if it is not a time.
    """
    if NOW_VARIABLE in environment:
        return Moment(Facts(environment, "environment").moment(NOW_VARIABLE), "PREFLIGHT_NOW")
    return Moment(datetime.now(UTC), "system")


@dataclass(frozen=True)
class Timeline:
    """The times that rules go by; each is None where the facts do not tell it.

    `start` and `latest` are the window's, `freeze_starts_at` is `freezeHours` before the start: from then on only what
    exists counts as prepared.
    """

    now: datetime
    start: datetime | None
    latest: datetime | None
    freeze_starts_at: datetime | None

    @property
    def frozen(self) -> bool | None:
        """Whether the freeze has begun; None where nobody can tell."""
        return None if self.freeze_starts_at is None else self.now >= self.freeze_starts_at


def read_timeline(now: datetime, migration: Facts | None) -> Timeline:
    """The timeline of a migration from its registered outputs; never raises."""
    start = _window_time(migration, "start")
    return Timeline(now, start, _window_time(migration, "latest"), _freeze_start(migration, start))


def _window_time(migration: Facts | None, key: str) -> datetime | None:
    if migration is None:
        return None
    value = attempt(lambda: migration.object("window").moment(key))
    return None if isinstance(value, UnreadableError) else value


def _freeze_start(migration: Facts | None, start: datetime | None) -> datetime | None:
    if migration is None or start is None:
        return None
    hours = attempt(lambda: migration.number("freezeHours"))
    if isinstance(hours, UnreadableError):
        return None
    try:
        return start - timedelta(hours=hours)
    except OverflowError:
        # A freeze that would have begun before all calendars has begun.
        return datetime.min.replace(tzinfo=UTC)
