"""Replace what the stack declares of VPC groups by what this run read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from policies.core.facts import Facts, Leaf, Value
from policies.core.plan import SECURITY_GROUP, SECURITY_GROUP_RULES, Plan, Resource


def as_in_cloud(plan: Plan) -> Plan:
    """Return the plan with the rules of VPC groups as this run read them, not as the stack declares them."""
    live = {group.text("securityGroupId"): group for group in _live_groups(plan)}
    return Plan(_as_live(item, live) for item in plan.resources if not item.urn.partition("/clone")[1])


def _live_groups(plan: Plan) -> Sequence[Facts]:
    return plan.migration.objects("liveSecurityGroups") if "liveSecurityGroups" in plan.migration.data else ()


def _as_live(item: Resource, live: Mapping[str, Facts]) -> Resource:
    if item.type == SECURITY_GROUP and (group := live.get(_id(item, "id"))) is not None:
        return replace(item, properties={**item.properties, "innerAccessPolicy": group.text("innerAccessPolicy")})
    if item.type != SECURITY_GROUP_RULES:
        return item
    group = live.get(_id(item, "securityGroupId"))
    rules: Value = Leaf.UNKNOWN
    if group is not None:
        rules = {f"{number}: {_label(rule)}": rule.data for number, rule in enumerate(group.objects("rules"), 1)}
    return replace(item, properties={**item.properties, "rules": rules})


def _id(item: Resource, key: str) -> str:
    value = item.properties.get(key)
    return value if isinstance(value, str) else ""


def _label(rule: Facts) -> str:
    words = (rule.optional_text(key) for key in ("direction", "policy", "ipProtocol", "portRange"))
    return " ".join(word for word in words if word)
