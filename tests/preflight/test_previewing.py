"""A preview spares the engine the states that nobody reads; an update writes each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError, CommandResult
from pulumi.automation.events import EngineEvent, PolicyEvent, SummaryEvent

from policies import PACK_NAME
from preflight.exits import NOT_ALLOWED, Stop
from preflight.interruption import Interrupted
from preflight.previewing import Request, RunLog, preview
from preflight.up.updating import Done, update

SKIPPED = "PULUMI_SKIP_CHECKPOINTS"
WHOLE = "PREFLIGHT_WHOLE_REGION"


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


def test_only_who_asks_for_the_whole_region_has_the_program_send_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != WHOLE})
    stack: Any = Stack(Engine(interrupted=False))
    for whole_region in (False, True):
        request = Request(tmp_path / "result.json", tmp_path, whole_region=whole_region)
        preview(stack, request, RunLog(lambda _: None, str))
        assert (os.environ.get(WHOLE) == "true") is whole_region
