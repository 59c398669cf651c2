"""Check config, identity and reachability before the engine starts: it refreshes before our program runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.config import CONFIG_KEY, ConfigError, MigrationConfig
from components.evidence import read_evidence
from components.flows import with_flows
from components.includes import parse_with_includes
from components.run import FailureKind, failure_kind
from components.settings import settings_from
from estate.client import Cloud
from estate.errors import EstateError, SettingsError
from estate.guest import EvidenceFileError
from estate.live import probe
from policies.verdict import BAD_INPUT, NOT_JUDGED
from preflight.exits import NOT_ALLOWED, Stop
from preflight.redaction import redacted
from preflight.workspace import OpenStack, decoded

#: The step during which `check_access` or `access_by` runs: a cloud that does not answer takes its time.
ASKING: Final = "Asking the cloud who calls it"


@dataclass(frozen=True)
class Access:
    """A cloud that answers, and its caller: one line without secrets."""

    cloud: Cloud
    origin: str


def check_config(stack: OpenStack) -> MigrationConfig:
    """Return the stack's migration, with its flows and evidence read. Raises Stop, all problems at once."""
    values: dict[str, object] = dict(stack.config)
    if CONFIG_KEY in stack.config:
        values[CONFIG_KEY] = decoded(stack.config[CONFIG_KEY])
    try:
        config, places = parse_with_includes(values, stack.project, stack.directory, stack.file)
        try:
            config = with_flows(config, stack.directory, stack.file)
            read_evidence(config, stack.directory, stack.file)
        except ConfigError as error:
            raise places.located(error) from None
    except (ConfigError, EvidenceFileError) as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    return config


def check_access(stack: OpenStack) -> Access:
    """Check the caller's identity, and that ECS answers and may be read. Raises Stop."""
    return access_by(stack.config, stack.environ, stack.file)


def access_by(config: Mapping[str, str], environ: Mapping[str, str], file: str) -> Access:
    """Do so with the `alicloud:` keys of a config, as texts, from `file`. Raises Stop."""
    try:
        cloud = Cloud(settings_from(config, environ))
    except SettingsError as error:
        raise Stop(BAD_INPUT, redacted(f"{file}: {error}")) from None
    try:
        caller = cloud.caller()
        probe(cloud, "ecs:DescribeInstances")
    except EstateError as error:
        raise Stop(EXIT_CODES[failure_kind(error)], redacted(str(error), cloud.scrub)) from None
    named = cloud.settings.identity.source.named
    origin = f"account {caller.account_id}, region {cloud.region}, as {caller.arn} by {named}"
    return Access(cloud, redacted(origin, cloud.scrub))


EXIT_CODES: Final[Mapping[FailureKind, int]] = {"input": BAD_INPUT, "access": NOT_ALLOWED, "cloud": NOT_JUDGED}
"""Return the exit code for a fault that prevents a verdict."""
