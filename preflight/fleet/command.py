"""`preflight fleet plan`: plans the stacks of a region, and writes their files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from components.config import CONFIG_KEY, ConfigError, parse
from components.plan import make_plan
from estate.documents import DocumentError, parse_document, read_document
from policies.core.words import few, number_of
from policies.verdict import BAD_INPUT
from preflight.exits import Stop
from preflight.fleet import files
from preflight.fleet.document import FleetDocument, read_fleet
from preflight.fleet.limits import MOST_CONFIG_BYTES, MOST_IN_VPC, Allowed, Limit, full_disks, limits
from preflight.fleet.network import NoRoomError, network_of
from preflight.fleet.overview import plan_lines
from preflight.fleet.placing import Fleet, TooLargeError, place
from preflight.fleet.writing import write_all
from preflight.init.command import (
    AccountTypeOption,
    check_times,
    classic_ids,
    kept_keys,
    proposed_start,
    surveyed,
    with_cloud,
)
from preflight.init.grouping import Proposal
from preflight.init.survey import Survey
from preflight.init.writing import Choices
from preflight.options import KeysOption, LatestOption, StartOption, StayOption, not_blank
from preflight.redaction import redacted
from preflight.region import read_file
from preflight.screen import console, show, wrapped

_SIZE: Final = 1000
_WAVE_SIZE: Final = 20
_MOST_NAMES: Final = 6
_PREFIX: Final = re.compile("[a-z][a-z0-9-]{0,38}[a-z0-9]")

EXITS: Final = f"""exit codes:

  0 the files were written

  {BAD_INPUT} bad input: files that are there already, no classic instance, a limit that no plan can keep"""


def _prefix(value: str) -> str:
    """Return the prefix. Raises typer.BadParameter where no job, object or stack can have such a name.

    GitLab runs no job whose name begins with a dot, Kubernetes has no object with a capital letter, and the shell of a
    pipeline splits a name at its spaces.
    """
    if not _PREFIX.fullmatch(value):
        raise typer.BadParameter(f"expected lower-case letters, digits and hyphens, such as shop-east; found {value!r}")
    return value


def plan(  # noqa: PLR0913 - one argument an option
    source: Annotated[Path, typer.Option("--from", help="The inventory file of the region. No cloud is called.")],
    size: Annotated[int, typer.Option(min=1, help="The largest number of instances that a stack moves.")] = _SIZE,
    wave_size: Annotated[int, typer.Option(min=1, help="The largest number of instances in a wave.")] = _WAVE_SIZE,
    output: Annotated[Path, typer.Option(help="The directory with Pulumi.yaml, for all files.")] = Path(),
    prefix: Annotated[
        str, typer.Option(help="The beginning of the stacks' names, and the name of the VPC.", callback=_prefix)
    ] = "fleet",
    block: Annotated[
        str | None, typer.Option(help="Block of the VPC; a free one of 172.16.0.0/12 if not given.", callback=not_blank)
    ] = None,
    start: StartOption = None,
    latest: LatestOption = None,
    days: Annotated[int, typer.Option(min=1, help="Days between two waves, also of different stacks.")] = 1,
    stay: StayOption = None,
    owner: Annotated[str, typer.Option(help="The owner of those that stay.")] = "",
    reason: Annotated[str, typer.Option(help="Why they stay, in a sentence.")] = "",
    whole: Annotated[bool, typer.Option("--whole", help="Write nothing where a tie would be cut.")] = False,
    classic_link: Annotated[
        bool,
        typer.Option("--classic-link/--no-classic-link", help="Whether the VPC is linked with the classic network."),
    ] = True,
    vpc_quota: Annotated[
        int, typer.Option(min=1, help="The largest number of instances in the VPC, by Quota Center.")
    ] = MOST_IN_VPC,
    organization: Annotated[
        str,
        typer.Option(help="The organization of the stacks; without Pulumi Cloud: organization.", callback=not_blank),
    ] = "organization",
    repository: Annotated[
        str, typer.Option(help="Where the operator takes the program from.", callback=not_blank)
    ] = "<repository>",
    commit: Annotated[str, typer.Option(help="The commit that the operator runs.", callback=not_blank)] = "<commit>",
    cloud: KeysOption = None,
    account_type: AccountTypeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every stack and every cut.")] = False,
) -> None:
    """Plan the stacks of a region from its inventory file, and write their files and pipelines.

    The cloud is neither read nor changed. The same inventory gives the same files.
    """
    project = _project(output)
    inventory = read_file(source)
    surveyed_region = surveyed(inventory, source.name)
    before = read_fleet(output / files.PLAN) if force and (output / files.PLAN).exists() else None
    _same_as_before(before, surveyed_region)
    staying = frozenset(item for name in stay or () for item in classic_ids(name, surveyed_region))
    if len({bool(staying), bool(owner.strip()), bool(reason.strip())}) > 1:
        raise Stop(BAD_INPUT, "--stay, --owner, --reason: expected all three, or none: somebody answers for who stays")
    fleet = _placed(surveyed_region, staying, size, wave_size, prefix)
    began = start or proposed_start(max(surveyed_region.estate.read_at, datetime.now(UTC)))
    choices = with_cloud(Choices(prefix, began, latest, days, owner, reason, {}), inventory, cloud, account_type)
    orders = files.Orders(choices, f"{organization}/{project}", repository, commit)
    document = files.fleet_document(surveyed_region.estate, fleet, orders, size)
    draft = files.Draft(surveyed_region, fleet, orders, _network(surveyed_region, fleet, block, prefix), document)
    kept_limits = limits(surveyed_region, fleet, files.starts(fleet, orders), Allowed(vpc_quota, classic_link))
    out = console()
    for line in plan_lines(draft, kept_limits, out.width, everything=everything):
        show(out, line)
    _check(draft, kept_limits, whole)
    _write(output, _texts(draft, output, force), force)
    for text in _summary(draft, output, before):
        for part in wrapped(text, out.width):
            show(out, Text(part))


def _project(directory: Path) -> str:
    path = directory / "Pulumi.yaml"
    try:
        document = read_document(path)
    except DocumentError as error:
        raise Stop(BAD_INPUT, f"--output: expected the directory with Pulumi.yaml: {redacted(str(error))}") from None
    name = document.get("name") if isinstance(document, Mapping) else None
    if not isinstance(name, str):
        raise Stop(BAD_INPUT, f"{path}: name: expected the name of the project")
    return name


def _same_as_before(before: FleetDocument | None, survey: Survey) -> None:
    """Raise Stop if instances of the former plan have moved: a new plan would place the others differently."""
    if before is None:
        return
    classic = survey.names.keys()
    gone = sorted(item for stack in before.stacks for item in stack.moving if item not in classic)
    if gone:
        raise Stop(
            BAD_INPUT,
            f"{files.PLAN}: {number_of(len(gone), 'instance')} of it moved since or are gone ({few(gone)}); a new plan "
            "would put the others into other stacks; go on with the stacks that there are: edit their files",
        )


def _placed(survey: Survey, staying: frozenset[str], size: int, wave_size: int, prefix: str) -> Fleet:
    try:
        fleet = place(survey, staying, size, wave_size, prefix)
    except TooLargeError as error:
        names = few(list(dict.fromkeys(bond.name for bond in error.bonds)), _MOST_NAMES)
        raise Stop(
            BAD_INPUT,
            f"--size {size}: {number_of(len(error.instances), 'instance')} belong together by the security groups or "
            f"vServer groups {names}, and are not split; expected --size {len(error.instances)} at least",
        ) from None
    if not fleet.stacks:
        raise Stop(BAD_INPUT, "no classic instance can move as it is: preflight init shows why")
    return fleet


def _network(survey: Survey, fleet: Fleet, block: str | None, name: str) -> Mapping[str, object]:
    moving = [item for stack in fleet.stacks for item in stack.moving]
    try:
        return network_of(moving, survey.estate.vpcs, block, name)
    except (NoRoomError, ValueError) as error:
        raise Stop(BAD_INPUT, f"--block: {error}; expected a larger, private block") from None


def _check(draft: files.Draft, limits: tuple[Limit, ...], whole: bool) -> None:
    """Raise Stop if the plan exceeds a limit, or cuts a tie although `whole` forbids it."""
    of, cuts = draft.orders.of(draft.fleet), draft.document.cuts
    read_at = draft.survey.estate.read_at
    for stack in draft.fleet.stacks:
        check_times(of[stack.name], Proposal(stack.waves, stack.later, draft.fleet.staying), read_at)
    exceeded = [
        f"{item.name}: {item.used}, and the limit is {item.most}: {item.way_out}" for item in limits if item.exceeded
    ]
    if exceeded:
        raise Stop(BAD_INPUT, "; ".join(["nothing was written, for no fleet may exceed", *exceeded]))
    if whole and cuts:
        raise Stop(
            BAD_INPUT,
            f"--whole: {number_of(len(cuts), 'tie')} would be cut ({few([cut.name for cut in cuts])}); "
            "expected a larger --size",
        )


def _texts(draft: files.Draft, output: Path, force: bool) -> dict[str, str]:
    """Return all files by path; each stack file is checked as the program will read it. Raises Stop."""
    fleet, region = draft.fleet, draft.survey
    kept_of = {stack.name: kept_keys(output / files.stack_path(stack.name), force) for stack in fleet.stacks}
    stacks, lists = files.stack_texts(draft, kept_of), files.list_texts(fleet)
    for path, text in stacks.items():
        if (size := files.config_bytes(text)) > MOST_CONFIG_BYTES:
            raise Stop(
                BAD_INPUT,
                f"{path} would take {size} bytes, and Pulumi passes on {MOST_CONFIG_BYTES}; take a smaller --size",
            )
        _check_file(path, text, lists, region)
    pipelines = files.pipeline_texts(fleet, draft.orders)
    # The fleet's own file is written last: if it exists, all others do.
    return {**lists, **stacks, **pipelines, files.PLAN: files.fleet_text(draft.document)}


def _check_file(path: str, text: str, lists: Mapping[str, str], survey: Survey) -> None:
    raw: dict[str, Any] = dict(parse_document(text)["config"][CONFIG_KEY])
    for name in raw.pop("include", ()):
        raw["later"] = [*raw.get("later", ()), *parse_document(lists[name])["later"]]
    try:
        make_plan(parse(raw, path), survey.estate, path)
    except ConfigError as error:
        raise Stop(BAD_INPUT, redacted(f"{path} was not written, the program would refuse it: {error}")) from None


def _write(output: Path, texts: Mapping[str, str], force: bool) -> None:
    if not force and (there := [name for name in texts if (output / name).exists()]):
        raise Stop(BAD_INPUT, f"{few(there)}: there already; expected another --prefix or --output, or --force")
    try:
        write_all(output, texts, replace=force)
    except FileExistsError as error:
        raise Stop(BAD_INPUT, f"{error.filename2}: it is there by now; --force replaces it") from None
    except OSError as error:
        raise Stop(BAD_INPUT, f"{output}: expected files that can be written: {error.strerror}") from None


def _summary(draft: files.Draft, output: Path, before: FleetDocument | None) -> list[str]:
    fleet = draft.fleet
    moving = sum(len(stack.moving) for stack in fleet.stacks)
    later = sum(len(stack.later) for stack in fleet.stacks)
    stacks, first = number_of(len(fleet.stacks), "stack"), fleet.stacks[0].name
    texts = []
    if full := full_disks(draft.survey):
        texts.append(
            f"{number_of(len(full), 'disk')} have no room for another manual snapshot: {few(full)}. Delete old ones."
        )
    gone = sorted({stack.name for stack in before.stacks} - {stack.name for stack in fleet.stacks}) if before else []
    if gone:
        texts.append(
            f"No longer part of the fleet; remove them by hand: {few([files.stack_path(name) for name in gone])}."
        )
    texts.append(
        f"Wrote {stacks}, {number_of(moving, 'instance')} moving, {later} later, {len(fleet.staying)} staying; "
        f"pipelines and lists: {output / files.DIRECTORY}."
    )
    made = "" if before else f"pulumi stack init {first} && "
    texts.append(f"Check the times. Then: {made}preflight check --stack {first}")
    return texts
