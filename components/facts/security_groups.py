"""Facts of security groups and their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, NotRequired, cast

from typing_extensions import TypedDict

from components.config import AcceptedDifferences
from components.config.approvals import Approval
from components.conversion import Conversion
from components.facts.base import Later, note
from components.plan import MigrationPlan
from estate.model import Direction, NicType, PeerKind, RulePolicy, SecurityGroup, SecurityGroupRule


class RuleFacts(TypedDict):
    """A rule, with exactly one peer: source of an ingress rule, destination of an egress rule."""

    direction: Direction
    ipProtocol: Annotated[str, note("TCP, UDP, ICMP, ICMPv6, GRE, ALL, or a number")]
    portRange: Annotated[str, note('"80/80" or "-1/-1"; empty where portRangeListId has the ports')]
    sourcePortRange: NotRequired[str]
    policy: RulePolicy
    priority: Annotated[int, note("1 to 100, lower first; 110 in system rules made before 2020-05-27")]
    cidrIp: NotRequired[str]
    ipv6CidrIp: NotRequired[str]
    groupId: NotRequired[str]
    prefixListId: NotRequired[str]
    groupOwnerAccount: NotRequired[Annotated[str, note("account of groupId, where the API names one")]]
    localCidrIp: NotRequired[Annotated[str, note("where it holds for one own address only")]]
    portRangeListId: NotRequired[Annotated[str, note("of a live rule that has its ports from a list")]]
    clonedFrom: NotRequired[Annotated[str, note("of a VPC rule: the classic group whose clone groupId names")]]


class ClassicRuleFacts(RuleFacts):
    """A rule of a classic group."""

    nicType: NicType
    description: str


class VpcRuleFacts(RuleFacts):
    """A rule of a VPC group of others."""

    description: str


class SecurityGroupFacts(TypedDict):
    """A classic group."""

    securityGroupId: str
    securityGroupName: str
    innerAccessPolicy: Literal["Accept", "Drop"]
    memberIds: list[str]
    rules: NotRequired[
        Annotated[list[ClassicRuleFacts], note("absent: only later instances are in it, which are not linked")]
    ]


class LiveGroupFacts(TypedDict):
    """A VPC group of the stack as this run read it, without the cloud's own rules."""

    securityGroupId: str
    innerAccessPolicy: Literal["Accept", "Drop"]
    rules: list[RuleFacts]


class VpcGroupFacts(TypedDict):
    """A VPC group of others, as it is in the cloud."""

    securityGroupId: str
    vpcId: str
    innerAccessPolicy: Literal["Accept", "Drop"]
    rules: NotRequired[
        Annotated[dict[str, VpcRuleFacts], note("by label; absent: no instance of this stack will be in it")]
    ]
    strangerIds: NotRequired[Annotated[list[str], note("of a mapped group: instances that are in it already")]]


class ApprovalFacts(TypedDict):
    """A decision that lets something pass for a while, and its owner."""

    reason: str
    owner: str
    approvedBy: str
    approvedAt: Annotated[str, note("ISO")]
    expires: Annotated[str, note("ISO")]


class AcceptedFacts(TypedDict):
    """Differences of mapped groups that the config accepts."""

    opened: NotRequired[ApprovalFacts]
    lost: NotRequired[ApprovalFacts]


class SharedSecurityGroupFacts(TypedDict):
    """VPC groups of others that replace a classic one: clones of another stack, or groups that it is mapped to."""

    classicSecurityGroupId: str
    groups: list[VpcGroupFacts]
    accepted: NotRequired[Annotated[AcceptedFacts, note("of mapped groups")]]


class ReportEntryFacts(TypedDict):
    """The result for one classic rule."""

    classicRule: Annotated[str, note("as text")]
    outcome: Annotated[
        str,
        note(
            "carried-over, narrowed, merged, folded (into one VPC rule with other rules), split (over several VPC "
            "groups), not-portable, or added (guards and in-group access, of which no classic rule speaks)"
        ),
    ]
    reason: str
    labels: Annotated[list[str], note("of the VPC rules that it led to")]


class ClonedSecurityGroupFacts(TypedDict):
    """The VPC groups with the rules of a classic one; almost always one. Each member must be in all of them."""

    classicSecurityGroupId: str
    securityGroupIds: list[str]
    vpcId: str
    report: list[ReportEntryFacts]
    limits: Annotated[list[str], note("limits of the cloud that the rules do not keep")]


def security_group_facts(
    group: SecurityGroup, member_ids: Sequence[str], *, with_rules: bool = True
) -> SecurityGroupFacts:
    """Return facts of a classic security group; `member_ids` are its instances, sorted."""
    facts: SecurityGroupFacts = {
        "securityGroupId": group.id,
        "securityGroupName": group.name,
        "innerAccessPolicy": group.inner_access_policy,
        "memberIds": list(member_ids),
    }
    if with_rules:
        facts["rules"] = [
            {**_rule(rule), "nicType": rule.nic_type, "description": rule.description} for rule in group.rules
        ]
    return facts


def live_group_facts(group: SecurityGroup) -> LiveGroupFacts:
    """Return facts of a VPC group of the stack as the cloud has it, without the rules that the cloud made itself."""
    return {
        "securityGroupId": group.id,
        "innerAccessPolicy": group.inner_access_policy,
        "rules": [_live_rule(rule) for rule in group.rules if not rule.is_system_rule],
    }


def _live_rule(rule: SecurityGroupRule) -> RuleFacts:
    facts = _rule(rule)
    if rule.port_range_list_id:
        facts["portRangeListId"] = rule.port_range_list_id
    return facts


