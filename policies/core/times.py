"""Write times, the same in all messages."""

from __future__ import annotations

from datetime import datetime


def to_minute(moment: datetime) -> str:
    """Return a time to the minute with its own offset, such as `2026-12-06T02:00+08:00`."""
    return moment.isoformat(timespec="minutes")
