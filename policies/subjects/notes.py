"""What a person must know about the move, independent of findings: per wave and instance, computed from the facts.

Nothing here decides anything. A note names a fact that is unknown, in place of a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from policies.core.clock import Schedule, Timeline, Wave
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.plan import Plan, has_moved, place_of
from policies.core.settings import Settings
from policies.core.words import number_of, to_minute
from policies.subjects import durations
from policies.subjects.disks import hours_blocked, size_gib
from policies.subjects.guest import listed
from policies.subjects.notice import ITEMS

VOUCHER_WORKING_DAYS: Final = 7
_DAY: Final = 86_400
_BY_DEFAULT: Final = Settings(thresholds={item.name: item.default for item in durations.OF_MOVING})


@dataclass(frozen=True, order=True)
class Note:
    """The meaning of an item of the notice for a wave, or for one of its instances; `wave` "" where it is unknown."""

    wave: str
    instance_id: str
    """Empty: it holds for the whole wave."""
    item: str
    text: str


def notes(plan: Plan, schedule: Schedule) -> tuple[Note, ...]:
    """Return all notes, sorted; for moved instances only those of the phase after the move. Never raises."""
    collected: list[Note] = []
    for wave in schedule.waves:
        for item, text_of_wave in OF_WAVES.items():
            if wave.moved is not True or ITEMS[item].phase == "after":
                text = _text_of(item, partial(text_of_wave, plan, schedule, wave))
                collected += [Note(wave.name, "", item, text)] if text else []
    for instance in plan.instances:
        facts = instance.facts
        for item, text_of_instance in _OF_INSTANCES.items():
            if not has_moved(facts) or ITEMS[item].phase == "after":
                text = _text_of(item, partial(text_of_instance, plan, facts))
                collected += [Note(_name(facts, "wave"), _name(facts, "instanceId"), item, text)] if text else []
    return tuple(sorted(collected))


def _text_of(item: str, text_for: Callable[[], str]) -> str:
    try:
        return text_for()
    except UnreadableError as problem:
        return f"{ITEMS[item].text} More is not known: {problem}."
    except Exception as error:
        # A note must not end the analysis. Only the type of the error: its message may hold values.
        return f"{ITEMS[item].text} More is not known: {type(error).__name__}."


def _name(facts: Facts, key: str) -> str:
    name = attempt(lambda: facts.text(key))
    return "" if isinstance(name, UnreadableError) else name


# ---- waves ----


def _stopped(plan: Plan, _schedule: Schedule, wave: Wave) -> str:
    number, start = len(plan.left_of(wave.instance_ids)), to_minute(_start(wave))
    timeline = Timeline(wave.timeline.now, settings=_BY_DEFAULT)
    each, all_of_them = (durations.text(durations.moving(count, timeline)) for count in (1, number))
    return (
        f"{start}: {number_of(number, 'instance')}, each stopped for about {each}; about {all_of_them} until all "
        "are up, if five move at once."
    )


def _no_way_back(_plan: Plan, _schedule: Schedule, _wave: Wave) -> str:
    return "There is no way back into the classic network: a fault after the move must be fixed in the VPC."


def _later(plan: Plan, schedule: Schedule, wave: Wave) -> str:
    waves = tuple(item.name for item in schedule.waves if item.name != wave.name)
    later = len(plan.migration.texts("laterInstanceIds"))
    others = [f"{'wave' if len(waves) == 1 else 'waves'} {listed(waves)}"] if waves else []
    others += [f"{number_of(later, 'instance')} of no wave yet"] if later else []
    return f"At another time: {'; '.join(others)}. They reach this wave over ClassicLink only." if others else ""


def _out_of_reach(_plan: Plan, _schedule: Schedule, _wave: Wave) -> str:
    return "During the move nobody can operate the instances. Each must be restarted after the move."


def _vouchers(_plan: Plan, _schedule: Schedule, wave: Wave) -> str:
    latest = wave.timeline.latest
    soonest = _working_days_after(_start(wave).date(), VOUCHER_WORKING_DAYS)
    put_off = (
        f", or {_working_days_after(latest.date(), VOUCHER_WORKING_DAYS)} if it moves at the Latest Schedule Time"
        if latest is not None
        else ""
    )
    return (
        f"Vouchers for a month of the same configuration, without Internet bandwidth, are due about {soonest}{put_off}"
        " (working days without public holidays)."
    )


def _tickets(_plan: Plan, _schedule: Schedule, wave: Wave) -> str:
    latest = wave.timeline.latest
    until = f", scheduled until {to_minute(latest)} at the latest" if latest else ""
    return f"Open a ticket if anything goes wrong in the move of wave {wave.name}{until}."


def _start(wave: Wave) -> datetime:
    if wave.timeline.start is None:
        raise UnreadableError(f"the window of wave {wave.name}", "does not show when it begins")
    return wave.timeline.start


def _working_days_after(day: date, number: int) -> date:
    if day > date.max - timedelta(days=4 * number):
        raise UnreadableError("the window", "ends where the calendar does")
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5  # Monday to Friday
    return day


OF_WAVES: Final[dict[str, Callable[[Plan, Schedule, Wave], str]]] = {
    "N01": _stopped,
    "N02": _no_way_back,
    "N16": _later,
    "N20": _out_of_reach,
    "N29": _vouchers,
    "N35": _tickets,
}


#: Items whose note is the same for every wave, unless a fact is not known.
_SAME: Final = ("N02", "N20")


# ---- instances ----


def _licences(_plan: Plan, instance: Facts) -> str:
    managers = instance.object("guest").texts("licenceManagers")
    seen = f"Seen: {', '.join(sorted(managers))}." if managers else "The script saw no licence manager that it knows."
    return f"Licence codes may change with the move. {seen}"


def _released(_plan: Plan, instance: Facts) -> str:
    addresses, bandwidth = instance.texts("publicIps"), instance.number("internetMaxBandwidthOut")
    return "" if not addresses or bandwidth else f"{_list(addresses)} is released, at 0 Mbit/s of Internet bandwidth."


def _kept_as_nat_ip(_plan: Plan, instance: Facts) -> str:
    addresses, bandwidth = instance.texts("publicIps"), instance.number("internetMaxBandwidthOut")
    if not addresses or not bandwidth:
        return ""
    return f"{_list(addresses)} is kept as NatIP: its NIC is deleted, and the system sees the private address only."


def _private(plan: Plan, instance: Facts) -> str:
    addresses = _list(instance.texts("intranetIps"))
    if instance.flag("retainIp"):
        return f"{addresses} is to be kept: choose that in the migration plan of the console."
    blocks = _list(tuple(item.text("cidrBlock") for item in plan.vswitches(place_of(instance))))
    return f"{addresses} is replaced by a random address of {blocks or 'no VSwitch yet'}; you can change it afterwards."


def _frozen(_plan: Plan, instance: Facts) -> str:
    hours, gib = hours_blocked(instance), size_gib(instance)
    return (
        f"For about {hours:g} h after the move ({gib:g} GiB) I/O is slower, and snapshots and disk changes are refused."
    )


def _ports(_plan: Plan, instance: Facts) -> str:
    groups = _list(instance.texts("securityGroupIds"))
    return f"After the move the VPC groups in place of {groups} decide who reaches it: try its ports."


def _restarted(_plan: Plan, instance: Facts) -> str:
    up = number_of(round(instance.object("guest").number("uptimeSeconds") / _DAY), "day")
    return f"It is restarted, after {up} up when the evidence was collected: file systems may be checked."


def _buckets(_plan: Plan, instance: Facts) -> str:
    return f"Take {_list(instance.texts('intranetIps'))} out of OSS bucket policies, unless it is kept."


def _registries(_plan: Plan, instance: Facts) -> str:
    addresses = _list(instance.texts("intranetIps"))
    return f"Take {addresses} out of whitelists of Container Service and Container Registry, unless it is kept."


def _mac_addresses(_plan: Plan, instance: Facts) -> str:
    bound = instance.object("guest").texts("macBoundLicences")
    seen = f" Seen bound to one: {', '.join(sorted(bound))}." if bound else ""
    return (
        "One MAC address is left. If a licence becomes invalid, ask its vendor, or associate the primary NIC again."
        f"{seen}"
    )


def _list(texts: tuple[str, ...]) -> str:
    return ", ".join(sorted(texts))


_OF_INSTANCES: Final[dict[str, Callable[[Plan, Facts], str]]] = {
    "N03": _licences,
    "N04": _released,
    "N05": _kept_as_nat_ip,
    "N06": _private,
    "N07": _frozen,
    "N13": _ports,
    "N25": _buckets,
    "N26": _registries,
    "N28": _restarted,
    "N31": _mac_addresses,
}

REPORTED: Final = frozenset({*OF_WAVES, *_OF_INSTANCES})
"""The items of the notice that are reported to a person."""


#: Waves whose beginning a preview shows.
_MOST_WAVES: Final = 5


def announcement(notes: tuple[Note, ...], waves: Sequence[str]) -> str:
    """Return the notes of all waves, as one text with a heading and few lines.

    Notes that are the same for all waves are shown once. Each wave has the line with its beginning. Of all other notes
    the items are named.
    """
    text_of = {(note.wave, note.item): note.text for note in notes if not note.instance_id}
    texts = {item: {text_of.get((wave, item)) for wave in waves} for item in OF_WAVES}
    shared = [item for item, of_waves in texts.items() if len(of_waves) == 1 and item in _SAME]
    begins = [f"N01 {wave}: {text_of[wave, 'N01']}" for wave in waves if (wave, "N01") in text_of]
    more = len(begins) - _MOST_WAVES
    other_items = sorted({item for _, item in text_of} - {"N01", *shared})
    return "\n".join(
        [
            "Independent of findings:",
            *begins[:_MOST_WAVES],
            *([f"N01 and {more} more waves"] if more > 0 else []),
            *(f"{item} {text_of[waves[0], item]}" for item in shared if (waves[0], item) in text_of),
            *([f"{', '.join(other_items)}: for each wave in the notices of the result file"] if other_items else []),
        ]
    )
