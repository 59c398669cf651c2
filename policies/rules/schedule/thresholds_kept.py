"""No threshold of the stack config is weaker than the move needs, unless a waiver covers it."""

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, judged, passed, worst
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule


class _Bound(NamedTuple):
    """A key below `classic-to-vpc:migration`, its weakest value and why; `read` returns None where it is unset."""

    key: str
    read: Callable[[Facts], float | None]
    least: float | None
    most: float | None
    why: str


def _evidence_age(migration: Facts) -> float | None:
    return migration.number("evidenceMaxAgeHours") if "evidenceMaxAgeHours" in migration.data else None


_BOUNDS: Final = (
    _Bound(
        "freezeHours",
        lambda migration: migration.number("freezeHours"),
        6,
        None,
        "an update waits up to 6 hours for a snapshot, and one that begins later may not be complete in the window",
    ),
    _Bound(
        "freezeHours",
        lambda migration: migration.number("freezeHours"),
        None,
        168,
        "the age of a snapshot is judged by the beginning of the freeze, and what is written after it is lost on the "
        "only way back",
    ),
    _Bound(
        "evidence.maxAgeHours",
        _evidence_age,
        None,
        336,
        "rules about guest systems are mandatory a week before the window, and older evidence may describe a system "
        "that has changed",
    ),
    _Bound(
        "backups.maxAgeHours",
        lambda migration: migration.object("backups").number("maxAgeHours"),
        None,
        72,
        "what was written after the snapshot is lost on the only way back; three days bridge a weekend",
    ),
    _Bound(
        "after.dueDays",
        lambda migration: migration.number("cleanupDueDays"),
        None,
        30,
        "another customer may have the released address by then, and the lists still admit it",
    ),
)


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    return worst(judged(partial(_in_bounds, plan.migration, bound)) for bound in _BOUNDS)


def _in_bounds(migration: Facts, bound: _Bound) -> Verdict:
    value = bound.read(migration)
    if value is None:
        return passed(f"{bound.key} is not set.")
    if bound.least is not None and value < bound.least:
        return failed(f"{bound.key} is {value:g}; at least {bound.least:g} is needed: {bound.why}.", _fix(bound))
    if bound.most is not None and value > bound.most:
        return failed(f"{bound.key} is {value:g}; at most {bound.most:g} is allowed: {bound.why}.", _fix(bound))
    return passed(f"{bound.key} is {value:g}.")


def _fix(bound: _Bound) -> Fix:
    limit = bound.least if bound.least is not None else bound.most
    assert limit is not None
    return change(bound.key, int(limit))


RULE: Final = MigrationRule(
    module=__name__,
    title="Thresholds must not be weaker than the move needs",
    severity="high",
    notice_items=(),
    why="With a weak enough threshold everything passes, and nobody answers for it.",
    remediation=(
        change("freezeHours", 24)
        | task(
            "Remove the key; if a threshold has to be weaker for a while, waive this rule for all, with an "
            "owner and an end."
        )
    ),
    reads=(MIGRATION,),
    sources=(
        "components/backups.py: the provider's own 5 minutes for a snapshot are too short for large disks; 6 hours.",
        "Physical server migration and upgrade notice: back up the data before the migration.",
        "The other bounds are choices of this project: a week, twice the lead time of evidence, a weekend, a month.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    check=_check,
)
