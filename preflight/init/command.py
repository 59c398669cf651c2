"""`preflight init`: from a region, or its inventory, to a first stack file that names each classic instance."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.text import Text

from components.config import CONFIG_KEY, ConfigError, MigrationConfig, parse
from components.plan import make_plan
from estate.documents import DocumentError, parse_document, read_document, write_whole
from estate.identity import PREFIX
from estate.inventory import Inventory
from policies.core.facts import safe
from policies.core.words import number_of
from policies.verdict import BAD_INPUT, NOT_JUDGED
from preflight.exits import NOT_ALLOWED, Stop
from preflight.init.grouping import Proposal, propose
from preflight.init.overview import proposal_lines, survey_lines
from preflight.init.survey import Survey, survey
from preflight.init.writing import Choices, stack_file
from preflight.options import (
    KeysOption,
    LatestOption,
    ProjectOption,
    RegionOption,
    StartOption,
    StayOption,
    check_writable,
    moment,
    not_blank,
)
from preflight.redaction import redacted
from preflight.region import Where, keys_in, read_file, read_region
from preflight.screen import Progress, console, show

EXITS: Final = f"""exit codes:

  0 the file was written

  {BAD_INPUT} bad input, or a file that is there already

  {NOT_ALLOWED} credentials or permission

  {NOT_JUDGED} the cloud gave no whole answer"""

_WAVE_SIZE: Final = 20
_DAYS: Final = 7
# The proposed first night: a Saturday, at least two weeks ahead, at two in the morning in the regions' time zone.
_AHEAD: Final = timedelta(days=14)
_CHINA: Final = timezone(timedelta(hours=8))
_SATURDAY: Final = 5
#: Pulumi's own entries in a stack file, beside the config.
_PULUMI: Final = ("secretsprovider", "encryptedkey", "encryptionsalt")


# With or without organization and project.
_STACK: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/){0,2}[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class AccountType(StrEnum):
    """The site of the account: aliyun.com or alibabacloud.com."""

    DOMESTIC = "Domestic"
    INTERNATIONAL = "International"


AccountTypeOption: TypeAlias = Annotated[
    AccountType | None,
    typer.Option(
        help="Domestic: aliyun.com. International: alibabacloud.com. Without it, each run asks the billing service."
    ),
]


@dataclass(frozen=True)
class _Wish:
    """The options of the command line; a missing one is asked for on a terminal, and has its default elsewhere."""

    stack: str | None
    start: datetime | None
    latest: datetime | None
    size: int | None
    stay: tuple[str, ...]
    owner: str | None
    reason: str | None


def init(  # noqa: PLR0913 - one argument an option
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="The stack whose file is written.", callback=not_blank)
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Use the estate in this inventory file, without calling a cloud.")
    ] = None,
    region: RegionOption = None,
    cloud: KeysOption = None,
    start: StartOption = None,
    latest: LatestOption = None,
    days: Annotated[int, typer.Option(min=1, help="Days between two waves.")] = _DAYS,
    wave_size: Annotated[
        int | None, typer.Option(min=1, help=f"The largest number of instances in a wave; {_WAVE_SIZE} if not given.")
    ] = None,
    stay: StayOption = None,
    owner: Annotated[str | None, typer.Option(help="The owner of those that stay.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why they stay, in a sentence.")] = None,
    account_type: AccountTypeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every group, database and wave.")] = False,
    project: ProjectOption = Path(),
) -> None:
    """Show what is classic in a region, propose who moves when, and write a first stack file.

    It asks on a terminal for what is not given; in a pipeline, defaults count. Nothing is changed in the cloud.
    """
    asking = not yes and interactive()
    wish = _Wish(stack, start, latest, wave_size, tuple(stay or ()), owner, reason)
    name = _stack_name(wish, asking)
    path = project / f"Pulumi.{name}.yaml"
    pulumi_keys = kept_keys(path, force)
    # A large region takes minutes to read, and then the file could not be written.
    check_writable("the stack file", path)
    inventory = _inventory(source, Where(project, None, region, cloud), asking)
    survey = surveyed(inventory, path.name)
    out = console()
    for line in survey_lines(survey, out.width, everything=everything):
        show(out, line)
    choices, staying, size = _choices(wish, name, survey, days, asking)
    choices = with_cloud(choices, inventory, cloud, account_type)
    proposal = propose(survey, staying, size)
    if not proposal.waves:
        raise Stop(BAD_INPUT, "no classic instance can move as it is: each is under later or staying")
    check_times(choices, proposal, survey.estate.read_at)
    text = stack_file(proposal, survey.estate, choices, pulumi_keys)
    _check(text, survey, path.name)
    for line in proposal_lines(proposal, survey.names, out.width, everything=everything):
        show(out, line)
    if asking and not typer.confirm(f"Write {path}?", default=True, err=True):
        raise Stop(BAD_INPUT, f"{path} was not written")
    _write(path, text, force)
    moving = number_of(sum(len(wave.instances) for wave in proposal.waves), "instance")
    not_moving = f"{len(proposal.later)} later, {len(proposal.staying)} staying"
    show(out, Text(safe(f"Wrote {path}: {moving} in {number_of(len(proposal.waves), 'wave')}, {not_moving}.")))
    show(out, Text(safe(f"Check its times. Then: {_next(name, source, there=bool(pulumi_keys))}")))


def interactive() -> bool:
    """Whether a person can answer questions."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _next(stack: str, source: Path | None, *, there: bool) -> str:
    """Return the commands that judge the file: a stack that Pulumi does not know yet is made first."""
    if source is not None:
        return f"preflight check --stack {stack} --estate {source}"
    made = "" if there else f"pulumi stack init {stack} && "
    return f"{made}preflight check --stack {stack}"


