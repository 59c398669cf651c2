"""Facts of classic security groups and their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from components.config import AcceptedDifferences
from components.facts.base import Facts
from estate.model import PeerKind, SecurityGroup, SecurityGroupRule


def security_group_facts(group: SecurityGroup, member_ids: Sequence[str]) -> Facts:
    """Facts of a classic security group; `member_ids` are its instances, sorted."""
    return {
        "securityGroupId": group.id,
        "securityGroupName": group.name,
        "innerAccessPolicy": group.inner_access_policy,
        "memberIds": list(member_ids),
        "rules": [_rule(rule) for rule in group.rules],
    }


def live_group_facts(group: SecurityGroup) -> Facts:
    """Facts of a VPC group of the stack as the cloud has it, without the rules that the cloud made itself."""
    return {
        "securityGroupId": group.id,
        "innerAccessPolicy": group.inner_access_policy,
        "rules": [_live_rule(rule) for rule in group.rules if not rule.is_system_rule],
    }


def _live_rule(rule: SecurityGroupRule) -> Facts:
    facts = {key: value for key, value in _rule(rule).items() if key not in ("nicType", "description")}
    return facts | ({"portRangeListId": rule.port_range_list_id} if rule.port_range_list_id else {})


def shared_group_facts(
    classic_id: str, found: Sequence[SecurityGroup], ids_of_clones: Mapping[str, Sequence[str]]
) -> Facts:
    """Facts of VPC groups in the place of a classic one; `ids_of_clones` are those of all of them, by classic id."""
    classic_ids = {clone_id: classic for classic, ids in ids_of_clones.items() for clone_id in ids}
    return {"classicSecurityGroupId": classic_id, "groups": [_vpc_group(group, classic_ids) for group in found]}


def mapped_group_facts(
    classic_id: str,
    found: Sequence[SecurityGroup],
    strangers: Callable[[str], Sequence[str]],
    accepted: AcceptedDifferences | None,
) -> Facts:
    """Facts of VPC groups that the config gives; `strangers` are who is in one already, `accepted` differences."""
    groups = [{**_vpc_group(group, {}), "strangerIds": list(strangers(group.id))} for group in found]
    decided = {"opened": accepted.opened, "lost": accepted.lost} if accepted else {}
    told = {kind: decision.facts() for kind, decision in decided.items() if decision is not None}
    return {"classicSecurityGroupId": classic_id, "groups": groups, "accepted": told}


def _vpc_group(group: SecurityGroup, classic_ids: Mapping[str, str]) -> Facts:
    return {
        "securityGroupId": group.id,
        "vpcId": group.vpc_id or "",
        "innerAccessPolicy": group.inner_access_policy,
        "rules": {f"rule {number}": _vpc_rule(rule, classic_ids) for number, rule in enumerate(group.rules)},
    }


def _vpc_rule(rule: SecurityGroupRule, classic_ids: Mapping[str, str]) -> Facts:
    facts = {key: value for key, value in _rule(rule).items() if key != "nicType"}
    if rule.group_id is not None and rule.group_id in classic_ids:
        facts["clonedFrom"] = classic_ids[rule.group_id]
    return facts


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
