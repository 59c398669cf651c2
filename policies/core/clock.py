"""The time, read once, and the times that follow from the windows of the migration's waves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Final, Literal, TypeAlias, cast

from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.plan import Plan
from policies.core.settings import Settings, Threshold
from policies.core.words import apart

NOW_VARIABLE: Final = "PREFLIGHT_NOW"


Source: TypeAlias = Literal["cloud", "system", "PREFLIGHT_NOW"]


@dataclass(frozen=True)
class Moment:
    """The instant of an evaluation, and whether a gate may use it.

    `source` is the clock: the cloud's, as the program read it; this machine's where the facts lack it; or
    PREFLIGHT_NOW. `judged_at` is this machine's time at that instant. `what_if` is why the instant is not the present,
    `rehearsal` why the estate may not be Alibaba Cloud's: with either, no gate may pass. `estate_file` is the inventory
    file of the estate, None where the cloud was read.
    """

    now: datetime
    source: Source
    judged_at: datetime | None = None
    what_if: tuple[str, ...] = ()
    rehearsal: tuple[str, ...] = ()
    estate_file: str | None = None


MachineClock: TypeAlias = Callable[[], datetime]


def machine_clock() -> datetime:
    """Return this machine's time, in UTC."""
    return datetime.now(UTC)


def read_clock(
    environment: Mapping[str, str], plan: Plan | None = None, machine: MachineClock = machine_clock
) -> Moment:
    """Return the present by the cloud's clock, which is a fact; or the time of PREFLIGHT_NOW, which is a what-if.

    Raises UnreadableError if PREFLIGHT_NOW is not a time.
    """
    judged_at = machine()
    present, source = judged_at, "system"
    clock = None if plan is None else attempt(lambda: read_cloud_clock(plan))
    if clock is not None and not isinstance(clock, UnreadableError):
        # The facts are older than this moment; this machine's clock measures by how much, even if it is set wrong.
        present, source = clock[0] + (judged_at - clock[1]), "cloud"
    attempted = () if plan is None else attempt(lambda: plan.migration.texts("rehearsal"))
    rehearsal = () if isinstance(attempted, UnreadableError) else attempted
    file = None if plan is None else estate_file(plan)
    if NOW_VARIABLE not in environment:
        return Moment(present, cast(Source, source), judged_at, rehearsal=rehearsal, estate_file=file)
    now = Facts(environment, "environment").moment(NOW_VARIABLE)
    asked, is_now = apart(now, present)
    reason = f"{NOW_VARIABLE} asks about {asked}, and it is {is_now} now"
    return Moment(now, "PREFLIGHT_NOW", judged_at, (reason,), rehearsal, file)


def read_cloud_clock(plan: Plan) -> tuple[datetime, datetime]:
    """Return the cloud's time when the estate was read, and this machine's at that moment. Raises UnreadableError."""
    clock = plan.migration.object("clock")
    return clock.moment("cloudTime"), clock.moment("machineTime")


def estate_file(plan: Plan) -> str | None:
    """Return the file that the estate is from; None where the facts name none, and the cloud was read.

    A value that cannot be read is no proof of the cloud: it counts as a file without a name.
    """
    migration = attempt(lambda: plan.migration)
    if isinstance(migration, UnreadableError) or migration.data.get("estateFile") is None:
        return None
    name = attempt(lambda: migration.object("estateFile").text("path"))
    return "a file that is not named" if isinstance(name, UnreadableError) else name


def age(passed: timedelta) -> str:
    """Return a past interval in the largest unit that fits."""
    if passed < timedelta(0):
        return "later than the time that is asked about"
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if number := passed // size:
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "less than a minute ago"


# A time in a text, with its offset: without one it names no instant.
_TIME: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?P<seconds>:\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?!\d)")


def in_offset_of(start: datetime | None, text: str) -> str:
    """Rewrite every time in a text with the UTC offset of a window's start, so that people compare them at a glance.

    The instants do not change. Without a start, the text does not change either.
    """
    return text if start is None else _TIME.sub(partial(_shown, start), text)


def _shown(start: datetime, match: re.Match[str]) -> str:
    try:
        moment = datetime.fromisoformat(match[0]).astimezone(start.tzinfo)
    except (ValueError, OverflowError):
        # No day of the calendar, or outside its range.
        return match[0]
    return moment.isoformat(timespec="seconds" if match["seconds"] else "minutes")


