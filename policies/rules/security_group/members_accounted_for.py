"""Each other member of the instance's classic groups moves with this stack, in any wave, or is linked to its VPC."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import UP, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, unknown
from policies.core.plan import CLASSIC_LINK_ATTACHMENT, MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.security_groups import reading
from policies.subjects.network import link, with_network


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    own, group_ids = instance.text("instanceId"), set(instance.texts("securityGroupIds"))
    if not group_ids:
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    groups = reading.groups_by_id(plan)
    if missing := sorted(group_ids - groups.keys()):
        return unknown(f"The members of {', '.join(missing)} are not known.")
    other_members = {group_id: set(groups[group_id].texts("memberIds")) - {own} for group_id in sorted(group_ids)}
    if not any(other_members.values()):
        return not_applicable("No other instance is in its groups.")
    accounted = plan.remember(__name__, lambda: _accounted(plan))
    unaccounted = [
        f"{', '.join(sorted(members - accounted))} in {group_id}"
        for group_id, members in other_members.items()
        if members - accounted
    ]
    if unaccounted:
        nobodys = sorted({item for members in other_members.values() for item in members - accounted})
        return failed(
            "Other instances are in its groups, and this stack neither moves nor links them: "
            f"{'; '.join(unaccounted)}. Traffic with them stops at the move, and a stack that moves them makes another "
            "clone.",
            change("later", nobodys) | (task("For those that stay:") + with_network(plan, link(plan, nobodys))),
        )
    return passed("Every member of its groups moves with this stack, now or later, or is linked to its VPC.")


def _accounted(plan: Plan) -> frozenset[str]:
    moving = *plan.migration.texts("instanceIds"), *plan.migration.texts("laterInstanceIds")
    return frozenset({*moving, *reading.linked(plan)})


RULE: Final = InstanceRule(
    module=__name__,
    title="Every member of a shared security group must move with this stack, or be linked",
    severity="high",
    notice_items=("N11", "N12"),
    why=(
        "One clone serves all members of a group only if the stack knows them all. Otherwise they end up in two clones "
        "that do not admit each other."
    ),
    remediation=change("later", ["<instance>"]),
    remediation_after=task("To reach the instances that were left behind:") + change("classicLink", {}) + UP,
    reads=(MIGRATING_INSTANCE, MIGRATION, CLASSIC_LINK_ATTACHMENT),
    sources=(
        "ECS user guide, security groups overview: members of a basic group reach each other unless its inner access "
        "policy says otherwise.",
        "ECS API reference, AuthorizeSecurityGroup: a rule names groups of the same VPC only.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/overview-44",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeSecurityGroups"),
    until_move=True,
    check=_check,
)
