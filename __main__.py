"""The Pulumi program: reads the estate, and declares what its migration needs."""

import os
from pathlib import Path

import pulumi

from components.config import ConfigError
from components.inputs import gather
from components.interruption import end_quietly_when_interrupted
from components.migration import Migration, MigrationArgs
from components.presence import warn_unless_judged
from components.run import tell_failure
from components.settings import providers_of
from estate.errors import EstateError


def main() -> None:
    """Stop with one message, before anything is declared, where config, credentials or estate cannot be used."""
    end_quietly_when_interrupted()
    try:
        inputs = gather(pulumi.get_stack(), Path.cwd(), os.environ)
        providers = providers_of(inputs.cloud, inputs.plan.estate)
    except (ConfigError, EstateError) as error:
        raise pulumi.RunError(tell_failure(error, os.environ)) from None
    warn_unless_judged()
    args = MigrationArgs(inputs.plan, inputs.sources)
    migration = Migration("migration", args, pulumi.ResourceOptions(providers=providers))
    for name, value in migration.exports.items():
        pulumi.export(name, value)


main()
