"""The terminal: progress while a command runs, then the verdict at the end, on one screen of 80 columns or more.

Prose is wrapped to the terminal. Config lines and commands to copy never are: the terminal folds them.
"""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from policies.core.clock import age
from policies.core.facts import safe
from policies.core.fixes import Change
from policies.core.words import number_of
from policies.verdict import Decision
from preflight.fixes import OR, Fix, lines_of
from preflight.summary import WaveSummary

#: The width where the output is no terminal: enough for a log.
_LOG_WIDTH: Final = 120
#: The most lines of a verdict with its fixes: `--all` shows the others.
MOST_LINES: Final = 76
_MOST_FIX_LINES: Final = 3
_MOST_WAVES: Final = 20
_INDENT: Final = " " * 4
_READY_WITH_CONDITIONS: Final = "READY WITH CONDITIONS"
STYLES: Final = {
    "READY": "bold green",
    _READY_WITH_CONDITIONS: "bold yellow",
    "NOT READY": "bold red",
    "UNKNOWN": "bold magenta",
    "WHAT-IF": "bold cyan",
    "NOT JUDGED": "bold red",
}
_CONDITIONS: Final[Mapping[str, Callable[[int], str]]] = {
    "pending": lambda number: f"{number_of(number, 'check')} pass once `pulumi up` has made what is declared",
    "waived": lambda number: f"{number_of(number, 'finding')} waived",
    "advice": lambda number: f"{number_of(number, 'finding')} that will block later",
}


def console(*, stderr: bool = False) -> Console:
    """Return the console for a stream, with the terminal's own width, or that of a log."""
    created = Console(stderr=stderr, highlight=False)
    return created if created.is_terminal else Console(stderr=stderr, highlight=False, width=_LOG_WIDTH)


class Progress:
    """The current step, on stderr: one line that changes on a terminal, a line for each step elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._step = ""
        self._last = ""

    @contextmanager
    def running(self, first: str) -> Iterator[None]:
        """Show the steps that are reported meanwhile; on a terminal `first` until there is one."""
        if self._console.is_terminal:
            with self._console.status(first) as self._status:
                yield
            self._status = None
        else:
            yield
        self._finish()

    def show_step(self, text: str) -> None:
        """Show a step; a further count of the same step replaces the earlier one."""
        step = text.partition(":")[0]
        if step != self._step:
            self._finish()
        self._step, self._last = step, text
        if self._status is not None:
            self._status.update(Text(safe(text)))

    def say(self, text: str) -> None:
        """Show a line that stays; a terminal would break it within words."""
        lines = wrapped(text, self._console.width) if self._console.is_terminal else [safe(text)]
        for line in lines:
            show(self._console, Text(line))

    def _finish(self) -> None:
        """Leave a step with its last count on the screen."""
        if self._last:
            self.say(self._last)
        self._step = self._last = ""


def show(console: Console, line: Text | str = "") -> None:
    """Print one line as it is; the terminal folds it."""
    console.print(line, soft_wrap=True, highlight=False, markup=False)


@dataclass(frozen=True)
class Verdict:
    """A judged result, or one `wave`, to show.

    `whole` shows every fix completely, on however many lines.
    """

    decision: Decision
    waves: Sequence[WaveSummary]
    fixes: Sequence[Fix]
    conditions: Mapping[str, int]
    wave: str | None = None
    whole: bool = False

    @property
    def stack(self) -> str:
        """The name of the stack that was judged."""
        return str((self.decision.result or {})["stack"])


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Show waves and fixes, and in the last lines the answer."""
    waves, fixes = verdict.waves, verdict.fixes
    answer = list(_answer(verdict))
    table = _waves_table(waves, console.width)
    taken = sum(_height(text, console.width) for text in answer) + min(len(waves), _MOST_WAVES) + 4
    lines = None if verdict.whole else MOST_LINES - taken
    show_table(console, table)
    if len(waves) > _MOST_WAVES:
        show(console, f"and {len(waves) - _MOST_WAVES} more waves; --wave NAME shows one")
    show(console)
    for block in _within(lines, fixes, console.width, verdict.stack):
        for line in block:
            show(console, line)
    for text in answer:
        show(console, text)


def show_table(console: Console, table: Table) -> None:
    """Print a table without the blanks with which its lines end: a line as wide as the terminal would be folded."""
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        text = Text.from_ansi(line)
        text.rstrip()
        show(console, text)


