"""No scaling group replaces the instance while it is stopped for the move."""

from typing import Final

from policies.clock import Timeline
from policies.facts import Facts
from policies.outcome import Verdict, failed, passed
from policies.plan import MIGRATING_INSTANCE, Plan
from policies.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    groups = sorted(instance.texts("scalingGroupIds"))
    if groups:
        return failed(
            f"Auto Scaling made it for the scaling group {', '.join(groups)}, by its tags: while it is stopped for the "
            "move it is unhealthy there, and is removed and released."
        )
    return passed("It has no tag of Auto Scaling.")


RULE: Final = InstanceRule(
    module=__name__,
    title="No scaling group may replace the instance while it moves",
    severity="critical",
    notice_items=("N20",),
    why="Auto Scaling takes a stopped instance for an unhealthy one, removes it from its group, and releases it.",
    remediation=(
        "Put it on standby in its scaling group (EnterStandby), or take it out (DetachInstances) and its tags off, or "
        "leave it out:\nclassic-to-vpc:migration.later: [<id>]"
    ),
    remediation_after="Make a scaling group in the VPC with VSwitches and VPC security groups, and attach it there.",
    reads=(MIGRATING_INSTANCE,),
    unknown_ok=None,
    sources=(
        "ECS API reference, DescribeInstances: the tag acs:autoscaling:scalingGroupId of a classic instance.",
        "Auto Scaling user guide, health checks: an instance that is not Running is unhealthy, and is replaced.",
    ),
    url="https://www.alibabacloud.com/help/en/auto-scaling/user-guide/instance-health-check",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
