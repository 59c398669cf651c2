"""Two independent readings of security groups agree: what the converter writes, the pack never calls opened.

The converter (`components.conversion`) and the pack (`policies.security_groups`) share no code. On estates made up at
random, what the pack finds lost must be told by the converter's own report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from components.conversion import Conversion
from components.facts import classic_instance_facts, security_group_facts
from estate.model import SecurityGroup, SecurityGroupRule
from policies.facts import Leaf
from policies.plan import (
    CLASSIC_LINK_ATTACHMENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
    Plan,
    Resource,
)
from policies.security_groups import comparing, reading
from tests.components.test_conversion_properties import QUICK, Scenario, scenarios

UNKNOWN = Leaf.UNKNOWN


def comparable(rule: SecurityGroupRule) -> bool:
    """Whether the pack can judge it: prefix lists, numbered protocols and the like are UNKNOWN to it, never a pass."""
    named_on_internet = rule.group_id is not None and rule.nic_type == "internet"
    return rule.ip_protocol in ("TCP", "UDP", "ICMP", "ALL") and not rule.prefix_list_id and not named_on_internet


def declared(resource_type: str, name: str, properties: Mapping[str, Any], parent: Resource | None = None) -> Resource:
    urn = f"urn:pulumi:dev::classic-to-vpc::{resource_type}::{name}"
    return Resource(resource_type, urn, name, parent.urn if parent else None, properties)


def first_preview(scenario: Scenario, conversions: Mapping[str, Conversion]) -> Plan:
    """The stack as the pack sees it before anything exists; each moving instance goes to a zone with one VSwitch."""
    context = scenario.context
    moving, cidrs = sorted(context.migrating_ids), context.target_cidrs
    members = {
        group.id: [item.id for item in context.instances if group.id in item.security_group_ids]
        for group in scenario.groups
    }
    migration = declared(
        MIGRATION,
        "migration",
        {
            "accountId": "1234567890123456",
            "instanceIds": moving,
            "laterInstanceIds": sorted(context.later_ids),
            "classicInstances": [classic_instance_facts(item) for item in context.instances],
            "securityGroups": [security_group_facts(group, members[group.id]) for group in scenario.groups],
        },
    )
    vswitches = [{"zoneId": f"zone-{number}", "cidrBlock": cidr} for number, cidr in enumerate(cidrs)]
    resources = [migration, declared(TARGET_NETWORK, "network", {"vpcId": UNKNOWN, "vswitches": vswitches}, migration)]
    for number, instance_id in enumerate(moving):
        facts = {"instanceId": instance_id, "targetZoneId": f"zone-{number % len(cidrs)}"}
        resources.append(declared(MIGRATING_INSTANCE, instance_id, facts, migration))
    for group in scenario.groups:
        resources += clone(group, conversions[group.id], migration)
    for instance_id in sorted(context.linked_ids):
        resources.append(declared(CLASSIC_LINK_ATTACHMENT, instance_id, {"instanceId": instance_id}, migration))
    return Plan(resources)


def clone(group: SecurityGroup, conversion: Conversion, migration: Resource) -> list[Resource]:
    component = declared(
        CLONED_SECURITY_GROUP,
        group.id,
        {
            "classicSecurityGroupId": group.id,
            "securityGroupId": UNKNOWN,
            "report": [entry.as_properties() for entry in conversion.report],
        },
        migration,
    )
    vpc_group = {"id": UNKNOWN, "vpcId": UNKNOWN, "innerAccessPolicy": group.inner_access_policy}
    rules = {rule.label: rule.as_properties(lambda _: UNKNOWN) for rule in conversion.rules}
    rule_set = {"securityGroupId": UNKNOWN, "rules": rules, "applied": UNKNOWN}
    return [
        component,
        declared(SECURITY_GROUP, group.id, vpc_group, component),
        declared(SECURITY_GROUP_RULES, group.id, rule_set, component),
    ]


@settings(QUICK, max_examples=250)
@given(scenarios())
def test_converter_and_pack_agree(scenario: Scenario) -> None:
    groups = tuple(
        group.model_copy(update={"rules": tuple(filter(comparable, group.rules))[:4]}) for group in scenario.groups
    )
    scenario = replace(scenario, groups=groups)
    conversions = scenario.conversions
    plan = first_preview(scenario, conversions)
    for instance in scenario.context.instances:
        if instance.id in scenario.context.migrating_ids:
            group_ids = instance.security_group_ids
            rules, around = reading.firewall_of(plan, group_ids), reading.surroundings(plan, group_ids)
            opened = comparing.opened(rules, around)
            assert not opened, (instance.id, opened.lines("opened by"))
            told = any(entry.outcome == "not-portable" for group in group_ids for entry in conversions[group].report)
            lost = comparing.lost(rules, around)
            assert told or not lost, (instance.id, lost.lines("accepted by"))
