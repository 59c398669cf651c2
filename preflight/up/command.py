"""`preflight up`: preview with the pack, verdict, the planned changes, confirmation, then exactly that update."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from policies.core.clock import NOW_VARIABLE
from policies.core.facts import printable, safe
from policies.core.words import number_of
from policies.verdict import BAD_INPUT, NOT_JUDGED, Decision, decide
from preflight import exits
from preflight.access import EXIT_CODES
from preflight.exits import Stop
from preflight.judging import Judged, RunOptions, in_doubt, judge, result_of
from preflight.options import ProjectOption, RehearsalOption, ResultOption, StackOption, StrictOption
from preflight.plan.command import document_lines, make_document
from preflight.plan.model import Change
from preflight.previewing import Preview, Request, RunLog
from preflight.screen import Progress, console, show, show_not_judged, styled
from preflight.up.holding import may_follow, release_what_runs_on
from preflight.up.updating import Done, update

#: Exit code: the update failed, or nobody confirmed it.
FAILED: Final = 1
EXITS: Final = (
    exits.HELP.replace(f"  {BAD_INPUT:<3}", f"  {FAILED:<3} the update failed, or was not confirmed\n  {BAD_INPUT:<3}")
    .replace(f"  {NOT_JUDGED:<3} not judged:", f"  {NOT_JUDGED:<3} not judged, or the verdict no longer holds:")
    .replace("\n  ", "\n\n  ")
)
_UNCHANGED: Final = "Nothing is changed in the cloud"
#: The engine's words for an update that differs from its plan.
_OTHERWISE: Final = ("violates plan", "is not allowed by the plan")
_MOST_ERRORS: Final = 8


def up(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Update without asking.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every change.")] = False,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    result: ResultOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Judge the stack, show what the update will do and what of it cannot be undone, ask, and do exactly that.

    The update is refused if the verdict does not allow it, or if the cloud, the commit or the stack file has changed
    since the verdict. The exit code is that of the verdict after the update, or before it if nothing was done.
    """
    if not yes and not is_terminal():
        raise Stop(BAD_INPUT, "expected --yes: there is no terminal to ask at; preflight plan shows the changes")
    out, err = console(), console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="preflight-") as directory:
        scratch = Path(directory)
        result_path = scratch / "judged.json" if result is None else result
        options = RunOptions(
            project, stack, strict=strict, rehearsal=rehearsal, result=result_path, plan=scratch / "plan.json"
        )
        judged = judge(options, err)
        document = make_document(judged, result_of(judged, out, whole=True))
        for line in document_lines(document, out.width, everything=everything):
            show(out, line)
        if not may_follow(judged):
            show(out, Text(_why_not(judged)))
            raise typer.Exit(judged.decision.code or NOT_JUDGED)
        if not yes and not _confirmed(document.change):
            show(out, Text(f"{_UNCHANGED}: it was not confirmed."))
            raise typer.Exit(FAILED)
        raise typer.Exit(_update(judged, options, scratch, out, err))


def is_terminal() -> bool:
    """Whether there is a terminal to ask at."""
    return sys.stdin.isatty()


def _why_not(judged: Judged) -> str:
    if judged.decision.readiness == "WHAT-IF":
        assert judged.decision.result is not None
        if any(item["kind"] == "time" for item in judged.decision.result["whatIf"]):
            return f"{_UNCHANGED}: the verdict is about another time than now. Unset {NOW_VARIABLE}."
        return f"{_UNCHANGED}: --rehearsal judges a simulated cloud as if it were Alibaba Cloud."
    return f"{_UNCHANGED}: the verdict allows no update."


def _confirmed(change: Change) -> bool:
    number = len(change.forever)
    lasting = f" {number} of these changes cannot be undone." if number else ""
    try:
        return typer.confirm(f"Update stack {change.stack}?{lasting}", default=False, err=True)
    except typer.Abort:
        return False


def _update(judged: Judged, options: RunOptions, scratch: Path, out: Console, err: Console) -> int:
    """Update, and show how it went; return the exit code. Raises Stop if something changed since the verdict."""
    assert judged.criteria is not None
    assert options.plan is not None
    again = decide(judged.preview.result, judged.criteria, datetime.now(UTC))
    if again.result is None:
        raise Stop(NOT_JUDGED, f"{_UNCHANGED}: the verdict no longer holds: {'; '.join(again.problems)}")
    try:
        release_what_runs_on(options.plan)
    except (OSError, ValueError, KeyError) as error:
        raise Stop(NOT_JUDGED, f"{_UNCHANGED}: the engine wrote no update plan ({type(error).__name__})") from None
    progress, done = Progress(err), Done()
    with progress.running("Starting the engine"):
        log = RunLog(progress.show_step, judged.scrub)
        updated = update(judged.stack, options.plan, Request(scratch / "updated.json", scratch), log, done)
    if updated.failed and (updated.errors or updated.failure is not None):
        return _failed(updated, done, out)
    show(out)
    show(out, Text(f"Done: {done.summary}."))
    criteria = replace(judged.criteria, run=updated.run_id)
    decision = decide(updated.result, criteria, datetime.now(UTC), strict=options.strict)
    return _show_after(in_doubt(decision, updated), judged, out)


def _failed(updated: Preview, done: Done, out: Console) -> int:
    """Show why an update stopped early, and how far it got; return the exit code."""
    code, problems = FAILED, list(updated.errors[:_MOST_ERRORS])
    if updated.failure is not None:
        problems = [updated.failure.message]
        code = {str(kind): code for kind, code in EXIT_CODES.items()}.get(updated.failure.kind, NOT_JUDGED)
    elif any(word in error for error in updated.errors for word in _OTHERWISE):
        code = NOT_JUDGED
        problems.append("The cloud, the commit or the config has changed since the verdict.")
    for text in problems:
        show(out, Text(safe(text)))
    how_far = f"done before: {done.summary}; preflight up goes on from there" if done.counts else "nothing was changed"
    show(out, styled("NOT JUDGED" if code == NOT_JUDGED else "FAILED", f": the update stopped; {how_far}"))
    return code


def _show_after(decision: Decision, judged: Judged, out: Console) -> int:
    """Show the verdict after the update, from the result of that run; return the exit code."""
    if decision.result is None:
        show_not_judged(out, decision.problems)
        return decision.code
    number, stack = decision.result["blocking"], printable(judged.stack.name)
    why = f": {number_of(number, 'finding')} must be settled" if number else ""
    if number:
        show(out, f"What to settle first: preflight check --stack {stack}")
    show(out, styled(decision.readiness, f": stack {stack}, after the update{why}"))
    return decision.code
