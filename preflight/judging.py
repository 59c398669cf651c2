"""The run by which every command judges: config, identity and reachability, then a preview with the pack on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from policies.verdict import BAD_INPUT, CONDITIONS, NOT_JUDGED, READY, Criteria, Decision, decide
from preflight.access import ASKING, EXIT_CODES
from preflight.exits import Stop
from preflight.options import check_writable
from preflight.previewing import Preview, Request, RunLog, preview
from preflight.screen import Progress, show_not_judged
from preflight.session import session
from preflight.workspace import OpenStack

_MOST_PROBLEMS = 8


@dataclass(frozen=True)
class RunOptions:
    """The requested run.

    `result` keeps the pack's whole result, `plan` the engine's update plan. `estate` is the inventory file to use;
    None: the cloud is read. `whole_region` asks for the rules of groups whose instances other stacks move, too. With
    `writes` the stack file is to be written afterwards.
    """

    project: Path
    stack: str | None = None
    at: datetime | None = None
    wave: str | None = None
    strict: bool = False
    rehearsal: bool = False
    result: Path | None = None
    estate: Path | None = None
    plan: Path | None = None
    whole_region: bool = False
    writes: bool = False


@dataclass(frozen=True)
class Judged:
    """A finished run: the stack, the meaning of its result, and the engine's messages.

    `criteria` is what the result had to match. `scrub` blanks the secrets in use.
    """

    stack: OpenStack
    decision: Decision
    preview: Preview
    criteria: Criteria | None = None
    scrub: Callable[[str], str] = str


def judge(options: RunOptions, err: Console) -> Judged:
    """Preview the stack and judge it by the result of that run. Raises Stop before anything is judged."""
    progress = Progress(err)
    if options.result is not None:
        # The pack could not write it, and minutes later nothing would be judged.
        check_writable("--result", options.result)
    with ExitStack() as closing:
        with progress.running("Opening the stack" if options.estate else ASKING):
            opened = closing.enter_context(session(options.project, options.stack, options.estate))
        stack = opened.stack
        if options.writes:
            check_writable("the stack file", stack.directory / stack.file)
        names = [wave.name for wave in opened.config.waves]
        if options.wave is not None and options.wave not in (names or ["all"]):
            raise Stop(BAD_INPUT, f"--wave {options.wave}: expected one of {', '.join(names or ['all'])}")
        progress.say(f"Stack {stack.name}, {opened.origin}")
        result = opened.scratch / "result.json" if options.result is None else options.result.resolve()
        with progress.running("Starting the engine"):
            log = RunLog(progress.show_step, opened.scrub)
            ran = preview(stack, Request(result, opened.scratch, options.at, options.plan, options.whole_region), log)
        criteria = Criteria(
            run=ran.run_id,
            since=None,
            project=stack.directory,
            stack=stack.name,
            wave=options.wave,
            account=opened.account_id,
            rehearsal=options.rehearsal,
        )
        decision = decide(result, criteria, datetime.now(UTC), strict=options.strict)
        doubted = in_doubt(decision, ran)
        if doubted is not decision:
            # A gate that reads the file alone would let it pass.
            result.unlink(missing_ok=True)
    for warning in ran.warnings[:_MOST_PROBLEMS]:
        progress.say(f"warning: {warning}")
    return Judged(stack, doubted, ran, criteria, opened.scrub)


def in_doubt(decision: Decision, ran: Preview) -> Decision:
    """Return NOT JUDGED where the pack's result is ready, but the preview or update failed for another reason.

    A wave may be ready although findings of another wave fail the preview.
    """
    if decision.code not in (READY, CONDITIONS) or not ran.failed:
        return decision
    blocked = bool(decision.result and decision.result.get("blocking"))
    if ran.is_whole and blocked and not ran.refused_by:
        return decision
    packs = ", ".join(ran.refused_by) or "pulumi preview shows which"
    why = ran.errors or (f"another policy pack does not let it pass: {packs}",)
    return Decision(NOT_JUDGED, "NOT JUDGED", None, (f"the pack finds it {decision.readiness}, but it fails:", *why))


def problems(decision: Decision, ran: Preview) -> list[str]:
    """Return why there is no verdict. Raises Stop where the program gave the reason."""
    if ran.failure is not None and ran.failure.kind in EXIT_CODES:
        code = EXIT_CODES[ran.failure.kind]  # type: ignore[index]
        if code != NOT_JUDGED:
            raise Stop(code, ran.failure.message)
    return [ran.failure.message] if ran.failure else [*ran.errors[:_MOST_PROBLEMS], *decision.problems]


def result_of(judged: Judged, out: Console, *, whole: bool = False) -> Mapping[str, Any]:
    """Return the result of a run, `whole` only where the preview came to its end.

    Where there is none, shows why and raises typer.Exit; raises Stop where the program gave the reason.
    """
    result = judged.decision.result
    if result is None or (whole and not judged.preview.is_whole):
        show_not_judged(out, problems(judged.decision, judged.preview))
        raise typer.Exit(judged.decision.code)
    return result
