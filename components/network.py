"""The VPC and VSwitches that the instances move into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from components import alimigrate
from components.facts.network import NetworkMode, VSwitchFacts, target_network_facts, vswitch_facts


@dataclass(frozen=True, kw_only=True)
class VSwitchArgs:
    """A VSwitch to migrate into: one to create, or with `vswitch_id` one that exists and is taken as it is."""

    zone_id: str
    """Its zone."""
    name: str
    """Its name; that of the resource too, where it is created."""
    cidr_block: str | None
    """Its block; None for a default VSwitch that is yet to be made, as the cloud chooses the block then."""
    tier: str | None = None
    """The word by which instances choose it, where their zone has several."""
    vswitch_id: pulumi.Input[str] | None = None
    """The id of one that exists."""
    status: pulumi.Input[str] | None = None
    """Of one that exists: Pending or Available."""
    free_addresses: int | None = None
    """Of one that exists: how many addresses are free in it."""
    stranger_ids: Sequence[str] | None = None
    """Servers in its block that do not move into it with this stack; None where nobody has looked."""


@dataclass(frozen=True, kw_only=True)
class TargetNetworkArgs:
    """The VPC to migrate into: one to create, one that exists (`vpc_id`), or the region's default one.

    Blocks are needed of all but the default VPC and its VSwitches, which have those that the cloud chooses.
    """

    vswitches: Sequence[VSwitchArgs]
    """The VSwitches to migrate into, one a zone, or a zone and tier."""
    vpc_name: str | None = None
    """The name of the VPC to create; that of the resource too."""
    cidr_block: pulumi.Input[str] | None = None
    """The block of the VPC; of the default one None until it exists."""
    vpc_id: pulumi.Input[str] | None = None
    """The id of a VPC that exists; it is never changed."""
    use_default: bool = False
    """Whether the default VPC and the default VSwitches of the zones are taken, and made where they are not there."""
    is_default: bool | None = None
    """Whether a VPC that exists is the default one; None where nobody has looked."""
    shared_with: str | None = None
    """The stack that chose the network, where another one did."""
    avoided_cidrs: Sequence[str] = ()
    """Networks that the instances must reach: nothing may overlap with them."""
    retain: bool = False
    """Whether what is created outlives a destroy."""

    def __post_init__(self) -> None:
        """Refuse what names no network, by pulumi.RunError."""
        if self.use_default:
            return
        if self.cidr_block is None or (self.vpc_name is None) == (self.vpc_id is None):
            raise pulumi.RunError(
                "TargetNetworkArgs: expected cidr_block with vpc_name for a VPC to create, or with vpc_id for one that "
                "exists; or use_default."
            )
        for index, vswitch in enumerate(self.vswitches):
            if vswitch.cidr_block is None:
                raise pulumi.RunError(
                    f"TargetNetworkArgs: expected vswitches[{index}].cidr_block, without use_default."
                )

    @property
    def mode(self) -> NetworkMode:
        """Which of the ways it is, as `network.mode` of the config names them."""
        if self.use_default:
            return "default"
        return "create" if self.vpc_id is None else "existing"


@dataclass(frozen=True)
class TargetVSwitch:
    """A VSwitch to migrate into. Its id is not known before it exists, nor is the block of a default one."""

    zone_id: str
    tier: str | None
    cidr_block: pulumi.Input[str]
    vswitch_id: pulumi.Output[str]

    @property
    def place(self) -> str:
        """Its zone, and its tier where it has one, as in `cn-hangzhou-h/web`."""
        return self.zone_id if self.tier is None else f"{self.zone_id}/{self.tier}"

    def as_export(self) -> dict[str, pulumi.Input[str]]:
        """Return what the stack exports of it (docs/contracts.md, Stack outputs)."""
        export = {"zoneId": self.zone_id, "cidrBlock": self.cidr_block, "vswitchId": self.vswitch_id}
        return export if self.tier is None else {**export, "tier": self.tier}


class TargetNetwork(pulumi.ComponentResource):
    """The target VPC: created, existing, or the region's default one; VSwitches of it are taken or created.

    What exists is never changed: a VSwitch that is added to an existing VPC is a resource of its own. Registered
    outputs: see TargetNetwork in docs/facts.md. RAM actions: `ram_actions`.
    """

    vpc_id: pulumi.Output[str]
    """The id of the VPC."""
    cidr_block: pulumi.Output[str]
    """Its block."""
    vswitch_ids: pulumi.Output[Mapping[str, str]]
    """The VSwitches' ids by zone, or by zone and tier, as in `cn-hangzhou-h/web`."""

    ram_actions = (
        "vpc:CreateVpc",
        "vpc:CreateDefaultVpc",
        "vpc:DescribeVpcs",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeRouteTableList",
        "vpc:DeleteVpc",
        "vpc:CreateVSwitch",
        "vpc:CreateDefaultVSwitch",
        "vpc:DescribeVSwitches",
        "vpc:DescribeVSwitchAttributes",
        "vpc:DeleteVSwitch",
    )

    def __init__(self, name: str, args: TargetNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("classic-to-vpc:network:TargetNetwork", name, {"mode": args.mode}, opts)
        self._retain = args.retain
        vpc_id, cidr_block = self._declare_vpc(args)
        self.vpc_id = pulumi.Output.from_input(vpc_id)
        declared = [self._declare_vswitch(args, item) for item in args.vswitches]
        self.vswitches = tuple(vswitch for vswitch, _ in declared)
        self.cidr_block = pulumi.Output.from_input(cidr_block)
        vswitch_ids: dict[str, Any] = {item.place: item.vswitch_id for item in self.vswitches}
        self.vswitch_ids = pulumi.Output.from_input(vswitch_ids)
        self.register_outputs(target_network_facts(args, self.vpc_id, cidr_block, [facts for _, facts in declared]))

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _declare_vpc(self, args: TargetNetworkArgs) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
        """Declare the VPC unless it is taken as it is; return its id and its block."""
        if args.use_default:
            default = alimigrate.vpc.DefaultVpc("default", opts=self._child())
            return default.vpc_id, default.cidr_block if args.cidr_block is None else args.cidr_block
        if args.vpc_id is not None:
            return args.vpc_id, args.cidr_block or ""
        created = alicloud.vpc.Network(
            args.vpc_name or "",
            vpc_name=args.vpc_name,
            cidr_block=args.cidr_block,
            # ClassicLink is switched by a resource of its own: the provider's deprecated field must not undo it.
            opts=pulumi.ResourceOptions(
                parent=self, ignore_changes=["classicLinkEnabled"], retain_on_delete=self._retain
            ),
        )
        return created.id, args.cidr_block or ""

    def _declare_vswitch(self, args: TargetNetworkArgs, item: VSwitchArgs) -> tuple[TargetVSwitch, VSwitchFacts]:
        """Declare one VSwitch unless it is taken as it is; return it with its facts."""
        vswitch_id: pulumi.Output[str]
        cidr_block: pulumi.Input[str] = item.cidr_block or ""
        status = item.status
        if args.use_default:
            # Named by its zone and never by what the cloud or somebody calls it: the URN is the same once it is found.
            default = alimigrate.vpc.DefaultVSwitch(
                f"default-{item.zone_id}", vpc_id=self.vpc_id, zone_id=item.zone_id, opts=self._child()
            )
            vswitch_id = default.vswitch_id
            cidr_block = default.cidr_block if item.cidr_block is None else item.cidr_block
            status = default.status if status is None else status
        elif item.vswitch_id is not None:
            vswitch_id = pulumi.Output.from_input(item.vswitch_id)
        else:
            created = self._create_vswitch(item)
            vswitch_id, status = created.id, created.status
        facts = vswitch_facts(item, vswitch_id, cidr_block, status)
        return TargetVSwitch(item.zone_id, item.tier, cidr_block, vswitch_id), facts

    def _create_vswitch(self, item: VSwitchArgs) -> alicloud.vpc.Switch:
        return alicloud.vpc.Switch(
            item.name,
            vswitch_name=item.name,
            vpc_id=self.vpc_id,
            zone_id=item.zone_id,
            cidr_block=item.cidr_block,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._retain),
        )
