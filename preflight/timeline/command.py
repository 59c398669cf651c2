"""`preflight timeline`: what happens when, by the stack as it is previewed now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from policies.core.facts import printable
from preflight.judging import RunOptions, judge, result_of
from preflight.options import AtOption, EstateOption, ProjectOption, RehearsalOption, StackOption, StrictOption
from preflight.screen import console, show, styled
from preflight.steps import plan_of
from preflight.timeline.making import make_timeline
from preflight.timeline.text import timeline_lines


def timeline(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
    at: AtOption = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    estate: EstateOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Show what happens when: lead times, freeze, windows, and what runs out.

    Nothing is changed in the cloud. It exits by the verdict, as `preflight check` does.
    """
    out = console()
    judged = judge(
        RunOptions(project=project, stack=stack, at=at, strict=strict, rehearsal=rehearsal, estate=estate),
        console(stderr=True),
    )
    result = result_of(judged, out, whole=True)
    finished = make_timeline(plan_of(judged.preview.steps), result)
    if as_json:
        typer.echo(finished.model_dump_json(indent=2))
    else:
        for line in timeline_lines(finished, out.width):
            show(out, line)
        show(out)
        show(out, Text.assemble(styled(judged.decision.readiness, f": stack {printable(finished.stack)}")))
    raise typer.Exit(judged.decision.code)
