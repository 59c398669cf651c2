"""Run the update by the engine's own plan, and count what it has done, however it ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pulumi import automation
from pulumi.automation import events

from preflight.interruption import Interrupted
from preflight.previewing import Preview, Request, RunLog, run_engine
from preflight.workspace import OpenStack

_DONE = {
    "create": "created",
    "import": "adopted",
    "update": "updated",
    "replace": "replaced",
    "create-replacement": "replaced",
    "delete": "deleted",
    "discard": "let go",
}


@dataclass
class Done:
    """How many resources an update has created, changed and so on; components and providers are not counted."""

    counts: Counter[str] = field(default_factory=Counter)

    def hear(self, event: events.EngineEvent) -> None:
        """Count the step that an event reports as done."""
        step = event.res_outputs_event
        if step is None or step.planning or step.metadata.type.startswith(("pulumi:", "classic-to-vpc:")):
            return
        op = step.metadata.op
        if word := _DONE.get(str(op.value) if isinstance(op, events.OpType) else op):
            self.counts[word] += 1

    @property
    def summary(self) -> str:
        """The counts in a few words; "nothing" if no step was done."""
        return ", ".join(f"{count} {word}" for word, count in sorted(self.counts.items())) or "nothing"


def update(stack: OpenStack, plan: Path, request: Request, log: RunLog, done: Done) -> Preview:
    """Update the stack by `plan`, and return how that ended. Raises Interrupted, which says what was done."""
    log.doing = "Updating"

    def hear(event: events.EngineEvent) -> None:
        log.hear(event)
        done.hear(event)

    def run(engine: automation.Stack) -> None:
        engine.up(on_event=hear, color="never", refresh=True, suppress_outputs=True, plan=str(plan))

    try:
        return run_engine(stack, run, request, log)
    except Interrupted as interrupted:
        outcome = "nothing was changed in the cloud"
        if done.counts:
            outcome = f"done before, of what was shown: {done.summary}; preflight up goes on from there"
        raise Interrupted(interrupted.number, outcome) from None
