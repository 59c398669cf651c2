"""The instance neither expires nor is stopped or released before it has moved and its data is copied."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, task
from policies.core.outcome import Verdict, failed, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.settings import Threshold
from policies.core.words import apart, to_minute
from policies.subjects.disks import copied_at
from policies.subjects.events import called, handled, without_time

_MARGIN: Final = Threshold("marginHours", 0, 0, 8_760, "Hours that it must last beyond the copying of its data.")


def _check(_plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    needed = copied_at(timeline, instance) + timedelta(hours=timeline.threshold(_MARGIN))
    verdicts = [passed(f"It lasts beyond {to_minute(needed)}, when its data is copied.")]
    # For a pay-as-you-go instance ExpiredTime has no meaning.
    if instance.choice("instanceChargeType", "PrePaid", "PostPaid") == "PrePaid":
        verdicts.append(_lasts(instance.moment("expiredAt"), needed, "Its subscription ends", _renew, instance))
    if "autoReleaseAt" in instance.data:
        verdicts.append(_lasts(instance.moment("autoReleaseAt"), needed, "It is released", _keep, instance))
    verdicts += [_event(event, needed, instance) for event in instance.objects("scheduledEnds")]
    return worst(verdicts)


def _event(event: Facts, needed: datetime, instance: Facts) -> Verdict:
    if why := without_time(event):
        return failed(f"{called(event)} {why}.", _settle(instance.text("instanceId")))
    return _lasts(event.moment("notBefore"), needed, f"{called(event)} is due", _settle, instance)


def _lasts(end: datetime, needed: datetime, subject: str, extend: Callable[[str], Fix], instance: Facts) -> Verdict:
    if end > needed:
        return passed(f"{subject} at {to_minute(end)}.")
    ends, until = apart(end, needed)
    return failed(
        f"{subject} at {ends}; it must last until {until}, "
        "the Latest Schedule Time and the hours in which its data is copied. The migration "
        "cancels a renewal order that is unpaid or not yet in force.",
        extend(instance.text("instanceId")),
    )


def _renew(instance_id: str) -> Fix:
    return aliyun("ecs", "RenewInstance", {"InstanceId": instance_id, "Period": 1})


def _keep(instance_id: str) -> Fix:
    return aliyun(
        "ecs",
        "ModifyInstanceAutoReleaseTime",
        {"InstanceId": instance_id},
        "without a time: cancels the automatic release",
    )


def _settle(instance_id: str) -> Fix:
    return handled(instance_id, "Pay, renew or handle what it is due for (ECS console, Events), until it is canceled:")


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must not expire or be released before the move is over",
    severity="critical",
    notice_items=("N21",),
    why="An expired instance is stopped and cannot be migrated; a released one is gone, with its disks.",
    remediation=_renew(ID),
    remediation_after=(task("If it has expired and was not released yet:") + _renew(ID)),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS API reference, DescribeInstances: ExpiredTime, AutoReleaseTime.",
        "ECS API reference, DescribeInstanceHistoryEvents: AccountUnbalanced.Stop, InstanceExpiration.Delete.",
        "ECS API reference, DescribeInstancesFullStatus: SystemMaintenance.StopAndRepair, SecurityPunish.Locked.",
        "ECS user guide, migrate to a VPC (2021): pending renewal and change orders are cancelled by the migration.",
        "ECS API reference, ModifyInstanceVpcAttribute: expired instances are refused by the nearest operation.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeDisks", "ecs:DescribeInstanceHistoryEvents"),
    thresholds=(_MARGIN,),
    unwaivable="what is released is gone with its disks, and what expires is not moved",
    check=_check,
    until_move=True,
)
