"""The component of one migration, and parent of all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.adoption import adopting
from components.arguments import (
    classic_link_args,
    conversion_context,
    cut_through,
    database_args,
    network_args,
)
from components.backups import Backups, BackupsArgs
from components.cleanup import AddressCleanup, AddressCleanupArgs
from components.config import BackupChoice
from components.database import DatabaseAccess
from components.facts import instance_facts, migration_facts, others_group_facts
from components.instance import MigratingInstance, MigratingInstanceArgs
from components.network import TargetNetwork
from components.plan import MigrationPlan
from components.public_address import PublicAddress, PublicAddressArgs
from components.run import Sources
from components.security_group import (
    ClonedSecurityGroupsArgs,
    SharedSecurityGroup,
    SharedSecurityGroupArgs,
    clone_groups,
)
from components.stack_outputs import exported


@dataclass(frozen=True)
class MigrationArgs:
    """One migration as planned, and the inputs of the plan."""

    plan: MigrationPlan
    """What to declare."""
    sources: Sources | None = None
    """The files, the commit and the clocks of this run; None where they are not needed."""


class Migration(pulumi.ComponentResource):
    """Declares the resources of the plan, and carries the facts for the policy pack.

    Registered outputs: see Migration in docs/facts.md. What the stack exports: `exports`.
    """

    def __init__(self, name: str, args: MigrationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # Facts are outputs and no inputs: a fact that changes is no change of what is declared.
        plan = args.plan
        adopting_ours = pulumi.ResourceOptions(transformations=adopting(plan.roster.record))
        opts = pulumi.ResourceOptions.merge(opts, adopting_ours)
        super().__init__("classic-to-vpc:index:Migration", name, None, opts)
        self.exports: dict[str, pulumi.Input[object]] = exported(plan)
        self._guard = plan.config.protect
        self._declare_instances(plan)
        if plan.config.backups is not None:
            self._declare_backups(plan, plan.config.backups)
        if plan.config.network is not None:
            network = TargetNetwork("network", network_args(plan), self._guarded())
            self.exports["vpcId"] = network.vpc_id
            self.exports["cidrBlock"] = network.cidr_block
            self.exports["vswitches"] = [item.as_export() for item in network.vswitches]
            self.exports["vswitchIds"] = {item.place: item.vswitch_id for item in network.vswitches}
            self._declare_databases(plan, network)
            self._declare_shared_groups(plan, whole_region=args.sources is not None and args.sources.whole_region)
            clones = self._declare_groups(plan, network)
            self._declare_public_addresses(plan, network, clones)
            self._declare_cleanup(plan)
        # In a preview, what is in the state was made by an earlier run; in an update, perhaps by this very one.
        self.register_outputs(migration_facts(plan, args.sources, pulumi.runtime.is_dry_run()))

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _guarded(self) -> pulumi.ResourceOptions:
        """Return options for resources that later traffic needs: their children inherit the protection."""
        return pulumi.ResourceOptions(parent=self, protect=self._guard)

    def _declare_instances(self, plan: MigrationPlan) -> None:
        for planned in plan.instances:
            args = MigratingInstanceArgs(instance_facts(planned, plan))
            MigratingInstance(planned.instance.id, args, self._child())

    def _declare_backups(self, plan: MigrationPlan, choice: BackupChoice) -> None:
        # A disk that several instances share is taken once.
        sets = {item.disks: item for planned in plan.instances for item in planned.snapshot_sets(choice)}
        args = BackupsArgs(sets=list(sets.values()), retention_days=choice.retention_days, round=choice.round)
        backups = Backups("backups", args, self._child())
        self.exports["snapshotIds"] = backups.snapshot_ids
        self.exports["snapshotGroupIds"] = backups.snapshot_group_ids

    def _declare_databases(self, plan: MigrationPlan, network: TargetNetwork) -> None:
        accesses = {
            planned.database.id: DatabaseAccess(planned.database.id, database_args(planned, network), self._guarded())
            for planned in plan.databases.prepared
        }
        self.exports["databaseEndpoints"] = {
            database_id: access.hybrid_access.vpc_connection_strings
            for database_id, access in accesses.items()
            if access.hybrid_access is not None
        }
        self.exports["whitelistGroupIds"] = {item: access.whitelist_group_id for item, access in accesses.items()}

    def _declare_groups(
        self, plan: MigrationPlan, network: TargetNetwork
    ) -> Mapping[str, Sequence[pulumi.Output[str]]]:
        """Declare the groups and the links; return the VPC groups' ids by those of the classic groups."""
        groups, choice = plan.groups, plan.config.security_groups
        shared = {} if choice is None else groups.shared if choice.mode == "shared" else groups.mapped
        # Rules name a group of others only if it has exactly the members of the classic one.
        other_ids: dict[str, pulumi.Input[str]] = {**groups.namable}
        other_ids |= {item: given[0].id for item, given in shared.items() if item not in groups.mapped}
        args = ClonedSecurityGroupsArgs(
            vpc_id=network.vpc_id,
            groups=() if choice is None or choice.mode == "shared" else groups.to_clone,
            context=conversion_context(plan),
            other_ids=other_ids,
            classic_link=classic_link_args(plan, network.vpc_id),
        )
        clones = clone_groups(args, self._guarded())
        ids = clones.security_group_ids | {
            item: [pulumi.Output.from_input(group.id) for group in given] for item, given in shared.items()
        }
        if choice is not None:
            self.exports["securityGroupIds"] = ids
        if clones.link is not None:
            self.exports["linkedInstanceIds"] = list(plan.links.attached_ids)
            if plan.links.linked_before:
                self.exports["linkedBefore"] = list(plan.links.linked_before)
        return ids

    def _declare_shared_groups(self, plan: MigrationPlan, *, whole_region: bool) -> None:
        """Declare the VPC groups of others: the clones of another stack, or those of the config."""
        groups, choice = plan.groups, plan.config.security_groups
        group_ids = groups.shared if choice is not None and choice.mode == "shared" else groups.mapped
        for classic_id, facts in others_group_facts(plan, whole_region=whole_region).items():
            args = SharedSecurityGroupArgs(groups=group_ids[classic_id], facts=facts)
            SharedSecurityGroup(classic_id, args, self._child())

    def _declare_public_addresses(
        self, plan: MigrationPlan, network: TargetNetwork, clones: Mapping[str, Sequence[pulumi.Output[str]]]
    ) -> None:
        """Declare them only for moved instances: a classic address can become an EIP only by being released."""
        for planned in plan.instances:
            if planned.moved and planned.to_eip:
                through = cut_through(planned, network, clones)
                args = PublicAddressArgs(instance_id=planned.instance.id, cut_through=through)
                PublicAddress(planned.instance.id, args, self._guarded())

    def _declare_cleanup(self, plan: MigrationPlan) -> None:
        after = plan.config.after
        if after is not None and after.remove_old_addresses and plan.former_addresses:
            args = AddressCleanupArgs(
                addresses=plan.former_addresses,
                databases=plan.estate.databases,
                access_lists=plan.estate.access_lists,
                own_groups={choice.whitelist_group for choice in plan.config.databases},
            )
            AddressCleanup("cleanup", args, self._child())
