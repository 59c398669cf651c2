"""The text of a finding as the engine prints it: indented below the rule's name, in a terminal or a CI log."""

from __future__ import annotations

import textwrap
from typing import Final

from policies.core.outcome import Result, Subject
from policies.core.rule import Rule

# The engine indents by four to eight columns; terminals and code hosts show 100.
WIDTH: Final = 90


def finding_text(rule: Rule, result: Result) -> str:
    """Return what is missing and on which instance, why it matters, and the exact line that mends it.

    Prose is wrapped at 90 columns; what is to be copied (config lines, commands) never is.
    """
    lines = _wrapped(f"{_named(result.subject)}: ", result.reason)
    lines += _wrapped("Why: ", rule.why)
    return "\n".join([*lines, "Fix: " + "\n     ".join(result.remediation.splitlines())])


def advice_text(rule: Rule, result: Result) -> str:
    """Return a finding that fails nothing: by the name of its rule, and from when on it is mandatory."""
    named = f"{rule.id}: {finding_text(rule, result)}"
    if not result.advice or result.mandatory_from is None:
        return named
    return f"{named}\nMandatory from {result.mandatory_from.isoformat(timespec='minutes')} on"


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