# ---- the region ----


def kept_keys(path: Path, force: bool) -> Mapping[str, object]:
    """Return Pulumi's own entries in a file that is replaced. Raises Stop where it exists, and --force is missing."""
    if not path.exists():
        return {}
    if not force:
        raise Stop(BAD_INPUT, f"{path}: it is there already; expected another --stack, or --force to replace it")
    try:
        document = read_document(path)
    except DocumentError:
        return {}
    return {key: document[key] for key in _PULUMI if key in document} if isinstance(document, Mapping) else {}


def _inventory(source: Path | None, where: Where, asking: bool) -> Inventory:
    if source is not None:
        if where.region or where.cloud:
            raise Stop(BAD_INPUT, "--from: expected no --region or --cloud beside it")
        return read_file(source)
    if where.region is None and where.cloud is None:
        if not asking:
            raise Stop(BAD_INPUT, "expected --region, or --from with an inventory file")
        where = Where(where.project, None, typer.prompt("Region", default="cn-hangzhou", err=True))
    return read_region(where, Progress(console(stderr=True)))


def surveyed(inventory: Inventory, file: str) -> Survey:
    """Look at what is classic. Raises Stop where nothing is, or no plan can be made of it."""
    try:
        region = survey(inventory.estate, file)
    except ConfigError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    if not region.classic:
        estate = inventory.estate
        raise Stop(BAD_INPUT, f"there is no classic instance in {estate.region_id} of account {estate.account_id}")
    return region


# ---- decisions ----


def _stack_name(wish: _Wish, asking: bool) -> str:
    name = wish.stack
    if name is None:
        if not asking:
            raise Stop(BAD_INPUT, "--stack: expected the name of the stack whose file is written")
        name = str(typer.prompt("Name of the stack", default="prod", err=True))
    if not _STACK.fullmatch(name):
        raise Stop(BAD_INPUT, f"--stack {safe(name)}: expected a name of letters, digits, - _ and .")
    return name.rpartition("/")[2]


def _choices(wish: _Wish, stack: str, survey: Survey, days: int, asking: bool) -> tuple[Choices, frozenset[str], int]:
    """Return the decisions, the staying instances, and the largest number of instances in a wave."""
    start = wish.start
    if start is None:
        start = proposed_start(max(survey.estate.read_at, datetime.now(UTC)))
        start = prompted_moment("When the first wave moves", start) if asking else start
    latest = wish.latest
    if latest is None and asking:
        answer = typer.prompt("Latest Schedule Time in the ECS console (empty: look later)", default="", err=True)
        latest = moment(answer) if answer else None
    size = _WAVE_SIZE if wish.size is None else wish.size
    if wish.size is None and asking:
        size = typer.prompt("Most instances of a wave", default=_WAVE_SIZE, type=int, err=True)
    if size < 1:
        raise Stop(BAD_INPUT, f"a wave of {size} instances: expected 1 at least")
    stay = wish.stay
    if not stay and asking:
        answer = typer.prompt("Instances that stay classic, by id or name (empty: none)", default="", err=True)
        stay = tuple(answer.replace(",", " ").split())
    staying = frozenset(item for name in stay for item in classic_ids(name, survey))
    owner, reason = wish.owner or "", wish.reason or ""
    if staying and asking:
        owner = owner or typer.prompt("Who answers for those that stay", err=True)
        reason = reason or typer.prompt("Why they stay, in a sentence", err=True)
    if len({bool(staying), bool(owner.strip()), bool(reason.strip())}) > 1:
        raise Stop(
            BAD_INPUT, "--stay, --owner, --reason: expected all three, or none: staying needs an owner and a reason"
        )
    return Choices(stack, start, latest, days, owner, reason, {}), staying, size


