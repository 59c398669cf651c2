"""Turn a plan into the arguments of each component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components.classic_link import ClassicLinkArgs
from components.config import CreateNetwork, DatabaseChoice, DefaultNetwork
from components.conversion import ConversionContext
from components.database import DatabaseAccessArgs, HybridAccessArgs
from components.facts.classic_link import link_state_facts
from components.network import TargetNetwork, TargetNetworkArgs, VSwitchArgs
from components.plan import MigrationPlan, PlannedDatabase, PlannedInstance, PlannedVSwitch
from components.public_address import CutThrough


def network_args(plan: MigrationPlan) -> TargetNetworkArgs:
    """Return the network of a plan whose config has one."""
    choice, network = plan.config.network, plan.network
    creates, vpc = choice if isinstance(choice, CreateNetwork) else None, network.vpc
    default = isinstance(choice, DefaultNetwork)
    cidr_block = None if vpc is None else vpc.cidr_block
    return TargetNetworkArgs(
        vpc_name=None if creates is None else creates.name,
        cidr_block=cidr_block if creates is None else creates.cidr_block,
        vpc_id=None if creates or default or vpc is None else vpc.id,
        use_default=default,
        is_default=None if vpc is None else vpc.is_default,
        shared_with=network.shared_with,
        vswitches=[_vswitch_args(item, network.strangers) for item in network.vswitches],
        avoided_cidrs=network.avoided_cidrs,
        retain=network.retained,
    )


def _vswitch_args(item: PlannedVSwitch, strangers: Mapping[str, Sequence[str]]) -> VSwitchArgs:
    existing = item.existing
    return VSwitchArgs(
        zone_id=item.zone_id,
        name=item.name if existing is None else existing.name,
        cidr_block=item.cidr_block if existing is None else existing.cidr_block,
        tier=item.tier,
        vswitch_id=None if existing is None else existing.id,
        status=None if existing is None else existing.status,
        free_addresses=item.free,
        stranger_ids=strangers.get(item.cidr_block or ""),
    )


def database_args(planned: PlannedDatabase, network: TargetNetwork) -> DatabaseAccessArgs:
    """Return the access to one database from the target network."""
    choice = planned.choice
    return DatabaseAccessArgs(
        database=planned.database,
        vpc_id=network.vpc_id,
        vswitches=network.vswitches,
        whitelist_group=choice.whitelist_group,
        also_admit=choice.also_admit,
        hybrid_access=_hybrid_access_args(planned, choice),
    )


def _hybrid_access_args(planned: PlannedDatabase, choice: DatabaseChoice) -> HybridAccessArgs | None:
    if choice.hybrid_access is None or planned.valid_until is None:
        return None
    return HybridAccessArgs(
        valid_until=planned.valid_until,
        margin_days=choice.hybrid_access.margin_days,
        leaves_behind=choice.hybrid_access.leaves_behind,
    )


def conversion_context(plan: MigrationPlan) -> ConversionContext:
    """Return the part of the estate that the conversion of the plan's groups needs."""
    linked, groups = frozenset(plan.links.linked_ids), plan.groups
    return ConversionContext(
        instances=plan.roster.classic,
        # Linked instances that move themselves do so in a later wave.
        migrating_ids=frozenset(plan.instance_ids) - linked,
        later_ids=frozenset(plan.config.later) | linked.intersection(plan.instance_ids),
        linked_ids=linked,
        target_cidrs=plan.network.target_cidrs,
        mapped={classic_id: len(groups_of_classic) for classic_id, groups_of_classic in groups.mapped.items()},
        namable_ids=frozenset(groups.namable),
        targets_to_themselves=plan.network.to_themselves,
    )


def classic_link_args(plan: MigrationPlan, vpc_id: pulumi.Input[str]) -> ClassicLinkArgs | None:
    """Return the links, None where the plan has none.

    Flows may show that no staying instance is a peer: then the VPC is left without ClassicLink.
    """
    if not plan.links.linked_ids:
        return None
    return ClassicLinkArgs(
        vpc_id=vpc_id,
        instance_ids=plan.links.attached_ids,
        groups=plan.links.groups,
        moving_ids=plan.roster.waves_of.keys(),
        linked_before=plan.links.linked_before,
        facts=link_state_facts(plan),
    )


def cut_through(
    planned: PlannedInstance, network: TargetNetwork, clones: Mapping[str, Sequence[pulumi.Output[str]]]
) -> CutThrough | None:
    """Return the place of an instance's second network interface, if its FTP plan has one and the place exists.

    Beside the instance: in its zone and tier, and in the clones of its groups.
    """
    if planned.ftp_plan != "eip-cut-through":
        return None
    vswitches = [item for item in network.vswitches if (item.zone_id, item.tier) == (planned.target_zone, planned.tier)]
    groups = [clone for item in planned.instance.security_group_ids for clone in clones.get(item, ())]
    return CutThrough(vswitches[0].vswitch_id, groups) if vswitches and groups else None
