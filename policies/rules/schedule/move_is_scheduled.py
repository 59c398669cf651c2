"""The move of the instance is scheduled in Alibaba Cloud, for the time that the stack declares."""

from datetime import datetime
from functools import partial
from typing import Final

from policies.core.approvals import LONGEST
from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, judged, passed, pending, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan, has_moved
from policies.core.rule import InstanceRule
from policies.core.words import apart, to_minute
from policies.subjects.events import began_in, called, without_time
from policies.subjects.windows import of_wave

_PLAN: Final = task("Make the plan in the ECS console (Maintenance & Monitoring > Migration Plan), then:")
_WHO: Final = {"by": "<who saw the pending task>", "at": "<when>"}


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    wave = _wave_of(plan, instance)
    moves = instance.objects("scheduledMoves")
    if moves:
        return worst(judged(partial(_shown, wave, move, timeline.now)) for move in moves)
    if "scheduled" in wave.data:
        return _seen(plan, wave, timeline, instance)
    return pending(
        "No system event shows that its move is scheduled, and window.scheduled names no person who saw it.",
        _seen_by(instance),
    )


def _wave_of(plan: Plan, instance: Facts) -> Facts:
    name = instance.text("wave")
    named = [wave for wave in plan.waves if wave.text("name") == name]
    if len(named) != 1:
        raise UnreadableError("Migration", f"has {len(named)} waves named {name}")
    return named[0]


def _shown(wave: Facts, move: Facts, now: datetime) -> Verdict:
    window = wave.object("window")
    planned, start, latest = move.moment("notBefore"), window.moment("start"), window.moment("latest")
    if why := without_time(move):
        if began_in(move, start, now):
            return passed(f"{called(move)}, its move, {why}.")
        return failed(
            f"Its move is not scheduled: {called(move)} {why}.",
            task("Settle it (ECS console, Events), until the move is scheduled for the window."),
        )
    if planned > latest:
        when, limit = apart(planned, latest)
        return failed(f"Its move is scheduled for {when}, after the Latest Schedule Time {limit}.")
    if planned != start:
        when, begins = apart(planned, start)
        return failed(
            f"Its move is scheduled for {when}, but the window of its wave begins at {begins}.",
            of_wave(wave.text("name"), {"start": planned.isoformat()})
            | task("Change the time of the pending task in the ECS console."),
        )
    return passed(f"Its move is scheduled for {to_minute(planned)}, as the system event {move.text('eventId')} shows.")


def _seen(plan: Plan, wave: Facts, timeline: Timeline, instance: Facts) -> Verdict:
    sighting, start = wave.object("scheduled"), wave.object("window").moment("start")
    by, at = sighting.text("by"), sighting.moment("at")
    when = to_minute(at)
    if at > timeline.now:
        return failed(f"By window.scheduled, {by} saw the pending task at {when}, which is in the future.")
    if timeline.now - at > LONGEST:
        return pending(
            f"{by} saw the pending task at {when}, more than {LONGEST.days} days ago: the task may have another time "
            "by now.",
            _seen_by(instance),
        )
    if "start" in sighting.data and (seen := sighting.moment("start")) != start:
        before, begins = apart(seen, start)
        return pending(
            f"{by} saw the pending task at {when}, for a window that began at {before}. It begins at "
            f"{begins} now, and nobody has seen whether the task does so, too.",
            _seen_by(instance),
        )
    zones = _zones_of_wave(plan, instance)
    if len(zones) > 1 and instance.text("targetZoneId") not in sighting.texts("zones"):
        return pending(
            f"{by} saw a pending task at {when}. Its wave goes to {', '.join(zones)}, and one migration plan has one "
            f"destination zone: window.scheduled lists no task for {instance.text('targetZoneId')}.",
            task("There is one plan for each zone.") + _seen_by(instance, zones),
        )
    return passed(f"{by} saw the pending task at {when}; no system event shows it.")


def _seen_by(instance: Facts, zones: list[str] | None = None) -> Fix:
    seen = {**_WHO, "zones": zones} if zones else _WHO
    return _PLAN + of_wave(instance.text("wave"), {"scheduled": seen})


def _zones_of_wave(plan: Plan, instance: Facts) -> list[str]:
    """Return the zones to which instances of its wave have yet to move."""

    def read() -> list[str]:
        own = [item.facts for item in plan.instances if item.facts.text("wave") == wave]
        return sorted({item.text("targetZoneId") for item in own if not has_moved(item)})

    wave = instance.text("wave")
    return plan.remember((__name__, wave), read)


RULE: Final = InstanceRule(
    module=__name__,
    title="The move must be scheduled in Alibaba Cloud",
    severity="high",
    notice_items=("N21", "N22"),
    why="An instance that is not scheduled does not move, or moves when Alibaba Cloud decides, prepared or not.",
    remediation=_PLAN + change("window", {"scheduled": _WHO}),
    remediation_after=task("It has moved: nothing is left to do."),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    unknown_ok="The migration plan needs the target VPC, so it may be made until the freeze begins.",
    sources=(
        "ECS user guide, migrate to a VPC (2021): one plan has one destination zone; several zones need several plans.",
        "Physical server migration and upgrade notice: schedule your migration (ECS console, Pending Tasks).",
        "ECS API reference, DescribeInstanceHistoryEvents: NotBefore is the scheduled start; VPCMigrationEcs is an "
        "example of a reason code. No document states that a migration plan causes such an event: an event counts, a "
        "missing one proves nothing, and a person must then confirm the task.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstanceHistoryEvents",),
    check=_check,
    until_move=True,
)
