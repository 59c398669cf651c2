"""ClassicLink between the target VPC and the classic instances that stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pulumi

from components import alimigrate
from components.conversion import VpcPeer, VpcRule
from components.conversion.classic import ANY_PORT, read_rule
from components.conversion.priorities import LOWEST
from components.conversion.rules import classic_text
from components.conversion.translation import stated_ports
from components.facts.classic_link import LinkStateFacts, classic_link_facts
from components.marks import marked
from components.rules import rule_args
from components.stack_outputs import own_name
from estate.model import PeerKind, SecurityGroup, SecurityGroupRule

DEPRECATION = (
    "ClassicLink is used. Alibaba Cloud ended the classic network on 2025-02-28 and deprecates ClassicLink: "
    "check that your region still offers it, and move what it links soon."
)

_INSTEAD = {
    "accept": "cannot be repeated for the clone, which it therefore does not admit.",
    "drop": "cannot be repeated for the clone, all of whose traffic it drops instead.",
}


@dataclass(frozen=True, kw_only=True)
class ClassicLinkArgs:
    """A VPC, the classic instances that are linked to it, and the groups between them."""

    vpc_id: pulumi.Input[str]
    """The VPC; ClassicLink is enabled on it."""
    instance_ids: Sequence[str]
    """The classic instances to attach."""
    groups: Sequence[SecurityGroup]
    """Their classic groups: rules that name a cloned group are repeated for its clone."""
    clone_ids: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """The clones' ids by those of the classic groups."""
    others: Collection[str] = frozenset()
    """Classic groups of which `clone_ids` are VPC groups of others: their rules name the stack that added them."""
    moving_ids: Collection[str] = frozenset()
    """Those of `instance_ids` that move later. Their links end with their moves, so they are never protected."""
    linked_before: Sequence[str] = ()
    """The VPC, if ClassicLink is enabled on it, and those of `instance_ids` that are linked to it, by others."""
    facts: LinkStateFacts | None = None
    """What is registered beside the inputs, for the policy pack."""


class ClassicLink(pulumi.ComponentResource):
    """Enables ClassicLink on the VPC, attaches the instances that stay, and admits the clones to their classic groups.

    Registered outputs: see ClassicLink in docs/facts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "vpc:DescribeVpcAttribute",
        "vpc:EnableVpcClassicLink",
        "vpc:DisableVpcClassicLink",
        "ecs:AttachClassicLinkVpc",
        "ecs:DetachClassicLinkVpc",
        "ecs:DescribeClassicLinkInstances",
        "ecs:DescribeSecurityGroupAttribute",
        "ecs:AuthorizeSecurityGroup",
        "ecs:AuthorizeSecurityGroupEgress",
        "ecs:RevokeSecurityGroup",
        "ecs:RevokeSecurityGroupEgress",
        "ecs:ModifySecurityGroupRule",
        "ecs:ModifySecurityGroupEgressRule",
    )

    def __init__(self, name: str, args: ClassicLinkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {"vpcId": args.vpc_id, "instanceIds": list(args.instance_ids)}
        # In the state before anything is linked: a later run knows by it what this one made before it was cut off.
        # Also if nothing was linked: a note without it is of version 0.1.0, which did not look.
        noted = {**inputs, "linkedBefore": list(args.linked_before)}
        super().__init__("classic-to-vpc:classiclink:ClassicLink", name, noted, opts)
        pulumi.log.warn(DEPRECATION, resource=self)
        self.enabling = alimigrate.vpc.ClassicLink(name, vpc_id=args.vpc_id, opts=pulumi.ResourceOptions(parent=self))
        for instance_id in args.instance_ids:
            alimigrate.ecs.ClassicLinkAttachment(
                instance_id,
                instance_id=instance_id,
                vpc_id=args.vpc_id,
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[self.enabling],
                    # There is one link of an instance. Where somebody forces a replacement (`--replace`), the engine
                    # asks no provider which goes first, and the old one would take the new one away with it.
                    delete_before_replace=True,
                    # A link that does not end by itself is protected as its parent is.
                    protect=False if instance_id in args.moving_ids else None,
                ),
            )
        for group in args.groups:
            self._admit_clones(group, args.clone_ids, args.others)
        state = args.facts
        self.register_outputs(inputs if state is None else classic_link_facts(state, args.vpc_id, args.instance_ids))

    def _admit_clones(
        self, group: SecurityGroup, clone_ids: Mapping[str, pulumi.Input[str]], others: Collection[str]
    ) -> None:
        """Repeat for the clones, in a classic group, its rules about the classic groups that were cloned."""
        references = references_to_clones(group, clone_ids)
        for rule in references:
            if not read_rule(rule).is_exact:
                pulumi.log.warn(f"{group.id}, {classic_text(rule)}: {_INSTEAD[rule.policy]}", resource=self)
        rules = [
            replace(rule, description=marked(rule.description, own_name(), group.id))
            if rule.peer.value in others
            else rule
            for rule in map(rule_for_clone, references)
            if rule is not None
        ]
        if not rules:
            return
        alimigrate.ecs.AddedSecurityGroupRules(
            group.id,
            security_group_id=group.id,
            rules={rule.label: rule_args(rule, clone_ids) for rule in rules},
            # The cloud accepts rules between a classic and a VPC group only while the VPC has ClassicLink enabled.
            # As with a link, a forced replacement would take away what it has just found in place.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.enabling], delete_before_replace=True),
        )


def references_to_clones(group: SecurityGroup, cloned: Iterable[str]) -> list[SecurityGroupRule]:
    """Return the rules of a classic group that name one of the cloned groups.

    Members of a group that was itself cloned reach each other without a rule. Here this becomes one, because some of
    them move and some stay.
    """
    cloned_ids = set(cloned)
    rules = [
        rule
        for rule in group.rules
        if rule.nic_type == "intranet" and rule.peer.kind is PeerKind.GROUP and rule.peer.value in cloned_ids
    ]
    if group.id in cloned_ids and group.inner_access_policy == "Accept":
        rules.append(
            SecurityGroupRule(
                direction="ingress",
                nic_type="intranet",
                ip_protocol="ALL",
                port_range=ANY_PORT,
                policy="accept",
                priority=LOWEST,
                group_id=group.id,
            )
        )
    return rules


def rule_for_clone(rule: SecurityGroupRule) -> VpcRule | None:
    """Return the same rule about the clone.

    One that cannot be repeated drops all if it drops, and is None if it accepts.
    """
    read = read_rule(rule)
    exact = read.is_exact
    if not exact and rule.policy == "accept":
        return None
    ports, source_ports = stated_ports(read) if exact else (ANY_PORT, None)
    return VpcRule(
        direction=rule.direction,
        ip_protocol=read.protocol if exact and read.protocol else "ALL",
        port_range=ports,
        source_port_range=source_ports,
        policy=rule.policy,
        priority=min(rule.priority, LOWEST),
        peer=VpcPeer(rule.peer.kind, rule.peer.value, clone=True),
        description=f"the clone of {rule.peer.value}, over ClassicLink",
    )
