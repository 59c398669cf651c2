"""Remove a cloned rule and a whitelist entry through the API, behind Pulumi's back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from demo.project import Project
from estate.client import Cloud


def take_away(project: Project) -> dict[str, str]:
    """Remove a cloned rule and a whitelist entry; return what a preview must name, each with its description."""
    api = project.api()
    resources = json.loads(project.run("stack", "export", "--stack", "dev", check=True).stdout)["deployment"][
        "resources"
    ]
    taken = {}
    for kind, take in (
        ("alimigrate:ecs:SecurityGroupRules", _take_rule),
        ("alimigrate:rds:WhitelistGroup", _take_entry),
    ):
        # Sorted, because the order of resources in the state is the order of their creation.
        declared = sorted((item for item in resources if item["type"] == kind), key=lambda item: str(item["urn"]))
        first = next((item["outputs"] for item in declared if _has_something(item["outputs"])), None)
        if first:
            name, description = take(api, first)
            taken[name] = description
    return taken


def _has_something(declared: Mapping[str, Any]) -> bool:
    """Whether there is an accept rule, or a whitelist entry, to remove."""
    return bool(_accepts(declared) or declared.get("securityIps"))


def _accepts(declared: Mapping[str, Any]) -> list[str]:
    """Return the labels of the accept rules, those for ingress first."""
    accepts = {label: rule for label, rule in declared.get("rules", {}).items() if rule["policy"] == "accept"}
    return sorted(accepts, key=lambda label: (accepts[label]["direction"] != "ingress", label))


def _take_rule(api: Cloud, declared: Mapping[str, Any]) -> tuple[str, str]:
    """Revoke the first declared accept rule of a clone."""
    group_id = declared["securityGroupId"]
    label = _accepts(declared)[0]
    rule = declared["rules"][label]
    ingress = rule["direction"] == "ingress"
    peer = {
        ("source_" if ingress else "dest_") + field: rule[key]
        for key, field in (("cidrIp", "cidr_ip"), ("groupId", "group_id"), ("prefixListId", "prefix_list_id"))
        if key in rule
    }
    api.call(
        "ecs:RevokeSecurityGroup" if ingress else "ecs:RevokeSecurityGroupEgress",
        region_id=api.region,
        security_group_id=group_id,
        ip_protocol=rule["ipProtocol"],
        port_range=rule["portRange"],
        policy=rule["policy"],
        priority=str(rule["priority"]),
        nic_type="intranet",
        **peer,
    )
    return label, f"the rule '{label}' of {group_id}"


def _take_entry(api: Cloud, declared: Mapping[str, Any]) -> tuple[str, str]:
    """Replace the entries of one of our whitelist groups by the loopback address: this is how a group is emptied."""
    api.call(
        "rds:ModifySecurityIps",
        dbinstance_id=declared["dbInstanceId"],
        dbinstance_iparray_name=declared["groupName"],
        security_ips="127.0.0.1",
        modify_mode="Cover",
        whitelist_network_type=declared["networkType"],
    )
    entry = declared["securityIps"][0]
    return entry, f"{entry} from the whitelist group {declared['groupName']} of {declared['dbInstanceId']}"
