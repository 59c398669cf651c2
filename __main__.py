"""The Pulumi program: reads the estate, and declares what its migration needs."""

import os
from pathlib import Path

import pulumi

from components.config import ConfigError
from components.evidence import read_evidence
from components.flows import with_flows
from components.migration import Migration
from components.plan import make_plan
from components.settings import connect, local_provider
from components.stack_config import migration_config
from components.stack_outputs import own_record, with_shared
from estate import clock
from estate.errors import EstateError
from estate.live import read_estate


def main() -> None:
    """Stops with one message, and before anything is declared, where config, credentials or estate cannot be used."""
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    try:
        config = with_flows(migration_config(file), Path.cwd(), file)
        config, record = with_shared(config, own_record(), file)
        evidence = read_evidence(config, Path.cwd(), file)
        cloud = connect(os.environ)
        pulumi.log.info(f"Reading the estate of {cloud.region}", ephemeral=True)
        estate = read_estate(cloud, clock.now(os.environ))
        plan = make_plan(config, estate, file, evidence, record)
    except (ConfigError, EstateError) as error:
        raise pulumi.RunError(str(error)) from None
    alimigrate = local_provider(cloud.settings, estate.account_id)
    migration = Migration("migration", plan, pulumi.ResourceOptions(providers=[alimigrate]))
    for name, value in migration.exports.items():
        pulumi.export(name, value)


main()
