"""The instance is not locked."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule

_WAYS_OUT: Final = {
    "financial": "settle the overdue bill of the account",
    "security": "settle the security event in the Security Center console, then open a ticket",
    "Recycling": "renew the instance",
}


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    locks = instance.texts("operationLocks")
    if not locks:
        return passed("It has no operation lock.")
    return failed(
        f"It is locked ({', '.join(locks)}). Which locks keep the migration from going ahead is documented nowhere; "
        "for the nearest operation, every lock does.",
        _WAYS_OUT.get(locks[0], "open a ticket"),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must not be locked",
    severity="critical",
    notice_items=("N21",),
    why="A locked instance cannot be operated, and is passed over or fails in the window.",
    remediation=(
        "Settle the bill or open a ticket, as the lock reason says, or leave it out:\n"
        "classic-to-vpc:migration.later: [<id>]"
    ),
    remediation_after="Remove the lock as before the window, then:\naliyun ecs StartInstance --InstanceId <id>",
    reads=(MIGRATING_INSTANCE,),
    unknown_ok=None,
    sources=(
        "ECS API reference, DescribeInstances: OperationLocks.",
        "ECS API reference, ModifyInstanceVpcAttribute: the conditions of the nearest operation that is documented.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
