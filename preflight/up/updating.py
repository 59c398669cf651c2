"""The update itself, by the engine's own plan; how far it came is known whatever ends it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pulumi import automation
from pulumi.automation import events

from preflight.interruption import Interrupted
from preflight.previewing import Heard, Preview, Request, run_engine
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
    """What an update has done so far, counted by what happened; components and providers are left out."""

    counts: Counter[str] = field(default_factory=Counter)

    def hear(self, event: events.EngineEvent) -> None:
        """Take in one event."""
        told = event.res_outputs_event
        if told is None or told.planning or told.metadata.type.startswith(("pulumi:", "classic-to-vpc:")):
            return
        op = told.metadata.op
        if word := _DONE.get(str(op.value) if isinstance(op, events.OpType) else op):
            self.counts[word] += 1

    @property
    def told(self) -> str:
        """The counts in a few words; what was never begun is no change."""
        return ", ".join(f"{count} {word}" for word, count in sorted(self.counts.items())) or "nothing"


def update(stack: OpenStack, plan: Path, request: Request, heard: Heard, done: Done) -> Preview:
    """Update the stack by `plan`, and say how that ended. Raises Interrupted, which says what was done."""
    heard.doing = "Updating"

    def hear(event: events.EngineEvent) -> None:
        heard.hear(event)
        done.hear(event)

    def run(engine: automation.Stack) -> None:
        engine.up(on_event=hear, color="never", refresh=True, suppress_outputs=True, plan=str(plan))

    try:
        return run_engine(stack, run, request, heard)
    except Interrupted as interrupted:
        left = "nothing was changed in the cloud"
        if done.counts:
            left = f"until then, of what was shown: {done.told}; preflight up goes on from there"
        raise Interrupted(interrupted.number, left) from None
