"""Facts of ClassicLink: what is linked already, and what stands in the way of more."""

from __future__ import annotations

from components.facts.base import Facts
from components.plan import MigrationPlan


def classic_link_facts(plan: MigrationPlan) -> Facts:
    """Facts that change by themselves, which are outputs of the component and no inputs."""
    choice = plan.config.classic_link
    return {
        "guestRoute": bool(choice and choice.guest_route),
        "customRoutes": list(plan.network.custom_routes),
        "existingLinks": [
            *({"instanceId": link.instance_id, "toTarget": True} for link in plan.links.to_target),
            *({"instanceId": link.instance_id, "toTarget": False} for link in plan.links.elsewhere),
        ],
        "attached": [
            {
                "instanceId": instance.id,
                "status": instance.status,
                "operationLocks": list(instance.operation_locks),
                "intranetIps": list(instance.intranet_ips),
            }
            for instance in plan.links.attached
        ],
    }


def broad_rule_facts(plan: MigrationPlan) -> Facts:
    """Rules that tell not who is talked to, and whether the team has told by flows."""
    choice = plan.config.classic_link
    return {
        **({"linksListed": True} if choice and choice.attach is not None else {}),
        "flowsGiven": bool(choice and choice.flows is not None),
        "broadRules": [
            {"securityGroupId": rule.group_id, "rule": rule.text, "instanceIds": list(rule.instance_ids)}
            for rule in plan.links.broad_rules
        ],
    }
