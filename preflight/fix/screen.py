"""Show what `preflight fix` found: the change as a diff, the fixes that need a person, and last the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from policies.core.facts import safe
from policies.verdict import Decision
from preflight.fix.choosing import Choice, Wanted, choose, ways_by_config
from preflight.fix.merging import Merged
from preflight.fixes import Fix, fixes, open_findings
from preflight.screen import Verdict, fix_block, show, show_verdict, wrapped
from preflight.summary import conditions, waves
from preflight.words import number_of

_MOST_LINES = 3
_MOST_NAMES = 3
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class Shown:
    """What one run shows: the judged result, the choice of fixes, and the change that they make.

    `file` is the stack file's name. `whole` shows the fixes left to a person in full. `write` is true if the change
    is written.
    """

    result: Mapping[str, Any]
    choice: Choice
    merged: Merged
    file: str
    whole: bool
    write: bool

    @property
    def rules(self) -> dict[str, Mapping[str, Any]]:
        """The rules of the result by id."""
        return {rule["id"]: rule for rule in self.result["rules"]}


def show_change(console: Console, shown: Shown) -> None:
    """Show the diff, then the fixes left to a person, the conflicts, and the fixes that the stack file refuses.

    If the change was written, `show_outcome` lists the fixes left to a person: it may have settled or raised some.
    """
    diff = "" if shown.merged.change is None else shown.merged.change.diff
    for text in diff.splitlines():
        show(console, Text(safe(text), _STYLES.get(text[:1], "")))
    if diff:
        show(console)
    blocks: tuple[Iterable[Text], ...] = (
        _then(shown, console.width),
        () if shown.write else _left(shown, console.width),
        _conflicts(shown, console.width),
        _refused(shown, console.width),
    )
    for block in blocks:
        _show_block(console, block)
    for text in wrapped(_summary(shown, bool(diff)), console.width):
        show(console, text)


def show_outcome(console: Console, shown: Shown, decision: Decision) -> None:
    """Show the verdict; if a change was written, first what is left to a person, and how many fixes can be made now.

    `shown` then has the result of the stack as it is written, and the choice among its findings.
    """
    result = decision.result
    assert result is not None
    if shown.write:
        show(console)
        _show_block(console, _left(shown, console.width))
        more = len(fixes(choose(open_findings(result)).taken, shown.rules))
        if more:
            show(console, f"{number_of(more, 'more fix')} can be made now: run {_run(shown, 'fix')} --write again.")
    show(console)
    show_verdict(console, Verdict(decision, waves(result), (), conditions(result, None)))


def _show_block(console: Console, block: Iterable[Text]) -> None:
    lines = list(block)
    for line in lines:
        show(console, line)
    if lines:
        show(console)


def _left(shown: Shown, width: int) -> Iterator[Text]:
    left = shown.choice.left
    if not left:
        return
    yield Text("Left to a person, the worst first", "bold")
    for number, fix in enumerate(fixes(left, shown.rules), start=1):
        ways = _ways(fix, left)
        yield from fix_block(number, fix, width, None if shown.whole or ways else _MOST_LINES)
        for way in ways:
            taken = f"{_run(shown, 'fix')} --rule {fix.rules[0]} --way {way} --write"
            yield Text(f"    take way {way}: {taken}", "cyan")


def _then(shown: Shown, width: int) -> Iterator[Text]:
    then = shown.choice.then
    if then:
        yield Text("To be done after the change", "bold")
    for number, fix in enumerate(fixes(then, shown.rules), start=1):
        yield from fix_block(number, fix, width, None if shown.whole else _MOST_LINES)


def _ways(fix: Fix, left: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the ways of a fix that a person can choose with `--way`."""
    same_rule = [item for item in left if item["rule"] == fix.rules[0]]
    return sorted({way for item in same_rule for way in ways_by_config(item) if way <= len(fix.todo.ways)})


def _conflicts(shown: Shown, width: int) -> Iterator[Text]:
    if not shown.choice.conflicts:
        return
    yield Text("Fixes that contradict each other: none is made; choose a rule with --rule RULE", "bold")
    for conflict in shown.choice.conflicts:
        wishes = "; ".join(f"{item.flow} by {_who(item)}" for item in conflict.wanted)
        yield from (Text(line) for line in wrapped(f"{conflict.key}: {wishes}", width, "  - "))


def _who(wanted: Wanted) -> str:
    names = wanted.instances[:_MOST_NAMES]
    more = len(wanted.instances) - len(names)
    on = f" on {', '.join(names)}" + (f" and {more} more" if more else "") if names else ""
    return ", ".join(wanted.rules) + on


def _refused(shown: Shown, width: int) -> Iterator[Text]:
    if not shown.merged.refused:
        return
    yield Text("Fixes that the stack file refuses", "bold")
    for rule, why in shown.merged.refused.items():
        yield from (Text(line) for line in wrapped(f"{rule}: {' '.join(why.split())}", width, "  - "))


def _summary(shown: Shown, changes: bool) -> str:
    taken = [item for item in shown.choice.taken if item["rule"] in shown.merged.rules]
    if not taken:
        return "Every open fix needs a person: nothing to write."
    made = f"{number_of(len(fixes(taken, shown.rules)), 'fix')} for {number_of(len(taken), 'finding')}"
    if not changes:
        return f"{shown.file} already has {made}: run {_run(shown, 'up')}."
    if shown.write:
        return f"Written to {shown.file}: {made}."
    return f"Nothing is written yet. {_run(shown, 'fix')} --write writes {made} to {shown.file}."


def _run(shown: Shown, command: str) -> str:
    return f"preflight {command} --stack {shown.result['stack']}"
