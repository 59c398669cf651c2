"""The config as a whole: its model, and the checks between its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from components.config.after import AfterChoice, after_problems
from components.config.approvals import Approval
from components.config.attestations import Attestation, attestation_problems
from components.config.backups import BackupChoice, backup_problems
from components.config.base import InstanceId, Strict, duplicates
from components.config.classic_link import ClassicLinkChoice, classic_link_problems, guest_route_problems
from components.config.databases import DatabaseChoice, database_choice_problems
from components.config.errors import CONFIG_KEY, ConfigError, Problem
from components.config.evidence import EvidenceChoice
from components.config.instances import MigratingInstanceChoice, Selector, let_ids_stand_alone
from components.config.keys import key_problems
from components.config.network import CreateNetwork, NetworkChoice, SharedNetwork, network_problems
from components.config.schedule import SINGLE_WAVE, OffPeak, Wave, Window, wave_problems, window_problems
from components.config.security_groups import SecurityGroupChoice, security_group_problems
from components.config.staying import Staying, staying_problems
from components.config.waivers import Waiver, waiver_problems
from components.config.wording import problems_of
from estate.documents import MAX_DEPTH, as_json, depth


class MigrationConfig(Strict):
    """What a platform team declares about one migration: window, instances, and the environment they move into."""

    include: tuple[str, ...] = Field(
        default=(),
        description="Files with lists of this config (instances, attestations ...), which are added to those here; "
        "seen from the directory of Pulumi.yaml.",
    )
    window: Window | None = Field(default=None, description="When the servers move; all of them, in one window.")
    waves: tuple[Wave, ...] = Field(
        default=(), description="Instances in waves with windows of their own, in place of window and instances."
    )
    off_peak: OffPeak | None = Field(default=None, description="Hours of the day in which instances may be down.")
    freeze_hours: float = Field(
        default=24, ge=0, le=720, description="Hours before the window from which only what exists counts as prepared."
    )
    instances: Annotated[tuple[MigratingInstanceChoice, ...], BeforeValidator(let_ids_stand_alone)] = Field(
        default=(), description="Instances that move: ids, or objects with an id and choices."
    )
    selector: Selector | None = Field(default=None, description="Instances that move, by tags, in place of a list.")
    later: tuple[InstanceId, ...] = Field(
        default=(), description="Classic instances of a later wave: until then they cannot be reached from the VPC."
    )
    staying: tuple[Staying, ...] = Field(
        default=(), description="Classic instances that neither move now nor later, why, and who answers for it."
    )
    network: NetworkChoice | None = Field(default=None, description="The target VPC and its VSwitches.")
    security_groups: SecurityGroupChoice | None = Field(default=None, description="The security groups in the VPC.")
    databases: tuple[DatabaseChoice, ...] = Field(default=(), description="Databases to keep reachable.")
    classic_link: ClassicLinkChoice | None = Field(default=None, description="Links to classic instances that stay.")
    backups: BackupChoice | None = Field(default=None, description="Snapshots before the window.")
    evidence: EvidenceChoice | None = Field(default=None, description="Evidence of the guest systems.")
    attestations: tuple[Attestation, ...] = Field(
        default=(), description="Statements about what no script can see, each with an owner."
    )
    waivers: tuple[Waiver, ...] = Field(
        default=(), description="Findings that do not stop the migration for a while, and who answers for each."
    )
    after: AfterChoice | None = Field(default=None, description="Work on instances that have moved.")
    unjudged_updates: Approval | None = Field(
        default=None,
        description="Who answers for updates that cannot be undone and have no verdict, and until when. Without it "
        "such an update is refused; see docs/weakening.md.",
    )
    protect: bool = Field(
        default=True,
        description="Protects what traffic needs from being deleted or replaced. To destroy the stack: set false, "
        "`pulumi up`, `pulumi destroy`.",
    )

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> MigrationConfig:
        if bool(self.waves) == (self.window is not None):
            raise ValueError("expected either window or waves, and not both")
        if self.waves and (self.instances or self.selector):
            raise ValueError("expected instances and selector inside the waves, and not beside them")
        if self.window and bool(self.instances) == (self.selector is not None):
            raise ValueError("expected either instances (a list that is not empty) or selector, and not both")
        return self

    @property
    def staying_ids(self) -> frozenset[str]:
        """Instances that are declared to stay."""
        return frozenset(instance_id for item in self.staying for instance_id in item.instances)

    @property
    def all_waves(self) -> tuple[Wave, ...]:
        """The waves in the order of the file; one named "all" where the file has one window."""
        return tuple(wave for _, wave in self.keyed_waves)

    @cached_property
    def keyed_waves(self) -> tuple[tuple[str, Wave], ...]:
        """The waves, each with the key path of the wave's own keys in the file, with its dot."""
        if self.window is None:
            return tuple((f"waves[{index}].", wave) for index, wave in enumerate(self.waves))
        return (("", Wave(name=SINGLE_WAVE, window=self.window, instances=self.instances, selector=self.selector)),)

    @cached_property
    def keyed_instances(self) -> tuple[tuple[str, MigratingInstanceChoice], ...]:
        """The instances that the waves name, each with its key of the file."""
        return tuple(
            (f"{key}instances[{index}]", choice)
            for key, wave in self.keyed_waves
            for index, choice in enumerate(wave.instances)
        )


