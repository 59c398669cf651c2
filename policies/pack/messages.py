"""The text of a finding as the engine prints it: indented below the rule's name, in a terminal or a CI log."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from policies.core.fixes import STACK, Line, of_all, shape
from policies.core.fixes import lines as lines_of
from policies.core.outcome import Result, Subject
from policies.core.rule import Rule

# The engine indents by four to eight columns; terminals and code hosts show 100.
WIDTH: Final = 90
# Reasons that are shown of several instances with one fix.
MOST_SHOWN: Final = 3


def grouped(results: Iterable[Result]) -> Iterator[list[Result]]:
    """Yield results of one rule that one fix settles together, in the order of the first of each."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        key = (result.subject.kind, result.mandatory_from, result.waived, shape(result.fixes))
        groups.setdefault(key, []).append(result)
    yield from groups.values()


def finding_text(rule: Rule, results: Sequence[Result], stack: str = STACK) -> str:
    """Return what is missing and on which instances, why it matters, and what puts it right.

    Prose is wrapped at 90 columns; what is to be copied (commands) never is. Several results are such that `grouped`
    keeps together: the reasons of a few are shown, and all others are named.
    """
    lines = _told(results)
    lines += _wrapped("Why: ", rule.why)
    return "\n".join([*lines, *_fix(results, stack)])


def _told(results: Sequence[Result]) -> list[str]:
    """Return who lacks what: those of one reason together, and of more than a few reasons the others by name alone."""
    by_reason: dict[str, list[str]] = {}
    for result in results:
        by_reason.setdefault(result.reason, []).append(_named(result.subject))
    entries = list(by_reason.items())
    lines = [
        line
        for reason, names in entries[:MOST_SHOWN]
        for line in (_wrapped(f"{names[0]}: ", reason) if len(names) == 1 else _shared(names, reason))
    ]
    if others := [name for _, names in entries[MOST_SHOWN:] for name in names]:
        lines += _fill(f"The same of {len(others)} more, each in the result file: {', '.join(others)}", "")
    return lines


def _shared(names: Sequence[str], reason: str) -> list[str]:
    items = reason.splitlines()
    return [*_fill(f"{', '.join(names)}:", ""), *(line for item in items for line in _fill(item, "  - "))]


def _fix(results: Sequence[Result], stack: str) -> Iterator[str]:
    if len(results) == 1:
        texts = results[0].remediation.splitlines()
    else:
        fixes = of_all({result.subject.id: result.fixes for result in results})
        texts = [text for line in lines_of(fixes, stack) for text in _fitted(line)]
    for index, text in enumerate(texts):
        yield f"{'     ' if index else 'Fix: '}{text}"


def _fitted(line: Line) -> list[str]:
    """Return a line of a fix: prose wrapped, what is to be copied as it is."""
    return textwrap.wrap(line.text, WIDTH - 5) if line.kind == "prose" else [line.text]


def advice_text(rule: Rule, results: Sequence[Result], stack: str = STACK) -> str:
    """Return a finding that fails nothing: by the name of its rule, and from when on it is mandatory."""
    first = results[0]
    named = f"{rule.id}: {finding_text(rule, results, stack)}"
    if not first.advice or first.mandatory_from is None:
        return named
    return f"{named}\nMandatory from {first.mandatory_from.isoformat(timespec='minutes')} on"


def listed(text: str) -> str:
    """Return a heading with a colon and a list below it, wrapped at 90 columns."""
    return "\n".join(_wrapped("", text))


def _named(subject: Subject) -> str:
    if subject.kind == "migration":
        return f"Stack {subject.id}" if subject.id else "Empty stack"
    return subject.id if subject.name == subject.id else f"{subject.name} ({subject.id})"


def _wrapped(label: str, text: str) -> list[str]:
    """One paragraph behind its label; several as a list below it, whose heading is a first paragraph with a colon."""
    heading, *items = text.splitlines() or [""]
    if items and not heading.endswith(":"):
        heading, items = "", [heading, *items]
    lines = _fill(heading, label) if heading else [label.rstrip()]
    return lines + [line for item in items for line in _fill(item, "  - ")]


def _fill(paragraph: str, initial_indent: str) -> list[str]:
    return textwrap.wrap(
        paragraph,
        WIDTH,
        initial_indent=initial_indent,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
