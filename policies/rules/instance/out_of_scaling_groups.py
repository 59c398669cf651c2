"""No scaling group replaces the instance while it is stopped for the move."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver


def _remedy(instance_id: str) -> Fix:
    """Return the ways out, each of which ends the finding: only the tag is read, and Auto Scaling may leave it on."""
    return (
        task(
            "Put it on standby in its scaling group (EnterStandby), where a stopped instance is left alone, or take it "
            "out (DetachInstances). Its tag may stay, so then waive this:"
        )
        + waiver(instance_id)
    ) | (task("Leave it for a later wave:") + change("later", [instance_id]))


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    groups = sorted(instance.texts("scalingGroupIds"))
    if groups:
        return failed(
            f"Its tags say that Auto Scaling made it for the scaling group {', '.join(groups)}. Stopped for the move, "
            "it is unhealthy there, and the group removes and releases it.",
            _remedy(instance.text("instanceId")),
        )
    return passed("It has no tag of Auto Scaling.")


RULE: Final = InstanceRule(
    module=__name__,
    title="No scaling group may replace the instance while it moves",
    severity="critical",
    notice_items=("N20",),
    why="Auto Scaling takes a stopped instance for an unhealthy one, removes it from its group, and releases it.",
    remediation=_remedy(ID),
    remediation_after=task(
        "Make a scaling group in the VPC with VSwitches and VPC security groups, and attach it there."
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS API reference, DescribeInstances: the tag acs:autoscaling:scalingGroupId of a classic instance.",
        "Auto Scaling user guide, health checks: an instance that is not Running is unhealthy, and is replaced.",
        "Auto Scaling API reference, EnterStandby: the health of an instance on standby is not updated while it stops.",
    ),
    url="https://www.alibabacloud.com/help/en/auto-scaling/user-guide/instance-health-check",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
