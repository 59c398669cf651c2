"""Turn the pack's plan into who reaches whom, before the move and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from policies.core.facts import printable
from policies.core.plan import Plan, has_moved
from policies.security_groups.reading import surroundings
from preflight.reach.comparison import Comparison
from preflight.reach.databases import database_results
from preflight.reach.live_rules import as_in_cloud
from preflight.reach.model import Basis, Counts, NotKnown, Reach, Status
from preflight.reach.outside import outside_results
from preflight.reach.pairs import number_of_pairs, pair_results
from preflight.reach.public import public_results


def make_reach(plan: Plan, now: datetime, basis: Basis = "plan", *, whole_vswitches: bool = False) -> Reach:
    """Return who reaches whom before and after the move.

    After is the plan's state once the update and all moves are done, or the cloud's present one, once instances have
    moved. With `whole_vswitches` a database may admit a whole VSwitch. `unknown` lists what cannot be read. Raises
    UnreadableError where the facts do not even list the instances.
    """
    compared = plan if basis == "plan" else as_in_cloud(plan)
    around = surroundings(compared)
    comparison = Comparison(compared, around, now)
    pairs = tuple(pair_results(comparison))
    outside = tuple(outside_results(comparison))
    databases = tuple(database_results(compared, around, basis, whole_vswitches=whole_vswitches))
    public = tuple(item for facts in comparison.movers.values() for item in public_results(facts))
    statuses = Counter[str](item.status for item in pairs if not item.accepted)
    statuses.update(item.status for item in outside if not item.accepted)
    statuses.update(item.status for item in databases if not item.accepted)
    statuses.update(item.status for item in public)
    project, stack = plan.project_and_stack
    return Reach(
        project=printable(project),
        stack=printable(stack),
        pairs=pairs,
        outside=outside,
        databases=databases,
        public=public,
        unknown=tuple(
            NotKnown(subject=subject, reason=reason) for subject, reason in sorted(comparison.unknown.items())
        ),
        instances=_counts(
            (item.status, bool(item.kept.parts or item.lost.parts), number_of_pairs(item))
            for item in pairs
            if not item.between
        ),
        to_databases=_counts((item.status, item.status != "opened", len(item.source.ids)) for item in databases),
        opened=statuses["opened"],
        lost=statuses["lost"] + statuses["lost in part"],
    )


def moved_and_not(plan: Plan) -> tuple[int, int]:
    """Return how many instances of the stack have moved, and how many have not."""
    moved = sum(has_moved(item.facts) for item in plan.instances)
    return moved, len(plan.instances) - moved


def _counts(items: Iterable[tuple[Status, bool, int]]) -> Counts:
    """Count pairs by status, and those that could connect before."""
    tally: Counter[Status] = Counter()
    before = 0
    for status, connected, number in items:
        tally[status] += number
        before += number if connected else 0
    return Counts(
        before=before,
        kept=tally["kept"],
        lost_in_part=tally["lost in part"],
        lost=tally["lost"],
        opened=tally["opened"],
        unknown=tally["unknown"],
    )
