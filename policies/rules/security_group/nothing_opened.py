"""The clones accept no packet that the classic groups refuse on the NIC that it would have used.

Linked instances accept nothing at the new address that they refuse at the old one.
"""

from datetime import datetime
from functools import partial
from typing import Any, Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, change, task
from policies.core.outcome import Outcome, Verdict, failed, judged, not_applicable, passed, unknown, worst
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    SECURITY_GROUP_RULE,
    SECURITY_GROUP_RULES,
    Plan,
    Resource,
)
from policies.core.rule import InstanceRule
from policies.security_groups import clones, differences, judging
from policies.security_groups.reading import COMPARED, NEW_GROUPS

_LEAVE: Final = "Leave the clone to the program:"
_ACCEPT: Final = task(
    "For a mapped group, accept it under securityGroups.groups[].acceptDifferences.opened in the stack config."
)
_AT_LINKED: Final = task(
    "Where a linked instance would admit this one at its new address, move into a VSwitch whose block its rules do not "
    "name, or narrow its rule:"
) + aliyun(
    "ecs",
    "RevokeSecurityGroup",
    {"SecurityGroupId": "<group of the linked one>", "SecurityGroupRuleId.1": "<that rule>"},
)


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    group_ids = instance.texts("securityGroupIds")
    if not group_ids:
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    if missing := clones.without_clone(plan, group_ids):
        # A missing clone does not excuse what linked instances open.
        if at_linked := judging.judge_linked(plan, instance, "opened"):
            return failed(
                "\n".join(["Traffic would be opened that the classic groups refuse:", *at_linked.lines("opened by")]),
                _AT_LINKED,
            )
        return not_applicable(f"There is no clone of {', '.join(missing)} to compare: see security-group-cloned.")
    return _judge(plan, instance, group_ids, timeline.now)


def _judge(plan: Plan, instance: Facts, group_ids: tuple[str, ...], now: datetime) -> Verdict:
    verdicts = list(plan.remember((__name__, tuple(sorted(group_ids))), lambda: _problems(plan, group_ids)))
    opened, reasons = judging.judge(plan, instance, "opened", now)
    if opened:
        lines = ["Traffic would be opened that the classic groups refuse:", *opened.lines("opened by")]
        verdicts.append(failed("\n".join(lines), *_remediation(plan, group_ids, opened)))
    accepted = "\n".join(differences.lines(reasons, opened, "opened by"))
    return worst([*verdicts, passed(accepted or "The clones accept nothing that the classic groups refuse.")])


def _remediation(plan: Plan, group_ids: tuple[str, ...], opened: differences.Differences) -> tuple[Fix, ...]:
    """Return the fix where VPC groups open something, and the one for groups of linked instances."""
    if opened.all_at_linked:
        return (_AT_LINKED,)
    groups = [_as_clone(clones.the_clone(plan, item)) for item in sorted(set(group_ids))]
    to_clone = [group for group in groups if group is not None]
    own = RULE.remediation
    if to_clone:
        own = (task(_LEAVE) + change("securityGroups", {"groups": to_clone})) | _ACCEPT
    return (own, _AT_LINKED) if opened.at_linked else (own,)


def _as_clone(clone: Resource) -> dict[str, Any] | None:
    """Return the change by which the program clones a group that the config maps; None for an unmapped one."""
    if "accepted" not in clone.facts.data:
        return None
    group = {"id": clone.facts.text("classicSecurityGroupId"), "mode": "clone", "mapTo": []}
    return {**group, "acceptDifferences": None} if clone.facts.object("accepted").data else group


def _problems(plan: Plan, group_ids: tuple[str, ...]) -> list[Verdict]:
    """Return the problems that make a comparison of the rule sets worthless."""
    verdicts = [problem for group_id in sorted(set(group_ids)) if (problem := _stranger(plan, group_id))]
    named = judged(partial(_misdirected, plan, group_ids))
    return verdicts if named.outcome is Outcome.PASS else [*verdicts, named]


def _misdirected(plan: Plan, group_ids: tuple[str, ...]) -> Verdict:
    found = [text for group_id in sorted(set(group_ids)) for text in clones.misdirected(plan, group_id)]
    if found:
        return failed("\n".join(["Rules name a group that they should not:", *found]))
    return passed("Each rule for a clone names it.")


def _stranger(plan: Plan, group_id: str) -> Verdict | None:
    """Return rules declared for the clone outside its own rule set: they were not compared."""
    clone = clones.the_clone(plan, group_id)
    ids = [group.facts.text("id") for group in clones.the_groups(plan, clone) if group.exists]
    for item in plan.remember(__name__, lambda: _outside(plan)):
        if not item.facts.is_known("securityGroupId"):
            return unknown(
                f"{item.name} declares rules for a group not known yet, which may be the clone of {group_id}."
            )
        if item.facts.text("securityGroupId") in ids:
            return failed(f"{item.name} declares rules for the clone of {group_id} outside of its own rule set.")
    return None


def _outside(plan: Plan) -> list[Resource]:
    parents = {clone.urn for clones in plan.clones.values() for clone in clones}
    return [
        item
        for item in plan.of_type_in((SECURITY_GROUP_RULE, SECURITY_GROUP_RULES, ADDED_SECURITY_GROUP_RULES))
        if item.type != SECURITY_GROUP_RULES or item.parent not in parents
    ]


RULE: Final = InstanceRule(
    module=__name__,
    title="The cloned security groups must not open anything",
    severity="critical",
    notice_items=("N13",),
    why=(
        "In a VPC one rule serves private and public traffic alike: an intranet rule copied as it is faces the "
        "Internet."
    ),
    remediation=((task(_LEAVE) + change("securityGroups", {"mode": "clone"})) | _ACCEPT),
    reads=(*COMPARED, SECURITY_GROUP_RULE, ADDED_SECURITY_GROUP_RULES),
    unknown_ok=NEW_GROUPS,
    sources=(
        "ECS user guide, add security group rules: classic groups keep Internet and intranet rules apart, VPC "
        "groups do not.",
        "ECS user guide, security groups overview: lower priority number first, drop wins a tie.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules",
    ram_actions=("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"),
    unwaivable="an open port is open to everybody; for a mapped group give a reason in acceptDifferences.opened",
    check=_check,
    until_move=False,
)
