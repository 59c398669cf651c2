"""`preflight reach`: who could reach whom before the move, who can after it, and whether anything is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from policies.core.facts import UnreadableError, printable
from policies.verdict import BAD_INPUT, CONDITIONS, NOT_JUDGED, NOT_READY, READY, UNKNOWN, WHAT_IF
from preflight.exits import NOT_ALLOWED, Stop
from preflight.judging import Judged, RunOptions, judge, result_of
from preflight.options import EstateOption, ProjectOption, RehearsalOption, ResultOption, StackOption
from preflight.reach.making import make_reach, moved_and_not
from preflight.reach.model import Basis, Document, End, Reach
from preflight.reach.text import show_reach
from preflight.screen import console
from preflight.steps import plan_of

EXITS = f"""exit codes:

  {READY:<3} nothing is opened ({CONDITIONS} with --strict where something is lost)

  {BAD_INPUT:<3} bad input

  {NOT_ALLOWED:<3} credentials or permission

  {WHAT_IF:<3} what-if: the cloud is not proven to be Alibaba's

  {NOT_READY:<3} something is opened that nobody accepted

  {UNKNOWN:<3} unknown: not everything can be read

  {NOT_JUDGED:<3} not judged: the pack or the engine gave no result of this run"""


class Format(StrEnum):
    """The output format."""

    TEXT = "text"
    JSON = "json"


class Of(StrEnum):
    """The source for the time after the move."""

    PLAN = "plan"
    CLOUD = "cloud"


def reach(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    of: Annotated[
        Of | None,
        typer.Option(
            "--after",
            help="Take the state after the move from the plan or from the cloud. Without it: from the plan, or from "
            "the cloud if all have moved.",
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    everything: Annotated[bool, typer.Option("--all", help="Show everything.")] = False,
    instance: Annotated[
        list[str] | None, typer.Option(help="Only rows of this instance, by id or name; repeat it for more.")
    ] = None,
    whole_vswitches: Annotated[
        bool,
        typer.Option(
            "--accept-whole-vswitches",
            help="Accept that a database admits the whole VSwitch of its users, as the notice asks.",
        ),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help=f"Exit {CONDITIONS} where something is lost.")] = False,
    rehearsal: RehearsalOption = False,
    result: ResultOption = None,
    estate: EstateOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Show who reached whom before the move, who does after it, and what is opened.

    Nothing is changed in the cloud. Anything that is opened, and that nobody accepted, is exit 20.
    """
    if of is Of.CLOUD and estate is not None:
        raise Stop(BAD_INPUT, "--after cloud: expected no --estate beside it, for no cloud is asked")
    # Later instances are one end of many flows, whoever moves them.
    options = RunOptions(project, stack, rehearsal=rehearsal, result=result, estate=estate, whole_region=True)
    out = console()
    judged = judge(options, console(stderr=True))
    found = result_of(judged, out, whole=True)
    document = make_document(
        judged, found, None if of is None else of.value, strict=strict, whole_vswitches=whole_vswitches
    )
    if form is Format.JSON:
        typer.echo(document.model_dump_json(indent=2))
    else:
        names = {name for end in _ends(document.reach) for name in (*end.ids, *end.names)}
        if missing := [item for item in instance or () if item not in names]:
            raise Stop(BAD_INPUT, f"--instance {printable(missing[0])}: no instance with that id or name is shown")
        show_reach(out, document, everything=everything, only=instance or ())
    raise typer.Exit(document.exit_code)


def _ends(reach: Reach) -> Iterator[End]:
    for pair in reach.pairs:
        yield from (pair.source, pair.target)
    yield from (item.at for item in reach.outside)
    yield from (item.source for item in reach.databases)


def make_document(
    judged: Judged, result: Mapping[str, Any], basis: Basis | None, *, strict: bool, whole_vswitches: bool
) -> Document:
    """Return who reaches whom, by a run. Raises Stop where the run does not show it."""
    plan = plan_of(judged.preview.steps)
    moved, to_move = moved_and_not(plan)
    chosen: Basis = basis or ("cloud" if moved and not to_move else "plan")
    try:
        reach = make_reach(plan, datetime.fromisoformat(result["now"]), chosen, whole_vswitches=whole_vswitches)
    except UnreadableError as problem:
        raise Stop(UNKNOWN, f"Who reaches whom is unknown: {problem}") from None
    file = (result["run"].get("estateFile") or {}).get("path")
    return Document(
        readiness=judged.decision.readiness,
        exit_code=exit_code(reach, judged.decision.code, strict=strict, by_file=file is not None),
        judged_at=result["now"],
        commit=result["run"]["commit"],
        account=result["run"]["accountId"],
        basis=chosen,
        moved=moved,
        to_move=to_move,
        estate_file=file,
        reach=reach,
    )


def exit_code(reach: Reach, verdict: int, *, strict: bool = False, by_file: bool = False) -> int:
    """Return the exit code: openings come before unknowns, and neither a what-if nor a file passes a gate."""
    if reach.opened:
        return NOT_READY
    if by_file or reach.unknown or reach.to_databases.unknown:
        return UNKNOWN
    if verdict == WHAT_IF:
        return WHAT_IF
    return CONDITIONS if strict and reach.lost else READY
