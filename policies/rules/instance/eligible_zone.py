"""The instance is in a zone whose instances can be migrated."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule

_NOT_ELIGIBLE: Final = frozenset({"cn-hangzhou-c"})


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    zone_id = instance.text("zoneId")
    if zone_id in _NOT_ELIGIBLE:
        return failed(f"It is in zone {zone_id}, whose instances cannot be put into a migration plan.")
    return passed(f"Zone {zone_id} is not among those whose instances cannot be migrated.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The zone of the instance must be eligible for the migration",
    severity="critical",
    notice_items=("N21",),
    why="An instance that cannot be in a migration plan is not moved at the announced time.",
    remediation=task("Open a ticket.") | (task("Leave it out:") + change("later", [ID])),
    remediation_after=task("If it was left behind, open a ticket; if it has moved, nothing is left to do."),
    reads=(MIGRATING_INSTANCE,),
    sources=("ECS user guide, migrate to a VPC (2021), before you migrate: Hangzhou Zone C is not eligible.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
