"""The deadlines of the work after a move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import Fix, joined, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import Plan, has_moved
from policies.core.words import to_minute
from policies.subjects.address_lists import Source, unused
from policies.subjects.attestations import answered_since


class Left(NamedTuple):
    """An old address in a list, and the fix that removes it."""

    place: str
    fix: Fix


class Cleanup(NamedTuple):
    """The time from which a moved instance leaves old addresses behind, and the time by which they must be gone.

    Statements from before `since` cannot be about them.
    """

    since: datetime
    due: datetime


def cleanup(plan: Plan, timeline: Timeline) -> Cleanup:
    """Return the period from the start of the window until some days after its Latest Schedule Time, by the config.

    Raises UnreadableError where the window or the days are unknown.
    """
    if timeline.start is None or timeline.latest is None:
        raise UnreadableError("the window", "does not show until when what is left behind may stay")
    days = min(plan.migration.number("cleanupDueDays"), 3_650)
    return Cleanup(timeline.start, max(timeline.start, timeline.latest) + timedelta(days=days))


def given_up(plan: Plan, instance: Facts) -> list[str]:
    """Return the addresses that a moved instance had and that are free now."""
    former = set(plan.migration.texts("formerAddresses"))
    return [address for address in instance.texts("intranetIps") if address in former]


def left_behind(
    plan: Plan,
    timeline: Timeline,
    instance: Facts,
    source: Source,
    places: Callable[[Plan, str], Sequence[Left]],
) -> Verdict:
    """Judge whether a moved instance's old address is still in lists of a service, and since when that counts.

    Where the lists cannot be read, an attestation made after the move is enough.
    """
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    addresses = given_up(plan, instance)
    if not addresses:
        return not_applicable("It has kept its address, or another resource has that address now.")
    since, due = cleanup(plan, timeline)
    former, until = ", ".join(addresses), to_minute(due)
    not_used = attempt(lambda: unused(plan, source, timeline.now))
    if isinstance(not_used, UnreadableError):
        if word := answered_since("address-lists", plan, timeline, instance, since):
            return passed(f"{word} {not_used}.")
        if timeline.now < due:
            return passed(f"{not_used}. Its former address {former} may still be listed there. Remove it by {until}.")
        raise not_used
    if not_used is not None:
        return not_used
    left_places = [item for address in addresses for item in places(plan, address)]
    if not left_places:
        return passed(f"Its former address {former} is in no list of {source.named} any more.")
    locations = "; ".join(dict.fromkeys(item.place for item in left_places))
    if timeline.now < due:
        return passed(f"Its former address {former} is still in {locations}. Remove it by {until}.")
    return failed(
        f"Its former address {former} is still in {locations}.", then_all(joined(item.fix for item in left_places))
    )