def _waves_table(waves: Sequence[WaveSummary], width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("wave", overflow="ellipsis", no_wrap=True, max_width=width // 5)
    table.add_column("readiness", no_wrap=True)
    for heading in ("decided", "moving", "blocking"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("more will block", overflow="fold")
    for wave in waves[:_MOST_WAVES]:
        table.add_row(
            Text(safe(wave.name)),
            Text(wave.readiness, STYLES.get(wave.readiness, "")),
            f"{math.floor(wave.confidence * 100)} %",
            "moved" if wave.moved else str(wave.instances),
            str(wave.blocking),
            f"{wave.more} from {when(wave.more_from)}" if wave.more_from else "-",
        )
    return table


def _within(lines: int | None, fixes: Sequence[Fix], width: int, stack: str) -> Iterator[list[Text]]:
    """Yield the blocks of the fixes that fit, and the number of the others; None: of all."""
    if not fixes:
        return
    yield [Text("Fixes, the worst first", "bold")]
    left = math.inf if lines is None else lines - 4
    before: dict[str, int] = {}
    for number, fix in enumerate(fixes, start=1):
        block = fix_block(number, fix, width, stack, None if lines is None else _MOST_FIX_LINES, before)
        height = sum(_height(line, width) for line in block)
        if height > left:
            rest = fixes[number - 1 :]
            findings = number_of(sum(item.findings for item in rest), "finding")
            text = f"and {number_of(len(rest), 'more fix')} for {findings}: "
            yield [Text(f"{text}preflight check --stack {stack} --all lists them")]
            break
        left -= height
        yield block
    yield [Text()]


def fix_block(  # noqa: PLR0913 - what the block says, and the room for it
    number: int,
    fix: Fix,
    width: int,
    stack: str,
    most_lines: int | None,
    before: dict[str, int] | None = None,
) -> list[Text]:
    """Return the lines of one fix: what must hold, what it settles, and what to do.

    `stack` is in the command that shows a fix that is cut. `before` has the parts of the config that earlier fixes set,
    with their numbers; those of this one are added.
    """
    label = f"{number:>2}. "
    since = "" if fix.since is None else f", blocks from {when(fix.since)}"
    more = f" and {number_of(len(fix.rules) - 1, 'more rule')}" if len(fix.rules) > 1 else ""
    head = wrapped(f"{fix.title} ({fix.rules[0]}{more})", width, label)
    about = f"{fix.severity}{since}: {number_of(fix.findings, 'finding')}"
    if fix.instances:
        about += f" on {number_of(len(fix.instances), 'instance')}"
        about += _names(fix.instances, width - len(_INDENT) - len(about))
    lines = [Text(line, "bold") for line in head]
    lines.append(Text(_INDENT + about, "red" if fix.since is None and fix.severity in ("critical", "high") else "dim"))
    todo = [line for text in lines_of(fix.todo) for line in safe(text).splitlines()]
    shown = todo if most_lines is None else todo[:most_lines]
    while len(shown) < len(todo) and len(shown) > 1 and (shown[-1] == OR or shown[-1].endswith(":")):
        # What follows it is cut: a condition without its step.
        shown = shown[:-1]
    most = math.inf if most_lines is None else most_lines * width - len(_INDENT)
    for line in shown:
        line = _as_before(line, number, before)
        lines.append(Text(_INDENT + (line if len(line) <= most else f"{line[: int(most) - 4]} ...")))
    if len(todo) > len(shown) or any(len(line) > most for line in shown):
        lines.append(Text(f"{_INDENT}in full: preflight check --stack {stack} --rule {fix.rules[0]}", "dim"))
    return lines


def _as_before(line: str, number: int, before: dict[str, int] | None) -> str:
    """Return a line, or the number of the earlier fix that has it: several fixes may need the same network."""
    if before is None or not line.startswith("set ") or before.setdefault(line, number) == number:
        return line
    return f"{line.partition(':')[0]}: as in {before[line]}"


def _names(names: Sequence[str], room: int) -> str:
    """Return, behind a colon, as many names as fit in a line, and the number of the others; none where none fits."""
    for count in range(len(names), 0, -1):
        rest = f" and {len(names) - count} more" if count < len(names) else ""
        text = f": {safe(', '.join(names[:count]))}{rest}"
        if len(text) <= room or len(names) == 1:
            return text
    return ""


def _answer(verdict: Verdict) -> Iterator[Text]:
    """Yield the last lines: the answer, its subject, what is left to do, and its end of validity."""
    result, wave = verdict.decision.result or {}, verdict.wave
    subject = f"stack {verdict.stack}" if wave is None else f"wave {wave} of stack {verdict.stack}"
    if verdict.decision.readiness == "WHAT-IF":
        judged = result["judgement"] if wave is None else _judgement(result, wave)
        yield styled("WHAT-IF", f": {subject} would be {judged['hypothetical']}. A what-if passes no gate.")
        for item in result["whatIf"]:
            yield Text(f"  {safe(item['reason'])}")
        readiness = judged["hypothetical"]
    else:
        readiness = verdict.decision.readiness
        yield styled(readiness, f": {subject}")
    yield from _left(verdict, readiness)
    yield from _origin(result)


def _left(verdict: Verdict, readiness: str) -> Iterator[Text]:
    """Yield the conditions, else the number of fixes and how to see more of them."""
    fixes = verdict.fixes
    if readiness == _READY_WITH_CONDITIONS:
        rests = ", ".join(_CONDITIONS[name](number) for name, number in verdict.conditions.items() if number)
        yield Text(f"Conditions: {rests}.")
    elif fixes:
        blocking = sum(fix.since is None for fix in fixes)
        number = f"{number_of(blocking, 'fix')} to make now, {len(fixes) - blocking} later."
        if any(isinstance(step, Change) for fix in fixes for way in fix.todo.ways for step in way):
            yield Text(f"{number} See those with `set` as a change of the file:")
            yield Text(f"  preflight fix --stack {verdict.stack}")
        else:
            yield Text(number)
        yield Text(f"About a rule in brackets: preflight explain {fixes[0].rules[0]}")


def _origin(result: Mapping[str, Any]) -> Iterator[Text]:
    """Yield when, by what and for how long it was judged."""
    run = result["run"]
    commit = f", commit {run['commit'][:12]}{' with changes' if run['dirty'] else ''}" if run["commit"] else ""
    yield Text(f"Judged {when(result['now'])} of account {run['accountId'] or 'not known'}{commit}.")
    if result["validUntil"]:
        yield Text(f"It holds until {when(result['validUntil'])}.")
    if run.get("estateFile"):
        path = run["estateFile"]["path"]
        yield Text(safe(f"By the estate in {path}: no cloud was asked, and what it alone knows is UNKNOWN."))
        yield Text(f"The file is of {file_age(result)}.")


def file_age(result: Mapping[str, Any]) -> str:
    """Return when the estate of a file was read, and its age at the time of the question."""
    read_at = result["run"]["estateReadAt"]
    if read_at is None:
        return "an unknown time"
    passed = datetime.fromisoformat(result["now"]) - datetime.fromisoformat(read_at)
    return f"{when(read_at)}, {age(passed)}"


def _judgement(result: Mapping[str, Any], wave: str) -> Mapping[str, Any]:
    judgement: Mapping[str, Any] = next(item["judgement"] for item in result["waves"] if item["name"] == wave)
    return judgement


def styled(readiness: str, rest: str) -> Text:
    """Return a line that begins with a readiness, in its colour."""
    return Text.assemble((readiness, STYLES.get(readiness, "bold")), safe(rest))


def show_not_judged(console: Console, problems: Iterable[str]) -> None:
    """Show that there is no verdict, and why."""
    show(console, styled("NOT JUDGED", ": nothing says whether it is ready"))
    for problem in problems:
        for line in safe(problem).splitlines():
            show(console, f"  {line}")


def show_findings(
    console: Console, findings: Iterable[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]]
) -> None:
    """Show every finding: by its rule, with the reason on each instance, and the fix."""
    by_rule: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in findings:
        by_rule[item["rule"]].append(item)
    for rule, items in sorted(by_rule.items(), key=lambda entry: (not any(i["blocking"] for i in entry[1]), entry[0])):
        show(console, Text.assemble((rule, "bold"), f"  {rules[rule]['severity']}"))
        for line in wrapped(rules[rule]["title"], console.width, "  "):
            show(console, line)
        for item in items:
            show(console, f"  {item['outcome']}{_since(item)}: {safe(_subject(item['subject']))}")
            for paragraph in str(item["reason"]).splitlines():
                for line in wrapped(paragraph, console.width, " " * 6 + "- "):
                    show(console, line)
            for line in safe(str(item["remediation"])).splitlines():
                show(console, Text(f"      {line}", "cyan"))
        show(console)


def _since(item: Mapping[str, Any]) -> str:
    """Return from when a finding blocks, or until when it is waived; empty where it blocks now, or is no finding."""
    if item["outcome"] == "WAIVED":
        return f" until {when(item['waiver']['expires'])}, by {safe(item['waiver']['owner'])}"
    waits = item["outcome"] in ("FAIL", "UNKNOWN") and not item["blocking"] and item["mandatoryFrom"]
    return f", blocks from {when(item['mandatoryFrom'])}" if waits else ""


def _subject(subject: Mapping[str, Any]) -> str:
    if subject["kind"] == "migration":
        return "the stack"
    return str(subject["id"] if subject["name"] == subject["id"] else f"{subject['name']} ({subject['id']})")


def wrapped(text: str, width: int, label: str = "") -> list[str]:
    """Return prose in lines of the width, behind its label."""
    return textwrap.wrap(
        safe(text).replace("\n", " "),
        max(width, 20),
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def when(text: str) -> str:
    """Return a time of a result as people read it, in its own offset."""
    moment = datetime.fromisoformat(text)
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def _height(line: Text | str, width: int) -> int:
    """Return the number of the terminal's lines that a line takes."""
    return max(1, math.ceil(len(line) / width))
