"""The VPC groups of the instance stay within the cloud's limits on rules, rules that name a group, and groups."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, unknown
from policies.core.plan import CLONED_SECURITY_GROUP, MIGRATING_INSTANCE, SECURITY_GROUP_RULES, Plan
from policies.core.rule import InstanceRule
from policies.security_groups import clones

_MAX_RULES: Final = 200
_MAX_GROUP_PEERS: Final = 20
_MAX_GROUPS: Final = 5
_MANY: Final = 10
_MOST_TOLD: Final = 3
# As the conversion reports it.
_BY_CLONES: Final = "names moving instances by the clones of"
_TARGET_INSIDE: Final = task(
    "Move into VSwitches inside that block, or into VSwitches without other servers: then one rule for the block, or "
    "for the VSwitches, is enough."
) + change(
    "network",
    {
        "mode": "create",
        "cidrBlock": "<the block of the rule>",
        "vswitches": [{"zone": "<zone>", "cidrBlock": "<a block in it>"}],
    },
)


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    group_ids = sorted(set(instance.texts("securityGroupIds")))
    if not group_ids:
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    if missing := clones.without_clone(plan, group_ids):
        return not_applicable(f"There is no clone of {', '.join(missing)} to count: see security-group-cloned.")
    problems: list[str] = []
    widest: list[str] = []
    groups: set[str] = set()
    for group_id in group_ids:
        clone = clones.the_clone(plan, group_id)
        problems += [f"the clone of {group_id}: {limit}" for limit in clone.facts.texts("limits")]
        widest += _widest(clone.facts, group_id)
        # Two classic groups may be mapped to the same one.
        groups |= {item.facts.text("id") if item.exists else item.urn for item in clones.the_groups(plan, clone)}
        for rule_set in plan.children(clone, SECURITY_GROUP_RULES):
            rules = [rule for _, rule in rule_set.facts.object("rules").entries()]
            naming = sum("groupId" in rule.data for rule in rules)
            if len(rules) > _MAX_RULES:
                problems.append(f"{rule_set.name} has {len(rules)} rules, and at most {_MAX_RULES} are allowed")
            if naming > _MAX_GROUP_PEERS:
                problems.append(
                    f"{rule_set.name} has {naming} rules that name a group, and at most {_MAX_GROUP_PEERS} are allowed"
                )
    if len(groups) > _MAX_GROUPS:
        problems.append(f"the instance would be in {len(groups)} VPC groups, and at most {_MAX_GROUPS} are allowed")
    if problems:
        return failed(
            "\n".join(["Limits of the cloud are exceeded:", *problems, *widest]),
            *((_TARGET_INSIDE | RULE.remediation,) if widest else ()),
        )
    return passed("Its VPC groups stay within the limits of the cloud.")


def _widest(clone: Facts, group_id: str) -> list[str]:
    """Return the classic rules that take most rules, one for each clone of an instance that they match."""

    def read() -> list[str]:
        return [
            f"{entry.text('classicRule')} of {group_id} takes {len(entry.texts('labels'))} rules, one for each clone: "
            "the target network is outside its block"
            for entry in clone.objects("report")
            if len(entry.texts("labels")) > _MANY and _BY_CLONES in entry.text("reason")
        ]

    lines = attempt(read)
    return [] if isinstance(lines, UnreadableError) else lines[:_MOST_TOLD]


RULE: Final = InstanceRule(
    module=__name__,
    title="The VPC security groups must stay within the limits of the cloud",
    severity="critical",
    notice_items=("N12", "N13"),
    why="The cloud refuses a rule beyond the limit when the clone is applied, and its traffic is then cut off.",
    remediation=(
        aliyun(
            "ecs",
            "RevokeSecurityGroup",
            {"SecurityGroupId": "<classic group>", "SecurityGroupRuleId.1": "<one not needed>"},
        )
        | task(
            "Take the instance out of one of its groups: its rules are already merged and split over several groups."
        )
    ),
    reads=(MIGRATING_INSTANCE, CLONED_SECURITY_GROUP, SECURITY_GROUP_RULES),
    sources=(
        "ECS user guide, limits of 2021: 200 rules of a group, both directions together, while an instance has at most "
        "5 groups.",
        "ECS API reference, AuthorizeSecurityGroup: at most 20 rules of a basic group name a group.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/limits",
    ram_actions=("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"),
    check=_check,
    until_move=False,
)
