"""What the program goes by, gathered before anything is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi

from components.config import ConfigError, MigrationConfig
from components.evidence import read_evidence
from components.flows import with_flows
from components.plan import MigrationPlan, make_plan
from components.run import Sources, discard_result, read_sources
from components.settings import connect
from components.stack_config import given_cloud, given_migration, migration_config
from components.stack_outputs import own_record, with_shared
from estate.client import Cloud
from estate.live import read_estate
from estate.model import Estate


@dataclass(frozen=True)
class Inputs:
    """The plan, the session with the cloud that it was read from, and the files that it was made of."""

    plan: MigrationPlan
    cloud: Cloud
    sources: Sources


def gather(stack: str, directory: Path, environ: Mapping[str, str]) -> Inputs:
    """Read config, evidence and estate; `directory` is that of Pulumi.yaml.

    The result of an earlier run is gone before anything can fail. Raises ConfigError and EstateError where config,
    credentials or estate cannot be used.
    """
    discard_result(environ)
    file = f"Pulumi.{stack}.yaml"
    config, places = migration_config(directory, file)
    try:
        return _gathered(config, directory, environ, file)
    except ConfigError as error:
        raise places.told(error) from None


def _gathered(config: MigrationConfig, directory: Path, environ: Mapping[str, str], file: str) -> Inputs:
    config = with_flows(config, directory, file)
    sources = read_sources(config, given_migration(), directory, file, given_cloud())
    config, record = with_shared(config, own_record(), file)
    evidence = read_evidence(config, directory, file)
    cloud = connect(environ)
    pulumi.log.info(f"Reading the estate of {cloud.region}", ephemeral=True)
    estate = read_estate(cloud, cloud.now())
    pulumi.log.info(f"Read {counted(estate)} of {cloud.region}", ephemeral=True)
    sources = replace(sources, clock=cloud.clock, rehearsal=cloud.settings.rehearsal())
    return Inputs(make_plan(config, estate, file, evidence, record), cloud, sources)


def counted(estate: Estate) -> str:
    """Return how much of an estate there is, for whoever waits."""
    classic = sum(instance.is_classic for instance in estate.instances)
    return (
        f"{len(estate.instances)} instances ({classic} classic), {len(estate.security_groups)} security groups and "
        f"{len(estate.databases)} databases"
    )
