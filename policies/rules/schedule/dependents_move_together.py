"""Systems that depend on each other move in one window, or in an order that the team has declared."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import UP, Fix, change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    peers, databases = instance.objects("dependents"), instance.objects("sharedDatabases")
    if not peers and not databases:
        return not_applicable("No other wave has a system that it depends on, or that depends on it.")
    own = instance.text("wave")
    before = plan.remember("waves before", partial(_before, plan))
    return worst(
        [
            *(judged(partial(_talks, plan, own, of_wave, before)) for of_wave in peers),
            *(judged(partial(_shares, plan, own, database, before)) for database in databases),
        ]
    )


def _before(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return for each wave the waves before it, directly or indirectly."""
    named = {wave.text("name"): wave.texts("after") for wave in plan.waves}
    earlier: dict[str, frozenset[str]] = {}
    for name in named:
        seen: set[str] = set()
        left = [name]
        while left:
            new = set(named.get(left.pop(), ())) - seen
            seen |= new
            left += new
        earlier[name] = frozenset(seen)
    return earlier


def _in_order(one: str, other: str, before: Mapping[str, frozenset[str]]) -> bool:
    return other in before.get(one, ()) or one in before.get(other, ())


def _talks(plan: Plan, own: str, peers: Facts, before: Mapping[str, frozenset[str]]) -> Verdict:
    ids, wave, reason = peers.texts("instanceIds"), peers.text("wave"), peers.text("reason")
    if not ids:
        raise peers.malformed("instanceIds", "a list of at least one id")
    if _in_order(own, wave, before):
        # What is in order needs no list: the result of a thousand instances would be made of these.
        names = f"{ids[0]} and {len(ids) - 1} more" if len(ids) > 1 else ids[0]
        return passed(f"It is in wave {own} and talks with {names} of wave {wave} ({reason}), in a declared order.")
    return _apart(plan, f"It is in wave {own} and talks with {', '.join(ids)} of wave {wave} ({reason})", own, [wave])


def _shares(plan: Plan, own: str, database: Facts, before: Mapping[str, frozenset[str]]) -> Verdict:
    unordered = [wave for wave in database.texts("waves") if not _in_order(own, wave, before)]
    reason = (
        f"It is in wave {own} and shares {database.text('dbInstanceId')} with wave {', '.join(database.texts('waves'))}"
    )
    return _apart(plan, reason, own, unordered) if unordered else passed(f"{reason}, in a declared order.")


def _apart(plan: Plan, reason: str, own: str, waves: list[str]) -> Verdict:
    return failed(
        f"{reason}: between the two windows one is in the VPC and the other is classic, and the stack declares no "
        "order.",
        task("Move them in one wave.") | _ordered(plan, own, waves),
    )


def _ordered(plan: Plan, own: str, waves: list[str]) -> Fix:
    """Return the fix that declares the order of the windows: the later wave is after the earlier one."""
    starts = {wave.text("name"): wave.object("window").moment("start") for wave in plan.waves}
    pairs = [sorted((own, other), key=lambda name: starts[name]) for other in waves]
    if any(starts[first] == starts[second] for first, second in pairs):
        return task("Give them windows one after the other, and name the order.")
    return task("Name the order:") + change("waves", [{"name": second, "after": [first]} for first, second in pairs])


RULE: Final = InstanceRule(
    module=__name__,
    title="Systems that depend on each other must move together, or in a declared order",
    severity="medium",
    notice_items=("N16",),
    why="Between two windows they reach each other only over ClassicLink or hybrid access, or not at all.",
    remediation=change("waves", [{"name": "<wave>", "after": ["<the wave that moves before>"]}]),
    remediation_after=task("Until the other has moved too:") + change("classicLink", {}) + UP,
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=("Physical server migration and upgrade notice: migrate the remaining instances at a later date.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeSecurityGroupAttribute", "rds:DescribeDBInstanceIPArrayList"),
    check=_check,
    until_move=True,
)
