"""Config and estate put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config import ConfigError, ExistingNetwork, MigrationConfig, Problem
from components.peers import classic_peers
from components.plan.classic_link import attachment_problems, links_elsewhere
from components.plan.databases import admits, database_problems
from components.plan.evidence import evidence_of
from components.plan.instances import group_problems, instance_problems, selected
from components.plan.model import MigrationPlan, PlannedInstance
from components.plan.network import existing_network_problems, target_cidrs, zone_problems
from estate.guest import Evidence
from estate.model import Estate


def make_plan(config: MigrationConfig, estate: Estate, file: str, evidence: Sequence[Evidence] = ()) -> MigrationPlan:
    """Resolves the config against the estate as read, and against the evidence of its guest systems.

    `file` is the stack file's name for messages. Raises ConfigError, all problems at once, where the config names
    something that does not exist or cannot serve.
    """
    problems = list(_unresolved(config, estate))
    if problems:
        raise ConfigError(file, problems)
    choices = {choice.id: choice for choice in config.instances}
    moving = selected(config, estate)
    targets = target_cidrs(config, estate)
    planned = []
    for instance in moving:
        choice = choices.get(instance.id)
        disks = tuple(disk for disk in estate.disks if disk.instance_id == instance.id)
        disk_ids = {disk.id for disk in disks}
        planned.append(
            PlannedInstance(
                instance=instance,
                target_zone=(choice.target_zone if choice else None) or instance.zone_id,
                release_public_ip=bool(choice and choice.release_public_ip),
                disks=disks,
                snapshots=tuple(item for item in estate.snapshots if item.disk_id in disk_ids),
                databases=tuple(item for item in estate.databases if admits(item, instance)),
                peers=tuple(classic_peers(instance, moving, estate, targets)),
                ftp_plan=choice.ftp.plan if choice and choice.ftp else None,
                evidence=evidence_of(instance.id, evidence, config),
            )
        )
    plan = MigrationPlan(config, estate, tuple(planned))
    linked_elsewhere = list(links_elsewhere(plan))
    if linked_elsewhere:
        raise ConfigError(file, linked_elsewhere)
    return plan


def _unresolved(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """What the config names and the estate lacks, or has otherwise."""
    yield from instance_problems(config, estate)
    yield from group_problems(estate)
    yield from attachment_problems(config, estate)
    yield from database_problems(config, estate)
    yield from zone_problems(config, estate)
    if isinstance(config.network, ExistingNetwork):
        yield from existing_network_problems(config, config.network, estate)
