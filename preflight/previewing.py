"""One preview by the real engine with the pack on: the result of this very run, or the reason why there is none."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import events

from components.run import FAILURE_VARIABLE, RESULT_VARIABLE, WHOLE_REGION_VARIABLE
from policies import PACK_NAME
from policies.core.clock import NOW_VARIABLE
from policies.core.words import number_of
from policies.pack.run import RUN_VARIABLE
from preflight.redaction import redacted
from preflight.steps import Step, Steps
from preflight.workspace import OpenStack, error_lines, refuse_passphrase

_REFRESH: Final = "refresh"
# After each resource the engine makes the state of all so far anew, and a preview's is written nowhere: in a stack of
# 1,000 instances that is most of its time. An update needs each of them, for whatever ends it.
_UNWRITTEN: Final = "PULUMI_SKIP_CHECKPOINTS"
# Printed after any failure; the reason is beside it.
_SAYS_NOTHING: Final = ("preview failed", "update failed")


@dataclass(frozen=True)
class Failure:
    """The program's reason for stopping; `kind` is one of `components.run.FailureKind`."""

    kind: str
    message: str


@dataclass(frozen=True)
class Preview:
    """The end of a preview or an update; all texts are redacted.

    `result` is the file that the pack was to write. `errors` are the engine's reports beside findings. A preview that
    `failed` without any of them and without `failure` was refused by a policy; `refused_by` are the other packs that
    did so. `steps` are the planned actions on each resource; after errors or a failure they are incomplete.
    """

    run_id: str
    result: Path
    failed: bool
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    steps: tuple[Step, ...] = ()
    refused_by: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the engine reached the end of the program, so that the steps are complete."""
        return not self.errors and self.failure is None


@dataclass
class RunLog:
    """What the engine's events reported in one run; `show_step` gets each step with counts, `scrub` blanks secrets.

    `ended`: the engine has summed the run up, after all that policies had to say.
    """

    show_step: Callable[[str], None]
    scrub: Callable[[str], str]
    refreshed: int = 0
    previewed: int = 0
    violations: int = 0
    refused_by: set[str] = field(default_factory=set)
    ended: bool = False
    doing: str = "Previewing"
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)

    def hear(self, event: events.EngineEvent) -> None:
        """Take in one event, and report the progress with its counts."""
        self.steps.hear(event)
        if event.diagnostic_event is not None:
            self._diagnostic(event.diagnostic_event)
        elif event.resource_pre_event is not None and event.resource_pre_event.metadata is not None:
            metadata = event.resource_pre_event.metadata
            if metadata.op == _REFRESH:
                self.refreshed += 1
                self.show_step(f"Refreshing the state: {number_of(self.refreshed, 'resource')}")
            elif not metadata.type.startswith("pulumi:"):
                self.previewed += 1
                self.show_step(f"{self.doing}: {number_of(self.previewed, 'resource')}")
        elif event.policy_event is not None:
            self.violations += 1
            pack = event.policy_event.policy_pack_name
            if event.policy_event.enforcement_level == "mandatory" and pack != PACK_NAME:
                self.refused_by.add(redacted(pack, self.scrub))
            self.ended = False
            self.show_step(f"Judging: {number_of(self.violations, 'message')} of policies")
        elif event.summary_event is not None:
            self.ended = True

    def _diagnostic(self, event: events.DiagnosticEvent) -> None:
        text = redacted(event.message, self.scrub).strip()
        if event.severity == "error" and text not in _SAYS_NOTHING:
            self.errors.append(text)
        elif event.severity == "warning":
            self.warnings.append(text)
        elif event.severity == "info" and event.ephemeral:
            self.show_step(text)


@dataclass(frozen=True)
class Request:
    """Where a run writes its files, and the time that it asks about.

    `result` is the pack's result, `plan` the engine's update plan. `scratch` is a directory for the program's report of
    a failure. `at` asks about another time, `whole_region` for facts that no rule needs.
    """

    result: Path
    scratch: Path
    at: datetime | None = None
    plan: Path | None = None
    whole_region: bool = False


def preview(stack: OpenStack, request: Request, log: RunLog) -> Preview:
    """Preview the stack; nothing in the cloud is changed. `log` takes in what the engine says."""
    if request.at is not None:
        os.environ[NOW_VARIABLE] = request.at.isoformat()
    if request.whole_region:
        os.environ[WHOLE_REGION_VARIABLE] = "true"

    def run(engine: automation.Stack) -> None:
        engine.preview(
            on_event=log.hear,
            color="never",
            # The state of a run by an inventory file is empty: there is nothing to refresh, and no cloud to call.
            refresh=stack.config_file is None,
            suppress_outputs=True,
            config_file=None if stack.config_file is None else str(stack.config_file),
            plan=None if request.plan is None else str(request.plan),
        )

    with _without_states():
        return run_engine(stack, run, request, log)


@contextmanager
def _without_states() -> Iterator[None]:
    """Let the engine make the state once, at the end, for the time of a preview."""
    own = os.environ.get(_UNWRITTEN)
    os.environ[_UNWRITTEN] = "true"
    try:
        yield
    finally:
        del os.environ[_UNWRITTEN]
        if own is not None:
            os.environ[_UNWRITTEN] = own


def run_engine(stack: OpenStack, run: Callable[[automation.Stack], None], request: Request, log: RunLog) -> Preview:
    """Run the engine to its end, and say how that was. Raises Stop for a passphrase that is not the stack's.

    At `request.result` no result is left of an earlier run, or of this one where a signal cut it off.
    """
    request.result.unlink(missing_ok=True)
    failure = request.scratch / "failure.json"
    failure.unlink(missing_ok=True)
    run_id = secrets.token_hex(16)
    os.environ |= {RESULT_VARIABLE: str(request.result), RUN_VARIABLE: run_id, FAILURE_VARIABLE: str(failure)}
    failed = False
    try:
        run(stack.handle)
    except automation.CommandError as error:
        failed = True
        # The engine sums up a run that policies refuse; one that was killed meanwhile ends without that.
        if not log.errors and not (log.violations and log.ended):
            said = error_lines(log.scrub(str(error)))
            refuse_passphrase(said)
            log.errors += said or ["the engine ended without saying why"]
    except RuntimeError as error:
        # The Automation API raises this for a successful preview without a summary.
        failed = True
        log.errors.append(redacted(str(error), log.scrub))
    except BaseException:
        request.result.unlink(missing_ok=True)
        raise
    return Preview(
        run_id,
        request.result,
        failed,
        tuple(dict.fromkeys(log.errors)),
        tuple(dict.fromkeys(log.warnings)),
        _failure(failure, log.scrub),
        log.steps.all(),
        tuple(sorted(log.refused_by)),
    )


def _failure(path: Path, scrub: Callable[[str], str]) -> Failure | None:
    try:
        record: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Failure(str(record["kind"]), redacted(str(record["message"]), scrub))
    except (OSError, ValueError, KeyError, TypeError):
        return None
