"""The second step of a plan: what moves, what stays, and what is declared for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from components.config import MigrationConfig
from components.peers import ClassicPeer
from components.plan.databases import databases_used, plan_databases
from components.plan.evidence import evidence_by_instance
from components.plan.load_balancers import LoadBalancers
from components.plan.model import Dependent, MigrationPlan, PlannedInstance
from components.plan.record import StackRecord
from components.plan.roster import Roster
from components.plan.selection import Selection, select
from estate.guest import Evidence
from estate.model import Database, Estate


def make_plan(
    config: MigrationConfig,
    estate: Estate,
    file: str,
    evidence: Sequence[Evidence] = (),
    record: StackRecord | None = None,
) -> MigrationPlan:
    """Select, and plan what was selected: parameters and errors are those of the two."""
    return plan(select(config, estate, file, record), evidence)


def plan(selection: Selection, evidence: Iterable[Evidence]) -> MigrationPlan:
    """Decide what is declared for a selection, with the evidence of its guest systems."""
    roster = selection.roster
    used = databases_used(roster)
    load_balancers = LoadBalancers(roster.estate.vserver_groups, roster.estate.unread_load_balancers)
    return MigrationPlan(
        roster=roster,
        instances=_planned(selection, used, load_balancers, evidence_by_instance(evidence, roster.config)),
        network=selection.network,
        groups=selection.groups,
        links=selection.links,
        databases=plan_databases(roster, used),
        load_balancers=load_balancers,
    )


def _planned(
    selection: Selection,
    used: Mapping[str, tuple[Database, ...]],
    load_balancers: LoadBalancers,
    evidence: Mapping[str, tuple[Evidence, ...]],
) -> tuple[PlannedInstance, ...]:
    """Return the instances of all waves, sorted by id, each with its dependencies."""
    roster, peers = selection.roster, selection.peers
    config, index = roster.config, roster.index
    excluded = {item.disk: item for item in config.backups.exclude} if config.backups else {}
    this_round = config.backups.round if config.backups else 1
    to_eip = frozenset(config.after.convert_public_ips if config.after else ())
    dependents = _dependents(roster, peers)
    planned = []
    for instance_id, wave in sorted(roster.waves_of.items()):
        instance, choice = roster.instances[instance_id], roster.choices.get(instance_id)
        origin = roster.record.origins[instance_id] if instance_id in wave.moved_ids else None
        memberships = load_balancers.memberships.get(instance_id, ()) if origin is None else origin.memberships
        ftp_plan = choice.ftp.plan if choice and choice.ftp else None
        planned.append(
            PlannedInstance(
                instance=instance,
                origin=origin,
                wave=wave,
                target_zone=(choice.target_zone if choice else None) or instance.zone_id,
                tier=choice.tier if choice else None,
                retain_ip=bool(choice and choice.retain_ip),
                release_public_ip=bool(choice and choice.release_public_ip),
                rejoin_vserver_groups=bool(choice and choice.rejoin_vserver_groups),
                disks=index.disks_of.get(instance_id, ()),
                databases=used.get(instance_id, ()),
                memberships=memberships,
                peers=peers[instance_id],
                dependents=dependents.get(instance_id, ()),
                excluded_disks=excluded,
                snapshot_round=origin.snapshot_round if origin else this_round,
                # The FTP plan needs an EIP of its own, whether or not the instance is listed.
                to_eip=instance_id in to_eip or ftp_plan == "eip-cut-through",
                ftp_plan=ftp_plan,
                evidence=evidence.get(instance_id, ()),
            )
        )
    return tuple(planned)


def _dependents(roster: Roster, peers: Mapping[str, Sequence[ClassicPeer]]) -> Mapping[str, tuple[Dependent, ...]]:
    """Return, for each instance, its peers in other waves, in both directions."""
    dependents: dict[str, list[Dependent]] = defaultdict(list)
    for instance_id, peers_of_one in peers.items():
        wave = roster.waves_of[instance_id].name
        for peer in peers_of_one:
            # One of the same wave is among them where it has not moved yet, and this one has.
            if peer.instance_id in roster.waves_of and roster.waves_of[peer.instance_id].name != wave:
                for own, other in ((instance_id, peer.instance_id), (peer.instance_id, instance_id)):
                    dependents[own].append(Dependent(other, roster.waves_of[other].name, peer.reasons))
    return {key: tuple(sorted(items, key=lambda item: item.instance_id)) for key, items in dependents.items()}