def parse(raw: object, file: str) -> MigrationConfig:
    """Parse the config object of one stack.

    `raw` is the value of `classic-to-vpc:migration` in the stack file, `file` the stack file's name for messages.
    Raises ConfigError with all problems at once.
    """
    if depth(raw) > MAX_DEPTH:
        raise ConfigError(file, [Problem("", f"expected at most {MAX_DEPTH} maps and lists inside each other")])
    try:
        text = as_json(raw)
    except ValueError as error:
        raise ConfigError(file, [Problem("", str(error))]) from None
    try:
        # As the JSON that it is: strictly, so that no number becomes a time, and no boolean a number.
        config = MigrationConfig.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise ConfigError(file, problems_of(error, MigrationConfig)) from None
    problems = list(_cross_checks(config))
    if problems:
        raise ConfigError(file, problems)
    return config


def parse_stack(config: Mapping[str, object], project: str, file: str) -> MigrationConfig:
    """Parse all config of one stack, of which the migration is one key.

    `config` is the `config` of the stack file, `project` the project's name, `file` the stack file's name for messages.
    Raises ConfigError with all problems at once, including keys that would be ignored.
    """
    sections = [field.alias or name for name, field in MigrationConfig.model_fields.items()]
    problems = list(key_problems(config, project, sections))
    if config.get(CONFIG_KEY) is None:
        raise ConfigError(file, problems or [Problem("", "expected this key under config")])
    try:
        parsed = parse(config[CONFIG_KEY], file)
    except ConfigError as error:
        raise ConfigError(file, [*problems, *error.problems]) from None
    if problems:
        raise ConfigError(file, problems)
    return parsed


def _cross_checks(config: MigrationConfig) -> Iterator[Problem]:
    """Yield problems that need more than one key."""
    yield from wave_problems(config.waves)
    for key, wave in config.keyed_waves:
        yield from window_problems(f"{key}window.", wave.window)
    yield from duplicates("waves" if config.waves else "instances", [item.id for _, item in config.keyed_instances])
    yield from duplicates("later", config.later)
    yield from staying_problems(config.staying, [item.id for _, item in config.keyed_instances], config.later)
    yield from database_choice_problems(config.databases)
    yield from backup_problems(config.backups, config.all_waves, config.freeze_hours)
    moving = [] if any(wave.selector for wave in config.all_waves) else [item.id for _, item in config.keyed_instances]
    yield from after_problems(config.after, moving)
    yield from attestation_problems(config.attestations, moving, [wave.name for wave in config.all_waves])
    waves_of = {item.id: wave.name for wave in config.all_waves for item in wave.instances} if moving else None
    yield from waiver_problems(config.waivers, {wave.name: wave.window for wave in config.all_waves}, waves_of)
    if config.security_groups is not None:
        yield from security_group_problems(config.security_groups)
    for instance_id in sorted({choice.id for _, choice in config.keyed_instances} & set(config.later)):
        yield Problem("later", f"{instance_id} is under instances too; expected it in one of the two")
    yield from _network_checks(config)
    if config.classic_link is not None:
        yield from classic_link_problems(config.classic_link)


def _network_checks(config: MigrationConfig) -> Iterator[Problem]:
    """Yield problems of the target network, and of what needs one."""
    if config.network is not None:
        problems = list(network_problems(config.network, classic_link=config.classic_link is not None))
        yield from problems
        if isinstance(config.network, CreateNetwork) and not problems:
            yield from guest_route_problems(config.classic_link, config.network.cidr_block)
    else:
        for key, declared in (
            ("securityGroups", config.security_groups is not None),
            ("databases", bool(config.databases)),
            ("classicLink", config.classic_link is not None),
        ):
            if declared:
                yield Problem(key, "expected network to be declared too: this needs a target VPC")
    shares_groups = config.security_groups is not None and config.security_groups.mode == "shared"
    if shares_groups and not isinstance(config.network, SharedNetwork):
        yield Problem("securityGroups.mode", "expected clone, or a network of mode shared: no stack is named to share")
