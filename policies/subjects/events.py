"""System events that are not over: what they are called, and whether their time is fixed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, task

# Statuses without a time ahead (ECS API reference, DescribeInstanceHistoryEvents, AcceptInquiredSystemEvent).
_WITHOUT_TIME: Final = {
    "Scheduled": "",
    "Executing": "is being executed",
    "Inquiring": "waits for your consent in the ECS console, and may happen at any time after it",
}


def called(event: Facts) -> str:
    """Return the event by its id and type."""
    return f"The system event {event.text('eventId')} ({event.text('eventType')})"


def without_time(event: Facts) -> str:
    """Return why no time is ahead that counts for the event; empty where it is scheduled."""
    return _WITHOUT_TIME[event.choice("eventStatus", *_WITHOUT_TIME)]


def began_in(event: Facts, start: datetime, now: datetime) -> bool:
    """Whether the event is being executed, and the window that begins at `start` has begun."""
    return event.text("eventStatus") == "Executing" and now >= start


def handled(instance_id: str, until: str) -> Fix:
    """Return the fix by a person, and the command that shows the events of the instance that are not over."""
    statuses = {f"InstanceEventCycleStatus.{place}": status for place, status in enumerate(_WITHOUT_TIME, 1)}
    return task(until) + aliyun("ecs", "DescribeInstanceHistoryEvents", {"InstanceId": instance_id, **statuses})
