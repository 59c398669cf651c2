"""Run a tool to its end, and keep its output for the error message."""

from __future__ import annotations

import shlex
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from toolchain.errors import ToolchainError

_TAIL_LINES = 20


def run_streamed(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    advice: str,
) -> None:
    """Run `command`, handing each line of its merged output to `on_line`.

    Raises ToolchainError when it cannot start or exits non-zero, with the command, the last lines of its output and
    `advice`.
    """
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ToolchainError(failure_message(command, cwd, str(error), [], advice)) from error
    with process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                tail.append(line.rstrip("\n"))
                on_line(tail[-1])
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ToolchainError(failure_message(command, cwd, f"exit status {process.returncode}", list(tail), advice))


def failure_message(command: Sequence[str], cwd: Path, reason: str, tail: Sequence[str], advice: str) -> str:
    """Compose the message for a person about a failed command."""
    lines = [f"this command failed ({reason}):", f"  cd {shlex.quote(str(cwd))} && {shlex.join(command)}"]
    if tail:
        lines.append(f"its last {len(tail)} lines of output:")
        lines.extend(f"  {line}" for line in tail)
    lines.append(advice)
    return "\n".join(lines)
