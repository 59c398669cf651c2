"""`preflight plan`: show a reviewer what a change does, and how the verdict differs from the base branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from policies.core.facts import printable
from policies.core.words import number_of
from policies.verdict import BAD_INPUT, NotJudgedError, load
from preflight.exits import Stop
from preflight.judging import Judged, RunOptions, judge, result_of
from preflight.options import (
    AtOption,
    EstateOption,
    ProjectOption,
    RehearsalOption,
    ResultOption,
    StackOption,
    StrictOption,
    WaveOption,
)
from preflight.plan.comparing import compare
from preflight.plan.making import make_change
from preflight.plan.markdown import change_markdown, comparison_markdown, escaped
from preflight.plan.model import Comparison, Document
from preflight.plan.text import change_lines, comparison_lines
from preflight.screen import console, show, styled, wrapped
from preflight.steps import plan_of

# Errors that an incomplete or mistyped result raises.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Format(StrEnum):
    """The format of a plan."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def plan(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    base: Annotated[
        Path | None, typer.Option(help="Compare with this result of the base branch, from `preflight check --result`.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    everything: Annotated[bool, typer.Option("--all", help="Show everything.")] = False,
    at: AtOption = None,
    wave: WaveOption = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    result: ResultOption = None,
    estate: EstateOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Show what this change does, in the words of the migration, and what of it cannot be undone.

    Nothing is changed in the cloud. It exits by the verdict, as `preflight check` does.
    """
    earlier = None if base is None else load_base(base)
    options = RunOptions(project, stack, at, wave, strict, rehearsal, result, estate)
    out = console()
    judged = judge(options, console(stderr=True))
    document = make_document(judged, result_of(judged, out, whole=True), earlier, base)
    if form is Format.JSON:
        typer.echo(document.model_dump_json(indent=2))
    elif form is Format.MARKDOWN:
        typer.echo(document_markdown(document), nl=False)
    else:
        for line in document_lines(document, out.width, everything=everything):
            show(out, line)
    raise typer.Exit(judged.decision.code)


def load_base(path: Path) -> dict[str, Any]:
    """Return the result of the base branch. Raises Stop."""
    try:
        return load(path)
    except NotJudgedError as problem:
        raise Stop(BAD_INPUT, f"--base {path}: {problem}") from None


def make_document(
    judged: Judged, result: Mapping[str, Any], earlier: dict[str, Any] | None = None, base: Path | None = None
) -> Document:
    """Return the plan of a run. Raises Stop where the base is no whole result."""
    steps = judged.preview.steps
    comparison: Comparison | None = None
    if earlier is not None:
        try:
            comparison = compare(earlier, result, plan_of(steps))
        except _MALFORMED:
            raise Stop(BAD_INPUT, f"--base {base}: it lacks what a result of its schema version must have") from None
    return Document(
        readiness=judged.decision.readiness,
        exit_code=judged.decision.code,
        judged_at=result["now"],
        commit=result["run"]["commit"],
        estate_file=(result["run"].get("estateFile") or {}).get("path"),
        blocking=result["blocking"],
        change=make_change(steps),
        comparison=comparison,
    )


def document_lines(document: Document, width: int, *, everything: bool = False) -> list[Text]:
    """Return the lines of a plan; the verdict is the last one."""
    lines = [Text(line) for paragraph in _by_file(document) for line in wrapped(paragraph, width)]
    lines += change_lines(document.change, width, everything=everything)
    if document.comparison is not None:
        lines += [Text(), *comparison_lines(document.comparison, width, everything=everything)]
    number, stack = document.blocking, printable(document.change.stack)
    why = f": {number_of(number, 'finding')} must be settled" if number else ""
    how = [Text(f"What to settle first: preflight check --stack {stack}")] if number else []
    return [*lines, Text(), *how, styled(document.readiness, f": stack {stack}{why}")]


def document_markdown(document: Document) -> str:
    """Return a plan as Markdown for a pull request."""
    compared = "" if document.comparison is None else f"\n{comparison_markdown(document.comparison)}"
    head = f"**{escaped(document.readiness)}**: stack {escaped(document.change.stack)}\n\n"
    by_file = "".join(f"{escaped(paragraph)}\n\n" for paragraph in _by_file(document))
    return f"{head}{by_file}{change_markdown(document.change)}{compared}"


def _by_file(document: Document) -> Iterator[str]:
    """Return what a plan without cloud and state cannot know."""
    if document.estate_file is not None:
        yield (
            f"By the estate in {printable(document.estate_file)}, without cloud and state: "
            "what has been applied already is shown as to create."
        )
