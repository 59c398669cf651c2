"""`preflight check`: the verdict of one run, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

from policies.core.facts import safe
from policies.verdict import Decision
from preflight.findings import chosen_of
from preflight.fixes import fixes, open_findings
from preflight.judging import RunOptions, judge, not_judged
from preflight.previewing import Preview
from preflight.screen import Verdict, show, show_findings, show_verdict
from preflight.summary import conditions, waves


@dataclass(frozen=True)
class Wish(RunOptions):
    """The request of the command line; `instances` by id or name, `rules` by id, `everything` shows all findings."""

    everything: bool = False
    instances: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def check(wish: Wish, out: Console, err: Console) -> int:
    """Judge the stack, show the verdict, and return the exit code. Raises Stop before anything is judged."""
    judged = judge(wish, err)
    return _show(judged.decision, judged.preview, wish, out)


def _show(decision: Decision, ran: Preview, wish: Wish, out: Console) -> int:
    result = decision.result
    if result is None:
        return not_judged(decision, ran, out)
    rules = {rule["id"]: rule for rule in result["rules"]}
    findings = [item for item in open_findings(result) if wish.wave in (None, item["wave"] or wish.wave)]
    chosen = chosen_of(findings, result, wish.rules, wish.instances)
    whole = bool(wish.everything or wish.instances or wish.rules)
    if whole:
        show_findings(out, chosen, rules)
    if whole and not chosen:
        names = ", ".join((*wish.rules, *wish.instances)) or "this stack"
        show(out, safe(f"Nothing is open for {names}: no FAIL and no UNKNOWN."))
        show(out)
    shown = [wave for wave in waves(result) if wish.wave in (None, wave.name)]
    of_it = conditions(result, wish.wave)
    show_verdict(out, Verdict(decision, shown, fixes(chosen, rules), of_it, wish.wave, whole))
    return decision.code
