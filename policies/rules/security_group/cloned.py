"""Each classic security group of the instance has a clone in the target VPC, with a rule set of its own."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, UP, aliyun, change, task
from policies.core.outcome import Verdict, failed, judged, passed, pending, unknown, worst
from policies.core.plan import (
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
    Plan,
    Resource,
)
from policies.core.rule import InstanceRule
from policies.subjects.network import with_network


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    group_ids = instance.texts("securityGroupIds")
    if not group_ids:
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    return worst(judged(partial(_group, plan, group_id)) for group_id in group_ids)


def _group(plan: Plan, group_id: str) -> Verdict:
    clones = plan.clones.get(group_id, ())
    if not clones:
        return failed(
            f"Classic security group {group_id} has no clone.",
            with_network(plan, change("securityGroups", {"mode": "clone"})),
        )
    if len(clones) > 1:
        return failed(f"Classic security group {group_id} has {len(clones)} clones and must have exactly one.")
    groups = plan.children(clones[0], SECURITY_GROUP)
    rule_sets = plan.children(clones[0], SECURITY_GROUP_RULES)
    if not groups or [group.name for group in groups] != [rule_set.name for rule_set in rule_sets]:
        return failed(
            f"The clone of {group_id} declares {len(groups)} security groups and {len(rule_sets)} rule sets; expected "
            "a rule set for each group. A group without one admits nothing."
        )
    for group, rule_set in zip(groups, rule_sets, strict=True):
        if problem := _misplaced(plan, group_id, clones[0], group, rule_set):
            return problem
    if not all(item.exists for item in (*groups, *rule_sets)):
        return pending(f"The clone of {group_id} is declared, and its group or rules are not applied yet.")
    return passed(f"{group_id} is cloned.")


def _misplaced(plan: Plan, group_id: str, clone: Resource, group: Resource, rule_set: Resource) -> Verdict | None:
    """Return the problem where the group is not in the target VPC, or the rules are not in the group."""
    if "vpcId" not in group.facts.data:
        return failed(f"The clone of {group_id} names no VPC: it would be a classic group again.")
    if not plan.leads_to_target(group):
        return failed(f"The clone of {group_id} is not in the target VPC.")
    if group.exists and rule_set.facts.text("securityGroupId") != group.facts.text("id"):
        return failed(f"The rules of the clone of {group_id} are declared for another group.")
    # In the preview of an update in place the plugin returns no id; the component still knows it.
    ids = clone.facts.data.get("securityGroupIds")
    known = ids if isinstance(ids, (list, tuple)) else (ids,)
    if not group.exists and rule_set.facts.data.get("securityGroupId") not in known:
        return failed(f"The rules of the clone of {group_id} are declared for another group.")
    return None


RULE: Final = InstanceRule(
    module=__name__,
    title="Every classic security group must have a clone in the target VPC",
    severity="critical",
    notice_items=("N11", "N12"),
    why="A classic group cannot be used in a VPC: without a clone the instance starts without any of its rules.",
    remediation=change("securityGroups", {"mode": "clone"}),
    remediation_after=(
        task("Apply this at once, then put it into the clones that the stack exports as securityGroupIds:")
        + change("securityGroups", {"mode": "clone"})
        + UP
        + aliyun("ecs", "JoinSecurityGroup", {"InstanceId": ID, "SecurityGroupId": "<clone>"})
    ),
    reads=(MIGRATING_INSTANCE, TARGET_NETWORK, CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES),
    unknown_ok="A clone that is declared may be created until the freeze begins; its ids are not known before that.",
    sources=(
        "Physical server migration and upgrade notice: security group of VPC type, or a clone.",
        "ECS API reference, CreateSecurityGroup: without VpcId the group is a classic one.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/clone-a-security-group",
    ram_actions=("ecs:DescribeSecurityGroups",),
    unwaivable="without a clone nothing can be compared, and two other rules cannot decide",
    check=_check,
    until_move=False,
)
