"""The components as every language sees them: arguments that cross a process, and outputs.

The host serves this module's annotations as the package's schema. Arguments are mappings here because the host makes no
others. A component reads the estate by itself, as our own program does. It registers by the schema's type: the engine
loses the `transforms` of a component that registers by another one.
"""

# No `from __future__ import annotations`: the host reads types, not texts. Members of a list of objects are inputs
# although they have to be known, which the host enforces: for a plain list of plain objects Pulumi's generator writes
# Go that does not compile (3.276.0).
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NotRequired, TypedDict, cast

import pulumi

from components import database, network, security_group
from package.estate import read


class VSwitch(TypedDict):
    """A VSwitch to migrate into: one to create, or with `vswitchId` an existing one."""

    zone_id: str
    """Its zone."""
    name: str
    """Its name; also that of the resource, where it is created."""
    cidr_block: NotRequired[str]
    """Its block; only a default VSwitch needs none."""
    tier: NotRequired[str]
    """A word that distinguishes it, where its zone has several."""
    vswitch_id: NotRequired[pulumi.Input[str]]
    """The id of an existing VSwitch; it is used unchanged."""


class TargetNetworkArgs(TypedDict):
    """The VPC to migrate into: one to create, an existing one (`vpcId`), or the region's default one."""

    vswitches: list[pulumi.Input[VSwitch]]
    """The VSwitches to migrate into, one a zone, or a zone and tier."""
    vpc_name: NotRequired[str]
    """The name of the VPC to create; also that of the resource."""
    cidr_block: NotRequired[pulumi.Input[str]]
    """The block of the VPC; only the default VPC needs none."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """The id of an existing VPC; it is never changed."""
    use_default: NotRequired[bool]
    """Whether to use the default VPC and the default VSwitches of the zones, and to create missing ones."""


class TargetNetwork(network.TargetNetwork):
    """The target VPC: created, existing, or the region's default one; its VSwitches are created or existing."""

    vpc_id: pulumi.Output[str]
    """The id of the VPC."""
    cidr_block: pulumi.Output[str]
    """Its block."""
    vswitch_ids: pulumi.Output[Mapping[str, str]]
    """The VSwitches' ids by zone, or by zone and tier, as in `cn-hangzhou-h/web`."""

    resource_type = "classic-to-vpc:index:TargetNetwork"

    def __init__(self, name: str, args: TargetNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the network."""
        vswitches = [
            network.VSwitchArgs(
                zone_id=item["zone_id"],
                name=item["name"],
                cidr_block=item.get("cidr_block"),
                tier=item.get("tier"),
                vswitch_id=item.get("vswitch_id"),
            )
            for item in cast(list[VSwitch], args["vswitches"])
        ]
        of_network = network.TargetNetworkArgs(
            vswitches=vswitches,
            vpc_name=args.get("vpc_name"),
            cidr_block=args.get("cidr_block"),
            vpc_id=args.get("vpc_id"),
            use_default=args.get("use_default", False),
        )
        super().__init__(name, of_network, _formerly(network.TargetNetwork.resource_type, opts))


class ClonedSecurityGroupsArgs(TypedDict):
    """Classic instances that move together, and their destination."""

    vpc_id: pulumi.Input[str]
    """The VPC that the clones are in."""
    instance_ids: list[str]
    """The instances: all their classic groups are cloned. All other classic instances count as staying, unlinked."""
    target_cidrs: list[str]
    """The blocks of the VSwitches that they move into."""


class ClonedSecurityGroups(security_group.ClonedSecurityGroups):
    """Clones of classic security groups in a VPC, with their rules converted so that nothing is opened."""

    security_group_ids: pulumi.Output[Mapping[str, Sequence[str]]]
    """The VPC groups by classic group: each member of the classic one must be in all of them."""

    resource_type = "classic-to-vpc:index:ClonedSecurityGroups"

    def __init__(self, name: str, args: ClonedSecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the clones of the estate's groups."""
        of_estate = security_group.ClonedSecurityGroupsArgs.of(
            read(), args["instance_ids"], vpc_id=args["vpc_id"], target_cidrs=args["target_cidrs"]
        )
        super().__init__(name, of_estate, _formerly(security_group.ClonedSecurityGroups.resource_type, opts))


class AdmittedVSwitch(TypedDict):
    """A VSwitch that gets access to a database."""

    zone_id: str
    """Its zone."""
    cidr_block: pulumi.Input[str]
    """Its block, which is admitted."""
    vswitch_id: pulumi.Input[str]
    """Its id."""


class HybridAccess(TypedDict):
    """An address in the VPC beside the classic ones, which the cloud keeps for a while only; there is no way back."""

    valid_until: str
    """The time until which the classic addresses are needed: a date and time with its UTC offset."""


class DatabaseAccessArgs(TypedDict):
    """One database, and the network that gets access to it."""

    db_instance_id: str
    """The database."""
    vpc_id: pulumi.Input[str]
    """The VPC that gets access."""
    vswitches: list[pulumi.Input[AdmittedVSwitch]]
    """The VSwitches that are admitted; hybrid access uses the first in a zone of the database."""
    whitelist_group: str
    """The name of the whitelist group to create: 2 to 32 small letters, digits and underscores, not `default`."""
    also_admit: NotRequired[list[str]]
    """Further IPv4 addresses and blocks to admit."""
    hybrid_access: NotRequired[HybridAccess]
    """Requests an address in the VPC; without it the database's network is unchanged."""


class DatabaseAccess(database.DatabaseAccess):
    """Access from a VPC to one database: an address there, if requested, and a whitelist group of its own."""

    resource_type = "classic-to-vpc:index:DatabaseAccess"

    def __init__(self, name: str, args: DatabaseAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the access."""
        vswitches = [
            network.TargetVSwitch(
                item["zone_id"], None, item["cidr_block"], pulumi.Output.from_input(item["vswitch_id"])
            )
            for item in cast(list[AdmittedVSwitch], args["vswitches"])
        ]
        of_estate = database.DatabaseAccessArgs(
            database=database.find_database(read(), args["db_instance_id"]),
            vpc_id=args["vpc_id"],
            vswitches=vswitches,
            whitelist_group=args["whitelist_group"],
            also_admit=args.get("also_admit", ()),
            hybrid_access=_hybrid_access(args),
        )
        super().__init__(name, of_estate, _formerly(database.DatabaseAccess.resource_type, opts))


def _formerly(resource_type: str, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Add an alias for stacks in which the component has another type: that of `components/`."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=resource_type)]))


def _hybrid_access(args: DatabaseAccessArgs) -> database.HybridAccessArgs | None:
    if "hybrid_access" not in args:
        return None
    text = args["hybrid_access"]["valid_until"]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise pulumi.InputPropertyError(
            "hybridAccess.validUntil", f"expected a date and time with its UTC offset, found {text!r}"
        )
    return database.HybridAccessArgs(valid_until=moment)
