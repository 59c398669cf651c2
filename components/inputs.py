"""Gather the inputs of the program before anything is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import pulumi

from components.config import ConfigError, MigrationConfig, Problem, SharedNetwork
from components.evidence import read_evidence
from components.flows import with_flows
from components.plan import MigrationPlan, StackRecord, make_plan
from components.run import WHOLE_REGION_VARIABLE, SourceFile, Sources, discard_result, read_sources, source_file
from components.settings import connect
from components.stack_config import given_cloud, given_migration, migration_config
from components.stack_outputs import (
    Unlisted,
    own_record,
    share,
    warn_of_cut_off_links,
    with_leftovers,
    with_shared,
)
from estate.client import Cloud
from estate.clock import ClockReading, now
from estate.documents import DocumentError, read_document
from estate.errors import SettingsError
from estate.identity import PREFIX
from estate.inventory import VARIABLE, InventoryError, load_inventory
from estate.live import free_interfaces, read_estate, snapshot_groups
from estate.model import Estate

#: Names a file with the outputs of the stack whose network is shared, for a preview by an inventory file: seen from the
#: directory of Pulumi.yaml.
OUTPUTS_VARIABLE: Final = "PREFLIGHT_OUTPUTS"


@dataclass(frozen=True)
class Inputs:
    """The plan, the files that it was made of, and the session with the cloud that it was read from.

    `cloud` is None where the estate is from a file: no cloud is called then.
    """

    plan: MigrationPlan
    cloud: Cloud | None
    sources: Sources


def gather(stack: str, directory: Path, environ: Mapping[str, str]) -> Inputs:
    """Read config, evidence and estate; `directory` is that of Pulumi.yaml.

    The estate is from the file in PREFLIGHT_ESTATE, otherwise from the cloud. The result of an earlier run is removed
    before anything can fail. Raises ConfigError and EstateError where config, credentials or estate cannot be used.
    """
    discard_result(environ)
    file = f"Pulumi.{stack}.yaml"
    config, places = migration_config(directory, file)
    try:
        config = with_flows(config, directory, file)
        if environ.get(VARIABLE):
            named_file = environ.get(OUTPUTS_VARIABLE)
            shared = with_shared_file(config, directory, file, directory / named_file if named_file else None)
            inputs = _by_file(shared, directory, file, Path(environ[VARIABLE]))
        else:
            inputs = _by_cloud(config, directory, environ, file)
    except ConfigError as error:
        raise places.located(error) from None
    whole_region = environ.get(WHOLE_REGION_VARIABLE) == "true"
    return replace(inputs, sources=replace(inputs.sources, whole_region=whole_region))


def _by_cloud(config: MigrationConfig, directory: Path, environ: Mapping[str, str], file: str) -> Inputs:
    sources = read_sources(config, given_migration(), directory, file, given_cloud())
    config, record = with_shared(config, own_record(), file)
    evidence = read_evidence(config, directory, file)
    cloud = connect(environ)
    pulumi.log.info(f"Reading the estate of {cloud.region}", ephemeral=True)
    estate = read_estate(cloud, cloud.now())
    pulumi.log.info(f"Read {counted(estate)} of {cloud.region}", ephemeral=True)
    sources = replace(sources, clock=cloud.clock, rehearsal=cloud.settings.rehearsal())
    unlisted = Unlisted(partial(snapshot_groups, cloud), partial(free_interfaces, cloud))
    record = with_leftovers(record, config, estate, unlisted)
    plan = make_plan(config, estate, file, evidence, record)
    warn_of_cut_off_links(plan)
    return Inputs(plan, cloud, sources)


class WithOutputs(NamedTuple):
    """A config with the network of another stack, what follows from that stack's outputs, and the file of these."""

    config: MigrationConfig
    record: StackRecord | None
    source: SourceFile | None


def with_shared_file(config: MigrationConfig, directory: Path, file: str, outputs: Path | None) -> WithOutputs:
    """Return the config with the network of the other stack that it names, whose outputs are in a file.

    A config that shares no network is returned as it is, and so is one without a file: `in_region` reports it. Raises
    ConfigError where the file does not hold what `pulumi stack output --json` prints of such a stack.
    """
    if not isinstance(config.network, SharedNetwork) or outputs is None:
        return WithOutputs(config, None, None)
    # Before it is read, as the inventory file.
    source = source_file(outputs, directory)
    try:
        document = read_document(outputs)
        if not isinstance(document, Mapping):
            raise TypeError("expected a map")
        shared, record = share(config, StackRecord(), document, file)
    except (DocumentError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{error}" if isinstance(error, DocumentError) else f"{outputs}: it holds something else"
        expected = f"expected what `pulumi stack output --json --stack {config.network.stack}` prints"
        raise ConfigError(file, [Problem("network.stack", f"{problem}; {expected}")]) from None
    return WithOutputs(shared, record, source)


def _by_file(given: WithOutputs, directory: Path, file: str, path: Path) -> Inputs:
    """Gather the inputs without a cloud; facts that only the cloud has stay unknown, and the pack reports them."""
    if not pulumi.runtime.is_dry_run():
        raise SettingsError((f"{VARIABLE}: expected a preview; an update goes by the cloud alone",))
    # The digest is made before the reading: if the file changes meanwhile, the reader of the result notices it.
    source = source_file(path, directory)
    inventory = load_inventory(path)
    estate = inventory.estate
    config = in_region(given.config, estate, file, given_cloud())
    evidence = read_evidence(config, directory, file)
    pulumi.log.info(f"Read {counted(estate)} of {estate.region_id} from {path.name}", ephemeral=True)
    sources = read_sources(config, given_migration(), directory, file, None)
    if source is None:
        raise InventoryError(f"{path}: expected a file that can be read")
    own = {*sources.files, source, *([given.source] if given.source else ())}
    files = tuple(sorted(own, key=lambda item: item.path))
    # A simulated cloud has a clock of its own, which counts in a rehearsal.
    clock = ClockReading(estate.read_at, now()) if inventory.rehearsal else None
    sources = replace(sources, files=files, clock=clock, rehearsal=inventory.rehearsal, estate_file=source)
    return Inputs(make_plan(config, estate, file, evidence, given.record), None, sources)


def in_region(config: MigrationConfig, estate: Estate, file: str, cloud: Mapping[str, str]) -> MigrationConfig:
    """Return the config if it is of the estate's region and account, and needs no other stack's state.

    `cloud` are the texts of the `alicloud:` keys. Raises ConfigError, all problems at once.
    """
    problems = [
        Problem(
            f"{PREFIX}{key}", f"{setting}, and the estate in the file is of {actual}; expected one of both", root=""
        )
        for key, actual in (("region", estate.region_id), ("accountId", estate.account_id))
        if (setting := cloud.get(f"{PREFIX}{key}")) not in (None, actual)
    ]
    if isinstance(config.network, SharedNetwork):
        expected = f"expected a run by the cloud, or its outputs in the file that {OUTPUTS_VARIABLE} names"
        problems.append(Problem("network.stack", f"the file has no state of other stacks; {expected}"))
    if problems:
        raise ConfigError(file, problems)
    return config


def counted(estate: Estate) -> str:
    """Return the size of an estate in words, as progress."""
    classic = sum(instance.is_classic for instance in estate.instances)
    return (
        f"{len(estate.instances)} instances ({classic} classic), {len(estate.security_groups)} security groups and "
        f"{len(estate.databases)} databases"
    )
