"""Show what `preflight fix` found: the change as a diff, the fixes that need a person, and last the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from policies.core.facts import safe
from policies.core.words import few, number_of
from policies.verdict import Decision
from preflight.fix.choosing import Choice, Wish, choose, ways_by_config
from preflight.fix.merging import Merged
from preflight.fixes import Fix, fixes, open_findings
from preflight.screen import Verdict, fix_block, show, show_verdict, wrapped
from preflight.summary import conditions, waves

_MOST_LINES = 3
_MOST_NAMES = 3
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class FixView:
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

    @property
    def stack(self) -> str:
        """The name of the stack that was judged."""
        return str(self.result["stack"])


def show_change(console: Console, view: FixView) -> None:
    """Show the diff, then the fixes left to a person, the conflicts, and the fixes that the stack file refuses.

    If the change was written, `show_outcome` lists the fixes left to a person: it may have settled or raised some.
    """
    diff = "" if view.merged.change is None else view.merged.change.diff
    for text in diff.splitlines():
        show(console, Text(safe(text), _STYLES.get(text[:1], "")))
    if diff:
        show(console)
    blocks: tuple[Iterable[Text], ...] = (
        _then(view, console.width),
        () if view.write else _for_a_person(view, console.width),
        _conflicts(view, console.width),
        _refused(view, console.width),
    )
    for block in blocks:
        _show_block(console, block)
    for text in wrapped(_summary(view, bool(diff)), console.width):
        show(console, text)


def show_outcome(console: Console, view: FixView, decision: Decision) -> None:
    """Show the verdict; if a change was written, first what is left to a person, and how many fixes can be made now.

    `view` then has the result of the stack as it is written, and the choice among its findings.
    """
    result = decision.result
    assert result is not None
    if view.write:
        show(console)
        _show_block(console, _for_a_person(view, console.width))
        more = len(fixes(choose(open_findings(result)).taken, view.rules))
        if more:
            show(console, f"{number_of(more, 'more fix')} can be made now: run {_run(view, 'fix')} --write again.")
            show(console)
    else:
        show(console)
    show_verdict(console, Verdict(decision, waves(result), (), conditions(result, None)))


def _show_block(console: Console, block: Iterable[Text]) -> None:
    lines = list(block)
    for line in lines:
        show(console, line)
    if lines:
        show(console)


def _for_a_person(view: FixView, width: int) -> Iterator[Text]:
    findings = view.choice.left
    if not findings:
        return
    yield Text("Left to a person, the worst first", "bold")
    for number, fix in enumerate(fixes(findings, view.rules), start=1):
        ways = _ways(fix, findings)
        yield from fix_block(number, fix, width, view.stack, None if view.whole or ways else _MOST_LINES)
        for way in ways:
            command = f"{_run(view, 'fix')} --rule {fix.rules[0]} --way {way} --write"
            yield Text(f"    take way {way}: {command}", "cyan")


def _then(view: FixView, width: int) -> Iterator[Text]:
    then = view.choice.then
    if then:
        yield Text("To be done after the change", "bold")
    for number, fix in enumerate(fixes(then, view.rules), start=1):
        yield from fix_block(number, fix, width, view.stack, None if view.whole else _MOST_LINES)


def _ways(fix: Fix, findings: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the ways of a fix that a person can choose with `--way`."""
    same_rule = [item for item in findings if item["rule"] == fix.rules[0]]
    return sorted({way for item in same_rule for way in ways_by_config(item) if way <= len(fix.todo.ways)})


def _conflicts(view: FixView, width: int) -> Iterator[Text]:
    if not view.choice.conflicts:
        return
    yield Text("Fixes that contradict each other: none is made; choose a rule with --rule RULE", "bold")
    for conflict in view.choice.conflicts:
        wishes = "; ".join(f"{item.flow} by {_by_whom(item)}" for item in conflict.wishes)
        yield from (Text(line) for line in wrapped(f"{conflict.key}: {wishes}", width, "  - "))


def _by_whom(wish: Wish) -> str:
    on = f" on {few(wish.instances, _MOST_NAMES)}" if wish.instances else ""
    return ", ".join(wish.rules) + on


def _refused(view: FixView, width: int) -> Iterator[Text]:
    if not view.merged.refused:
        return
    yield Text("Fixes that the stack file refuses", "bold")
    for rule, why in view.merged.refused.items():
        yield from (Text(line) for line in wrapped(f"{rule}: {' '.join(why.split())}", width, "  - "))


def _summary(view: FixView, changes: bool) -> str:
    to_write = [item for item in view.choice.taken if item["rule"] in view.merged.rules]
    if not to_write:
        return "Every open fix needs a person: nothing to write."
    fixes_made = f"{number_of(len(fixes(to_write, view.rules)), 'fix')} for {number_of(len(to_write), 'finding')}"
    if not changes:
        return f"{view.file} already has {fixes_made}: run {_run(view, 'up')}."
    if view.write:
        return f"Written to {view.file}: {fixes_made}."
    return f"Nothing is written yet. {_run(view, 'fix')} --write writes {fixes_made} to {view.file}."


def _run(view: FixView, command: str) -> str:
    return f"preflight {command} --stack {view.stack}"
