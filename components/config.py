"""The stack config `classic-to-vpc:migration`: one object, checked as a whole before anything is touched."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from components import cidr

CONFIG_KEY = "classic-to-vpc:migration"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the config: `key` is its path below `classic-to-vpc:migration`, `expected` a sentence."""

    key: str
    expected: str


class ConfigError(Exception):
    """The stack config cannot be used; the message has a line a problem: file, key and what was expected."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        lines = [f"{file}: {_full_key(problem.key)}: {problem.expected}" for problem in self.problems]
        super().__init__("\n".join(lines))


def _full_key(key: str) -> str:
    return f"{CONFIG_KEY}.{key}" if key else CONFIG_KEY


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


INSTANCE_ID_PATTERN = r"^i-[a-z0-9]+$"
_ZONE_PATTERN = r"^[a-z]{2}-[a-z0-9-]+$"
_CIDR_PATTERN = r"^\d+\.\d+\.\d+\.\d+/\d+$"
_VPC_PATTERN = r"^vpc-[a-z0-9]+$"
_VSWITCH_PATTERN = r"^vsw-[a-z0-9]+$"
_DATABASE_PATTERN = r"^(rm|pgm|pgr|rr)-[a-z0-9]+$"
# What RDS accepts as the name of a whitelist group.
_WHITELIST_GROUP_PATTERN = r"^[a-z][a-z0-9_]{0,30}[a-z0-9]$"

_PATTERN_WORDS = {
    INSTANCE_ID_PATTERN: "an instance id, such as i-bp1a2b3c",
    _ZONE_PATTERN: "a zone id, such as cn-hangzhou-h",
    _CIDR_PATTERN: "an IPv4 CIDR block, such as 172.16.0.0/16",
    _VPC_PATTERN: "a VPC id, such as vpc-bp1a2b3c",
    _VSWITCH_PATTERN: "a VSwitch id, such as vsw-bp1a2b3c",
    _DATABASE_PATTERN: "an RDS instance id, such as rm-bp1a2b3c",
    _WHITELIST_GROUP_PATTERN: "2 to 32 lowercase letters, digits and underscores, beginning with a letter",
}

InstanceId = Annotated[str, Field(pattern=INSTANCE_ID_PATTERN)]
ZoneId = Annotated[str, Field(pattern=_ZONE_PATTERN)]
CidrBlock = Annotated[str, Field(pattern=_CIDR_PATTERN)]
VSwitchId = Annotated[str, Field(pattern=_VSWITCH_PATTERN)]


class Window(_Strict):
    """When the servers move. `latest` is the Latest Schedule Time that the pending task in the ECS console shows."""

    start: AwareDatetime = Field(description="Scheduled date and time of the migration, with its UTC offset.")
    latest: AwareDatetime = Field(description="Latest Schedule Time of the pending task, with its UTC offset.")


class MigratingInstanceChoice(_Strict):
    """One instance that moves in this stack's window, with the team's choices about it."""

    id: InstanceId = Field(description="ECS instance id.")
    target_zone: ZoneId | None = Field(
        default=None, description="Zone of the VSwitch that it moves into; its present zone when not given."
    )
    release_public_ip: bool = Field(
        default=False,
        description="Accepts that its public address goes: at 0 Mbit/s of Internet bandwidth it is released.",
    )


class Selector(_Strict):
    """Selects classic instances by tags, all of which must match."""

    tags: dict[str, str] = Field(min_length=1, description="Tag key to tag value.")


class NewVSwitch(_Strict):
    """A VSwitch to create."""

    zone: ZoneId = Field(description="Its zone.")
    cidr_block: CidrBlock = Field(description="Its block, a subset of the VPC's; mask 16 to 29.")
    name: str | None = Field(
        default=None, min_length=2, max_length=128, description="Its name; made of VPC name and zone when not given."
    )


class CreateNetwork(_Strict):
    """A VPC and VSwitches of one's own, created by this stack."""

    mode: Literal["create"]
    name: str = Field(default="classic-to-vpc", min_length=2, max_length=128, description="Name of the VPC.")
    cidr_block: CidrBlock = Field(description="Block of the VPC, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
    vswitches: tuple[NewVSwitch, ...] = Field(min_length=1, alias="vswitches", description="One VSwitch a zone.")

    def name_of(self, vswitch: NewVSwitch) -> str:
        """The name that a VSwitch gets: its own, else one made of the VPC's name and its zone."""
        return vswitch.name or f"{self.name}-{vswitch.zone}"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(vswitch.zone for vswitch in self.vswitches)


class ExistingNetwork(_Strict):
    """A VPC and VSwitches that exist already and are left as they are."""

    mode: Literal["existing"]
    vpc_id: str = Field(pattern=_VPC_PATTERN, description="Id of the VPC.")
    vswitch_ids: tuple[VSwitchId, ...] = Field(
        min_length=1, alias="vswitchIds", description="Ids of its VSwitches to migrate into, one a zone."
    )


NetworkChoice: TypeAlias = Annotated[CreateNetwork | ExistingNetwork, Field(discriminator="mode")]


class SecurityGroupChoice(_Strict):
    """How the VPC-type security groups come about."""

    mode: Literal["clone"] = Field(description="clone: a VPC group for each classic group, with its rules converted.")


class DatabaseChoice(_Strict):
    """An RDS instance that must stay reachable from the VPC."""

    id: str = Field(pattern=_DATABASE_PATTERN, description="RDS instance id.")
    whitelist_group: str = Field(
        default="classic_to_vpc",
        pattern=_WHITELIST_GROUP_PATTERN,
        description="Name of the whitelist group of our own that takes the VSwitch CIDR blocks.",
    )


class ClassicLinkChoice(_Strict):
    """Links classic instances that stay to the target VPC. ClassicLink, like the classic network, is at its end."""

    attach: tuple[InstanceId, ...] | None = Field(
        default=None, description="Ids of the instances to link; those that stay and are talked to when not given."
    )
    guest_route: bool = Field(
        default=False,
        description="Each linked instance has the route to its intranet NIC that a VPC in 192.168.0.0/16 needs.",
    )


class BackupChoice(_Strict):
    """A snapshot of every disk of every migrating instance."""

    retention_days: int = Field(ge=1, le=65536, description="Days that the snapshots are kept (1 to 65536).")
    round: int = Field(
        default=1, ge=1, description="Raise it to take new snapshots; those of earlier rounds are kept, and let go of."
    )


def _instances(value: object) -> object:
    """Lets an instance be named by its id alone."""
    if isinstance(value, list | tuple):
        return tuple({"id": item} if isinstance(item, str) else item for item in value)
    return value


class MigrationConfig(_Strict):
    """What a platform team declares about one migration: window, instances, and the environment they move into."""

    window: Window = Field(description="When the servers move.")
    freeze_hours: float = Field(
        default=24, ge=0, le=720, description="Hours before the window from which only what exists counts as prepared."
    )
    instances: Annotated[tuple[MigratingInstanceChoice, ...], BeforeValidator(_instances)] = Field(
        default=(), description="Instances that move: ids, or objects with an id and choices."
    )
    selector: Selector | None = Field(default=None, description="Instances that move, by tags, in place of a list.")
    later: tuple[InstanceId, ...] = Field(
        default=(), description="Classic instances of a later wave: until then they cannot be reached from the VPC."
    )
    network: NetworkChoice | None = Field(default=None, description="The target VPC and its VSwitches.")
    security_groups: SecurityGroupChoice | None = Field(default=None, description="The security groups in the VPC.")
    databases: tuple[DatabaseChoice, ...] = Field(default=(), description="RDS instances to keep reachable.")
    classic_link: ClassicLinkChoice | None = Field(default=None, description="Links to classic instances that stay.")
    backups: BackupChoice | None = Field(default=None, description="Snapshots before the window.")

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> MigrationConfig:
        if bool(self.instances) == (self.selector is not None):
            raise ValueError("expected either instances (a list that is not empty) or selector, and not both")
        return self


def parse(raw: object, file: str) -> MigrationConfig:
    """Parses the config object of one stack.

    `raw` is what the stack file holds under `classic-to-vpc:migration`, `file` the stack file's name for messages.
    Raises ConfigError with all problems at once.
    """
    try:
        config = MigrationConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(file, _problems(error.errors(include_url=False))) from None
    problems = list(_cross_checks(config))
    if problems:
        raise ConfigError(file, problems)
    return config


def _cross_checks(config: MigrationConfig) -> Iterator[Problem]:
    """What a single key cannot show to be wrong."""
    yield from _duplicates("instances", [choice.id for choice in config.instances])
    yield from _duplicates("later", config.later)
    yield from _duplicates("databases", [choice.id for choice in config.databases])
    for instance_id in sorted({choice.id for choice in config.instances} & set(config.later)):
        yield Problem("later", f"{instance_id} is under instances too; expected it in one of the two")
    if isinstance(config.network, CreateNetwork):
        problems = list(_network_problems(config.network, classic_link=config.classic_link is not None))
        yield from problems or guest_route_problems(config.classic_link, config.network.cidr_block)
    if config.network is None:
        for key, declared in (
            ("securityGroups", config.security_groups is not None),
            ("databases", bool(config.databases)),
            ("classicLink", config.classic_link is not None),
        ):
            if declared:
                yield Problem(key, "expected network to be declared too: this needs a target VPC")
    if config.classic_link is not None and config.classic_link.attach is not None:
        yield from _duplicates("classicLink.attach", config.classic_link.attach)


def _duplicates(key: str, ids: Sequence[str]) -> Iterator[Problem]:
    for item, count in Counter(ids).items():
        if count > 1:
            yield Problem(key, f"{item} stands here {count} times; expected once")


def _network_problems(network: CreateNetwork, *, classic_link: bool) -> Iterator[Problem]:
    names = [network.name_of(vswitch) for vswitch in network.vswitches]
    yield from list(_duplicates("network.vswitches", network.zones)) or _duplicates("network.vswitches", names)
    blocks = [vswitch.cidr_block for vswitch in network.vswitches]
    for found in cidr.network_problems(network.cidr_block, blocks, classic_link=classic_link):
        place = "" if found.vswitch is None else f".vswitches[{found.vswitch}]"
        yield Problem(f"network{place}.cidrBlock", f"{found.what}; expected {found.expected}")


def guest_route_problems(choice: ClassicLinkChoice | None, cidr_block: str) -> Iterator[Problem]:
    """What ClassicLink to a VPC block needs in the guest systems of linked instances; only the team can know that.

    `cidr_block` must be a block. ClassicLink overview: a VPC in 192.168.0.0/16 is reached only over a route of one's
    own.
    """
    route = cidr.guest_route(cidr_block)
    if choice is not None and route is not None and not choice.guest_route:
        yield Problem(
            "classicLink.guestRoute",
            f"expected true, once each linked instance has a route {route} to its intranet NIC: {cidr_block} needs it",
        )


def _problems(details: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Puts pydantic's errors into the words of the stack file."""
    places = [tuple(detail["loc"]) for detail in details]
    for detail, location in zip(details, places, strict=True):
        # A list is found too short also where its items are wrong; then they are what there is to say.
        inside = any(place != location and place[: len(location)] == location for place in places)
        if not (detail["type"] == "too_short" and inside):
            yield _problem(detail, location)


def _problem(detail: Mapping[str, Any], location: tuple[str | int, ...]) -> Problem:
    return Problem(_path([part for part in location if part not in _NETWORK_MODES]), _expected(detail, location))


# Pydantic puts the branch of the union into an error's location; a reader of the file knows no such key.
_NETWORK_MODES = frozenset({"create", "existing"})

_EXAMPLE_TIME = '"2026-12-12T02:00:00+08:00"'


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _expected(detail: Mapping[str, Any], location: tuple[str | int, ...]) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind == "missing":
        return f"expected this key: {_description(location)}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind.startswith(("datetime", "timezone")):
        return f"expected a date and time with its UTC offset, such as {_EXAMPLE_TIME}; got {value!r}"
    if kind == "string_pattern_mismatch":
        return f"expected {_PATTERN_WORDS[detail['ctx']['pattern']]}; got {value!r}"
    if kind.startswith("union_tag"):
        return "expected a key mode with one of create, existing"
    if kind in ("model_type", "model_attributes_type"):
        return f"expected a map with the keys {', '.join(sorted(_keys_at(location)))}; got {value!r}"
    words = _KIND_WORDS.get(kind) or detail["msg"].replace("Input should be", "expected")
    return f"{words}; got {value!r}"


_KIND_WORDS = {
    "tuple_type": "expected a list",
    "dict_type": "expected a map",
    "too_short": "expected at least one item",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "string_type": "expected text",
}


def _unknown_key(location: tuple[str | int, ...]) -> str:
    known = sorted(_keys_at(location[:-1]))
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"unknown key; expected one of {', '.join(known)}{hint}"


def _keys_at(location: tuple[str | int, ...]) -> Mapping[str, str]:
    """Key to description of the model at one place of the config, list positions left out of account."""
    place = tuple(part for part in location if isinstance(part, str))
    model = dict(_models(MigrationConfig, ()))[place]
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def _description(location: tuple[str | int, ...]) -> str:
    return _keys_at(location[:-1])[str(location[-1])]


def _models(model: type[BaseModel], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """Every model below `model` with its place, the tag of a union included as pydantic does."""
    yield place, model
    for name, field in model.model_fields.items():
        key = (*place, field.alias or name)
        for inner in _inner_models(field.annotation):
            mode = inner.model_fields.get("mode")
            tagged = mode is not None and inner in (CreateNetwork, ExistingNetwork)
            yield from _models(inner, (*key, get_args(mode.annotation)[0]) if tagged and mode else key)


def _inner_models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner_models(argument)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a whole stack file, for editors: `docs/schema/stack.schema.json` is made from it."""
    migration = MigrationConfig.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = migration.pop("$defs")
    _let_ids_stand_alone(migration["properties"]["instances"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi stack file of the classic network to VPC preparation",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {CONFIG_KEY: migration},
                "required": [CONFIG_KEY],
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }


def _let_ids_stand_alone(instances: dict[str, Any]) -> None:
    """An instance may be named by its id alone, which the model's before-validator takes and its schema cannot know."""
    instances["items"] = {"anyOf": [{"type": "string", "pattern": INSTANCE_ID_PATTERN}, instances["items"]]}
