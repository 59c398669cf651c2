"""The times at which a verdict may change by time alone: every one that a rule compares with the present."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from policies.core.approvals import LONGEST
from policies.core.clock import Schedule
from policies.core.facts import Facts, UnreadableError
from policies.core.plan import SHARED_SECURITY_GROUP, Plan, has_moved
from policies.subjects.after import cleanup

T = TypeVar("T")


def deadlines(plan: Plan, schedule: Schedule) -> tuple[datetime, ...]:
    """Return the times in the facts, sorted; unreadable facts have none. Never raises.

    Lead times are with the results. Times at which a finding can only disappear are left out: evidence or a snapshot
    from the future, the end of the hours in which disks are blocked.
    """
    readers = (_of_windows, _of_words, _of_exclusions, _of_evidence, _of_what_comes_after)
    return tuple(sorted({moment for times in readers for moment in times(plan, schedule)}))


def _of_windows(_plan: Plan, schedule: Schedule) -> Iterator[datetime]:
    for wave in schedule.waves:
        if wave.moved is not True:
            times = wave.timeline.freeze_starts_at, wave.timeline.start, wave.timeline.latest
            yield from (moment for moment in times if moment is not None)


def _of_words(plan: Plan, _schedule: Schedule) -> Iterator[datetime]:
    """Yield begin and end of people's statements: attestations, waivers, accepted differences, a seen task."""
    for entry in _entries(lambda: plan.migration.objects("attestations")):
        yield from _times(entry, "statedAt", "validUntil")
    for entry in _entries(lambda: plan.migration.objects("waivers")):
        yield from _times(entry, "approvedAt", "expires")
    for unread in _entries(lambda: plan.migration.objects("unreadLists")):
        yield from _approval(partial(unread.object, "approval"))
    for group in plan.of_type(SHARED_SECURITY_GROUP):
        for kind in ("opened", "lost"):
            yield from _approval(partial(_accepted, group.facts, kind))
    for wave in _entries(lambda: plan.waves):
        scheduled = _if_known(partial(wave.object, "scheduled"))
        if scheduled is not None:
            yield from _times(scheduled, "at")
            forgotten = _if_known(partial(_forgotten_at, scheduled))
            yield from () if forgotten is None else (forgotten,)


def _forgotten_at(sighting: Facts) -> datetime:
    return sighting.moment("at") + LONGEST


def _accepted(group: Facts, kind: str) -> Facts:
    return group.object("accepted").object(kind)


def _of_exclusions(plan: Plan, _schedule: Schedule) -> Iterator[datetime]:
    for instance in plan.instances:
        for disk in _entries(partial(instance.facts.objects, "disks")):
            yield from _approval(partial(disk.object, "excluded"))


def _of_evidence(plan: Plan, _schedule: Schedule) -> Iterator[datetime]:
    """Yield the times at which evidence of instances that have not moved becomes too old."""
    most = _if_known(lambda: plan.migration.number("evidenceMaxAgeHours"))
    if most is None:
        return
    for instance in plan.instances:
        guest = _if_known(partial(instance.facts.object, "guest"))
        if guest is not None and not has_moved(instance.facts):
            stale = _if_known(partial(_stale_at, guest, most))
            yield from () if stale is None else (stale,)


def _stale_at(guest: Facts, most: float) -> datetime:
    return guest.moment("collectedAt") + timedelta(hours=most)


def _of_what_comes_after(plan: Plan, schedule: Schedule) -> Iterator[datetime]:
    """Yield the deadlines for the old addresses of moved instances."""
    for instance in plan.instances:
        if has_moved(instance.facts):
            times = _if_known(partial(cleanup, plan, schedule.of(instance.facts)[1]))
            yield from () if times is None else (times.due,)


def _entries(read: Callable[[], Sequence[Facts]]) -> Sequence[Facts]:
    return _if_known(read) or ()


def _approval(read: Callable[[], Facts]) -> Iterator[datetime]:
    entry = _if_known(read)
    if entry is not None:
        yield from _times(entry, "approvedAt", "expires")


def _times(entry: Facts, *keys: str) -> Iterator[datetime]:
    times = (_if_known(partial(entry.moment, key)) for key in keys)
    yield from (moment for moment in times if moment is not None)


def _if_known(read: Callable[[], T]) -> T | None:
    """Return a readable value; None for an unreadable one, and for a time beyond the calendar, which never comes."""
    try:
        return read()
    except (UnreadableError, OverflowError):
        return None
