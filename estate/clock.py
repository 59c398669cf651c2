"""The cloud's clock, by which everything is measured: no clock that the caller can set decides anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class ClockReading:
    """The cloud's time, to the second, by the `Date` header of an answer, and this machine's time at that moment."""

    cloud: datetime
    machine: datetime

    @property
    def skew(self) -> timedelta:
        """How far the cloud's clock is ahead of this machine's."""
        return self.cloud - self.machine


def reading(date: str | None, machine: datetime) -> ClockReading | None:
    """Read the `Date` header of an answer that came at `machine`; None where it is missing or no time (RFC 9110)."""
    try:
        cloud = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return ClockReading(cloud.astimezone(UTC) if cloud.tzinfo else cloud.replace(tzinfo=UTC), machine)


def now() -> datetime:
    """Return this machine's time in UTC, where no answer of the cloud is at hand."""
    return datetime.now(UTC)
