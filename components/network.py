"""The VPC and VSwitches that the instances move into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_alicloud as alicloud

from components import alimigrate, cidr
from components.config import CreateNetwork, DefaultNetwork, NetworkChoice
from components.facts import Facts
from components.plan import PlannedVSwitch
from estate.model import Vpc

# A default VSwitch is a /20 (VPC user guide, "Default VPCs and default VSwitches").
_DEFAULT_CAPACITY = 4092


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
        """What the stack exports of it (docs/contracts.md, Stack outputs)."""
        export = {"zoneId": self.zone_id, "cidrBlock": self.cidr_block, "vswitchId": self.vswitch_id}
        return export if self.tier is None else {**export, "tier": self.tier}


class TargetNetwork(pulumi.ComponentResource):
    """The target VPC: created, existing, or the region's default one; VSwitches of it are taken or created.

    What exists is never changed: a VSwitch that is added to an existing VPC is a resource of its own. `vpc` is the VPC
    where it exists, whoever made it; `avoided_cidrs` are networks that must be reached; `shared_with` names the stack
    that chose the network, where another one did; `strangers_at` are servers that are in a block already. Registered
    outputs: see TargetNetwork in docs/contracts.md. RAM actions: `ram_actions`.
    """

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

    def __init__(
        self,
        name: str,
        choice: NetworkChoice,
        vpc: Vpc | None,
        vswitches: Sequence[PlannedVSwitch],
        avoided_cidrs: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
        *,
        retain: bool = False,
        shared_with: str | None = None,
        strangers_at: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._retain = retain
        self._strangers_at = strangers_at or {}
        super().__init__("classic-to-vpc:network:TargetNetwork", name, {"mode": choice.mode}, opts)
        self._declare_vpc(choice, vpc)
        declared = [self._declare_vswitch(choice, item) for item in vswitches]
        self.vswitches = tuple(vswitch for vswitch, _ in declared)
        self.register_outputs(
            {
                "mode": choice.mode,
                **({} if vpc is None else {"isDefault": vpc.is_default}),
                **({} if shared_with is None else {"sharedWith": shared_with}),
                "vpcId": self.vpc_id,
                "cidrBlock": self.cidr_block,
                "avoidedCidrs": list(avoided_cidrs),
                "vswitches": [facts for _, facts in declared],
            }
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _declare_vpc(self, choice: NetworkChoice, vpc: Vpc | None) -> None:
        self.vpc_id: pulumi.Output[str]
        self.cidr_block: pulumi.Input[str]
        if isinstance(choice, CreateNetwork):
            created = alicloud.vpc.Network(
                choice.name,
                vpc_name=choice.name,
                cidr_block=choice.cidr_block,
                # ClassicLink is switched by a resource of its own: the provider's deprecated field must not undo it.
                opts=pulumi.ResourceOptions(
                    parent=self, ignore_changes=["classicLinkEnabled"], retain_on_delete=self._retain
                ),
            )
            self.vpc_id, self.cidr_block = created.id, choice.cidr_block
        elif isinstance(choice, DefaultNetwork):
            default = alimigrate.vpc.DefaultVpc("default", opts=self._child())
            self.vpc_id = default.vpc_id
            self.cidr_block = vpc.cidr_block if vpc is not None else default.cidr_block
        elif vpc is not None:
            self.vpc_id, self.cidr_block = pulumi.Output.from_input(vpc.id), vpc.cidr_block

    def _declare_vswitch(self, choice: NetworkChoice, item: PlannedVSwitch) -> tuple[TargetVSwitch, Facts]:
        """Declares one VSwitch unless it is taken as it is; returns it with its facts."""
        existing = item.existing
        cidr_block: pulumi.Input[str]
        if isinstance(choice, DefaultNetwork):
            # Named by its zone and never by what the cloud or somebody calls it: the URN is the same once it is found.
            default = alimigrate.vpc.DefaultVSwitch(
                f"default-{item.zone_id}", vpc_id=self.vpc_id, zone_id=item.zone_id, opts=self._child()
            )
            vswitch_id, status = default.vswitch_id, default.status
            cidr_block = default.cidr_block if existing is None else existing.cidr_block
        elif existing is not None:
            vswitch_id, status = pulumi.Output.from_input(existing.id), pulumi.Output.from_input(existing.status)
            cidr_block = existing.cidr_block
        else:
            created = self._create_vswitch(item)
            vswitch_id, status, cidr_block = created.id, created.status, item.cidr_block or ""
        facts: Facts = {
            "vswitchName": existing.name if existing else item.name,
            "zoneId": item.zone_id,
            "cidrBlock": cidr_block,
            "vswitchId": vswitch_id,
            "existing": existing is not None,
            "status": existing.status if existing else status,
            "availableIpAddressCount": _capacity(item) if item.free is None else item.free,
        }
        if item.tier is not None:
            facts["tier"] = item.tier
        if item.cidr_block is not None and item.cidr_block in self._strangers_at:
            facts["strangerIds"] = list(self._strangers_at[item.cidr_block])
        return TargetVSwitch(item.zone_id, item.tier, cidr_block, vswitch_id), facts

    def _create_vswitch(self, item: PlannedVSwitch) -> alicloud.vpc.Switch:
        return alicloud.vpc.Switch(
            item.name,
            vswitch_name=item.name,
            vpc_id=self.vpc_id,
            zone_id=item.zone_id,
            cidr_block=item.cidr_block,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._retain),
        )


def _capacity(item: PlannedVSwitch) -> int:
    return cidr.capacity(item.cidr_block) if item.cidr_block else _DEFAULT_CAPACITY
