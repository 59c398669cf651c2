"""The VPC groups that replace classic ones: their members, and the differences that the config accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from policies.core.approvals import approved
from policies.core.facts import Facts, UnreadableError
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    Plan,
    Resource,
)
from policies.security_groups.model import clone_key


def without_clone(plan: Plan, classic_ids: Iterable[str]) -> list[str]:
    """Return the classic groups without a clone, or with one that lacks a group or rules: they cannot be compared."""
    return [
        classic_id
        for classic_id in sorted(set(classic_ids))
        if not any(
            plan.children(clone, SECURITY_GROUP) and plan.children(clone, SECURITY_GROUP_RULES)
            for clone in plan.clones.get(classic_id, ())
        )
    ]


def the_clone(plan: Plan, classic_id: str) -> Resource:
    """Return the one ClonedSecurityGroup of a classic group.

    Raises UnreadableError when there is none, or more than one.
    """
    return _only(f"ClonedSecurityGroup of {classic_id}", plan.clones.get(classic_id, ()))


def the_groups(plan: Plan, clone: Resource) -> tuple[Resource, ...]:
    """Return the SecurityGroups below a ClonedSecurityGroup: one, or several where its rules exceed the limits of one.

    Raises UnreadableError when there is none.
    """
    groups = plan.children(clone, SECURITY_GROUP)
    if not groups:
        raise UnreadableError(f"SecurityGroup below ClonedSecurityGroup {clone.name}", "is not declared")
    return groups


def ids_of(clone: Resource, groups: Iterable[Resource]) -> list[str]:
    """Return the ids of the groups of a clone that are known by now.

    In the preview of an update in place the plugin returns no id; the component still knows it.
    """
    ids = clone.facts.data.get("securityGroupIds")
    known = [item for item in ids if isinstance(item, str)] if isinstance(ids, (list, tuple)) else []
    return list(dict.fromkeys([*(group.facts.text("id") for group in groups if group.exists), *known]))


def _only(name: str, resources: tuple[Resource, ...]) -> Resource:
    if len(resources) != 1:
        raise UnreadableError(name, f"is declared {len(resources)} times and must be declared once")
    return resources[0]


def members_of(plan: Plan, group_id: str) -> tuple[str, ...]:
    """Return the keys of all members of a VPC group: those of the classic groups that it replaces, and strangers."""
    return members_by_id(plan).get(group_id, (group_id,))


def members_by_id(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return the members of existing VPC groups, by group id: a rule may name a clone without its original."""

    def read() -> dict[str, tuple[str, ...]]:
        keys_by_id: dict[str, list[str]] = defaultdict(list)
        strange = set()
        for classic_id, clones in plan.clones.items():
            for clone in clones:
                for group in the_groups(plan, clone):
                    if group.exists:
                        keys_by_id[group.facts.text("id")].append(clone_key(classic_id))
                        if "strangerIds" in group.facts.data and group.facts.texts("strangerIds"):
                            strange.add(group.facts.text("id"))
        return {key: (*keys, *((key,) if key in strange else ())) for key, keys in keys_by_id.items()}

    return plan.remember("clone ids", read)


def accepted_differences(
    plan: Plan, classic_ids: Iterable[str], kind: Literal["opened", "lost"], now: datetime
) -> Mapping[str, str]:
    """Return why the config accepts that VPC groups differ from the classic ones that they replace, by classic id.

    Only existing groups may differ: a clone is made to open nothing. Raises UnreadableError where the facts are
    unknown, and where the approval does not hold at `now`.
    """
    accepted_of, of_others = {}, {item.urn for item in plan.of_type(SHARED_SECURITY_GROUP)}
    for classic_id in sorted(set(classic_ids)):
        clone = the_clone(plan, classic_id)
        if "accepted" in clone.facts.data and clone.parent in of_others:
            accepted = clone.facts.object("accepted")
            if kind in accepted.data:
                accepted_of[classic_id] = approved(accepted.object(kind), now)
    return accepted_of


def misdirected(plan: Plan, classic_id: str) -> list[str]:
    """Return the rules of a clone, and those that linked groups got for it, that name another group than they claim.

    Raises UnreadableError where a fact is unknown.
    """
    problems = []
    for child in plan.children(the_clone(plan, classic_id), SECURITY_GROUP_RULES):
        for label, facts in child.facts.object("rules").entries():
            cloned_from = facts.optional_text("clonedFrom")
            if cloned_from is not None and not _names_the_clone(plan, cloned_from, facts):
                problems.append(f"clone rule '{label}' of {classic_id} does not name the clone of {cloned_from}")
    for place, facts in _added_by_origin(plan).get(classic_id, ()):
        if not _names_the_clone(plan, classic_id, facts):
            problems.append(f"{place} does not name the clone of {classic_id}")
    return problems


def _names_the_clone(plan: Plan, cloned_from: str, rule: Facts) -> bool:
    clone = the_clone(plan, cloned_from)
    groups = the_groups(plan, clone)
    # Before the first update no id is known; once a group exists, the rules that name it must be known too.
    is_known = groups[0].exists or rule.is_known("groupId")
    return not is_known or rule.text("groupId") in ids_of(clone, groups)


def _added_by_origin(plan: Plan) -> Mapping[str, list[tuple[str, Facts]]]:
    """Return the rules that the stack adds to linked groups, each with its place, by the classic group of the clone."""

    def read() -> dict[str, list[tuple[str, Facts]]]:
        by_origin: dict[str, list[tuple[str, Facts]]] = defaultdict(list)
        for added in plan.of_type(ADDED_SECURITY_GROUP_RULES):
            group_id = added.facts.text("securityGroupId")
            for label, facts in added.facts.object("rules").entries():
                if (cloned_from := facts.optional_text("clonedFrom")) is not None:
                    by_origin[cloned_from].append((f"rule '{label}', added to {group_id},", facts))
        return by_origin

    return plan.remember("added rules by origin", read)
