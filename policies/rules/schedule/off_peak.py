"""Each wave moves within the team's off-peak hours."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import to_minute
from policies.subjects import durations
from policies.subjects.windows import of_wave

_START: Final = {"start": "<a time in off-peak hours, with UTC offset>"}


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    if "offPeak" not in plan.migration.data:
        return not_applicable("The stack names no off-peak hours.")
    hours, ahead = plan.migration.object("offPeak"), plan.waves_ahead
    if not ahead:
        return not_applicable("All waves have moved.")
    words = f"{hours.text('from')} to {hours.text('to')}, {hours.text('timeZone')}"
    return worst(judged(partial(_wave, plan, wave, words, timeline)) for wave in ahead)


def _wave(plan: Plan, wave: Facts, hours: str, timeline: Timeline) -> Verdict:
    name, start = wave.text("name"), wave.object("window").moment("start")
    if "offPeakUntil" not in wave.data:
        return failed(
            f"Wave {name} begins at {to_minute(start)}, outside off-peak ({hours}).",
            of_wave(name, _START),
        )
    until = wave.moment("offPeakUntil")
    up = start + durations.moving(len(plan.left_of(wave.texts("instanceIds"))), timeline)
    if up > until:
        return failed(
            f"Wave {name} begins at {to_minute(start)} and needs about "
            f"{durations.text(up - start)}; off-peak ({hours}) is over at {to_minute(until)}.",
            of_wave(name, _START),
        )
    return passed(f"Wave {name} moves in off-peak ({hours}).")


RULE: Final = MigrationRule(
    module=__name__,
    title="The window must be in off-peak hours",
    severity="medium",
    notice_items=("N01", "N20"),
    why="Every instance is down for about 15 minutes, and nobody can operate it meanwhile.",
    remediation=of_wave("all", _START),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=("Physical server migration and upgrade notice: about 15 minutes; the instance cannot be operated.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    thresholds=durations.OF_MOVING,
    check=_check,
)
