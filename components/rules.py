"""Converted rules in the form of the resources of security group rules."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.alimigrate import ecs
from components.conversion import VpcRule
from estate.model import PeerKind


def rule_args(rule: VpcRule, clone_ids: Mapping[str, pulumi.Input[str]]) -> ecs.RuleArgs:
    """Return one converted rule; `clone_ids` are the ids of the clones by those of the classic groups."""
    peer, kind = rule.peer, rule.peer.kind
    return ecs.RuleArgs(
        direction=rule.direction,
        ip_protocol=rule.ip_protocol,
        port_range=rule.port_range,
        policy=rule.policy,
        priority=rule.priority,
        description=rule.description,
        source_port_range=rule.source_port_range or None,
        cidr_ip=peer.value if kind is PeerKind.CIDR else None,
        ipv6_cidr_ip=peer.value if kind is PeerKind.IPV6_CIDR else None,
        prefix_list_id=peer.value if kind is PeerKind.PREFIX_LIST else None,
        group_id=(clone_ids[peer.value] if peer.clone else peer.value) if kind is PeerKind.GROUP else None,
        cloned_from=peer.value if peer.clone else None,
    )