def proposed_start(now: datetime) -> datetime:
    """Return the night to propose: before a Saturday, at least two weeks ahead."""
    day = (now + _AHEAD).astimezone(_CHINA)
    day += timedelta(days=(_SATURDAY - day.weekday()) % 7)
    night = day.replace(hour=2, minute=0, second=0, microsecond=0)
    return night if night >= now + _AHEAD else night + timedelta(days=7)


def prompted_moment(question: str, default: datetime) -> datetime:
    """Ask for a time with its offset until the answer is one."""
    while True:
        try:
            return moment(typer.prompt(question, default=default.isoformat(), err=True))
        except typer.BadParameter as error:
            typer.echo(str(error), err=True)


def classic_ids(name: str, survey: Survey) -> Sequence[str]:
    """Return the id of a classic instance that --stay names by id or name. Raises Stop."""
    ids = [item.id for item in survey.classic if name in (item.id, item.name)]
    if len(ids) == 1:
        return ids
    if ids:
        raise Stop(BAD_INPUT, f"--stay {safe(name)}: {number_of(len(ids), 'instance')} have this name; expected an id")
    near = difflib.get_close_matches(name, [text for item in survey.classic for text in (item.id, item.name)], n=1)
    hint = f"; did you mean {safe(near[0])}?" if near else ""
    raise Stop(BAD_INPUT, f"--stay {safe(name)}: expected a classic instance, by id or name{hint}")


def with_cloud(choices: Choices, inventory: Inventory, cloud: Path | None, account_type: AccountType | None) -> Choices:
    """Return the choices with the keys by which the stack reaches its region."""
    keys: dict[str, object] = {f"{PREFIX}region": inventory.estate.region_id}
    keys |= {} if cloud is None else keys_in(cloud)
    keys |= {f"{PREFIX}region": inventory.estate.region_id}
    keys |= {} if account_type is None else {f"{PREFIX}accountType": account_type.value}
    return Choices(**{**vars(choices), "cloud": keys})


def check_times(choices: Choices, proposal: Proposal, read_at: datetime) -> None:
    """Raise Stop where a wave would move before the estate was read, or after the Latest Schedule Time."""
    first, _ = choices.window(0)
    if first <= read_at:
        raise Stop(BAD_INPUT, f"--start {first.isoformat()}: expected a later time than now, {read_at.isoformat()}")
    for place, wave in enumerate(proposal.waves):
        start, latest = choices.window(place)
        if latest < start:
            raise Stop(
                BAD_INPUT,
                f"--latest {latest.isoformat()}: {wave.name} of {len(proposal.waves)} would move at "
                f"{start.isoformat()}; expected a later one, fewer --days in between, or a larger --wave-size",
            )


# ---- the file ----


def _check(text: str, survey: Survey, file: str) -> MigrationConfig:
    """Read the text as the program will, and plan by it. Raises Stop where the program would refuse it."""
    document: Any = parse_document(text)
    try:
        config = parse(document["config"][CONFIG_KEY], file)
        make_plan(config, survey.estate, file)
    except ConfigError as error:
        raise Stop(BAD_INPUT, redacted(f"{file} was not written, the program would refuse it: {error}")) from None
    return config


def _write(path: Path, text: str, force: bool) -> None:
    try:
        write_whole(path, text, new=not force)
    except FileExistsError:
        raise Stop(BAD_INPUT, f"{path}: it is there by now; --force replaces it") from None
    except OSError as error:
        raise Stop(BAD_INPUT, f"{path}: expected a file that can be written: {error.strerror}") from None
