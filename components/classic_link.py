"""ClassicLink between the target VPC and the classic instances that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pulumi
import pulumi_alicloud as alicloud

from components import alimigrate
from estate.model import PeerKind, SecurityGroup, SecurityGroupRule

DEPRECATION = (
    "ClassicLink is used. Alibaba Cloud ended the classic network on 2025-02-28 and deprecates ClassicLink: "
    "check that your region still offers it, and move what it links soon."
)


class ClassicLink(pulumi.ComponentResource):
    """Enables ClassicLink on the VPC, attaches the instances that stay, and lets the clones into their classic groups.

    `linked_groups` are the classic groups of the attached instances. Registered outputs: see ClassicLink in
    docs/contracts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "vpc:EnableVpcClassicLink",
        "vpc:DisableVpcClassicLink",
        "ecs:AttachClassicLinkVpc",
        "ecs:DetachClassicLinkVpc",
        "ecs:DescribeClassicLinkInstances",
        "ecs:AuthorizeSecurityGroup",
        "ecs:AuthorizeSecurityGroupEgress",
        "ecs:RevokeSecurityGroup",
        "ecs:RevokeSecurityGroupEgress",
    )

    def __init__(
        self,
        name: str,
        vpc_id: pulumi.Output[str],
        instance_ids: Iterable[str],
        linked_groups: Iterable[SecurityGroup],
        clone_ids: Mapping[str, pulumi.Output[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        instance_ids = sorted(instance_ids)
        outputs = {"vpcId": vpc_id, "instanceIds": instance_ids}
        super().__init__("classic-to-vpc:classiclink:ClassicLink", name, outputs, opts)
        pulumi.log.warn(DEPRECATION, resource=self)
        self.enabling = alimigrate.ClassicLink(name, vpc_id=vpc_id, opts=pulumi.ResourceOptions(parent=self))
        for instance_id in instance_ids:
            alimigrate.ClassicLinkAttachment(
                instance_id,
                instance_id=instance_id,
                vpc_id=vpc_id,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.enabling]),
            )
        for group in linked_groups:
            for rule in references_to_clones(group, clone_ids):
                self._admit_clone(group.id, rule, clone_ids[rule.peer.value])
        self.register_outputs(outputs)

    def _admit_clone(self, group_id: str, rule: SecurityGroupRule, clone_id: pulumi.Output[str]) -> None:
        """Repeats in a classic group, for the clone, what a rule of it says of the classic group that was cloned."""
        alicloud.ecs.SecurityGroupRule(
            " ".join(map(str, (group_id, *_effect(rule)))),
            security_group_id=group_id,
            type=rule.direction,
            ip_protocol=rule.ip_protocol.lower(),
            port_range=rule.port_range,
            nic_type="intranet",
            policy=rule.policy,
            priority=min(rule.priority, LOWEST_PRIORITY),
            source_security_group_id=clone_id,
            description=f"the clone of {rule.peer.value}, over ClassicLink",
            # Between a classic and a VPC group the cloud takes rules only while the VPC has ClassicLink enabled.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.enabling]),
        )


# System rules made before 2020-05-27 have 110, which the API refuses to create
# (Alibaba Cloud, "Restore security group rules").
LOWEST_PRIORITY = 100


def references_to_clones(group: SecurityGroup, cloned: Iterable[str]) -> list[SecurityGroupRule]:
    """Rules of a classic group that name one of the cloned groups, one of each effect, in a stable order.

    Members of a group that was itself cloned reach each other without a rule, which becomes one here: some of them move
    and some stay.
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
                port_range="-1/-1",
                policy="accept",
                priority=LOWEST_PRIORITY,
                group_id=group.id,
            )
        )
    by_effect = {_effect(rule): rule for rule in rules}
    return [by_effect[effect] for effect in sorted(by_effect)]


def _effect(rule: SecurityGroupRule) -> tuple[str, str, str, str, int, str]:
    return rule.direction, rule.ip_protocol, rule.port_range, rule.policy, rule.priority, rule.peer.value
