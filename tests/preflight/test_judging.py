"""A result that is kept says what the command said: where a run is in doubt, there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from policies.verdict import Criteria, Decision
from preflight import judging
from preflight.exits import Stop
from preflight.judging import RunOptions, judge
from preflight.previewing import Preview, Request

WRITTEN = "the pack's result"


class Run:
    """A run whose pack writes a result and finds the stack ready, whatever else becomes of the preview."""

    def __init__(self, directory: Path, *waves: str, **ended: Any) -> None:
        self.kept = directory / "kept.json"
        self.written: list[str] = []
        self._ended = ended
        self._stack = SimpleNamespace(name="prod", directory=directory, file="Pulumi.prod.yaml")
        self._config = SimpleNamespace(waves=[SimpleNamespace(name=name) for name in waves])

    @contextmanager
    def session(self, *_: object) -> Iterator[Any]:
        yield SimpleNamespace(
            stack=self._stack, config=self._config, origin="", scratch=self.kept.parent, scrub=str, account_id="1"
        )

    def preview(self, _stack: object, request: Request, _log: object) -> Preview:
        request.result.write_text(WRITTEN, encoding="utf-8")
        self.written.append(request.result.name)
        return Preview("build-7", request.result, **{"failed": False, **self._ended})


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        ({}, 0),
        ({"failed": True, "errors": ("the plugin crashed",)}, 40),
        ({"failed": True, "refused_by": ("shop-standards",)}, 40),
        ({"failed": True}, 40),
    ],
    ids=["passes", "an error", "another pack", "no reason"],
)
def test_a_run_in_doubt_keeps_no_result_that_would_pass_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: dict[str, Any], code: int
) -> None:
    """`preflight fleet report` and `preflight verdict` read the file alone."""
    run = Run(tmp_path, **ended)
    monkeypatch.setattr(judging, "session", run.session)
    monkeypatch.setattr(judging, "preview", run.preview)
    monkeypatch.setattr(judging, "decide", lambda *_, **__: Decision(0, "READY", {}))
    judged = judge(RunOptions(tmp_path, result=run.kept), Console(quiet=True))
    assert (judged.decision.code, run.kept.exists()) == (code, code == 0)


@pytest.mark.parametrize(
    ("waves", "wave", "expected"),
    [
        ((), None, None),
        ((), "all", None),
        ((), "first", "all"),
        (("one", "two"), None, None),
        (("one", "two"), "two", None),
        (("one", "two"), "all", "one, two"),
    ],
)
def test_an_unknown_wave_is_refused_before_the_engine_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waves: tuple[str, ...], wave: str | None, expected: str | None
) -> None:
    run = Run(tmp_path, *waves)
    monkeypatch.setattr(judging, "session", run.session)
    monkeypatch.setattr(judging, "preview", run.preview)
    asked: list[str | None] = []

    def decide(_: Path, criteria: Criteria, *__: object, **___: object) -> Decision:
        asked.append(criteria.wave)
        return Decision(0, "READY", {})

    monkeypatch.setattr(judging, "decide", decide)
    if expected is None:
        assert judge(RunOptions(tmp_path, wave=wave), Console(quiet=True)).decision.code == 0
        # Without --result it is kept for the run alone.
        assert (run.written, asked) == (["result.json"], [wave])
        return
    with pytest.raises(Stop, match=f"--wave {wave}: expected one of {expected}$") as stopped:
        judge(RunOptions(tmp_path, wave=wave), Console(quiet=True))
    assert (stopped.value.code, run.written) == (2, [])


@pytest.mark.parametrize("name", [".", "reports", "nowhere/result.json", os.devnull])
def test_a_result_that_could_not_be_written_is_refused_before_anything_runs(tmp_path: Path, name: str) -> None:
    (tmp_path / "reports").mkdir()
    with pytest.raises(Stop, match="expected a file in a directory that exists and can be written") as stopped:
        judge(RunOptions(tmp_path, result=tmp_path / name), Console(quiet=True))
    assert stopped.value.code == 2


@pytest.mark.parametrize(("writes", "writable", "code"), [(True, True, 0), (True, False, 2), (False, False, 0)])
def test_a_stack_file_that_could_not_be_written_is_refused_before_the_engine_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: bool, writable: bool, code: int
) -> None:
    run = Run(tmp_path)
    monkeypatch.setattr(judging, "session", run.session)
    monkeypatch.setattr(judging, "preview", run.preview)
    monkeypatch.setattr(judging, "decide", lambda *_, **__: Decision(0, "READY", {}))
    monkeypatch.setattr(os, "access", lambda path, _: writable or path != tmp_path)
    options = RunOptions(tmp_path, writes=writes)
    if code == 0:
        assert judge(options, Console(quiet=True)).decision.code == 0
        return
    expected = r"the stack file .*Pulumi\.prod\.yaml: expected a file in a directory that exists and can be written"
    with pytest.raises(Stop, match=expected) as stopped:
        judge(options, Console(quiet=True))
    assert (stopped.value.code, run.written) == (code, [])


@pytest.mark.parametrize("code", [4, 20, 30])
def test_what_is_not_ready_is_kept_however_the_preview_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    run = Run(tmp_path, failed=True, errors=("the plugin crashed",))
    monkeypatch.setattr(judging, "session", run.session)
    monkeypatch.setattr(judging, "preview", run.preview)
    monkeypatch.setattr(judging, "decide", lambda *_, **__: Decision(code, "NOT READY", {}))
    assert judge(RunOptions(tmp_path, result=run.kept), Console(quiet=True)).decision.code == code
    assert run.kept.read_text(encoding="utf-8") == WRITTEN
