"""A Change, and its differences from the base, as Markdown for a pull request: counts first, details folded.

Texts of the cloud are data: `escaped` leaves nothing in them that Markdown or HTML would interpret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from policies.core.facts import safe
from policies.core.words import few
from preflight.plan.model import Change, Comparison, FindingChange, Part
from preflight.plan.text import (
    SIGNS,
    TITLES,
    area_counts,
    called,
    counts_text,
    decision_text,
    grouped_findings,
    grouped_lines,
    groups_heading,
    other_account,
    tally_text,
    verdicts_text,
)

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>&~@$:-])")
#: Rows of one table: GitHub accepts 65,536 characters in a comment, and few people read more.
_MOST_ROWS: Final = 40
_MOST_NAMES: Final = 10


def change_markdown(change: Change) -> str:
    """Return a Change as Markdown."""
    return "\n".join(_change(change)) + "\n"


def comparison_markdown(comparison: Comparison) -> str:
    """Return the differences from the base as Markdown."""
    return "\n".join(_comparison(comparison)) + "\n"


def escaped(text: str) -> str:
    """Return text that reads the same in Markdown, in a table too, and is no markup, link, mention or HTML."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", safe(text).replace("\n", " "))


def _change(change: Change) -> Iterator[str]:
    yield f"### What this change does to stack {escaped(change.stack)}"
    yield ""
    yield f"**{escaped(counts_text(change))}.**"
    if change.forever:
        yield ""
        yield f"> **{len(change.forever)} cannot be undone:**"
        for text, names in _together(change.forever):
            yield f"> - {_few(names)}: {escaped(text)}"
        for reason in dict.fromkeys(part.forever for part in change.forever if part.forever):
            yield f"> - Because {escaped(reason)}."
    if change.groups:
        yield from _folded(f"Security groups: {escaped(groups_heading(change.groups))}", _groups(change))
    for area, title in TITLES.items():
        parts = [part for part in change.parts if part.area == area]
        if parts:
            yield from _folded(f"{title}: {escaped(area_counts(parts))}", _parts(parts))
    if change.kept:
        rows = [f"| {escaped(item.what)} | {item.count} | {escaped(item.why)} |" for item in change.kept]
        yield from _folded("What a destroy would leave", ["| what | number | why |", "|---|--:|---|", *rows])


def _together(parts: Iterable[Part]) -> list[tuple[str, list[str]]]:
    names_of: dict[str, list[str]] = {}
    for part in parts:
        names_of.setdefault(part.what, []).append(called(part.id, part.name))
    return list(names_of.items())


def _few(names: Sequence[str]) -> str:
    return few([escaped(name) for name in names], _MOST_NAMES)


def _folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{summary}</summary>", "", *lines, "", "</details>")


def _rows(head: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    yield from head
    yield from rows[:_MOST_ROWS]
    if len(rows) > _MOST_ROWS:
        yield ""
        yield f"and {len(rows) - _MOST_ROWS} more: `preflight plan --all` shows them"


def _groups(change: Change) -> Iterator[str]:
    ordered = sorted(change.groups, key=lambda group: (-group.tally.get("lost", 0), group.classic_id))
    rows = [
        f"| {SIGNS[group.action] if group.action else ''} | {escaped(called(group.classic_id, group.name))} "
        f"| {group.members} | {group.vpc_groups} with {group.vpc_rules} rules | {escaped(tally_text(group.tally))} |"
        for group in ordered
    ]
    yield from _rows(["| | group | members | VPC groups | classic rules |", "|---|---|--:|---|---|"], rows)
    rows = [
        f"- {escaped(called(group.classic_id, group.name))}: **{escaped(rule.became)}** {escaped(rule.classic_rule)}: "
        f"{escaped(rule.reason)}"
        for group in ordered
        for rule in sorted(group.rules, key=lambda rule: rule.became != "lost")
        if rule.became in ("lost", "narrowed")
    ]
    rows += [
        f"- {escaped(called(group.classic_id, group.name))}: {sign} {escaped(rule)}"
        for group in ordered
        for sign, rules in (("new rule", group.added), ("rule gone", group.removed))
        for rule in rules
    ]
    yield ""
    yield from _rows([], rows)


def _parts(parts: Sequence[Part]) -> Iterator[str]:
    lines = [
        f"- {SIGNS[action]} {'**cannot be undone** ' if forever else ''}{escaped(text)}"
        + (f" ({escaped(', '.join(details[:_MOST_NAMES]))})" if details else "")
        for action, forever, text, details in grouped_lines(parts)
    ]
    yield from _rows([], lines)


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield "### Against the base"
    yield ""
    yield f"**{escaped(verdicts_text(comparison))}.**"
    if account := other_account(comparison):
        yield ""
        yield f"> **{escaped(account)}**"
    for title, changes in (
        ("New findings", comparison.new),
        ("Findings that now block", comparison.blocking_since),
        ("Newly waived", comparison.newly_waived),
        ("Findings gone", comparison.gone),
    ):
        if changes:
            yield from _folded(f"{title}: {len(changes)}", _findings(changes))
    for word, names in (("Move now too", comparison.instances_added), ("Move no more", comparison.instances_removed)):
        if names:
            yield ""
            yield f"{word}: {_few(names)}"
    if comparison.dates:
        rows = [
            f"| {escaped(item.what)} | {item.before or 'none'} | {item.after or 'none'} |" for item in comparison.dates
        ]
        yield from ("", *_rows(["| date | before | after |", "|---|---|---|"], rows))
    if comparison.decisions:
        yield from ("", *_rows([], [f"- {escaped(decision_text(item))}" for item in comparison.decisions]))


def _findings(changes: Sequence[FindingChange]) -> Iterator[str]:
    rows = [
        f"| {escaped(item.title)} | {escaped(item.severity)} | {item.before or 'not judged'} "
        f"| {item.after or 'not judged'} | {_few(names)} |"
        for item, names in grouped_findings(changes)
    ]
    yield from _rows(["| finding | severity | before | after | on |", "|---|---|---|---|---|"], rows)
