"""End a command cleanly on SIGINT and SIGTERM: stop the engine, and wait until it has released its lock.

The engine takes the first SIGINT as a request to end in order, and a second one as an order to end at once. A terminal
sends ctrl-c to all processes of a group, so the engine runs in a session of its own, and gets exactly the signals that
we pass on. A pipeline cancels a job by SIGTERM, which reaches this process alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Final

from pulumi import automation
from pulumi.automation.errors import create_command_error

# SIGHUP: the terminal is gone. Windows does not have it.
_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """A signal has ended the command and its engine; no handler of errors may catch this.

    `outcome` says what was changed before that.
    """

    def __init__(self, number: int, outcome: str = "nothing was changed in the cloud") -> None:
        self.number = number
        self.left = outcome
        super().__init__(signal.Signals(number).name)


class _Engine:
    """The engine's process: whether it runs or is being started, and the signal that has arrived meanwhile."""

    process: subprocess.Popen[str] | None = None
    starting: bool = False
    signalled: int | None = None


_ENGINE: Final = _Engine()


def _pass_on(number: int, _frame: FrameType | None) -> None:
    """Pass a signal on to a running engine, which ends the command after it; otherwise end the command."""
    process = _ENGINE.process
    if process is None and not _ENGINE.starting:
        raise Interrupted(number)
    _ENGINE.signalled = number
    if process is not None:
        process.send_signal(signal.SIGINT)


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Treat SIGINT and SIGTERM as requests to end in order, while a command runs."""
    before = {number: signal.signal(number, _pass_on) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class InterruptibleCommand(automation.PulumiCommand):
    """The engine's command line as the Automation API runs it, in a session of its own."""

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> automation.CommandResult:
        """Run the engine to its end.

        Raises CommandError, of its kind, where it fails, and Interrupted where a signal ended it.
        """
        process = self._start(args, cwd, additional_env)

        assert process.stdout is not None
        assert process.stderr is not None
        printed: list[list[str]] = [[], []]
        readers = [
            threading.Thread(target=_read, args=(stream, forward, lines), daemon=True)
            for stream, forward, lines in zip(
                (process.stdout, process.stderr), (on_output, on_error), printed, strict=True
            )
        ]
        try:
            for reader in readers:
                reader.start()
            code = process.wait()
            for reader in readers:
                reader.join()
        finally:
            _ENGINE.process = None
        if _ENGINE.signalled is not None:
            raise Interrupted(_ENGINE.signalled)
        result = automation.CommandResult(stdout="\n".join(printed[0]), stderr="\n".join(printed[1]), code=code)
        if code != 0:
            raise create_command_error(result)
        return result

    def _start(self, args: list[str], cwd: str, more: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start the engine; a signal that arrived before it started is passed on to it."""
        _ENGINE.signalled, _ENGINE.starting = None, True
        try:
            process = subprocess.Popen(
                [self.command, "--non-interactive", *(item for item in args if item != "--non-interactive")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=self._environ(more),
                encoding="utf-8",
                start_new_session=True,
            )
            _ENGINE.process = process
        finally:
            _ENGINE.starting = False
        if _ENGINE.signalled is not None:
            process.send_signal(signal.SIGINT)
        return process

    def _environ(self, more: Mapping[str, str]) -> dict[str, str]:
        environ = {**os.environ, **more, "PULUMI_AUTOMATION_API": "true"}
        # The language host and plugins of this engine come first.
        environ["PATH"] = os.pathsep.join([str(Path(self.command).parent), environ.get("PATH", "")])
        return environ


def _read(stream: IO[str], forward: Callable[[str], object] | None, lines: list[str]) -> None:
    with stream:
        for line in stream:
            text = line.rstrip()
            if forward is not None:
                forward(text)
            lines.append(text)
