"""The VPC and VSwitches that the instances move into."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_alicloud as alicloud

from components import cidr
from components.config import CreateNetwork, ExistingNetwork, NewVSwitch
from estate.model import Estate


@dataclass(frozen=True)
class TargetVSwitch:
    """A VSwitch to migrate into. `cidr_block` and `zone_id` are known before it exists, its id is not."""

    zone_id: str
    cidr_block: str
    vswitch_id: pulumi.Output[str]


class TargetNetwork(pulumi.ComponentResource):
    """Creates the target VPC with its VSwitches, or takes existing ones without changing them.

    Registered outputs: see TargetNetwork in docs/contracts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "vpc:CreateVpc",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeRouteTableList",
        "vpc:DeleteVpc",
        "vpc:CreateVSwitch",
        "vpc:DescribeVSwitchAttributes",
        "vpc:DeleteVSwitch",
    )

    def __init__(
        self,
        name: str,
        choice: CreateNetwork | ExistingNetwork,
        estate: Estate,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("classic-to-vpc:network:TargetNetwork", name, {"mode": choice.mode}, opts)
        outputs = self._create(choice) if isinstance(choice, CreateNetwork) else self._take(choice, estate)
        self.register_outputs({"mode": choice.mode, "vpcId": self.vpc_id, "cidrBlock": self.cidr_block, **outputs})

    def _create(self, choice: CreateNetwork) -> dict[str, pulumi.Input[object]]:
        vpc = alicloud.vpc.Network(
            choice.name,
            vpc_name=choice.name,
            cidr_block=choice.cidr_block,
            opts=pulumi.ResourceOptions(
                parent=self,
                # ClassicLink is switched by a resource of its own: the provider's deprecated field must not undo it.
                ignore_changes=["classicLinkEnabled"],
            ),
        )
        self.vpc_id: pulumi.Output[str] = vpc.id
        self.cidr_block = choice.cidr_block
        created = [(item, self._create_vswitch(choice.name_of(item), item, vpc)) for item in choice.vswitches]
        self.vswitches = tuple(TargetVSwitch(item.zone, item.cidr_block, vswitch.id) for item, vswitch in created)
        return {
            "vswitches": [
                {
                    "vswitchName": choice.name_of(item),
                    "zoneId": item.zone,
                    "cidrBlock": item.cidr_block,
                    "vswitchId": vswitch.id,
                    "existing": False,
                    "status": vswitch.status,
                    "availableIpAddressCount": cidr.capacity(item.cidr_block),
                }
                for item, vswitch in created
            ]
        }

    def _create_vswitch(self, name: str, item: NewVSwitch, vpc: alicloud.vpc.Network) -> alicloud.vpc.Switch:
        return alicloud.vpc.Switch(
            name,
            vswitch_name=name,
            vpc_id=vpc.id,
            zone_id=item.zone,
            cidr_block=item.cidr_block,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _take(self, choice: ExistingNetwork, estate: Estate) -> dict[str, pulumi.Input[object]]:
        vpc = next(item for item in estate.vpcs if item.id == choice.vpc_id)
        taken = [item for item in estate.vswitches if item.id in choice.vswitch_ids]
        self.vpc_id = pulumi.Output.from_input(vpc.id)
        self.cidr_block = vpc.cidr_block
        self.vswitches = tuple(
            TargetVSwitch(item.zone_id, item.cidr_block, pulumi.Output.from_input(item.id)) for item in taken
        )
        return {
            "vswitches": [
                {
                    "vswitchName": item.name,
                    "zoneId": item.zone_id,
                    "cidrBlock": item.cidr_block,
                    "vswitchId": item.id,
                    "existing": True,
                    "status": item.status,
                    "availableIpAddressCount": item.available_ip_address_count,
                }
                for item in taken
            ]
        }
