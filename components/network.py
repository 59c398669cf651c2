"""The VPC and VSwitches that the instances move into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from components import alimigrate, cidr
from components.facts.network import NetworkMode, VSwitchFacts, target_network_facts, vswitch_facts


@dataclass(frozen=True, kw_only=True)
class VSwitchArgs:
    """A VSwitch to migrate into: one to create, or with `vswitch_id` an existing one, which is used unchanged."""

    zone_id: str
    """Its zone."""
    name: str
    """Its name; also that of the resource, where it is created."""
    cidr_block: str | None
    """Its block; None for a default VSwitch that does not exist yet, because the cloud chooses the block."""
    tier: str | None = None
    """The word by which instances choose it, where their zone has several."""
    vswitch_id: pulumi.Input[str] | None = None
    """The id of an existing one."""
    status: pulumi.Input[str] | None = None
    """For an existing one: Pending or Available."""
    free_addresses: int | None = None
    """For an existing one: its number of free addresses."""
    stranger_ids: Sequence[str] | None = None
    """Servers, and interfaces of none, in its block that do not move into it with this stack; None: not checked."""

    @property
    def place(self) -> str:
        """Its zone, and its tier where it has one, as in `cn-hangzhou-h/web`."""
        return _place(self.zone_id, self.tier)


@dataclass(frozen=True, kw_only=True)
class TargetNetworkArgs:
    """The VPC to migrate into: one to create, an existing one (`vpc_id`), or the region's default one.

    All need blocks except the default VPC and its VSwitches, whose blocks the cloud chooses.
    """

    vswitches: Sequence[VSwitchArgs]
    """The VSwitches to migrate into, one a zone, or a zone and tier."""
    vpc_name: str | None = None
    """The name of the VPC to create; also that of the resource."""
    cidr_block: pulumi.Input[str] | None = None
    """The block of the VPC; None for a default one that does not exist yet."""
    vpc_id: pulumi.Input[str] | None = None
    """The id of an existing VPC; it is never changed."""
    use_default: bool = False
    """Whether to use the default VPC and the default VSwitches of the zones, and to create missing ones."""
    is_default: bool | None = None
    """Whether an existing VPC is the default one; None where that was not checked."""
    shared_with: str | None = None
    """The stack that chose the network, if another one did."""
    avoided_cidrs: Sequence[str] = ()
    """Networks that the instances must reach: nothing may overlap them."""
    retain: bool = False
    """Whether created resources outlive a destroy."""

    def __post_init__(self) -> None:
        """Refuse arguments that name no network, or one that cannot be made, by pulumi.RunError."""
        if not self.use_default:
            self._check_completeness()
        if problems := list(self._problems()):
            raise pulumi.RunError(f"TargetNetworkArgs: {'; '.join(problems)}.")

    def _check_completeness(self) -> None:
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

    def _problems(self) -> Iterator[str]:
        """Yield the problems of the places and the blocks, as far as they are known."""
        # An existing one without room may have a new one beside it.
        places = [item.place for item in self.vswitches if item.vswitch_id is None]
        for place in sorted({place for place in places if places.count(place) > 1}):
            yield f"expected one VSwitch a zone, or a tier for each, but {place} has several"
        for problem in self._block_problems():
            key = "cidr_block" if problem.vswitch is None else f"vswitches[{problem.vswitch}].cidr_block"
            yield f"{key}: {problem.fault}, expected {problem.expected}"

    def _block_problems(self) -> list[cidr.CidrProblem]:
        blocks = {index: item.cidr_block for index, item in enumerate(self.vswitches) if item.cidr_block is not None}
        # An output shows no block before it is made, and an existing VPC may have further ones.
        if self.mode == "create" and isinstance(self.cidr_block, str):
            return cidr.network_problems(self.cidr_block, list(blocks.values()))
        return cidr.vswitch_problems(blocks)

    @property
    def mode(self) -> NetworkMode:
        """The mode, as `network.mode` of the config names it."""
        if self.use_default:
            return "default"
        return "create" if self.vpc_id is None else "existing"


@dataclass(frozen=True)
class TargetVSwitch:
    """A VSwitch to migrate into. Its id is unknown before it exists, and so is the block of a default one."""

    zone_id: str
    tier: str | None
    cidr_block: pulumi.Input[str]
    vswitch_id: pulumi.Output[str]

    @property
    def place(self) -> str:
        """Its zone, and its tier where it has one, as in `cn-hangzhou-h/web`."""
        return _place(self.zone_id, self.tier)

    def as_export(self) -> dict[str, pulumi.Input[str]]:
        """Return what the stack exports for it (docs/contracts.md, Stack outputs)."""
        export = {"zoneId": self.zone_id, "cidrBlock": self.cidr_block, "vswitchId": self.vswitch_id}
        return export if self.tier is None else {**export, "tier": self.tier}


class TargetNetwork(pulumi.ComponentResource):
    """The target VPC: created, existing, or the region's default one; its VSwitches are created or existing.

    Existing resources are never changed: a VSwitch that is added to an existing VPC is a resource of its own.
    Registered outputs: see TargetNetwork in docs/facts.md. RAM actions: `ram_actions`.
    """

    vpc_id: pulumi.Output[str]
    """The id of the VPC."""
    cidr_block: pulumi.Output[str]
    """Its block."""
    vswitch_ids: pulumi.Output[Mapping[str, str]]
    """The VSwitches' ids by zone, or by zone and tier, as in `cn-hangzhou-h/web`."""

    resource_type = "classic-to-vpc:network:TargetNetwork"

    ram_actions = (
        "vpc:CreateVpc",
        "vpc:CreateDefaultVpc",
        "vpc:DescribeVpcs",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeRouteTableList",
        # Of another `cidrBlock` in the config.
        "vpc:ModifyVpcAttribute",
        "vpc:DeleteVpc",
        "vpc:CreateVSwitch",
        "vpc:CreateDefaultVSwitch",
        "vpc:DescribeVSwitches",
        "vpc:DescribeVSwitchAttributes",
        "vpc:DeleteVSwitch",
    )

    def __init__(self, name: str, args: TargetNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.resource_type, name, {"mode": args.mode}, opts)
        # False would take back what the options of this component say of its children.
        self._retain = args.retain or None
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
        """Declare the VPC unless it exists; return its id and its block."""
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
        """Declare one VSwitch unless it exists; return it with its facts."""
        vswitch_id: pulumi.Output[str]
        cidr_block: pulumi.Input[str] = item.cidr_block or ""
        status = item.status
        if args.use_default:
            # Named by its zone and never by its name in the cloud, so that the URN stays the same once it is found.
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


def _place(zone_id: str, tier: str | None) -> str:
    return zone_id if tier is None else f"{zone_id}/{tier}"