@dataclass(frozen=True)
class Timeline:
    """The times and limits of a rule: those of one wave, under the rule's own settings.

    Each time is None where the facts lack it. `start` and `latest` are the window's. `freeze_starts_at` is
    `freezeHours` before the start: from then on only what exists counts as prepared.
    """

    now: datetime
    start: datetime | None = None
    latest: datetime | None = None
    freeze_starts_at: datetime | None = None
    settings: Settings = field(default_factory=Settings)

    @property
    def frozen(self) -> bool | None:
        """Whether the freeze has begun; None where that is unknown."""
        return None if self.freeze_starts_at is None else self.now >= self.freeze_starts_at

    @property
    def mandatory_from(self) -> datetime | None:
        """When the rule turns from advice into mandatory; None where it always was, or where that is unknown."""
        if self.settings.lead_hours is None or self.start is None:
            return None
        return _before(self.start, self.settings.lead_hours)

    @property
    def mandatory(self) -> bool:
        """Whether the rule blocks now: from its lead time on; where the window is unknown, always."""
        return self.mandatory_from is None or self.now >= self.mandatory_from

    def threshold(self, threshold: Threshold) -> float:
        """Return the value of one of the rule's limits, from the policy configuration or the rule's own."""
        return self.settings.thresholds[threshold.name]


@dataclass(frozen=True)
class Wave:
    """Instances that move in one window; `moved` is None where it is not known whether they have."""

    name: str
    instance_ids: tuple[str, ...]
    moved: bool | None
    timeline: Timeline

    @cached_property
    def members(self) -> frozenset[str]:
        """Its instances, as a set for look-ups."""
        return frozenset(self.instance_ids)


@dataclass(frozen=True)
class Schedule:
    """All waves that can be read, in the order of the facts."""

    now: datetime
    waves: tuple[Wave, ...]
    complete: bool
    """Whether the facts have all of them."""

    def of(self, instance: Facts) -> tuple[str | None, Timeline]:
        """Return name and timeline of an instance's wave; no name and no time unless the wave is certain.

        The instance names its wave, and that one wave must list the instance too. Otherwise it would count for none of
        the waves that list it.
        """
        own = attempt(lambda: (instance.text("wave"), instance.text("instanceId")))
        if isinstance(own, UnreadableError):
            return None, Timeline(self.now)
        named = [wave for wave in self.waves if wave.name == own[0]]
        if len(named) != 1 or own[1] not in named[0].members:
            return None, Timeline(self.now)
        return named[0].name, named[0].timeline

    @property
    def first(self) -> Timeline:
        """Return the timeline of the migration as a whole: of the earliest window still ahead, else of the earliest.

        It has no time where that window cannot be determined.
        """
        ahead = [wave for wave in self.waves if wave.moved is not True] or self.waves
        starts = {wave.timeline.start: wave.timeline for wave in ahead if wave.timeline.start is not None}
        if not self.complete or not starts or any(wave.timeline.start is None for wave in ahead):
            return Timeline(self.now)
        return starts[min(starts)]

    def end(self, wave: str | None) -> datetime | None:
        """Return the latest end of a wave's window, for None that of the last wave; None where it is unknown."""
        ends = [item.timeline.latest for item in self.waves if wave in (None, item.name)]
        known = [end for end in ends if end is not None]
        if not self.complete or not ends or len(known) < len(ends):
            return None
        return max(known)


def read_schedule(now: datetime, plan: Plan) -> Schedule:
    """Return the schedule of a migration from its registered outputs; never raises."""
    waves = attempt(lambda: plan.waves)
    if isinstance(waves, UnreadableError):
        return Schedule(now, (), complete=False)
    freeze_hours = attempt(lambda: plan.migration.number("freezeHours"))
    hours = None if isinstance(freeze_hours, UnreadableError) else freeze_hours
    read = [attempt(partial(_wave, now, wave, hours)) for wave in waves]
    known = tuple(wave for wave in read if isinstance(wave, Wave))
    return Schedule(now, known, complete=len(known) == len(read))


def _wave(now: datetime, wave: Facts, freeze_hours: float | None) -> Wave:
    start, latest = _window_time(wave, "start"), _window_time(wave, "latest")
    freeze_starts_at = None if start is None or freeze_hours is None else _before(start, freeze_hours)
    moved = attempt(lambda: wave.flag("moved"))
    return Wave(
        wave.text("name"),
        wave.texts("instanceIds"),
        None if isinstance(moved, UnreadableError) else moved,
        Timeline(now, start, latest, freeze_starts_at),
    )


def _window_time(wave: Facts, key: str) -> datetime | None:
    value = attempt(lambda: wave.object("window").moment(key))
    return None if isinstance(value, UnreadableError) else value


def _before(start: datetime, hours: float) -> datetime:
    """Return an instant some hours earlier; the hours are real ones, across changes of daylight saving time."""
    try:
        return start - timedelta(hours=hours)
    except OverflowError:
        # A time before the calendar's range has begun.
        return datetime.min.replace(tzinfo=UTC)
