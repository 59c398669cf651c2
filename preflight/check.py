"""`preflight check`: the verdict of one run, and what is left to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policies.core.facts import safe
from preflight.findings import InstancesOption, RulesOption, chosen_of, known_rules
from preflight.fixes import fixes, open_findings
from preflight.judging import RunOptions, judge, result_of
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
from preflight.screen import Verdict, console, show, show_findings, show_verdict
from preflight.summary import conditions, waves


def check(  # noqa: PLR0913 - one argument an option
    stack: StackOption = None,
    at: AtOption = None,
    wave: WaveOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every finding and every fix.")] = False,
    instance: InstancesOption = None,
    rule: RulesOption = None,
    strict: StrictOption = False,
    rehearsal: RehearsalOption = False,
    result: ResultOption = None,
    estate: EstateOption = None,
    project: ProjectOption = Path(),
) -> None:
    """Preview the stack with the policy pack on, and show the verdict and the fixes.

    Nothing is changed in the cloud.
    """
    named, instances = known_rules(rule or ()), tuple(instance or ())
    options = RunOptions(project, stack, at, wave, strict, rehearsal, result, estate)
    out = console()
    judged = judge(options, console(stderr=True))
    found = result_of(judged, out)
    rules = {item["id"]: item for item in found["rules"]}
    findings = [item for item in open_findings(found) if wave in (None, item["wave"] or wave)]
    chosen = chosen_of(findings, found, named, instances)
    whole = bool(everything or instances or named)
    if whole:
        show_findings(out, chosen, rules)
    if whole and not chosen:
        names = ", ".join((*named, *instances)) or "this stack"
        show(out, safe(f"Nothing is open for {names}: no FAIL and no UNKNOWN."))
        show(out)
    shown = [item for item in waves(found) if wave in (None, item.name)]
    show_verdict(out, Verdict(judged.decision, shown, fixes(chosen, rules), conditions(found, wave), wave, whole))
    raise typer.Exit(judged.decision.code)
