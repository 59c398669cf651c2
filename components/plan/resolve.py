"""Config and estate put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config import ConfigError, ExistingNetwork, MigrationConfig, Problem
from components.peers import classic_peers
from components.plan.after import converts, former_addresses
from components.plan.backups import excluded_disk_problems
from components.plan.classic_link import attachment_problems, flow_problems, flows_between, link_problems
from components.plan.databases import admits, database_problems
from components.plan.evidence import evidence_of
from components.plan.instances import group_problems, instance_problems
from components.plan.load_balancers import memberships
from components.plan.lookup import missing
from components.plan.model import MigrationPlan, PlannedInstance
from components.plan.network import (
    existing_network_problems,
    planning_problems,
    tier_problems,
    zone_problems,
)
from components.plan.scopes import scope_problems
from components.plan.security_groups import mapping_problems
from components.plan.shared import shared_group_problems
from components.plan.waves import PlannedWave, StackRecord, members, planned_waves, wave_problems, with_origins
from estate.guest import Evidence
from estate.model import Database, Estate, Instance


def make_plan(
    config: MigrationConfig,
    estate: Estate,
    file: str,
    evidence: Sequence[Evidence] = (),
    record: StackRecord | None = None,
) -> MigrationPlan:
    """Resolves the config against the estate as read, and against the evidence of its guest systems.

    `file` is the stack file's name for messages, `record` what the stack's last `up` exported. Raises ConfigError, all
    problems at once, where the config names something that does not exist or cannot serve.
    """
    record = record or StackRecord()
    live = estate
    estate, moved = with_origins(config, estate, record)
    problems = list(_unresolved(config, estate))
    if problems:
        raise ConfigError(file, problems)
    waves = planned_waves(config, estate, moved)
    planned = (item for wave in waves for item in _planned(wave, waves, config, estate, evidence, record))
    instances = tuple(sorted(planned, key=lambda item: item.instance.id))
    former = former_addresses((item.instance for item in instances if item.moved), live)
    plan = MigrationPlan(
        config, estate, instances, waves, moved, record.shared_with, record.clone_ids, former, record.applied
    )
    problems = [*link_problems(plan), *shared_group_problems(plan), *mapping_problems(plan), *scope_problems(plan)]
    if problems:
        raise ConfigError(file, problems)
    return plan


def still_classic(config: MigrationConfig, estate: Estate, file: str) -> tuple[Instance, ...]:
    """The instances of all waves that have not moved, sorted by id: for whoever has no record of the stack at hand.

    Raises ConfigError where the config names an instance that does not exist.
    """
    ids = {instance.id for instance in estate.instances}
    unknown = [
        Problem(f"{key}.id", missing("instance", choice.id, ids, estate))
        for key, choice in config.keyed_instances
        if choice.id not in ids
    ]
    if unknown:
        raise ConfigError(file, unknown)
    found = {instance.id: instance for wave in config.all_waves for instance in members(wave, config, estate)}
    return tuple(found[instance_id] for instance_id in sorted(found) if found[instance_id].is_classic)


def _planned(
    wave: PlannedWave,
    waves: tuple[PlannedWave, ...],
    config: MigrationConfig,
    estate: Estate,
    evidence: Sequence[Evidence],
    record: StackRecord,
) -> Iterator[PlannedInstance]:
    """The instances of one wave, each with what hangs on it."""
    choices = {choice.id: choice for _, choice in config.keyed_instances}
    flows = flows_between(config, estate)
    excluded = {item.disk: item for item in config.backups.exclude} if config.backups else {}
    next_round = config.backups.round if config.backups else 1
    gone = {item for other in waves if other.window.start <= wave.window.start for item in other.instance_ids}
    gone |= {item for item, start in record.starts.items() if start <= wave.window.start}
    moving = [instance for instance in estate.instances if instance.id in gone]
    for instance in estate.instances:
        if instance.id not in wave.instance_ids:
            continue
        choice = choices.get(instance.id)
        disks = tuple(disk for disk in estate.disks if disk.instance_id == instance.id)
        disk_ids = {disk.id for disk in disks}
        yield PlannedInstance(
            instance=instance,
            wave=wave,
            target_zone=(choice.target_zone if choice else None) or instance.zone_id,
            tier=choice.tier if choice else None,
            retain_ip=bool(choice and choice.retain_ip),
            release_public_ip=bool(choice and choice.release_public_ip),
            rejoin_vserver_groups=bool(choice and choice.rejoin_vserver_groups),
            disks=disks,
            snapshots=tuple(item for item in estate.snapshots if item.disk_id in disk_ids),
            databases=_databases_of(instance, estate, record if instance.id in wave.moved_ids else StackRecord()),
            memberships=(
                record.origins[instance.id].memberships
                if instance.id in wave.moved_ids
                else memberships(instance.id, estate.vserver_groups)
            ),
            moving_ids=frozenset(gone),
            peers=tuple(classic_peers(instance, moving, estate, flows)),
            excluded_disks=excluded,
            to_eip=converts(config, instance.id, choice.ftp.plan if choice and choice.ftp else None),
            ftp_plan=choice.ftp.plan if choice and choice.ftp else None,
            evidence=evidence_of(instance.id, evidence, config),
            snapshot_round=record.origins[instance.id].snapshot_round if instance.id in wave.moved_ids else next_round,
        )


def _databases_of(instance: Instance, estate: Estate, record: StackRecord) -> tuple[Database, ...]:
    """The databases that it uses: those that admit it, and of one that has moved those that did."""
    origin = record.origins.get(instance.id)
    known = origin.database_ids if origin else ()
    return tuple(item for item in estate.databases if item.id in known or admits(item, instance))


def _unresolved(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """What the config names and the estate lacks, or has otherwise."""
    yield from instance_problems(config, estate)
    yield from wave_problems(config, estate)
    yield from group_problems(estate)
    yield from attachment_problems(config, estate)
    yield from flow_problems(config, estate)
    yield from database_problems(config, estate)
    yield from excluded_disk_problems(config, estate)
    yield from zone_problems(config, estate)
    yield from tier_problems(config, estate)
    yield from planning_problems(config, estate)
    if isinstance(config.network, ExistingNetwork):
        yield from existing_network_problems(config, config.network, estate)
