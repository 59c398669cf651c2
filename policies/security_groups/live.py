"""Compare security groups in the cloud, as this run read them, with what the stack applied.

A state may be old: a preview with `--refresh=false` compares nothing with the cloud. These facts come from the reading.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final, NamedTuple

from policies.core.facts import Facts
from policies.core.plan import ADDED_SECURITY_GROUP_RULES, SECURITY_GROUP_RULES, Plan, Resource

_PEERS: Final = ("cidrIp", "ipv6CidrIp", "groupId", "prefixListId")
# A classic group's list also holds the rules of its Internet interface, to which no rule is added.
_READINGS: Final = ("liveSecurityGroups", "securityGroups", "linkedSecurityGroups")


class _Rule(NamedTuple):
    """The fields that make two rules the same for the cloud: all that affects which packets they match and how."""

    direction: str
    policy: str
    protocol: str
    ports: str
    peer: tuple[str, str]
    priority: float
    source_ports: str
    local_block: str

    def __str__(self) -> str:
        way = "from" if self.direction == "ingress" else "to"
        extras = [
            f", source ports {self.source_ports}" if self.source_ports else "",
            f", at {self.local_block}" if self.local_block else "",
        ]
        text = f"{self.direction} {self.policy} {self.protocol} {self.ports} {way} {self.peer[1]} ({self.priority:g})"
        return "".join([text, *extras])


class _Group(NamedTuple):
    inner_access_policy: str
    rules: frozenset[_Rule]


def changes_of_rules(plan: Plan, item: Resource) -> list[str] | None:
    """Return the differences between applied rules and the cloud, one text a rule; None where the group was not read.

    A SecurityGroupRules holds all rules of its group, an AddedSecurityGroupRules some. Raises UnreadableError.
    """
    # In a preview that plans an update, `rules` are the new ones, and `declared` holds those applied last.
    applied = item.facts.object("declared") if "declared" in item.facts.data else item.facts
    group_id = applied.text("securityGroupId")
    group = _groups(plan).get(group_id)
    if group is None:
        return None
    declared = {_rule_of(rule) for _, rule in applied.object("rules").entries()}
    added = group.rules - declared if item.type != ADDED_SECURITY_GROUP_RULES else frozenset()
    return [
        f"security group {group_id}: {text}"
        for text in sorted(
            [*(f"{rule} was added" for rule in added), *(f"{rule} is gone" for rule in declared - group.rules)]
        )
    ]


def changes_of_group(plan: Plan, item: Resource) -> list[str] | None:
    """Return how an existing SecurityGroup differs in the cloud from the state; None where it was not read.

    In a preview that would update it, the facts are those to come: it differs from what is declared.
    """
    group = _groups(plan).get(group_id_of(plan, item) or "")
    if group is None:
        return None
    applied = item.facts.text("innerAccessPolicy")
    if group.inner_access_policy == applied:
        return []
    declared = "" if item.exists else f", and {applied} is declared"
    return [f"innerAccessPolicy is {group.inner_access_policy}{declared}"]


def group_id_of(plan: Plan, item: Resource) -> str | None:
    """Return the id of a SecurityGroup that the cloud has; None where it is to be created.

    The bridge gives no id for one that a preview would update in place. The engine knows it, and so its rules have it.
    """

    def of_rules() -> dict[tuple[str | None, str], str]:
        known = (rules for rules in plan.of_type(SECURITY_GROUP_RULES) if rules.facts.is_known("securityGroupId"))
        return {(rules.parent, rules.name): rules.facts.text("securityGroupId") for rules in known}

    if item.exists:
        return item.facts.text("id")
    return plan.remember("security groups by their rules", of_rules).get((item.parent, item.name))


def _groups(plan: Plan) -> Mapping[str, _Group]:
    def read() -> dict[str, _Group]:
        return {
            group.text("securityGroupId"): _Group(
                group.text("innerAccessPolicy"),
                frozenset(
                    _rule_of(rule)
                    for rule in group.objects("rules")
                    if rule.optional_text("nicType") in (None, "intranet")
                ),
            )
            for key in _READINGS
            if key in plan.migration.data
            for group in plan.migration.objects(key)
            # Nothing is added to a group whose rules are left out.
            if "rules" in group.data
        }

    return plan.remember("live security groups", read)


def _rule_of(rule: Facts) -> _Rule:
    peer = next((kind for kind in _PEERS if rule.optional_text(kind) is not None), _PEERS[0])
    return _Rule(
        direction=rule.text("direction").lower(),
        policy=rule.text("policy").lower(),
        protocol=rule.text("ipProtocol").upper(),
        ports=rule.optional_text("portRange") or rule.optional_text("portRangeListId") or "",
        peer=(peer, _block(rule.text(peer)) if peer in _PEERS[:2] else rule.text(peer)),
        priority=rule.number("priority"),
        source_ports=rule.optional_text("sourcePortRange") or "",
        local_block=rule.optional_text("localCidrIp") or "",
    )


def _block(text: str) -> str:
    """Return a block without the bits behind its mask, which the cloud ignores."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return text
