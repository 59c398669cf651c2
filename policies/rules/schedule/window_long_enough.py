"""Each wave is up again, and its disks have all their functions, when the team needs them."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan, has_moved
from policies.core.rule import MigrationRule
from policies.core.words import apart, number_of
from policies.subjects import durations
from policies.subjects.disks import size_gib
from policies.subjects.windows import of_wave


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    ahead = plan.waves_ahead
    if not ahead:
        return not_applicable("All waves have moved.")
    return worst(judged(partial(_wave, plan, wave, timeline)) for wave in ahead)


def _wave(plan: Plan, wave: Facts, timeline: Timeline) -> Verdict:
    name, start = wave.text("name"), wave.object("window").moment("start")
    moving = [item.facts for item in plan.instances if item.facts.text("wave") == name and not has_moved(item.facts)]
    up = start + durations.moving(len(moving), timeline)
    whole = up + durations.copying(max(map(size_gib, moving), default=0), timeline)
    takes = (
        f"Wave {name} has {number_of(len(moving), 'instance')}: about {durations.text(up - start)} until all are up, "
        f"and about {durations.text(whole - up)} more until all disk functions of the largest work"
    )
    limits = [(key, _limit(wave, key)) for key in ("end", "disksNeededFrom")]
    if all(limit is None for _, limit in limits):
        return not_applicable(f"{takes}. The stack sets no end for it.")
    late = {
        key: limit for (key, limit), done in zip(limits, (up, whole), strict=True) if limit is not None and done > limit
    }
    if late:
        done, *times = apart(whole, *late.values())
        ends = " and ".join(f"window.{key} is {time}" for key, time in zip(late, times, strict=True))
        return failed(f"{takes}: that is {done}, and {ends}.", _later(name, late))
    return passed(f"{takes}.")


def _later(wave: str, keys: Iterable[str]) -> Fix:
    times = dict.fromkeys(keys, "<a later time, with UTC offset>")
    return of_wave(wave, times) | task("Name fewer instances a wave.")


def _limit(wave: Facts, key: str) -> datetime | None:
    return wave.moment(key) if key in wave.data else None


RULE: Final = MigrationRule(
    module=__name__,
    title="The window must be long enough",
    severity="medium",
    notice_items=("N01", "N07"),
    why="Instances are down while they move, and take no snapshot and no change of a disk for hours afterwards.",
    remediation=_later("all", ["end"]),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice: about 15 minutes an instance; about 4 h per 100 GiB.",
        "ECS user guide, migrate to a VPC (2025): data is appended only where the zone changes. The longer is taken.",
        "ECS user guide, change zones: at most 5 instances at once; for this migration no number is documented.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeDisks",),
    thresholds=(*durations.OF_MOVING, durations.COPYING),
    check=_check,
)
