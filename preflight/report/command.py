"""`preflight report`: reports of one verdict, from a new run or from a result that was kept."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import TemplateError

from policies.verdict import BAD_INPUT, MALFORMED, NO_RESULT, NOT_JUDGED, Criteria, Decision, decide
from preflight.exits import Stop
from preflight.judging import RunOptions, judge, problems
from preflight.options import (
    AtOption,
    EstateOption,
    ProjectOption,
    RehearsalOption,
    ResultOption,
    StackOption,
    StrictOption,
    WaveOption,
    moment,
    not_blank,
)
from preflight.report.formats import RENDERERS, Format, Targets, forget, targets, write
from preflight.report.model import Report, make_report, stopped
from preflight.report.topology import make_topology
from preflight.screen import console
from preflight.steps import plan_of


def report(  # noqa: PLR0913 - one argument an option
    formats: Annotated[list[Format] | None, typer.Option("--format", help="What to write; repeat it.")] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(help="A directory for all of them, or FORMAT=FILE; repeat it. Without it: stdout."),
    ] = None,
    stack: StackOption = None,
    at: AtOption = None,
    wave: WaveOption = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    result: ResultOption = None,
    estate: EstateOption = None,
    from_result: Annotated[
        Path | None,
        typer.Option("--from", help="Report on this result of an earlier run (--result), without a new preview."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            help="With --from: the id of that run; of a pulumi preview its PREFLIGHT_RUN_ID.", callback=not_blank
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="With --from, in place of --run: when that run began.", parser=moment, metavar="TIME"),
    ] = None,
    commit: Annotated[
        str | None, typer.Option(help="With --from: refuse another commit, or one with changes.", callback=not_blank)
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="With --from: refuse another Alibaba Cloud account.", callback=not_blank)
    ] = None,
    project: ProjectOption = Path(),
) -> None:
    """Write the verdict for a pull request, code scanning, a test report, a log, a program, or as a page.

    Nothing is changed in the cloud. Where nothing could be judged, the reports say so. It exits by the verdict.
    """
    into = targets(formats or [], output or [])
    if from_result is None and (run, since, commit, account) != (None, None, None, None):
        raise Stop(BAD_INPUT, "--run, --since, --commit, --account: expected --from with the result that they are of")
    if from_result is not None and (at is not None or estate is not None):
        raise Stop(BAD_INPUT, "--from: expected no --at and no --estate beside it, for nothing is previewed")
    if from_result is not None and (run is None) == (since is None):
        raise Stop(BAD_INPUT, "--from: expected --run with the id of its run, as PREFLIGHT_RUN_ID had it, or --since")
    forget(into.values())
    try:
        if from_result is None:
            finished = _of_a_run(RunOptions(project, stack, at, wave, strict, rehearsal, result, estate))
        else:
            criteria = Criteria(run, since, project, stack, wave, commit, account, rehearsal=rehearsal)
            decision = decide(from_result, criteria, datetime.now(UTC), strict=strict)
            finished = _of_a_file(decision, project, wave, into)
    except Stop as stop:
        _write(stopped(stop), into)
        raise
    _write(finished, into)
    typer.echo(finished.headline, err=True)
    raise typer.Exit(finished.code)


def _write(report: Report, into: Targets) -> None:
    write(report, into, sys.stdout.write)
    if files := [str(path) for path in into.values() if path is not None]:
        typer.echo(f"Wrote {', '.join(files)}", err=True)


def _of_a_file(decision: Decision, project: Path, wave: str | None, into: Targets) -> Report:
    """Return the report of a kept result; it is NOT JUDGED where the file lacks what one of the formats reads of it."""
    try:
        finished = make_report(decision, project, wave)
        for item in into:
            RENDERERS[item](finished)
    except (*MALFORMED, TemplateError):
        return make_report(Decision(NOT_JUDGED, "NOT JUDGED", None, (NO_RESULT,)), project, wave)
    return finished


def _of_a_run(options: RunOptions) -> Report:
    """Preview the stack, and return the report of that run. Raises Stop before anything is judged."""
    judged = judge(options, console(stderr=True))
    decision = judged.decision
    if decision.result is None:
        decision = replace(decision, problems=tuple(problems(decision, judged.preview)))
    topology = make_topology(plan_of(judged.preview.steps)) if judged.preview.is_whole else None
    return make_report(decision, judged.stack.directory, options.wave, topology)
