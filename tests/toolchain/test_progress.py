"""Long steps are never silent, and a log is not flooded."""

from __future__ import annotations

import io
import threading

import pytest

from toolchain import progress
from toolchain.progress import Reporter, format_elapsed


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (59.9, "59s"), (60, "1m00s"), (187, "3m07s")])
def test_elapsed_time(seconds: float, text: str) -> None:
    assert format_elapsed(seconds) == text


def test_progress_goes_on_until_the_step_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LOG_INTERVAL", 0.001)
    third = threading.Event()
    calls = 0

    def describe() -> str:
        nonlocal calls
        calls += 1
        if calls == 3:
            third.set()
        return f"step {calls}"

    stream = io.StringIO()
    with Reporter(stream).running(describe):
        assert third.wait(30)
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["toolchain: step 1 (0s)", "toolchain: step 2 (0s)"]
    assert len(lines) == calls


def test_a_log_gets_a_line_at_once() -> None:
    stream = io.StringIO()
    ticks = iter([0.0, 75.0])
    with Reporter(stream, clock=lambda: next(ticks)).running(lambda: "building"):
        pass
    assert stream.getvalue() == "toolchain: building (1m15s)\n"


def test_a_terminal_has_one_line_that_a_message_replaces() -> None:
    terminal = Terminal()
    reporter = Reporter(terminal, clock=lambda: 0.0)
    with reporter.running(lambda: "building"):
        reporter.say("built")
    assert terminal.getvalue() == "\r\x1b[Ktoolchain: building (0s)\r\x1b[Ktoolchain: built\n"


def test_a_terminal_shows_progress_at_least_every_two_seconds() -> None:
    assert progress.TTY_INTERVAL <= 2
