"""The screen of the demo: each command with the relevant part of its output; the whole output goes into a file."""

from __future__ import annotations

import re
import signal
import subprocess
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console

from demo.errors import StepError
from demo.project import Project

#: Seconds that an interrupted `pulumi` has to end by itself.
_PATIENCE = 30
_FAULT_LINES = 8
_PACK = re.compile(r"\s*(✅|❌|⚠️|❗) *\S*classic-to-vpc-preflight\S*")
_FINDING = re.compile(r"\s*- \[(mandatory|advisory)\]")
_TALLY = re.compile(r"\s+[+~-]{1,2} ?(\d+ (to \w+|\w+))$|\s+(\d+ unchanged)$")
_FAULT = re.compile(r"\s*(error: .+|.+ error: .+)")


@dataclass(frozen=True)
class Output:
    """The output of one command, and its exit code."""

    command: str
    code: int
    text: str

    @property
    def first_finding(self) -> list[str]:
        """Return the lines of the policy pack's first finding."""
        lines = self.text.splitlines()
        starts = [number for number, line in enumerate(lines) if _FINDING.match(line)]
        finding_lines = lines[starts[0] : starts[1] if len(starts) > 1 else None] if starts else []
        return textwrap.dedent("\n".join(finding_lines)).splitlines()

    @property
    def gist(self) -> list[str]:
        """Return which pack judged the run, the result, and the number of resources."""
        lines = dict.fromkeys(self.text.splitlines())
        packs = [line.strip() for line in lines if _PACK.match(line)]
        tallies = [line.strip().lstrip("+~- ") for line in lines if _TALLY.match(line)]
        return packs + ([f"Resources: {', '.join(tallies)}"] if tallies else [])

    @property
    def why(self) -> str:
        """Return the reason of a failure: the lines with errors, else the last lines."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        faults = list(dict.fromkeys(line for line in lines if _FAULT.fullmatch(line)))
        return "\n".join(f"    {line}" for line in (faults or lines)[-_FAULT_LINES:])


def unmet(expectation: str, output: Output | None) -> str:
    """Return what was expected of a step, and the command's output instead."""
    output_text = f"\n  pulumi {output.command} ended with exit code {output.code}:\n{output.why}" if output else ""
    return f"expected: {expectation}{output_text}"


class Screen:
    """Runs commands, shows the relevant part on `console`, and writes everything into `log`."""

    def __init__(self, console: Console, log: TextIO, path: Path) -> None:
        self._console = console
        self._log = log
        self.path = path

    def say(self, text: str, style: str | None = None, *, to_copy: bool = False) -> None:
        """Show a text, and log it. Prose is wrapped to the terminal; a command `to_copy` is left whole."""
        whole = to_copy or not self._console.is_terminal
        self._console.print(text, style=style, highlight=False, soft_wrap=whole, markup=False)
        self.note(text)

    def note(self, text: str) -> None:
        """Write a text into the log alone."""
        self._log.write(f"{text}\n")
        self._log.flush()

    def chapter(self, number: int, title: str) -> None:
        """Begin a chapter."""
        self.say("")
        self._console.rule(f"[bold]{number}. {title}", align="left")
        self.note(f"== {number}. {title}")

    def expect(self, met: bool, expectation: str, output: Output | None = None) -> None:
        """Show one expected result of a step; raise StepError where it is missing, with the text of `output`."""
        if not met:
            raise StepError(unmet(expectation, output))
        self.say(f"✓ {expectation}", "green")

    def pulumi(self, project: Project, *args: str) -> Output:
        """Run one command as a user would type it, show the relevant part, and return its output."""
        command = " ".join(args)
        self.say(f"$ pulumi {command}", "bold cyan", to_copy=True)
        process = subprocess.Popen(
            ["pulumi", *args, "--non-interactive", "--suppress-progress", "--color", "never"],
            cwd=project.directory,
            env=project.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-c is passed on once: a second signal makes Pulumi leave its state unfinished.
            start_new_session=True,
        )
        try:
            with self._console.status("running ..."):
                text = "".join(self._logged(process.stdout or ()))
                code = process.wait()
        except BaseException:
            _end(process)
            raise
        output = Output(command, code, text)
        self.note(f"exit code {code}")
        for line in output.gist:
            self._show(line)
        return output

    def excerpt(self, lines: Sequence[str]) -> None:
        """Show some lines of an output that is logged already."""
        for line in lines:
            self._show(line)

    def _show(self, line: str) -> None:
        self._console.print(f"  {line}", highlight=False, soft_wrap=True, markup=False)

    def _logged(self, lines: Iterator[str] | Sequence[str] | TextIO) -> Iterator[str]:
        for line in lines:
            self.note(f"  {line.rstrip()}")
            yield line


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupt a command, and let it end by itself, so that its state stays complete."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
