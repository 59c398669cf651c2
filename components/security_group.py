"""VPC-type security groups that say what the classic ones said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_alicloud as alicloud

from components.alimigrate import ecs
from components.conversion import Conversion, ConversionContext, VpcRule, convert
from components.facts import Facts
from components.plan import MigrationPlan, clone_description
from estate.model import PeerKind, SecurityGroup


class ClonedSecurityGroup(pulumi.ComponentResource):
    """A security group in the target VPC with the converted rules of a classic one; several where they pass its limits.

    Made in two steps, because groups name each other, in cycles too: the group first, and its rules by `declare_rules`
    once all clones are declared. Every member of the classic group is to be in all of `security_group_ids`; rules that
    name the clone name the first of them, which stands for the same
    instances. Registered outputs: see ClonedSecurityGroup in docs/contracts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "ecs:CreateSecurityGroup",
        "ecs:DescribeSecurityGroupAttribute",
        "ecs:DescribeSecurityGroups",
        "ecs:ModifySecurityGroupAttribute",
        "ecs:ModifySecurityGroupPolicy",
        "ecs:DeleteSecurityGroup",
        "ecs:AuthorizeSecurityGroup",
        "ecs:AuthorizeSecurityGroupEgress",
        "ecs:RevokeSecurityGroup",
        "ecs:RevokeSecurityGroupEgress",
        "ecs:ModifySecurityGroupRule",
        "ecs:ModifySecurityGroupEgressRule",
    )

    def __init__(
        self,
        group: SecurityGroup,
        conversion: Conversion,
        vpc_id: pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            "classic-to-vpc:securitygroup:ClonedSecurityGroup", group.id, {"classicSecurityGroupId": group.id}, opts
        )
        self._classic_id = group.id
        self._conversion = conversion
        self._vpc_id = vpc_id
        self.security_group_ids: list[pulumi.Output[str]] = [
            alicloud.ecs.SecurityGroup(
                f"{group.id}{suffix}",
                # A name has at most 128 characters (CreateSecurityGroup).
                security_group_name=f"{(group.name or group.id)[: 124 - len(suffix)]}-vpc{suffix}",
                description=clone_description(group.id),
                vpc_id=vpc_id,
                inner_access_policy=group.inner_access_policy,
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            for suffix in _suffixes(conversion)
        ]

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The group that rules name, which all members are in."""
        return self.security_group_ids[0]

    def declare_rules(self, clone_ids: Mapping[str, pulumi.Output[str]], depends_on: Sequence[pulumi.Resource]) -> None:
        """Declares the converted rules; `clone_ids` are by classic id. To be called once, after all clones are made."""
        conversion = self._conversion
        for suffix, group_id, part in zip(
            _suffixes(conversion), self.security_group_ids, conversion.parts, strict=True
        ):
            ecs.SecurityGroupRules(
                f"{self._classic_id}{suffix}",
                security_group_id=group_id,
                rules={rule.label: rule_args(rule, clone_ids) for rule in part},
                opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
            )
        self.register_outputs(
            {
                "classicSecurityGroupId": self._classic_id,
                "securityGroupIds": self.security_group_ids,
                "vpcId": self._vpc_id,
                "report": [entry.as_properties() for entry in conversion.report],
                "limits": [str(limit) for limit in conversion.limits],
            }
        )


def rule_args(rule: VpcRule, clone_ids: Mapping[str, pulumi.Input[str]]) -> ecs.RuleArgs:
    """Return a converted rule as the resources of rules take it; `clone_ids` are by the classic groups' ids."""
    peer, is_a = rule.peer, rule.peer.kind
    return ecs.RuleArgs(
        direction=rule.direction,
        ip_protocol=rule.ip_protocol,
        port_range=rule.port_range,
        policy=rule.policy,
        priority=rule.priority,
        description=rule.description,
        source_port_range=rule.source_port_range or None,
        cidr_ip=peer.value if is_a is PeerKind.CIDR else None,
        ipv6_cidr_ip=peer.value if is_a is PeerKind.IPV6_CIDR else None,
        prefix_list_id=peer.value if is_a is PeerKind.PREFIX_LIST else None,
        group_id=(clone_ids[peer.value] if peer.clone else peer.value) if is_a is PeerKind.GROUP else None,
        cloned_from=peer.value if peer.clone else None,
    )


def _suffixes(conversion: Conversion) -> list[str]:
    """What the names of a clone's groups end with; the first is named as if it were the only one."""
    return ["" if number == 1 else f"-{number}" for number in range(1, len(conversion.parts) + 1)]


class SharedSecurityGroup(pulumi.ComponentResource):
    """VPC groups of others in the place of a classic one, as they are in the cloud; they are never changed.

    Clones that another stack has made, or groups that the config maps the classic one to.

    Registered outputs: see SharedSecurityGroup in docs/contracts.md.
    """

    def __init__(
        self,
        classic_id: str,
        found: Sequence[SecurityGroup],
        facts: Facts,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            "classic-to-vpc:securitygroup:SharedSecurityGroup",
            classic_id,
            {"classicSecurityGroupId": classic_id, "securityGroupIds": [group.id for group in found]},
            opts,
        )
        self.security_group_ids = [pulumi.Output.from_input(group.id) for group in found]
        self.security_group_id = self.security_group_ids[0]
        # The rules of others change by themselves: outputs, never inputs.
        self.register_outputs(facts)


def convert_groups(plan: MigrationPlan) -> Mapping[str, Conversion]:
    """Converts the rules of all groups that the plan clones, by id of the classic group."""
    linked, groups = frozenset(plan.links.linked_ids), plan.groups
    context = ConversionContext(
        instances=plan.roster.classic,
        # Linked instances that move themselves do so in a later wave.
        migrating_ids=frozenset(plan.instance_ids) - linked,
        later_ids=frozenset(plan.config.later) | linked.intersection(plan.instance_ids),
        linked_ids=linked,
        target_cidrs=plan.network.target_cidrs,
        mapped={classic_id: len(found) for classic_id, found in groups.mapped.items()},
        namable_ids=frozenset(groups.namable),
        targets_to_themselves=plan.network.to_themselves,
    )
    return convert(groups.to_clone, context)
