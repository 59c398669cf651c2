"""Write findings for the engine, which prints them indented below the rule's name, in a terminal or a CI log."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from policies.core.fixes import STACK, Line, of_all, shape
from policies.core.fixes import lines as lines_of
from policies.core.outcome import Result, Subject
from policies.core.rule import Rule
from policies.core.words import to_minute

# The engine indents by four to eight columns; terminals and code hosts show 100.
WIDTH: Final = 90
#: How many reasons are shown of several instances with one fix, and on how many lines at most.
MOST_SHOWN: Final = 3
MOST_LINES: Final = 8
#: How many instances are named with their ids. The names of more instances take at most so many lines.
MOST_IDS: Final = 3
_NAME_LINES: Final = 2
_IN_RESULT: Final = "in the result file"


def grouped(results: Iterable[Result]) -> Iterator[list[Result]]:
    """Yield groups of one rule's results that one fix settles together, in the order of their first results."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        key = (result.subject.kind, result.waived, shape(result.fixes))
        groups.setdefault(key, []).append(result)
    yield from groups.values()


def joined_alike(groups: Iterable[Sequence[Result]]) -> Iterator[list[Sequence[Result]]]:
    """Yield together the groups of several rules with the same subjects, reasons and fix, in their order."""
    alike: dict[object, list[Sequence[Result]]] = {}
    for group in groups:
        key = tuple((item.subject, item.outcome, item.reason, item.remediation, item.waived) for item in group)
        alike.setdefault(key, []).append(group)
    yield from alike.values()


def finding_text(rule: Rule, results: Sequence[Result], stack: str = STACK) -> str:
    """Return what is missing on which instances, why it matters, and how to fix it.

    `results` are one group of `grouped`. The reasons of a few are shown, the others are only named; the result file has
    all of them. Prose is wrapped at 90 columns, commands to copy are not.
    """
    lines = _reasons(results)
    lines += _wrapped("Why: ", f"{rule.why} See {page(rule.id)}")
    return "\n".join([*lines, *_fix(results, stack)])


def page(rule_id: str) -> str:
    """Return the path of a rule's page, relative to the root of the repository."""
    return f"docs/rules/{rule_id}.md"


def _reasons(results: Sequence[Result]) -> list[str]:
    """Return the reasons with their subjects, one entry per reason; beyond a few reasons, only the subjects' names."""
    by_reason: dict[str, list[Subject]] = {}
    for result in results:
        by_reason.setdefault(result.reason, []).append(result.subject)
    entries = list(by_reason.items())
    lines: list[str] = []
    shown = 0
    for reason, subjects in entries[:MOST_SHOWN]:
        entry = _of_one_reason(subjects, reason)
        if lines and len(lines) + len(entry) > MOST_LINES:
            break
        lines += entry
        shown += 1
    if remaining := [subject for _, subjects in entries[shown:] for subject in subjects]:
        lines += _short(f"{len(remaining)} more, each {_IN_RESULT}: ", remaining)
    return lines


def _of_one_reason(subjects: Sequence[Subject], reason: str) -> list[str]:
    """Return a reason with its subjects; a long list is cut after the first items."""
    who = _who(subjects)
    if len(subjects) == 1 and len(whole := _wrapped(f"{who[0]}: ", reason)) <= MOST_LINES:
        return whole
    heading, items = _listed(reason)
    lines = [*who[:-1], f"{who[-1]}:"] if heading is None else _fill(f"{' '.join(who)}: {heading}", "")
    for number, item in enumerate(items):
        entry = _fill(item, "  - ")
        if number and len(lines) + len(entry) > MOST_LINES:
            return [*lines, f"  - and {len(items) - number} more, each {_IN_RESULT}"]
        lines += entry
    return lines


def _who(subjects: Sequence[Subject]) -> list[str]:
    """Return a few subjects by name and id on one line, or the number of many with their names on a few lines."""
    if len(subjects) == 1:
        return [_named(subjects[0])]
    if len(subjects) <= MOST_IDS:
        return _fill(", ".join(map(_named, subjects)), "")
    return _short(f"{len(subjects)} instances: ", subjects)


def _short(label: str, subjects: Sequence[Subject]) -> list[str]:
    """Return as many names as fit on a few lines, and the number of the others."""
    shown: list[str] = []
    for count in range(1, len(subjects) + 1):
        rest = f" and {len(subjects) - count} more" if count < len(subjects) else ""
        lines = _fill(f"{label}{', '.join(subject.name for subject in subjects[:count])}{rest}", "")
        if shown and len(lines) > _NAME_LINES:
            break
        shown = lines
    return shown


def _listed(reason: str) -> tuple[str | None, list[str]]:
    """Return heading and items of a reason; a first paragraph that ends with a colon is the heading."""
    first, *items = reason.splitlines() or [""]
    return (first, items) if items and first.endswith(":") else (None, [first, *items])


def _fix(results: Sequence[Result], stack: str) -> Iterator[str]:
    if len(results) == 1:
        texts = results[0].remediation.splitlines()
    else:
        fixes = of_all({result.subject.id: result.fixes for result in results})
        texts = [text for line in lines_of(fixes, stack) for text in _fitted(line)]
    for index, text in enumerate(texts):
        yield f"{'     ' if index else 'Fix: '}{text}"


def _fitted(line: Line) -> list[str]:
    """Return a line of a fix: prose is wrapped, text to copy is not."""
    return textwrap.wrap(line.text, WIDTH - 5) if line.kind == "prose" else [line.text]


def advice_text(found: Sequence[tuple[Rule, Sequence[Result]]], stack: str = STACK) -> str:
    """Return advice: the names of its rules, the findings, and from when on they are mandatory.

    The groups of several rules are those that `joined_alike` puts together; their reasons and fix are written once.
    """
    (rule, results), *further = found
    lines = _fill(", ".join(item.id for item, _ in found) + ":", "")
    # Each rule matters for another reason, which is on its page.
    lines += [*_reasons(results), *_fix(results, stack)] if further else finding_text(rule, results, stack).splitlines()
    dates = sorted({item.mandatory_from for _, group in found for item in group if item.advice and item.mandatory_from})
    if dates:
        first, last = (to_minute(date) for date in (dates[0], dates[-1]))
        lines.append(f"Mandatory from {first}" + ("" if first == last else f", the last of them from {last}"))
    return "\n".join(lines)


def listed(text: str) -> str:
    """Return a heading with a colon and a list below it, wrapped at 90 columns."""
    return "\n".join(_wrapped("", text))


def _named(subject: Subject) -> str:
    if subject.kind == "migration":
        return f"Stack {subject.id}" if subject.id else "Empty stack"
    return subject.id if subject.name == subject.id else f"{subject.name} ({subject.id})"


def _wrapped(label: str, text: str) -> list[str]:
    """Return one paragraph behind its label, or several as a list below it, under the heading if there is one."""
    if len(text.splitlines()) < 2:
        return _fill(text, label) or [label.rstrip()]
    heading, items = _listed(text)
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
