"""Changes of the classic security groups and of single rules; several blocks that replace one are shown as that one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from ipaddress import IPv4Network
from typing import Any, Final

from components.cidr import RFC1918
from components.conversion.addresses import without
from policies.core.facts import UnreadableError, Value, attempt, printable
from policies.core.plan import SECURITY_GROUP, SECURITY_GROUP_RULES, SHARED_SECURITY_GROUP, Plan, Resource
from policies.security_groups.reading import groups_by_id
from preflight.plan.model import Action, Became, ConvertedRule, GroupChange
from preflight.reading import objects, text
from preflight.steps import Step

_OUTCOMES: Final[Mapping[str, Became]] = {
    "carried-over": "carried over",
    "narrowed": "narrowed",
    "merged": "merged",
    "folded": "folded",
    "split": "split",
    "not-portable": "lost",
    "added": "added",
}
_PEERS: Final = ("cidrIp", "ipv6CidrIp", "groupId", "prefixListId")
_MOST_BLOCKS: Final = 3
ANYWHERE: Final = "0.0.0.0/0"


def group_changes(plan: Plan, steps: Iterable[Step]) -> tuple[tuple[GroupChange, ...], list[Step]]:
    """Return each classic group with its replacement, and the steps about other groups."""
    by_parent: defaultdict[str | None, list[Step]] = defaultdict(list)
    for step in steps:
        if step.type in (SECURITY_GROUP, SECURITY_GROUP_RULES):
            by_parent[step.parent].append(step)
    groups = attempt(lambda: groups_by_id(plan))
    facts = {} if isinstance(groups, UnreadableError) else groups
    changes = []
    for classic_id, clones in sorted(plan.clones.items()):
        for clone in clones:
            if not any("rules" in child.properties for child in plan.children(clone, SECURITY_GROUP_RULES)):
                continue  # clones of another stack, which rules of this one name
            its_steps = by_parent.pop(clone.urn, [])
            facts_of_group = facts[classic_id].data if classic_id in facts else {}
            changes.append(_group(plan, clone, classic_id, facts_of_group, its_steps))
    return tuple(changes), [step for of_parent in by_parent.values() for step in of_parent]


def _group(
    plan: Plan, clone: Resource, classic_id: str, facts_of_group: Mapping[str, Value], steps: Sequence[Step]
) -> GroupChange:
    members, name = facts_of_group.get("memberIds"), facts_of_group.get("securityGroupName")
    rules = [_converted(entry) for entry in objects(clone.properties, "report")]
    children = plan.children(clone, SECURITY_GROUP_RULES)
    limits = clone.properties.get("limits")
    existing = [step for step in steps if step.op == "update" and step.type == SECURITY_GROUP_RULES]
    of_others = clone.parent in {item.urn for item in plan.of_type(SHARED_SECURITY_GROUP)}
    return GroupChange(
        classic_id=printable(classic_id),
        name=printable(name) if isinstance(name, str) else "",
        members=len(members) if isinstance(members, Sequence) and not isinstance(members, str) else 0,
        mode="others" if of_others else "clone",
        action=_action(steps),
        vpc_groups=len(plan.children(clone, SECURITY_GROUP)),
        vpc_rules=sum(len(_mapping(child.properties.get("rules"))) for child in children),
        tally=dict(sorted(Counter(rule.became for rule in rules).items())),
        rules=tuple(rules),
        limits=tuple(printable(item) for item in limits if isinstance(item, str))
        if isinstance(limits, Sequence) and not isinstance(limits, str)
        else (),
        added=tuple(line for step in existing for line in rules_beyond(step.after, step.before)),
        removed=tuple(line for step in existing for line in rules_beyond(step.before, step.after)),
    )


def _action(steps: Iterable[Step]) -> Action | None:
    """Return the action on a group or its rules: the strongest of all."""
    ops = {step.op for step in steps}
    order: tuple[tuple[str, Action], ...] = (("create", "create"), ("replace", "replace"), ("update", "update"))
    if any(step.type == SECURITY_GROUP and step.op == "same" for step in steps) and "create" in ops:
        return "update"
    if any(step.deletes for step in steps) and not ops - {"delete"}:
        return "delete"
    return next((action for op, action in order if op in ops), None)


def _converted(entry: Mapping[str, Value]) -> ConvertedRule:
    labels = entry.get("labels")
    rule, reason, outcome = (text(entry, key) for key in ("classicRule", "reason", "outcome"))
    return ConvertedRule(
        classic_rule=rule,
        # A rule that is not known to be kept counts as lost.
        became=_OUTCOMES.get(outcome, "lost"),
        reason=reason,
        vpc_rules=len(labels) if isinstance(labels, Sequence) and not isinstance(labels, str) else 0,
    )


def _mapping(value: Any) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


# ---- rules ----


def rules_beyond(these: Mapping[str, Value], those: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the rules of a rule set that another state of it does not have."""
    here, there = _mapping(these.get("rules")), _mapping(those.get("rules"))
    return rule_sentences({label: rule for label, rule in here.items() if label not in there})


def rule_sentences(rules: Mapping[str, Value]) -> tuple[str, ...]:
    """Return rules by label as a reviewer reads them: those that differ only in their blocks as one.

    An Internet rule for `0.0.0.0/0` may have become the 31 public blocks; it is shown as `0.0.0.0/0`.
    """
    grouped: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    single = []
    for label, facts in sorted(rules.items()):
        rule = _mapping(facts)
        cidr = rule.get("cidrIp")
        if not isinstance(cidr, str) or not cidr:
            single.append(printable(label))
            continue
        key = tuple(_printed(rule, name) for name in ("direction", "policy", "ipProtocol", "portRange", "priority"))
        grouped[*key, _printed(rule, "sourcePortRange")].append(cidr)
    return tuple(sorted([*single, *(_sentence(key, blocks) for key, blocks in grouped.items())]))


def _printed(rule: Mapping[str, Value], key: str) -> str:
    value = rule.get(key)
    if isinstance(value, float):
        return f"{value:g}"
    return printable(value) if isinstance(value, str) else ""


def _sentence(key: tuple[str, ...], blocks: Sequence[str]) -> str:
    direction, policy, protocol, ports, priority, source_ports = key
    way = "from" if direction == "ingress" else "to"
    if source_ports:
        ports += f" source ports {source_ports}"
    return f"{direction} {policy} {protocol} {ports} {way} {block_list(blocks)} ({priority})"


def block_list(blocks: Iterable[str]) -> str:
    """Return blocks in few words: all public ones as `0.0.0.0/0`, else the first few and the number of the others."""
    names = list(dict.fromkeys(blocks))
    public = _public_blocks()
    if public <= set(names):
        private = [block for block in names if block not in public]
        names = [f"{ANYWHERE} without private addresses", *private]
    more = len(names) - _MOST_BLOCKS
    listed = ", ".join(printable(block) for block in names[:_MOST_BLOCKS])
    return f"{listed} and {more} more blocks" if more > 0 else listed


@cache
def _public_blocks() -> frozenset[str]:
    return frozenset(str(block) for block in without([IPv4Network(ANYWHERE)], RFC1918))