def others_group_facts(plan: MigrationPlan, *, whole_region: bool = False) -> Mapping[str, SharedSecurityGroupFacts]:
    """Return facts of the VPC groups of others by the classic groups that they replace, in the order of the config.

    These are groups of the config, or the clones of another stack: those for the instances of this one with their
    rules, and without them those that their rules may name. With `whole_region` all clones have their rules.
    """
    groups, choice = plan.groups, plan.config.security_groups
    if choice is None:
        return {}
    if choice.mode == "shared":
        classic_ids = {clone_id: classic for classic, ids in groups.clone_ids.items() for clone_id in ids}
        within_reach = _own_and_named_ids(plan)
        return {
            classic_id: shared_group_facts(
                classic_id, vpc_groups, classic_ids, with_rules=whole_region or classic_id in groups.of_movers
            )
            for classic_id, vpc_groups in groups.shared.items()
            # Several classic groups may have one clone: its members are those of all of them.
            if whole_region or not within_reach.isdisjoint((classic_id, *(group.id for group in vpc_groups)))
        }
    return {
        classic_id: mapped_group_facts(
            classic_id, vpc_groups, groups.strangers_in, choice.mapped[classic_id].accept_differences
        )
        for classic_id, vpc_groups in groups.mapped.items()
    }


def _own_and_named_ids(plan: MigrationPlan) -> set[str]:
    """Return the groups of moving and of linked instances, and those that their rules name: classic ones and clones."""
    groups = plan.groups
    own = [
        *(group for group in groups.classic if group.id in groups.of_movers),
        *(group for classic_id in groups.of_movers for group in groups.shared.get(classic_id, ())),
        *plan.links.groups,
    ]
    named = {rule.group_id for group in own for rule in group.rules if rule.group_id is not None}
    return named.union(group.id for group in own)


def shared_group_facts(
    classic_id: str,
    vpc_groups: Sequence[SecurityGroup],
    classic_ids: Mapping[str, str],
    *,
    with_rules: bool,
) -> SharedSecurityGroupFacts:
    """Return facts of clones of another stack; `classic_ids` are the groups that all of its clones replace, by id."""
    facts = [_vpc_group(group, classic_ids) for group in vpc_groups]
    if not with_rules:
        for group in facts:
            del group["rules"]
    return {"classicSecurityGroupId": classic_id, "groups": facts}


def mapped_group_facts(
    classic_id: str,
    vpc_groups: Sequence[SecurityGroup],
    strangers: Callable[[str], Sequence[str]],
    accepted: AcceptedDifferences | None,
) -> SharedSecurityGroupFacts:
    """Return facts of groups of the config; `strangers` are servers already in one, `accepted` differences."""
    decided: AcceptedFacts = {}
    if accepted is not None and accepted.opened is not None:
        decided["opened"] = approval_facts(accepted.opened)
    if accepted is not None and accepted.lost is not None:
        decided["lost"] = approval_facts(accepted.lost)
    return {
        "classicSecurityGroupId": classic_id,
        "groups": [{**_vpc_group(group, {}), "strangerIds": list(strangers(group.id))} for group in vpc_groups],
        "accepted": decided,
    }


def cloned_group_facts(
    classic_id: str, conversion: Conversion, security_group_ids: Later, vpc_id: Later
) -> ClonedSecurityGroupFacts:
    """Return facts of the clone of a classic group, and of the origin of its rules."""
    return {
        "classicSecurityGroupId": classic_id,
        "securityGroupIds": security_group_ids,
        "vpcId": vpc_id,
        "report": [
            {
                "classicRule": entry.classic_rule,
                "outcome": entry.outcome.value,
                "reason": entry.reason,
                "labels": list(entry.labels),
            }
            for entry in conversion.report
        ],
        "limits": [str(limit) for limit in conversion.limits],
    }


def approval_facts(approval: Approval) -> ApprovalFacts:
    """Return facts of a decision, its times as in the config."""
    return cast(ApprovalFacts, approval.model_dump(mode="json", by_alias=True, include=set(Approval.model_fields)))


def _vpc_group(group: SecurityGroup, classic_ids: Mapping[str, str]) -> VpcGroupFacts:
    return {
        "securityGroupId": group.id,
        "vpcId": group.vpc_id or "",
        "innerAccessPolicy": group.inner_access_policy,
        "rules": {f"rule {number}": _vpc_rule(rule, classic_ids) for number, rule in enumerate(group.rules)},
    }


def _vpc_rule(rule: SecurityGroupRule, classic_ids: Mapping[str, str]) -> VpcRuleFacts:
    facts: VpcRuleFacts = {**_rule(rule), "description": rule.description}
    if rule.group_id is not None and rule.group_id in classic_ids:
        facts["clonedFrom"] = classic_ids[rule.group_id]
    return facts


def _rule(rule: SecurityGroupRule) -> RuleFacts:
    facts: RuleFacts = {
        "direction": rule.direction,
        "ipProtocol": rule.ip_protocol,
        "portRange": rule.port_range,
        "policy": rule.policy,
        "priority": rule.priority,
    }
    kind, value = rule.peer
    if kind is PeerKind.CIDR:
        facts["cidrIp"] = value
    elif kind is PeerKind.IPV6_CIDR:
        facts["ipv6CidrIp"] = value
    elif kind is PeerKind.GROUP:
        facts["groupId"] = value
    else:
        facts["prefixListId"] = value
    if rule.source_port_range:
        facts["sourcePortRange"] = rule.source_port_range
    if rule.group_owner_account and kind is PeerKind.GROUP:
        facts["groupOwnerAccount"] = rule.group_owner_account
    near = rule.local_cidr_ip or rule.local_ipv6_cidr_ip
    if near:
        facts["localCidrIp"] = near
    return facts
