"""No unpaid order for the instance is left that the migration would cancel."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import task
from policies.core.outcome import Verdict, not_applicable, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.subjects.attestations import answered_until, remediation, window_start


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if instance.choice("instanceChargeType", "PrePaid", "PostPaid") == "PostPaid":
        return not_applicable("A pay-as-you-go instance is renewed and changed without an order to pay for.")
    word = answered_until("orders-settled", plan, timeline, instance, window_start(plan, instance))
    if word is not None:
        return passed(word)
    return unknown(
        "It is a subscription, and no API shows whether a renewal or change order is unpaid or not yet in force: "
        "the migration would cancel it."
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="No unpaid order may be left for the migration to cancel",
    severity="medium",
    notice_items=(),
    why="A cancelled renewal lets the subscription end at its old date; a cancelled change leaves the old type.",
    remediation=(
        task(
            "Pay or cancel what is unpaid (Expenses and Costs console, Orders), let what is paid come into force, then:"
        )
        + remediation("orders-settled")
    ),
    remediation_after=task("Look in the console, Orders, for what the migration has cancelled, and order it again."),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "ECS user guide, migrate to a VPC (2021): renewal and configuration change orders that are unpaid or not yet "
        "in force are cancelled by the migration.",
        "Choice of this project: asked for as advice, and required from 168 hours before the window.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    lead_hours=168,
    check=_check,
    until_move=True,
)
