"""The clones accept all that the classic groups accept, and so do linked instances at the new address."""

from datetime import datetime
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import ID, Fix, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, unknown
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    Plan,
)
from policies.core.rule import InstanceRule
from policies.security_groups import clones, differences, judging
from policies.security_groups.reading import COMPARED, NEW_GROUPS

_MOST_REASONS: Final = 3
_AT_LINKED: Final = task(
    "Where a linked instance admits this one by its address, let it admit a classic group of this one instead. The "
    "stack repeats such a rule for the clone:"
) + aliyun(
    "ecs",
    "AuthorizeSecurityGroup",
    {
        "SecurityGroupId": "<group of the linked one>",
        "SourceGroupId": "<classic group of the instance>",
        "NicType": "intranet",
        "IpProtocol": "TCP",
        "PortRange": "<port>/<port>",
    },
)


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    group_ids = instance.texts("securityGroupIds")
    if not group_ids:
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    if missing := clones.without_clone(plan, group_ids):
        # A missing clone does not excuse what linked instances lose.
        if at_linked := judging.judge_linked(plan, instance, "lost"):
            lines = ["Traffic would be lost:", *at_linked.lines("accepted by")]
            return failed("\n".join(lines), _AT_LINKED)
        return not_applicable(f"There is no clone of {', '.join(missing)} to compare: see security-group-cloned.")
    return _judge(plan, instance, group_ids, timeline.now)


def _judge(plan: Plan, instance: Facts, group_ids: tuple[str, ...], now: datetime) -> Verdict:
    lost, reasons = judging.judge(plan, instance, "lost", now)
    if lost:
        reported = [] if lost.all_at_linked else _reported(plan, group_ids)
        lines = ["Traffic would be lost:", *lost.lines("accepted by"), *reported]
        return failed("\n".join(lines), *_remediation(lost))
    accepted = "\n".join(differences.lines(reasons, lost, "accepted by"))
    return passed(accepted or "Every packet that the classic groups accept, their clones accept too.")


def _remediation(lost: differences.Differences) -> tuple[Fix, ...]:
    """Return the rule's own fix where clones lose something, and the one for groups of linked instances."""
    if not lost.at_linked:
        return ()
    return (_AT_LINKED,) if lost.all_at_linked else (RULE.remediation, _AT_LINKED)


def _reported(plan: Plan, group_ids: tuple[str, ...]) -> list[str]:
    """Return what the conversion reports about rules that it could not carry over; it only explains the finding."""
    return [line for group_id in sorted(set(group_ids)) for line in _not_portable(plan, group_id)][:_MOST_REASONS]


def _not_portable(plan: Plan, group_id: str) -> list[str]:
    def read() -> list[str]:
        return [
            f"The conversion of {group_id}: {entry.text('classicRule')}: {entry.text('reason')}"
            for entry in clones.the_clone(plan, group_id).facts.objects("report")
            if entry.text("outcome") == "not-portable"
        ]

    lines = attempt(read)
    return [] if isinstance(lines, UnreadableError) else lines


RULE: Final = InstanceRule(
    module=__name__,
    title="The cloned security groups must not lose traffic",
    severity="critical",
    notice_items=("N12", "N13", "N30"),
    why="A port that the clone closes is a service that cannot be reached the minute the instance starts in the VPC.",
    remediation=(
        task(
            "Add an equivalent that can be carried over to the classic group (an address block, or a group of this "
            "account)."
        )
        | task("Let the other instance be out of reach until its own move: name it under later in the stack config.")
        | task(
            "For a mapped group, accept the loss under securityGroups.groups[].acceptDifferences.lost in the "
            "stack config."
        )
    ),
    remediation_after=(
        task("To open a closed port, put the instance into a VPC group of your own beside the clone:")
        + aliyun(
            "ecs",
            "AuthorizeSecurityGroup",
            {
                "SecurityGroupId": "<own group>",
                "IpProtocol": "TCP",
                "PortRange": "<port>/<port>",
                "SourceCidrIp": "<block>",
            },
        )
        + aliyun("ecs", "JoinSecurityGroup", {"InstanceId": ID, "SecurityGroupId": "<own group>"})
    ),
    reads=(ADDED_SECURITY_GROUP_RULES, *COMPARED),
    unknown_ok=NEW_GROUPS,
    sources=(
        "ECS user guide, security groups overview: lower priority number first, drop wins a tie; four rule "
        "directions in "
        "the classic network, two in a VPC.",
        "Physical server migration and upgrade notice: check the rules to prevent business from being affected.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules",
    ram_actions=("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"),
    check=_check,
    until_move=False,
)
