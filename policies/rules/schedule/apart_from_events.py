"""No system event but its own move restarts or changes an instance while it moves."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import ID, Fix, aliyun, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, unknown, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.core.words import to_minute
from policies.subjects import durations
from policies.subjects.disks import copied_at, hours_blocked
from policies.subjects.events import began_in, called, handled, without_time
from policies.subjects.windows import of_wave

# What these do is documented: they restart the instance, on its server or on another one.
_RESTARTS: Final = (".Reboot", ".Redeploy")
_TO_RESTART: Final = timedelta(hours=1)


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    events = instance.objects("scheduledEvents")
    if not events:
        return not_applicable("No other system event is scheduled for it.")
    return worst(judged(partial(_event, plan, timeline, instance, event)) for event in events)


def _event(plan: Plan, timeline: Timeline, instance: Facts, event: Facts) -> Verdict:
    if timeline.start is None:
        raise UnreadableError("the window", "does not show when it moves")
    kind, due = event.text("eventType"), event.moment("notBefore")
    # No document names the type or the reason of the event of a move.
    may_be_the_move = timeline.start <= due < timeline.start + timedelta(minutes=1)
    if why := without_time(event):
        subject = f"{called(event)} {why}"
        if may_be_the_move and began_in(event, timeline.start, timeline.now):
            return passed(f"{subject}. It was due when the window began: it counts as the move.")
        return unknown(f"{subject}: whether it is over when the instance moves is not known.", _handled(instance))
    subject = f"{called(event)} is due at {to_minute(due)}"
    if may_be_the_move:
        return passed(f"{subject}, when the window begins: it counts as the move.")
    if not kind.endswith(_RESTARTS):
        if due >= copied_at(timeline, instance):
            return passed(f"{subject}, when its move is over.")
        return unknown(f"{subject}, and what it does to the instance is not known.", _handled(instance))
    until = _moved_at(plan, timeline, timeline.start, instance)
    if timeline.start - _TO_RESTART < due < until:
        return failed(
            f"{subject}. It restarts the instance while it moves or its data is copied, from "
            f"{to_minute(timeline.start)} until about {to_minute(until)}.",
            _apart(instance),
        )
    return passed(f"{subject}, apart from its move.")


def _moved_at(plan: Plan, timeline: Timeline, start: datetime, instance: Facts) -> datetime:
    """Return when it has moved by its window, and its data is copied."""
    wave = instance.text("wave")
    moving = plan.remember(
        (__name__, wave),
        lambda: sum(len(plan.left_of(item.texts("instanceIds"))) for item in plan.waves if item.text("name") == wave),
    )
    return start + durations.moving(moving, timeline) + timedelta(hours=hours_blocked(instance))


def _apart(instance: Facts) -> Fix:
    instance_id = instance.text("instanceId")
    return (
        task("Restart it before, so that the event is avoided:")
        + aliyun("ecs", "RebootInstance", {"InstanceId": instance_id})
    ) | of_wave(instance.text("wave"), {"start": "<a time apart from it, with UTC offset>"})


def _handled(instance: Facts) -> Fix:
    instance_id = instance.text("instanceId")
    return handled(instance_id, "Handle it (ECS console, Events), until it is no longer shown:") | (
        task("Where it does nothing to the instance while it moves:") + waiver(instance_id)
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="No other system event may fall into the move",
    severity="high",
    notice_items=("N07", "N20"),
    why="A server that the cloud restarts, repairs or replaces during its move may not come up again.",
    remediation=(
        task("Restart it before, so that the event is avoided:") + aliyun("ecs", "RebootInstance", {"InstanceId": ID})
    ),
    remediation_after=task("If it does not come up, open a ticket."),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "ECS user guide, summary of system events: SystemMaintenance.Reboot and .Redeploy, 24 to 48 hours before they "
        "are due; a restart by the console or the API before that avoids the event.",
        "ECS API reference, DescribeInstancesFullStatus: further types, without their consequences.",
        "ECS API reference, DescribeInstanceHistoryEvents: Executing, and Inquiring until AcceptInquiredSystemEvent.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/summary",
    ram_actions=("ecs:DescribeInstanceHistoryEvents", "ecs:DescribeDisks"),
    lead_hours=72,
    thresholds=durations.OF_MOVING,
    check=_check,
    until_move=True,
)
