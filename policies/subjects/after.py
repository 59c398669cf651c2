"""Until when what comes after a move may wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import Fix, joined, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import Plan, has_moved
from policies.subjects.address_lists import Source, unused
from policies.subjects.attestations import answered_since


class Left(NamedTuple):
    """Where an old address still stands, and the fix that takes it out."""

    place: str
    fix: Fix


class Cleanup(NamedTuple):
    """From when on an instance leaves something behind, and until when that may wait.

    What was said before `since` cannot be about what is left.
    """

    since: datetime
    due: datetime


def cleanup(plan: Plan, timeline: Timeline) -> Cleanup:
    """From the start of the window until some days after its Latest Schedule Time, as the config says.

    Raises UnreadableError where the window or the days are not known.
    """
    if timeline.start is None or timeline.latest is None:
        raise UnreadableError("the window", "does not tell until when what is left behind may stay")
    days = min(plan.migration.number("cleanupDueDays"), 3_650)
    return Cleanup(timeline.start, max(timeline.start, timeline.latest) + timedelta(days=days))


def given_up(plan: Plan, instance: Facts) -> list[str]:
    """Addresses that a moved instance had, and that nothing has now."""
    former = set(plan.migration.texts("formerAddresses"))
    return [address for address in instance.texts("intranetIps") if address in former]


def left_behind(
    plan: Plan,
    timeline: Timeline,
    instance: Facts,
    source: Source,
    places: Callable[[Plan, str], Sequence[Left]],
) -> Verdict:
    """Whether an address that a moved instance had still stands in lists of a service, and since when that counts.

    Where the lists cannot be read, the word of somebody who has looked since the move does as well.
    """
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    addresses = given_up(plan, instance)
    if not addresses:
        return not_applicable("It has kept its address, or something else has it now.")
    since, due = cleanup(plan, timeline)
    told, until = ", ".join(addresses), due.isoformat(timespec="minutes")
    not_used = attempt(lambda: unused(plan, source, timeline.now))
    if isinstance(not_used, UnreadableError):
        if word := answered_since("address-lists", plan, timeline, instance, since):
            return passed(f"{word} {not_used}.")
        if timeline.now < due:
            return passed(
                f"{not_used}. {told}, its former address, may still be listed there; the cleanup is due by {until}."
            )
        raise not_used
    if not_used is not None:
        return not_used
    left = [item for address in addresses for item in places(plan, address)]
    if not left:
        return passed(f"{told}, its former address, is in no list of {source.named} any more.")
    where = "; ".join(dict.fromkeys(item.place for item in left))
    if timeline.now < due:
        return passed(f"{told}, its former address, is still in {where}; the cleanup is due by {until}.")
    return failed(f"{told}, its former address, is still in {where}.", then_all(joined(item.fix for item in left)))
