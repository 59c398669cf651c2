"""VPC security groups with the rules of classic ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
from pulumi_alicloud.ecs.security_group import SecurityGroup as AlicloudSecurityGroup

from components.alimigrate import ecs
from components.cidr import block_problems
from components.classic_link import ClassicLink, ClassicLinkArgs
from components.conversion import Conversion, ConversionContext, convert
from components.facts.security_groups import SharedSecurityGroupFacts, cloned_group_facts
from components.plan import clone_description
from components.rules import rule_args
from estate.model import Estate, SecurityGroup


@dataclass(frozen=True, kw_only=True)
class ClonedSecurityGroupsArgs:
    """Classic groups to clone, and the context of the conversion of their rules."""

    vpc_id: pulumi.Input[str]
    """The VPC that the clones are in."""
    groups: Sequence[SecurityGroup]
    """The classic groups as the estate has them."""
    context: ConversionContext
    """Moving and staying instances, and the blocks of the destination."""
    other_ids: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Existing VPC groups that replace classic ones, by the classic id: rules name them as they name clones."""
    classic_link: ClassicLinkArgs | None = None
    """ClassicLink to staying instances. Its `clone_ids` are filled in, and it is enabled before any rule is made."""

    @classmethod
    def of(
        cls, estate: Estate, instance_ids: Collection[str], *, vpc_id: pulumi.Input[str], target_cidrs: Sequence[str]
    ) -> ClonedSecurityGroupsArgs:
        """Return the groups of classic instances that move together; all others stay, and are not linked.

        `target_cidrs` are the blocks of the destination. Raises pulumi.RunError for a text that is none, and for an id
        of no classic instance: after the move nothing shows which groups an instance was in, and its clones would be
        deleted.
        """
        for problem in block_problems(target_cidrs):
            raise pulumi.RunError(
                f"ClonedSecurityGroupsArgs: target_cidrs[{problem.vswitch}]: {problem.fault}, "
                f"expected {problem.expected}."
            )
        classic = {item.id: item for item in estate.instances if item.is_classic}
        if unknown := sorted(set(instance_ids) - classic.keys()):
            raise pulumi.RunError(
                f"expected ids of classic instances in {estate.region_id}; {', '.join(unknown)} is none. Where it has "
                "moved, its groups are no longer told: keep what was cloned for it out of this program first."
            )
        group_ids = {group_id for item in instance_ids for group_id in classic[item].security_group_ids}
        return cls(
            vpc_id=vpc_id,
            groups=[group for group in estate.security_groups if group.id in group_ids],
            context=ConversionContext(
                instances=tuple(classic.values()),
                migrating_ids=frozenset(instance_ids),
                target_cidrs=tuple(target_cidrs),
            ),
        )


@dataclass(frozen=True)
class Clones:
    """The declared clones by the classic id, and the link that their rules wait for."""

    groups: Mapping[str, ClonedSecurityGroup]
    link: ClassicLink | None

    @property
    def security_group_ids(self) -> dict[str, list[pulumi.Output[str]]]:
        """The ids of the VPC groups of every member of a classic group, by the classic id."""
        return {classic_id: clone.security_group_ids for classic_id, clone in self.groups.items()}


def clone_groups(args: ClonedSecurityGroupsArgs, opts: pulumi.ResourceOptions | None) -> Clones:
    """Declare the clones, then the link, then the rules, each with the given options.

    Groups name each other, in cycles too, and across ClassicLink the classic groups. So all groups are made before any
    rule is. This is for a component that is itself the parent of the clones; others declare `ClonedSecurityGroups`.
    """
    conversions = convert(args.groups, args.context) if args.groups else {}
    clones = {
        group.id: ClonedSecurityGroup(group.id, _CloneArgs(group, conversions[group.id], args.vpc_id), opts)
        for group in args.groups
    }
    clone_ids = {**args.other_ids, **{classic_id: clone.security_group_id for classic_id, clone in clones.items()}}
    link = None
    if args.classic_link is not None:
        links = replace(args.classic_link, clone_ids=clone_ids, others=args.other_ids.keys() - clones.keys())
        link = ClassicLink("classic-link", links, opts)
    for clone in clones.values():
        clone._declare_rules(clone_ids, [] if link is None else [link.enabling])
    return Clones(clones, link)


