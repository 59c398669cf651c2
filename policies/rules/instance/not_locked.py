"""The instance is not locked."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule

_WAYS_OUT: Final = {
    "financial": task("Settle the overdue bill of the account."),
    "security": task("Settle the security event in the Security Center console, then open a ticket."),
    "Recycling": aliyun("ecs", "RenewInstance", {"InstanceId": ID, "Period": 1}),
}


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    locks = instance.texts("operationLocks")
    if not locks:
        return passed("It has no operation lock.")
    return failed(
        f"It is locked ({', '.join(locks)}). Which locks block the migration is not documented; every lock "
        "blocks the nearest documented operation.",
        _WAYS_OUT.get(locks[0], task("Open a ticket.")) | (task("Leave it out:") + change("later", [ID])),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must not be locked",
    severity="critical",
    notice_items=("N21",),
    why="A locked instance cannot be operated, and is skipped or fails in the window.",
    remediation=(
        task("Settle the bill or open a ticket, as the lock reason says.")
        | (task("Leave it out:") + change("later", [ID]))
    ),
    remediation_after=task("Remove the lock as before the window, then:")
    + aliyun("ecs", "StartInstance", {"InstanceId": ID}),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS API reference, DescribeInstances: OperationLocks.",
        "ECS API reference, ModifyInstanceVpcAttribute: the conditions of the nearest operation that is documented.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
