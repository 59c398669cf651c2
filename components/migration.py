"""The whole of one migration: the component that all others are children of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components.backups import Backups
from components.classic_link import ClassicLink
from components.cleanup import AddressCleanup
from components.config import BackupChoice
from components.database import DatabaseAccess
from components.facts import mapped_group_facts, migration_facts, shared_group_facts
from components.instance import MigratingInstance
from components.network import TargetNetwork
from components.plan import MigrationPlan, PlannedInstance
from components.public_address import CutThrough, PublicAddress
from components.run import Sources
from components.security_group import ClonedSecurityGroup, SharedSecurityGroup, convert_groups
from components.stack_outputs import exported


class Migration(pulumi.ComponentResource):
    """Declares what the plan asks for, and carries the facts that the policy pack judges it by.

    Registered outputs: see Migration in docs/contracts.md. What the stack exports: `exports`.
    """

    def __init__(
        self,
        name: str,
        plan: MigrationPlan,
        opts: pulumi.ResourceOptions | None = None,
        sources: Sources | None = None,
    ) -> None:
        # Facts are outputs and no inputs: a fact that changes is no change of what is declared.
        super().__init__("classic-to-vpc:index:Migration", name, None, opts)
        self.exports: dict[str, pulumi.Input[object]] = exported(plan)
        self._guard = plan.config.protect
        self._declare_instances(plan)
        if plan.config.backups is not None:
            self._declare_backups(plan, plan.config.backups)
        if plan.config.network is not None:
            network = TargetNetwork(
                "network",
                plan.config.network,
                plan.network.vpc,
                plan.network.vswitches,
                plan.network.avoided_cidrs,
                self._guarded(),
                retain=plan.network.retained,
                shared_with=plan.network.shared_with,
                strangers_at=plan.network.strangers,
            )
            self.exports["vpcId"] = network.vpc_id
            self.exports["cidrBlock"] = network.cidr_block
            self.exports["vswitches"] = [item.as_export() for item in network.vswitches]
            self.exports["vswitchIds"] = {item.place: item.vswitch_id for item in network.vswitches}
            self._declare_databases(plan, network)
            clones = self._declare_groups(plan, network)
            self._declare_public_addresses(plan, network, clones)
            self._declare_cleanup(plan)
        # In a preview, what is in the state was made by an earlier run; in an update, perhaps by this very one.
        self.register_outputs(migration_facts(plan, sources) | {"dryRun": pulumi.runtime.is_dry_run()})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _guarded(self) -> pulumi.ResourceOptions:
        """For what traffic goes through once servers have moved: its children inherit the protection."""
        return pulumi.ResourceOptions(parent=self, protect=self._guard)

    def _declare_instances(self, plan: MigrationPlan) -> None:
        for planned in plan.instances:
            MigratingInstance(planned.instance.id, planned, plan, self._child())

    def _declare_backups(self, plan: MigrationPlan, choice: BackupChoice) -> None:
        sets = [item for planned in plan.instances for item in planned.snapshot_sets(choice)]
        backups = Backups("backups", sets, choice, self._child())
        self.exports["snapshotIds"] = backups.snapshot_ids
        self.exports["snapshotGroupIds"] = backups.snapshot_group_ids

    def _declare_databases(self, plan: MigrationPlan, network: TargetNetwork) -> None:
        accesses = {
            planned.database.id: DatabaseAccess(planned.database.id, planned, network, self._guarded())
            for planned in plan.databases.prepared
        }
        self.exports["databaseEndpoints"] = {
            database_id: access.hybrid_access.vpc_connection_strings
            for database_id, access in accesses.items()
            if access.hybrid_access is not None
        }

    def _declare_groups(
        self, plan: MigrationPlan, network: TargetNetwork
    ) -> Mapping[str, Sequence[pulumi.Output[str]]]:
        """Clones first, then links, then rules: rules name other clones, and across ClassicLink the classic groups."""
        clones: dict[str, ClonedSecurityGroup] = {}
        shared: dict[str, SharedSecurityGroup] = {}
        groups, choice = plan.groups, plan.config.security_groups
        if choice is not None and choice.mode == "shared":
            for classic_id, found in groups.shared.items():
                facts = shared_group_facts(classic_id, found, groups.clone_ids)
                shared[classic_id] = SharedSecurityGroup(classic_id, found, facts, self._child())
        elif choice is not None:
            conversions = convert_groups(plan)
            for group in groups.to_clone:
                clones[group.id] = ClonedSecurityGroup(group, conversions[group.id], network.vpc_id, self._guarded())
            for classic_id, found in groups.mapped.items():
                accepted = choice.mapped[classic_id].accept_differences
                facts = mapped_group_facts(classic_id, found, groups.strangers_in, accepted)
                shared[classic_id] = SharedSecurityGroup(classic_id, found, facts, self._child())
        all_groups: dict[str, ClonedSecurityGroup | SharedSecurityGroup] = {**clones, **shared}
        clone_ids = {group_id: clone.security_group_id for group_id, clone in clones.items()}
        # Rules name a group of others only where it stands for the members of the classic one alone.
        for group_id, of_others in shared.items():
            if group_id in groups.namable:
                clone_ids[group_id] = pulumi.Output.from_input(groups.namable[group_id])
            elif group_id not in groups.mapped:
                clone_ids[group_id] = of_others.security_group_id
        if choice is not None:
            self.exports["securityGroupIds"] = {
                group_id: clone.security_group_ids for group_id, clone in all_groups.items()
            }
        needed_first: list[pulumi.Resource] = []
        # Flows may be told, and say that nobody who stays is talked to: then the VPC is left without ClassicLink.
        if plan.links.linked_ids:
            link = ClassicLink("classic-link", network.vpc_id, plan, clone_ids, self._guarded())
            self.exports["linkedInstanceIds"] = list(plan.links.attached_ids)
            needed_first.append(link.enabling)
        for clone in clones.values():
            clone.declare_rules(clone_ids, needed_first)
        return {group_id: clone.security_group_ids for group_id, clone in all_groups.items()}

    def _declare_public_addresses(
        self, plan: MigrationPlan, network: TargetNetwork, clones: Mapping[str, Sequence[pulumi.Output[str]]]
    ) -> None:
        """Only of instances that have moved: the address of a classic one can become an EIP by its release alone."""
        for planned in plan.instances:
            if planned.moved and planned.to_eip:
                through = _cut_through(planned, network, clones) if planned.ftp_plan == "eip-cut-through" else None
                PublicAddress(planned.instance.id, through, self._guarded())

    def _declare_cleanup(self, plan: MigrationPlan) -> None:
        after = plan.config.after
        if after is not None and after.remove_old_addresses and plan.former_addresses:
            AddressCleanup(
                "cleanup",
                plan.former_addresses,
                plan.estate.databases,
                plan.estate.access_lists,
                {choice.whitelist_group for choice in plan.config.databases},
                self._child(),
            )


def _cut_through(
    planned: PlannedInstance, network: TargetNetwork, clones: Mapping[str, Sequence[pulumi.Output[str]]]
) -> CutThrough | None:
    """Beside the instance, in its zone and tier and in the clones of its groups; None where there is no such place."""
    vswitches = [item for item in network.vswitches if (item.zone_id, item.tier) == (planned.target_zone, planned.tier)]
    groups = [clone for item in planned.instance.security_group_ids for clone in clones.get(item, ())]
    return CutThrough(vswitches[0].vswitch_id, groups) if vswitches and groups else None