class ClonedSecurityGroups(pulumi.ComponentResource):
    """Clones of classic security groups in a VPC, with their rules converted so that nothing is opened.

    Registered outputs: see ClonedSecurityGroups in docs/contracts.md.
    """

    security_group_ids: pulumi.Output[Mapping[str, Sequence[str]]]
    """The VPC groups by classic group: each member of the classic one must be in all of them."""

    resource_type = "classic-to-vpc:securitygroup:ClonedSecurityGroups"

    def __init__(self, name: str, args: ClonedSecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {"vpcId": args.vpc_id, "classicSecurityGroupIds": [group.id for group in args.groups]}
        super().__init__(self.resource_type, name, inputs, opts)
        self.clones = clone_groups(args, pulumi.ResourceOptions(parent=self))
        ids: dict[str, Any] = self.clones.security_group_ids
        self.security_group_ids = pulumi.Output.from_input(ids)
        self.register_outputs({"securityGroupIds": self.security_group_ids})


@dataclass(frozen=True)
class _CloneArgs:
    group: SecurityGroup
    conversion: Conversion
    vpc_id: pulumi.Input[str]


class ClonedSecurityGroup(pulumi.ComponentResource):
    """A security group in the target VPC with the converted rules of a classic one; several if they exceed its limits.

    Declared by `clone_groups`. Every member of the classic group must be in all of `security_group_ids`; rules that
    name the clone name the first of them, which has the same members. Registered outputs: see
    ClonedSecurityGroup in docs/facts.md. RAM actions: `ram_actions`.
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

    def __init__(self, name: str, args: _CloneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        group = args.group
        super().__init__(
            "classic-to-vpc:securitygroup:ClonedSecurityGroup", name, {"classicSecurityGroupId": group.id}, opts
        )
        self._args = args
        self.security_group_ids: list[pulumi.Output[str]] = [
            AlicloudSecurityGroup(
                f"{group.id}{suffix}",
                # A name has at most 128 characters (CreateSecurityGroup).
                security_group_name=f"{(group.name or group.id)[: 124 - len(suffix)]}-vpc{suffix}",
                description=clone_description(group.id),
                vpc_id=args.vpc_id,
                inner_access_policy=group.inner_access_policy,
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            for suffix in _suffixes(args.conversion)
        ]

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The group that rules name, which all members are in."""
        return self.security_group_ids[0]

    def _declare_rules(self, clone_ids: Mapping[str, pulumi.Input[str]], depends_on: Sequence[pulumi.Resource]) -> None:
        """Declare the converted rules; `clone_ids` are by classic id."""
        classic_id, conversion = self._args.group.id, self._args.conversion
        for suffix, group_id, part in zip(
            _suffixes(conversion), self.security_group_ids, conversion.parts, strict=True
        ):
            ecs.SecurityGroupRules(
                f"{classic_id}{suffix}",
                security_group_id=group_id,
                rules={rule.label: rule_args(rule, clone_ids) for rule in part},
                # A group has one set of rules: where somebody forces a replacement (`--replace`), the engine asks no
                # provider which goes first, and the old one would take the new one away with it.
                opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on, delete_before_replace=True),
            )
        self.register_outputs(cloned_group_facts(classic_id, conversion, self.security_group_ids, self._args.vpc_id))


def _suffixes(conversion: Conversion) -> list[str]:
    """Return the suffixes of the names of a clone's groups; the first has the name that a single one would have."""
    return ["" if number == 1 else f"-{number}" for number in range(1, len(conversion.parts) + 1)]


@dataclass(frozen=True, kw_only=True)
class SharedSecurityGroupArgs:
    """VPC groups of others that replace a classic one: clones of another stack, or groups of the config."""

    groups: Sequence[SecurityGroup]
    """The VPC groups as they are in the cloud, at least one."""
    facts: SharedSecurityGroupFacts
    """Their facts for the policy pack: their rules change by themselves, so they are no inputs."""


class SharedSecurityGroup(pulumi.ComponentResource):
    """VPC groups of others that replace a classic one, whose id is the component's name; they are never changed.

    Registered outputs: see SharedSecurityGroup in docs/facts.md.
    """

    def __init__(self, name: str, args: SharedSecurityGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {"classicSecurityGroupId": name, "securityGroupIds": [group.id for group in args.groups]}
        super().__init__("classic-to-vpc:securitygroup:SharedSecurityGroup", name, inputs, opts)
        self.register_outputs(args.facts)
