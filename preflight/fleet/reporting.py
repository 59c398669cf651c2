"""`preflight fleet report`: reads the results of all stacks of a fleet, and reports on them as one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from policies.verdict import BAD_INPUT, Criteria
from preflight.exits import Stop
from preflight.fleet.document import read_fleet
from preflight.fleet.files import PLAN
from preflight.fleet.rollup import Rollup, roll_up, summary
from preflight.fleet.showing import markdown, screen
from preflight.options import ProjectOption, RehearsalOption, StrictOption, moment, not_blank
from preflight.report.formats import forget, put
from preflight.screen import console, show, show_table

_MINUTES: Final = 60
# A week, as for `policies.verdict`.
_MOST_MINUTES: Final = 7 * 24 * 60


class Format(StrEnum):
    """The format of a fleet's report."""

    MARKDOWN = "markdown"
    JSON = "json"


FILES: Final = {Format.MARKDOWN: "fleet.md", Format.JSON: "fleet.json"}


def report(  # noqa: PLR0913 - one argument an option
    results: Annotated[
        list[Path], typer.Argument(help="Results that `preflight check --result` kept, or directories with them.")
    ],
    since: Annotated[
        datetime | None, typer.Option(help="When the run of all results began.", parser=moment, metavar="TIME")
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            help="For results of pulumi preview, in place of --since: the PREFLIGHT_RUN_ID of all jobs.",
            callback=not_blank,
        ),
    ] = None,
    plan: Annotated[Path | None, typer.Option("--fleet", help=f"The fleet; {PLAN} if not given.")] = None,
    commit: Annotated[
        str | None, typer.Option(help="Refuse another commit, or one with changes.", callback=not_blank)
    ] = None,
    max_age: Annotated[
        int, typer.Option(min=1, max=_MOST_MINUTES, help="The largest age of a verdict, in minutes.")
    ] = _MINUTES,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="What to write to --output; repeat it.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="A directory for these files.")] = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every stack, problem and fix.")] = False,
    project: ProjectOption = Path(),
) -> None:
    """Show the verdicts of all stacks of a fleet, the worst first, and exit by the worst.

    A stack without a valid result of this run is NOT JUDGED, and then the fleet is NOT JUDGED too.
    """
    if (run is None) == (since is None):
        raise Stop(BAD_INPUT, "expected --since with the time when the run began, or --run with its id")
    if bool(formats) != (output is not None):
        raise Stop(BAD_INPUT, "--format, --output: expected both, or none")
    into = {item: output / FILES[item] for item in formats or ()} if output is not None else {}
    forget(into.values())
    fleet = read_fleet(project / PLAN if plan is None else plan)
    criteria = Criteria(
        run,
        since,
        project,
        commit=commit,
        account=fleet.account_id,
        rehearsal=rehearsal,
        max_age=timedelta(minutes=max_age),
    )
    rollup = roll_up(fleet, _files(results), criteria, datetime.now(UTC))
    _write(rollup, into)
    out = console()
    for line in screen(rollup, out.width, everything=everything):
        if isinstance(line, Table):
            show_table(out, line)
        else:
            show(out, line)
    raise typer.Exit(rollup.exit_code(strict=strict))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield each named file and each JSON file of a named directory once; a missing file is yielded too."""
    seen: set[Path] = set()
    for path in paths:
        for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _write(rollup: Rollup, into: dict[Format, Path]) -> None:
    for item, path in into.items():
        data = json.dumps(summary(rollup), ensure_ascii=False, indent=1)
        put(path, markdown(rollup) if item is Format.MARKDOWN else f"{data}\n")
