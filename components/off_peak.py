"""Off-peak hours as instants, by the clock of a time zone with its daylight saving. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from components.config import OffPeak


def off_peak_until(hours: OffPeak, moment: datetime) -> datetime | None:
    """Return the end, in UTC offset of the zone, of the off-peak period around a moment; None outside of one.

    Periods are from clock time to clock time: when clocks change, the night is an hour shorter or longer. A clock time
    that is skipped counts as the hour after it, one that occurs twice as the first.
    """
    zone = ZoneInfo(hours.time_zone)
    begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        start = datetime.combine(day, begins, zone)
        end = datetime.combine(day if begins < ends else day + timedelta(days=1), ends, zone)
        # Compared as instants: datetimes of one zone would be compared by their clocks.
        if start.timestamp() <= moment.timestamp() < end.timestamp():
            return end
    return None
