"""A preview spares the engine the states that nobody reads; an update writes each."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError, CommandResult
from pulumi.automation.events import (
    DiagnosticEvent,
    EngineEvent,
    OpType,
    PolicyEvent,
    ResourcePreEvent,
    StepEventMetadata,
    SummaryEvent,
)

from policies import PACK_NAME
from preflight.exits import NOT_ALLOWED, Stop
from preflight.interruption import Interrupted
from preflight.previewing import Failure, Preview, Request, RunLog, preview
from preflight.up.updating import Done, update

SKIPPED = "PULUMI_SKIP_CHECKPOINTS"
WHOLE, NOW = "PREFLIGHT_WHOLE_REGION", "PREFLIGHT_NOW"


class Engine:
    """Stands for the engine: keeps the environment that it was started in, and is interrupted if told so."""

    def __init__(self, interrupted: bool) -> None:
        self.interrupted = interrupted
        self.skipped: list[str | None] = []

    def preview(self, **_: Any) -> None:
        self.skipped.append(os.environ.get(SKIPPED))
        if self.interrupted:
            raise Interrupted(2)

    def up(self, **_: Any) -> None:
        self.skipped.append(os.environ.get(SKIPPED))


class Stack:
    config_file = None

    def __init__(self, engine: Engine) -> None:
        self.handle = engine


@pytest.mark.parametrize("own", [None, "false"])
@pytest.mark.parametrize("interrupted", [False, True])
def test_only_previews_make_no_states_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str | None, interrupted: bool
) -> None:
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != SKIPPED})
    if own is not None:
        os.environ[SKIPPED] = own
    engine = Engine(interrupted)
    stack: Any = Stack(engine)
    request, heard = Request(tmp_path / "result.json", tmp_path), RunLog(lambda _: None, str)
    if interrupted:
        with pytest.raises(Interrupted):
            preview(stack, request, heard)
    else:
        preview(stack, request, heard)
    update(stack, tmp_path / "plan.json", request, heard, Done())
    assert engine.skipped == ["true", own]


def test_a_run_that_a_signal_cuts_off_leaves_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack may have written one that passes, and whether the preview would have is not known."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    result = tmp_path / "result.json"

    class Judged(Engine):
        def preview(self, **options: Any) -> None:
            result.write_text("{}", encoding="utf-8")
            super().preview(**options)

    stack: Any = Stack(Judged(interrupted=True))
    with pytest.raises(Interrupted):
        preview(stack, Request(result, tmp_path), RunLog(lambda _: None, str))
    assert not result.exists()


def test_a_wrong_passphrase_stops_a_run_as_wrong_credentials_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without secrets in the config the engine asks for it only here."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    said = "error: getting stack configuration: get stack secrets manager: incorrect passphrase"

    class Locked(Engine):
        def preview(self, **_: Any) -> None:
            raise CommandError(CommandResult(stdout="", stderr=said, code=255))

    stack: Any = Stack(Locked(interrupted=False))
    with pytest.raises(Stop, match="incorrect passphrase") as stopped:
        preview(stack, Request(tmp_path / "result.json", tmp_path), RunLog(lambda _: None, str))
    assert stopped.value.code == NOT_ALLOWED


@pytest.mark.parametrize(
    ("pack", "level", "refused_by"),
    [
        ("shop-standards", "mandatory", ("shop-standards",)),
        ("shop-standards", "advisory", ()),
        (PACK_NAME, "mandatory", ()),
    ],
)
def test_another_pack_that_refuses_a_preview_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str, level: str, refused_by: tuple[str, ...]
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    policy = PolicyEvent("No tags.", "", "tags", pack, "1.0.0", "1.0.0", level)

    class Refusing(Engine):
        def preview(self, **options: Any) -> None:
            options["on_event"](EngineEvent(1, 0, policy_event=policy))
            options["on_event"](EngineEvent(2, 0, summary_event=SummaryEvent(False, 3, {}, {})))
            raise CommandError(CommandResult(stdout="", stderr="", code=255))

    stack: Any = Stack(Refusing(interrupted=False))
    ended = preview(stack, Request(tmp_path / "result.json", tmp_path), RunLog(lambda _: None, str))
    assert (ended.failed, ended.errors, ended.refused_by) == (True, (), refused_by)


def test_an_engine_that_dies_after_findings_was_not_refused_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of memory, say: a wave without findings of its own would be ready by half a preview."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    policy = PolicyEvent("No snapshot.", "", "backup-a", PACK_NAME, "0.1.0", "0.1.0", "mandatory")

    class Killed(Engine):
        def preview(self, **options: Any) -> None:
            options["on_event"](EngineEvent(1, 0, policy_event=policy))
            raise CommandError(CommandResult(stdout="", stderr="", code=-9))

    stack: Any = Stack(Killed(interrupted=False))
    ended = preview(stack, Request(tmp_path / "result.json", tmp_path), RunLog(lambda _: None, str))
    assert (ended.failed, ended.is_whole, ended.errors) == (True, False, ("the engine ended without saying why",))


def diagnostic(severity: str, message: str, *, ephemeral: bool = False) -> EngineEvent:
    said = DiagnosticEvent(message, "never", severity, ephemeral=ephemeral)
    return EngineEvent(1, 0, diagnostic_event=said)


@pytest.mark.parametrize(
    ("event", "errors", "warnings", "shown"),
    [
        (diagnostic("error", " it is s3cret \n"), ["it is ***"], [], []),
        (diagnostic("error", "preview failed"), [], [], []),
        (diagnostic("error", "update failed\n"), [], [], []),
        (diagnostic("error", "preview failed: no credentials"), ["preview failed: no credentials"], [], []),
        (diagnostic("warning", "s3cret is old"), [], ["*** is old"], []),
        (diagnostic("warning", "preview failed"), [], ["preview failed"], []),
        (diagnostic("info", "Reading s3cret", ephemeral=True), [], [], ["Reading ***"]),
        (diagnostic("info", "The estate is read."), [], [], []),
        (diagnostic("debug", "registering", ephemeral=True), [], [], []),
    ],
)
def test_what_the_engine_says_is_kept_by_its_severity_without_secrets(
    event: EngineEvent, errors: list[str], warnings: list[str], shown: list[str]
) -> None:
    steps: list[str] = []
    log = RunLog(steps.append, lambda text: text.replace("s3cret", "***"))
    log.hear(event)
    assert (log.errors, log.warnings, steps) == (errors, warnings, shown)


def working(op: str, resource_type: str) -> EngineEvent:
    metadata = StepEventMetadata(OpType(op), f"urn:pulumi:s::p::{resource_type}::made", resource_type, provider="")
    return EngineEvent(1, 0, resource_pre_event=ResourcePreEvent(metadata, planning=True))


def test_progress_counts_resources_and_neither_the_stack_nor_a_provider() -> None:
    steps: list[str] = []
    log = RunLog(steps.append, str)
    for op, resource_type in (
        ("refresh", "alicloud:vpc/network:Network"),
        ("refresh", "pulumi:providers:alicloud"),
        ("create", "pulumi:pulumi:Stack"),
        ("same", "alicloud:vpc/network:Network"),
        ("create", "alicloud:vpc/switch:Switch"),
    ):
        log.hear(working(op, resource_type))
    assert steps == [
        "Refreshing the state: 1 resource",
        "Refreshing the state: 2 resources",
        "Previewing: 1 resource",
        "Previewing: 2 resources",
    ]


@pytest.mark.parametrize(
    ("config_file", "plan", "expected"),
    [
        (None, None, (True, None, None)),
        (Path("Pulumi.offline.yaml"), Path("plan.json"), (False, "Pulumi.offline.yaml", "plan.json")),
    ],
)
def test_a_preview_by_a_file_refreshes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    config_file: Path | None,
    plan: Path | None,
    expected: tuple[object, ...],
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    asked: list[dict[str, Any]] = []

    class Asked(Engine):
        def preview(self, **options: Any) -> None:
            asked.append({**options, "now": os.environ.get(NOW)})

    stack: Any = Stack(Asked(interrupted=False))
    stack.config_file = config_file
    at = datetime.fromisoformat("2026-12-11T02:00:00+08:00")
    request = Request(tmp_path / "result.json", tmp_path, plan=plan, at=at)
    preview(stack, request, RunLog(lambda _: None, str))
    [options] = asked
    assert (options["refresh"], options["config_file"], options["plan"]) == expected
    assert options["now"] == "2026-12-11T02:00:00+08:00"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"kind": "config", "message": "bad s3cret"}', Failure("config", "bad ***")),
        ('{"kind": "config"}', None),
        ("[]", None),
        ("no JSON", None),
        (None, None),
    ],
)
def test_the_programs_own_reason_is_that_of_this_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str | None, expected: Failure | None
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    (tmp_path / "failure.json").write_text('{"kind": "estate", "message": "of an earlier run"}', encoding="utf-8")

    class Stopping(Engine):
        def preview(self, **_: Any) -> None:
            if written is not None:
                Path(os.environ["PREFLIGHT_FAILURE"]).write_text(written, encoding="utf-8")
            raise CommandError(CommandResult(stdout="", stderr="", code=255))

    stack: Any = Stack(Stopping(interrupted=False))
    log = RunLog(lambda _: None, lambda text: text.replace("s3cret", "***"))
    ended = preview(stack, Request(tmp_path / "result.json", tmp_path), log)
    assert (ended.failure, ended.is_whole) == (expected, False)


def test_a_run_with_an_error_is_not_whole_whatever_else_it_says() -> None:
    ended = Preview("build-7", Path("result.json"), failed=True)
    assert ended.is_whole
    assert not replace(ended, errors=("no credentials",)).is_whole
    assert not replace(ended, failure=Failure("config", "bad")).is_whole


@pytest.mark.parametrize(
    ("event", "code", "errors"),
    [
        (diagnostic("error", "the provider crashed"), 255, ("the provider crashed",)),
        (None, 255, ("said on stderr",)),
    ],
)
def test_a_failed_run_tells_what_the_engine_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: EngineEvent | None, code: int, errors: tuple[str, ...]
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))

    class Failing(Engine):
        def preview(self, **options: Any) -> None:
            if event is not None:
                options["on_event"](event)
                options["on_event"](event)
            options["on_event"](EngineEvent(2, 0, summary_event=SummaryEvent(False, 3, {}, {})))
            raise CommandError(CommandResult(stdout="", stderr="error: said on stderr", code=code))

    stack: Any = Stack(Failing(interrupted=False))
    ended = preview(stack, Request(tmp_path / "result.json", tmp_path), RunLog(lambda _: None, str))
    assert (ended.failed, ended.errors) == (True, errors)


def test_only_who_asks_for_the_whole_region_has_the_program_send_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != WHOLE})
    stack: Any = Stack(Engine(interrupted=False))
    for whole_region in (False, True):
        request = Request(tmp_path / "result.json", tmp_path, whole_region=whole_region)
        preview(stack, request, RunLog(lambda _: None, str))
        assert (os.environ.get(WHOLE) == "true") is whole_region
