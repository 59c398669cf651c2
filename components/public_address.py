"""The public address of an instance after its move: an EIP, and for FTP one that the guest system sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_alicloud.ecs.ecs_network_interface import EcsNetworkInterface

from components import alimigrate
from components.facts.components import public_address_facts


def interface_name(instance_id: str) -> str:
    """Return the name of the network interface that an instance's EIP is bound to in cut-through mode."""
    return f"{instance_id}-public"


@dataclass(frozen=True)
class CutThrough:
    """The place of an instance's second network interface: its VSwitch, and its security groups."""

    vswitch_id: pulumi.Input[str]
    security_group_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class PublicAddressArgs:
    """An instance that is in a VPC, and the future of its public address."""

    instance_id: str
    """The instance."""
    cut_through: CutThrough | None = None
    """The second network interface that the EIP is bound to in cut-through mode; None binds none."""


class PublicAddress(pulumi.ComponentResource):
    """Converts the public address of a moved instance to an EIP, and with `cut_through` binds it to an own interface.

    FTP and similar protocols write the server's address into their packets: behind NAT it is the wrong one. Registered
    outputs: see PublicAddress in docs/facts.md. RAM actions: `ram_actions`.
    """

    ram_actions = (
        "ecs:DescribeInstances",
        "ecs:ConvertNatPublicIpToEip",
        "vpc:DescribeEipAddresses",
        "vpc:AssociateEipAddress",
        "vpc:UnassociateEipAddress",
        "ecs:CreateNetworkInterface",
        "ecs:DescribeNetworkInterfaces",
        # Alibaba's provider reads the tags of an interface by a call of its own, at each refresh.
        "ecs:ListTagResources",
        "ecs:DescribeNetworkInterfaceAttribute",
        "ecs:ModifyNetworkInterfaceAttribute",
        "ecs:AttachNetworkInterface",
        "ecs:DetachNetworkInterface",
        "ecs:DeleteNetworkInterface",
    )

    def __init__(self, name: str, args: PublicAddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        instance_id, cut_through = args.instance_id, args.cut_through
        inputs = {"instanceId": instance_id, "cutThrough": cut_through is not None}
        super().__init__("classic-to-vpc:publicaddress:PublicAddress", name, inputs, opts)
        child = pulumi.ResourceOptions(parent=self)
        conversion = alimigrate.ecs.PublicIpConversion(instance_id, instance_id=instance_id, opts=child)
        self.allocation_id = conversion.allocation_id
        if cut_through is not None:
            interface = EcsNetworkInterface(
                instance_id,
                network_interface_name=interface_name(instance_id),
                description=f"second network interface of {instance_id}, for its EIP in cut-through mode",
                vswitch_id=cut_through.vswitch_id,
                security_group_ids=list(cut_through.security_group_ids),
                opts=child,
            )
            alimigrate.vpc.CutThroughBinding(
                instance_id,
                allocation_id=conversion.allocation_id,
                network_interface_id=interface.id,
                instance_id=instance_id,
                # Where somebody forces a replacement (`--replace`), the engine asks no provider which goes first.
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )
        self.register_outputs(
            public_address_facts(instance_id, cut_through is not None, conversion.allocation_id, conversion.ip_address)
        )
