"""`preflight check`: config, identity and reachability, then one preview with the pack on, judged by its own result."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from policies.verdict import BAD_INPUT, CONDITIONS, NOT_JUDGED, READY, Decision, Wanted, decide
from preflight.access import EXIT_CODES, check_access, check_config
from preflight.exits import Stop
from preflight.fixes import fixes, open_findings
from preflight.previewing import Heard, Preview, preview
from preflight.screen import Progress, Verdict, show_findings, show_not_judged, show_verdict
from preflight.summary import conditions, waves
from preflight.workspace import open_stack

_MOST_PROBLEMS = 8


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; `instances` by id or name, `rules` by id, `everything` shows all findings."""

    project: Path
    stack: str | None = None
    at: datetime | None = None
    wave: str | None = None
    everything: bool = False
    instances: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    strict: bool = False
    rehearsal: bool = False
    result: Path | None = None


def check(wish: Wish, out: Console, err: Console) -> int:
    """Judge the stack, show the verdict, and return the exit code. Raises Stop before anything is judged."""
    progress = Progress(err)
    stack = open_stack(wish.project, wish.stack, os.environ)
    config = check_config(stack)
    names = [wave.name for wave in config.waves]
    if wish.wave is not None and wish.wave not in (names or ["all"]):
        raise Stop(BAD_INPUT, f"--wave {wish.wave}: expected one of {', '.join(names or ['all'])}")
    access = check_access(stack)
    progress.say(f"Stack {stack.name}, {access.told}")
    with tempfile.TemporaryDirectory(prefix="preflight-") as directory:
        scratch = Path(directory)
        result = scratch / "result.json" if wish.result is None else wish.result.resolve()
        with progress.running():
            told = preview(stack, result, wish.at, scratch, Heard(progress.tell, access.cloud.scrub))
        wanted = Wanted(
            run=told.run_id,
            since=None,
            project=stack.directory,
            stack=stack.name,
            wave=wish.wave,
            account=access.cloud.account_id(),
            rehearsal=wish.rehearsal,
        )
        decision = decide(result, wanted, datetime.now(UTC), strict=wish.strict)
    for warning in told.warnings[:_MOST_PROBLEMS]:
        progress.say(f"warning: {warning}")
    return _show(_in_doubt(decision, told), told, wish, out)


def _in_doubt(decision: Decision, told: Preview) -> Decision:
    """Return no verdict where the pack finds it ready, and the preview failed for another reason."""
    if decision.code not in (READY, CONDITIONS) or not told.failed:
        return decision
    why = told.errors or ("another policy pack does not let it pass: pulumi preview shows which",)
    return Decision(NOT_JUDGED, "NOT JUDGED", None, (f"the pack finds it {decision.readiness}, but it fails:", *why))


def _show(decision: Decision, told: Preview, wish: Wish, out: Console) -> int:
    result = decision.result
    if result is None:
        if told.failure is not None and told.failure.kind in EXIT_CODES:
            code = EXIT_CODES[told.failure.kind]  # type: ignore[index]
            if code != NOT_JUDGED:
                raise Stop(code, told.failure.message)
        said = [told.failure.message] if told.failure else [*told.errors[:_MOST_PROBLEMS], *decision.problems]
        show_not_judged(out, said)
        return decision.code
    rules = {rule["id"]: rule for rule in result["rules"]}
    found = [item for item in open_findings(result) if wish.wave in (None, item["wave"] or wish.wave)]
    chosen = _chosen(found, result, wish)
    whole = bool(wish.everything or wish.instances or wish.rules)
    if whole:
        show_findings(out, chosen, rules)
    shown = [wave for wave in waves(result) if wish.wave in (None, wave.name)]
    of_it = conditions(result, wish.wave)
    show_verdict(out, Verdict(decision, shown, fixes(chosen, rules), of_it, wish.wave, whole))
    return decision.code


def _chosen(found: Sequence[Mapping[str, Any]], result: Mapping[str, Any], wish: Wish) -> list[Mapping[str, Any]]:
    """Return the findings that the command line asks for. Raises Stop for an instance that is not in the result."""
    known = {name for item in result["instances"] for name in (item["subject"]["id"], item["subject"]["name"])}
    if missing := [name for name in wish.instances if name not in known]:
        raise Stop(BAD_INPUT, f"--instance {', '.join(missing)}: does not migrate in this stack")
    return [
        item
        for item in found
        if (not wish.rules or item["rule"] in wish.rules)
        and (not wish.instances or {item["subject"]["id"], item["subject"]["name"]} & set(wish.instances))
    ]
