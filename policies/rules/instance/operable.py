"""The instance is in a status from which the migration can move it."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, passed, pending
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    status = instance.text("status")
    if status in ("Running", "Stopped"):
        return passed(f"It is {status}.")
    return pending(
        f"It is {status}, and must be Running or Stopped when the freeze begins.", task("Wait, then look again.")
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must be Running or Stopped",
    severity="high",
    notice_items=("N20", "N21"),
    why="The migration stops the instance and starts it again: one that is starting, stopping or failed is not moved.",
    remediation=aliyun("ecs", "DescribeInstanceStatus", {"InstanceId.1": ID}, "wait until it is Running or Stopped"),
    remediation_after=(
        aliyun("ecs", "DescribeInstanceStatus", {"InstanceId.1": ID})
        + aliyun("ecs", "StartInstance", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    unknown_ok="A status that changes by itself may do so until the freeze begins.",
    sources=("ECS user guide, migrate to a VPC (2021): the instance is stopped, moved and started.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
