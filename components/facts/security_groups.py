"""Facts of classic security groups and their rules."""

from __future__ import annotations

from components.facts.base import Facts
from estate.model import PeerKind, SecurityGroup, SecurityGroupRule


def security_group_facts(group: SecurityGroup, member_ids: list[str]) -> Facts:
    """Facts of a classic security group; `member_ids` are its instances, sorted."""
    return {
        "securityGroupId": group.id,
        "securityGroupName": group.name,
        "innerAccessPolicy": group.inner_access_policy,
        "memberIds": member_ids,
        "rules": [_rule(rule) for rule in group.rules],
    }


def _rule(rule: SecurityGroupRule) -> Facts:
    facts: Facts = {
        "direction": rule.direction,
        "nicType": rule.nic_type,
        "ipProtocol": rule.ip_protocol,
        "portRange": rule.port_range,
        "policy": rule.policy,
        "priority": rule.priority,
        "description": rule.description,
        rule.peer.kind.value: rule.peer.value,
    }
    if rule.source_port_range:
        facts["sourcePortRange"] = rule.source_port_range
    if rule.group_owner_account and rule.peer.kind is PeerKind.GROUP:
        facts["groupOwnerAccount"] = rule.group_owner_account
    if rule.local_cidr_ip or rule.local_ipv6_cidr_ip:
        facts["localCidrIp"] = rule.local_cidr_ip or rule.local_ipv6_cidr_ip
    return facts
