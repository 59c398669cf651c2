"""The instance is not preemptible."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    strategy = instance.choice("spotStrategy", "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")
    if strategy == "NoSpot":
        return passed("It is not a preemptible instance.")
    return failed(f"It is a preemptible instance ({strategy}), which the cloud may release before the move.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must not be preemptible",
    severity="high",
    notice_items=("N21",),
    why="A preemptible instance can be taken away at any time, in the window too, and is not moved across zones.",
    remediation=task("Leave it out, and make a new one in the VPC:") + change("later", [ID]),
    remediation_after=task("If it was released, make a new one in the VPC; if it has moved, nothing is left to do."),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS user guide, change instance types across zones: preemptible instances are excluded.",
        "ECS API reference, ModifyInstanceVpcAttribute: the conditions of the nearest operation that is documented.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
