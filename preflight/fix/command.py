"""`preflight fix`: shows or writes the fixes that are configuration, and lists those that need a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from components.config import ConfigError
from policies.verdict import BAD_INPUT
from preflight.exits import Stop
from preflight.findings import InstancesOption, RulesOption, chosen_of, known_rules
from preflight.fix.choosing import Choice, choose, ways_by_config
from preflight.fix.merging import Merged, merge_fixes
from preflight.fix.screen import FixView, show_change, show_outcome
from preflight.fixes import open_findings
from preflight.judging import RunOptions, judge, result_of
from preflight.options import EstateOption, ProjectOption, RehearsalOption, StackOption, StrictOption
from preflight.redaction import redacted
from preflight.screen import console


def fix(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the change into the stack file, and judge the stack anew.")
    ] = False,
    rule: RulesOption = None,
    instance: InstancesOption = None,
    way: Annotated[
        int | None,
        typer.Option(min=1, help="With --rule: apply this way of its fixes, by its number."),
    ] = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    estate: EstateOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Show the fixes that are configuration as a change of the stack file, and list those that need a person.

    No file is changed without --write. The cloud is never changed. The exit code is the verdict's, as in
    `preflight check`.
    """
    rules = known_rules(rule or ())
    if way is not None and not rules:
        raise Stop(BAD_INPUT, "--way: expected --rule beside it: each rule has ways of its own")
    options = RunOptions(project=project, stack=stack, strict=strict, rehearsal=rehearsal, estate=estate, writes=write)
    out, err = console(), console(stderr=True)
    judged = judge(options, err)
    result = result_of(judged, out)
    findings = chosen_of(open_findings(result), result, rules, tuple(instance or ()))
    if way is not None and way not in {number for item in findings for number in ways_by_config(item)}:
        raise Stop(BAD_INPUT, _no_way(way, findings))
    choice = choose(findings, way)
    path = judged.stack.directory / judged.stack.file
    merged = _merged(path, choice)
    writes = write and merged.change is not None and bool(merged.change.diff)
    view = FixView(result, choice, merged, path.name, bool(rules or instance), writes)
    if writes:
        _write(merged)
    show_change(out, view)
    if writes:
        judged = judge(options, err)
        result = result_of(judged, out)
        remaining = choose(chosen_of(open_findings(result), result, rules, tuple(instance or ())), way)
        view = replace(view, result=result, choice=remaining)
    show_outcome(out, view, judged.decision)
    raise typer.Exit(judged.decision.code)


def _no_way(way: int, findings: list[Mapping[str, Any]]) -> str:
    numbers = sorted({number for item in findings for number in ways_by_config(item)})
    if not numbers:
        return f"--way {way}: no chosen finding has a fix that is configuration with nothing to fill in"
    return f"--way {way}: expected {' or '.join(map(str, numbers))} (configuration with nothing to fill in)"


def _merged(path: Path, choice: Choice) -> Merged:
    try:
        return merge_fixes(path, choice)
    except ConfigError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None


def _write(merged: Merged) -> None:
    assert merged.change is not None
    try:
        merged.change.write()
    except (ConfigError, OSError) as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
