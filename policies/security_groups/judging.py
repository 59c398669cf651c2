"""Judge what the move of one instance opens and loses, at itself and at linked instances that stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from policies.core.facts import Facts
from policies.core.plan import Plan
from policies.security_groups.clones import accepted_differences
from policies.security_groups.comparing import at_one_that_stays, lost, opened
from policies.security_groups.differences import Differences
from policies.security_groups.model import Peer
from policies.security_groups.reading import departures, firewall_of, rules_of_linked, surroundings

Kind = Literal["opened", "lost"]


class Judged(NamedTuple):
    """The differences of one kind for one instance, and the config's reasons to accept some, by classic id."""

    differences: Differences
    reasons: Mapping[str, str]


def judge(plan: Plan, instance: Facts, kind: Kind, now: datetime) -> Judged:
    """Compare for one instance what it and linked instances accept before and after its move.

    Raises UnreadableError where a fact that this needs cannot be read.
    """
    own, group_ids = instance.text("instanceId"), instance.texts("securityGroupIds")
    departure = departures(plan).get(own)
    reasons = accepted_differences(plan, group_ids, kind, now)
    key = (__name__, kind, departure, tuple(sorted(group_ids)))
    differences = plan.remember(key, lambda: _at_its_groups(plan, group_ids, departure, reasons, kind)).without(own)
    _join_linked(plan, own, kind, differences)
    return Judged(differences, reasons)


def judge_linked(plan: Plan, instance: Facts, kind: Kind) -> Differences:
    """Compare what linked instances accept from one instance, leaving out the instance's own groups.

    Raises UnreadableError where a fact that this needs cannot be read.
    """
    differences = Differences()
    _join_linked(plan, instance.text("instanceId"), kind, differences)
    return differences


def _join_linked(plan: Plan, own: str, kind: Kind, collected: Differences) -> None:
    for groups, peers in _linked_after(plan, departures(plan).get(own)).items():
        if peers.keys() == {own}:
            continue
        # Mostly there are none, and this is asked for each instance about each set of groups.
        if differences := _at_linked(plan, groups)[kind == "lost"]:
            collected.join_of(differences, own, _called([peer for name, peer in peers.items() if name != own]))


def _at_its_groups(
    plan: Plan, group_ids: tuple[str, ...], departure: int | None, reasons: Mapping[str, str], kind: Kind
) -> Differences:
    compare = opened if kind == "opened" else lost
    return compare(firewall_of(plan, group_ids), surroundings(plan), departure, reasons)


def _at_linked(plan: Plan, groups: frozenset[str]) -> tuple[Differences, Differences]:
    def compare() -> tuple[Differences, Differences]:
        return at_one_that_stays(rules_of_linked(plan, tuple(sorted(groups))), surroundings(plan))

    return plan.remember((__name__, groups), compare)


def _linked_after(plan: Plan, departure: int | None) -> Mapping[frozenset[str], Mapping[str, Peer]]:
    """Return the instances that are linked when one of this departure has moved, by id, by their groups."""

    def linked() -> Mapping[frozenset[str], Mapping[str, Peer]]:
        by_groups: dict[frozenset[str], dict[str, Peer]] = defaultdict(dict)
        for peer in surroundings(plan).linked:
            if peer.met_linked_after(departure):
                by_groups[peer.groups][peer.id] = peer
        return by_groups

    return plan.remember((__name__, "linked after", departure), linked)


def _called(peers: list[Peer]) -> str:
    """Name the first of some instances, and count the others."""
    first = f"{peers[0].id} ({peers[0].name})"
    more = len(peers) - 1
    return f"{first} and {more} more, which are linked" if more else f"{first}, which is linked"
