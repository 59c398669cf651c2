"""Until when what comes after a move may wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from policies.clock import Timeline
from policies.facts import UnreadableError
from policies.plan import Plan


def cleanup_due(plan: Plan, timeline: Timeline) -> datetime:
    """From when what an instance leaves behind counts: some days after its Latest Schedule Time, as the config says.

    Raises UnreadableError where the window or the days are not known.
    """
    if timeline.start is None or timeline.latest is None:
        raise UnreadableError("the window", "does not tell until when what is left behind may stay")
    days = min(plan.migration.number("cleanupDueDays"), 3_650)
    return max(timeline.start, timeline.latest) + timedelta(days=days)
