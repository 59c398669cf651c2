"""What to do, each thing once: the findings of a result grouped by the fix that settles them.

Two fixes are one where they take the same steps, or change the same keys of the stack config: these are merged, so that
one change declares what all of them ask for.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from policies import results
from policies.core import fixes as data
from policies.core.fixes import ID, Change, Command, Task

_SEVERITIES: Final = ("critical", "high", "medium", "low")
# Whom a command logs in to: the address of the instance.
_LOGIN: Final = re.compile(r"@\d+\.\d+\.\d+\.\d+\b")
#: The line between two ways of which one is enough.
OR: Final = "or"


@dataclass(frozen=True)
class Fix:
    """One fix and what it settles.

    `title` is that of its worst rule, `rules` the ids with the worst first. `instances` are names; none for what
    concerns the stack. `since` is None where a finding of it blocks now, else when the first one will. `items` are the
    findings that it settles, each once.
    """

    title: str
    severity: str
    todo: data.Fix
    rules: tuple[str, ...]
    findings: int
    instances: tuple[str, ...]
    since: str | None
    items: tuple[Mapping[str, Any], ...] = ()


def open_findings(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what is left to do: FAIL and UNKNOWN, blocking now or later."""
    return list(results.findings(result, "FAIL", "UNKNOWN"))


def fixes(findings: Iterable[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]]) -> list[Fix]:
    """Return the fixes of findings: what blocks now first, then the worst, then what settles most.

    `rules` are those of the result by id. A finding that takes several fixes is counted in each.
    """
    grouped: defaultdict[object, list[_Found]] = defaultdict(list)
    for item in findings:
        for document in item["fixes"]:
            fix = data.Fix(tuple(tuple(_step(step) for step in way) for way in document["ways"]))
            general = _general(fix, item["subject"])
            grouped[tuple(tuple(map(_place_or_step, way)) for way in general.ways)].append(_Found(fix, general, item))
    return sorted((_fix(items, rules) for items in grouped.values()), key=_order)


class _Found(NamedTuple):
    """A fix as the finding has it, and in the words that are the same for each instance."""

    exact: data.Fix
    general: data.Fix
    item: Mapping[str, Any]


def _step(written: Mapping[str, Any]) -> data.Step:
    if written["kind"] == "config":
        return Change(written["path"], written["value"])
    if written["kind"] == "command":
        return Command(tuple(shlex.split(written["command"])), written["text"] or "")
    return Task(written["text"])


def _general(fix: data.Fix, subject: Mapping[str, Any]) -> data.Fix:
    """Return a fix whose commands and tasks name no instance; changes are merged as they are."""

    def general(text: str) -> str:
        if subject["kind"] == "instance" and subject["id"]:
            text = text.replace(subject["id"], ID)
        return _LOGIN.sub("@<address>", text)

    def of(step: data.Step) -> data.Step:
        if isinstance(step, Command):
            return Command(tuple(map(general, step.argv)), general(step.comment))
        return Task(general(step.text)) if isinstance(step, Task) else step

    return data.Fix(tuple(tuple(map(of, way)) for way in fix.ways))


def _place_or_step(step: data.Step) -> object:
    return step.path if isinstance(step, Change) else step


def _fix(findings: Sequence[_Found], rules: Mapping[str, Mapping[str, Any]]) -> Fix:
    items = {(item["rule"], item["subject"]["urn"]): item for _, _, item in findings}.values()
    ids = sorted({item["rule"] for item in items}, key=lambda rule: (_rank(rules[rule]["severity"]), rule))
    instances = {item["subject"]["id"]: item["subject"]["name"] for item in items if _is_instance(item)}
    todo = data.joined(finding.general if len(instances) > 1 else finding.exact for finding in findings)
    waiting = [item["mandatoryFrom"] for item in items if not item["blocking"]]
    return Fix(
        title=rules[ids[0]]["title"],
        severity=rules[ids[0]]["severity"],
        todo=todo[0],
        rules=tuple(ids),
        findings=len(items),
        instances=tuple(sorted(instances.values())),
        since=min(waiting, key=datetime.fromisoformat) if len(waiting) == len(items) else None,
        items=tuple(items),
    )


def _is_instance(item: Mapping[str, Any]) -> bool:
    return bool(item["subject"]["kind"] == "instance")


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _order(fix: Fix) -> tuple[bool, str, int, int, tuple[str, ...]]:
    return fix.since is not None, fix.since or "", _rank(fix.severity), -fix.findings, fix.rules


def lines_of(fix: data.Fix) -> list[str]:
    """Return a fix as lines: `set` before a part of the stack's config, `$` before a command, tasks in words."""
    lines: list[str] = []
    for index, way in enumerate(fix.ways):
        lines += [OR] if index else []
        lines += [_line(step) for step in way]
    return lines


def _line(step: data.Step) -> str:
    if isinstance(step, Change):
        return f"set {data.flow(data.nested(step)).removeprefix('{').removesuffix('}')}"
    if isinstance(step, Command):
        return f"$ {data.shell(step.argv)}" + (f"   # {step.comment}" if step.comment else "")
    return step.text
