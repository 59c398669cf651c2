"""The times of the move: one window, or waves with windows of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BeforeValidator, Field, field_validator, model_validator

from components.config.base import CLOCK_PATTERN, WAVE_NAME_PATTERN, Strict, WrittenText, ZoneId, duplicates
from components.config.errors import Problem
from components.config.instances import MigratingInstanceChoice, Selector, let_ids_stand_alone

SINGLE_WAVE = "all"
"""The wave of a stack whose instances all move in one window."""

WaveName = Annotated[str, Field(pattern=WAVE_NAME_PATTERN)]


class Sighting(Strict):
    """A person's confirmation that the console's pending task has the window's start, which no API shows."""

    by: WrittenText = Field(description="Who saw it: a name or an address.")
    at: AwareDatetime = Field(description="When, with its UTC offset.")
    zones: tuple[ZoneId, ...] = Field(
        default=(),
        description="Destination zones of the migration plans that were seen: one plan has one, so that a wave which "
        "goes to several zones has several plans. Needed for such a wave only.",
    )


class Window(Strict):
    """The time of the move. `latest` is the Latest Schedule Time of the pending task in the ECS console."""

    start: AwareDatetime = Field(description="Scheduled date and time of the migration, with its UTC offset.")
    latest: AwareDatetime = Field(description="Latest Schedule Time of the pending task, with its UTC offset.")
    end: AwareDatetime | None = Field(
        default=None, description="By when every instance must be up again, with its UTC offset."
    )
    disks_needed_from: AwareDatetime | None = Field(
        default=None,
        description="From when snapshots and other disk functions are needed again, with its UTC offset; they are "
        "disabled for about 4 h per 100 GiB after the move.",
    )
    scheduled: Sighting | None = Field(
        default=None, description="Who saw in the console that the pending task has this start, and when."
    )


class OffPeak(Strict):
    """The hours of every day in which instances may be down, by the clock of one time zone."""

    begins: str = Field(pattern=CLOCK_PATTERN, alias="from", description="When they begin, such as 22:00.")
    ends: str = Field(
        pattern=CLOCK_PATTERN, alias="to", description="When they end, such as 06:00; before `from`: next day."
    )
    time_zone: str = Field(description="IANA name of the time zone, such as Asia/Shanghai.")

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"expected the IANA name of a time zone, such as Asia/Shanghai; got {name!r}") from None
        return name

    @model_validator(mode="after")
    def _lasts(self) -> OffPeak:
        if self.begins == self.ends:
            raise ValueError("expected off-peak hours that end at another time than they begin")
        return self


class Wave(Strict):
    """Instances that move in one window, and the waves that must have moved before."""

    name: WaveName = Field(description="Its name, unique in the stack.")
    window: Window = Field(description="When its instances move.")
    instances: Annotated[tuple[MigratingInstanceChoice, ...], BeforeValidator(let_ids_stand_alone)] = Field(
        default=(), description="Instances of this wave: ids, or objects with an id and choices."
    )
    selector: Selector | None = Field(default=None, description="Instances of this wave, by tags, in place of a list.")
    after: tuple[WaveName, ...] = Field(default=(), description="Names of the waves that move before this one.")

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Wave:
        if bool(self.instances) == (self.selector is not None):
            raise ValueError("expected either instances (a list that is not empty) or selector, and not both")
        return self


def window_problems(key: str, window: Window) -> Iterator[Problem]:
    """Yield an end, or a time for the disks, that is not after the start; `key` is the window's, with its dot."""
    for name, moment in (("end", window.end), ("disksNeededFrom", window.disks_needed_from)):
        if moment is not None and moment <= window.start:
            yield Problem(f"{key}{name}", "expected a time after the window's start")


def wave_problems(waves: Sequence[Wave]) -> Iterator[Problem]:
    """Yield names that are not unique, and an impossible order of waves: unknown, circular, or against the times."""
    yield from duplicates("waves", [wave.name for wave in waves])
    by_name = {wave.name: wave for wave in waves}
    for index, wave in enumerate(waves):
        yield from duplicates(f"waves[{index}].after", wave.after)
        for place, name in enumerate(wave.after):
            key = f"waves[{index}].after[{place}]"
            if name not in by_name:
                yield Problem(key, f"there is no wave {name}; expected one of {', '.join(sorted(by_name))}")
            elif name != wave.name and wave.window.start <= by_name[name].window.start:
                yield Problem(key, f"{wave.name} begins no later than {name}; expected a window that begins after it")
    yield from _circle({wave.name: wave.after for wave in waves})


def _circle(after: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        circle = " after ".join(reversed(error.args[1]))
        yield Problem("waves", f"{circle}; expected an order without a circle")
