"""A Change, and its differences from the base, as lines for a terminal: counts first, details on request.

Prose is wrapped to the terminal. `report` and `up` show the same lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.text import Text

from policies.core.facts import printable
from policies.core.words import few, number_of
from preflight.plan.model import Action, Area, Became, Change, Comparison, Decision, FindingChange, GroupChange, Part
from preflight.screen import when, wrapped

SIGNS: Final[Mapping[Action, str]] = {"create": "+", "update": "~", "replace": "±", "delete": "-", "release": "="}
WORDS: Final[Mapping[Action, str]] = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
    "release": "to let go, which stay in the cloud",
}
TITLES: Final[Mapping[Area, str]] = {
    "network": "Target network",
    "security-groups": "Security groups without a classic one",
    "databases": "Databases",
    "lists": "Lists that get entries",
    "links": "ClassicLink",
    "public-addresses": "Public addresses",
    "snapshots": "Snapshots",
    "cleanup": "Old addresses taken out",
    "other": "Other resources",
}
_STYLES: Final[Mapping[Action, str]] = {
    "create": "green",
    "update": "yellow",
    "replace": "yellow",
    "delete": "red",
    "release": "dim",
}
_MOST_PARTS: Final = 5
_MOST_GROUPS: Final = 5
_MOST_RULES: Final = 3
_MOST_FINDINGS: Final = 6
_MARK: Final = "!"


def change_lines(change: Change, width: int, *, everything: bool) -> Iterator[Text]:
    """Yield the lines of a Change; `everything` leaves nothing out."""
    for line in wrapped(f"What this change does to stack {change.stack}: {counts_text(change)}.", width):
        yield Text(line, "bold")
    if change.forever:
        number = len(change.forever)
        warning = f"{_MARK} {number} of them cannot be undone, marked {_MARK} below."
        yield Text(warning, "bold red")
    for area in TITLES:
        if area == "security-groups":
            yield from _groups(change.groups, width, everything)
        yield from _area(area, [part for part in change.parts if part.area == area], width, everything)
    if change.kept:
        yield Text()
        yield Text("What a destroy would leave", "bold")
        for item in change.kept:
            yield from _texts(wrapped(f"{item.what}: {item.count}, because {item.why}", width, "  "))


def counts_text(change: Change) -> str:
    """Return the number of resources that are created, updated and so on."""
    parts = [f"{number} {WORDS[action]}" for action, number in change.counts.items() if number]
    return ", ".join([*(parts or ["nothing to do"]), f"{change.unchanged} unchanged"])


def _texts(lines: Iterable[str], style: str = "") -> Iterator[Text]:
    for line in lines:
        yield Text(line, style)


# ---- security groups ----


def groups_heading(groups: Sequence[GroupChange]) -> str:
    """Return a summary of the rules of all groups."""
    tally: Counter[Became] = Counter()
    for group in groups:
        tally.update(group.tally)
    cloned = sum(group.mode == "clone" for group in groups)
    unchanged = len(groups) - cloned
    parts = [f"{cloned} cloned"] if cloned else []
    parts += [f"{unchanged} with VPC groups of others in their place"] if unchanged else []
    rules = tally_text(tally)
    return f"{', '.join(parts)}" + (f"; classic rules: {rules}" if rules else "")


def tally_text(tally: Mapping[Became, int]) -> str:
    """Return the results of rules, as `7 carried over, 1 lost`."""
    order: tuple[Became, ...] = ("carried over", "narrowed", "merged", "folded", "split", "lost", "added")
    return ", ".join(f"{tally[name]} {name}" for name in order if tally.get(name))


def group_text(group: GroupChange) -> str:
    """Return one group in a line."""
    place = (
        f"{number_of(group.vpc_groups, 'VPC group')} with {number_of(group.vpc_rules, 'rule')}"
        if group.mode == "clone"
        else f"{number_of(group.vpc_groups, 'VPC group')} of others"
    )
    became = tally_text(group.tally)
    pairs = ((group.added, "new"), (group.removed, "gone"))
    differs = [f"{number_of(len(rules), 'rule')} {word}" for rules, word in pairs if rules]
    return "; ".join(
        [f"{called(group.classic_id, group.name)}, {number_of(group.members, 'member')}: {place}"]
        + ([became] if became else [])
        + differs
    )


def _groups(groups: Sequence[GroupChange], width: int, everything: bool) -> Iterator[Text]:
    if not groups:
        return
    yield Text()
    yield from _texts(wrapped(f"Security groups: {groups_heading(groups)}", width), "bold")
    # Groups that lose something first, then those that change.
    ordered = sorted(groups, key=lambda group: (-group.tally.get("lost", 0), group.action is None, group.classic_id))
    listed = ordered if everything else ordered[:_MOST_GROUPS]
    most = _MOST_RULES if len(ordered) <= _MOST_GROUPS else 1
    for group in listed:
        sign = SIGNS[group.action] if group.action else " "
        style = "red" if group.tally.get("lost") or group.limits else ""
        yield from _texts(wrapped(group_text(group), width, f"  {sign} "), style)
        yield from _rules_of(group, width, None if everything else most)
    if len(ordered) > len(listed):
        yield Text(f"    and {number_of(len(ordered) - len(listed), 'more group')}: --all shows them", "dim")


def _rules_of(group: GroupChange, width: int, most: int | None) -> Iterator[Text]:
    for limit in group.limits:
        yield from _texts(wrapped(f"past a limit: {limit}", width, " " * 6), "red")
    for sign, rules in (("+", group.added), ("-", group.removed)):
        listed = rules[:most]
        for rule in listed:
            yield from _texts(wrapped(rule, width, f"      {sign} "))
        if len(rules) > len(listed):
            yield Text(f"      {sign} and {number_of(len(rules) - len(listed), 'more rule')}", "dim")
    chosen = [item for item in group.rules if most is None or item.became in ("lost", "narrowed")]
    kept_rules = chosen[:most]
    for item in kept_rules:
        text = f"{item.became}: {item.classic_rule}: {item.reason}"
        if most is None and item.vpc_rules > 1:
            text += f" ({item.vpc_rules} VPC rules)"
        yield from _texts(wrapped(text, width, " " * 6), "red" if item.became == "lost" else "dim")
    if len(chosen) > len(kept_rules):
        yield Text(f"      and {number_of(len(chosen) - len(kept_rules), 'more rule')} lost or narrowed", "dim")


# ---- all else ----


def _area(area: Area, parts: Sequence[Part], width: int, everything: bool) -> Iterator[Text]:
    if not parts:
        return
    yield Text()
    yield Text(f"{TITLES[area]}: {area_counts(parts)}", "bold")
    lines = [(part.action, part.forever is not None, text) for part in parts for text in [part_text(part)]]
    grouped = grouped_lines(parts) if not everything else [(*line, parts[i].details) for i, line in enumerate(lines)]
    listed = grouped if everything else grouped[:_MOST_PARTS]
    for action, forever, text, details in listed:
        mark = _MARK if forever else " "
        style = "bold red" if forever else _STYLES[action]
        yield from _texts(wrapped(text, width, f"{mark} {SIGNS[action]} "), style)
        if everything:
            for detail in details:
                yield from _texts(wrapped(detail, width, " " * 6))
        elif details:
            yield from _texts(wrapped(few(details, _MOST_RULES), width, " " * 6), "dim")
    if len(grouped) > len(listed):
        yield Text(f"    and {number_of(len(grouped) - len(listed), 'more line')}: --all shows them", "dim")
    reasons = dict.fromkeys(part.forever for part in parts if part.forever)
    for reason in reasons:
        yield from _texts(wrapped(f"cannot be undone: {reason}", width, f"{_MARK}   "), "red")


def area_counts(parts: Sequence[Part]) -> str:
    """Return the parts of an area by action."""
    counts = Counter(part.action for part in parts)
    return ", ".join(f"{counts[action]} {word}" for action, word in WORDS.items() if counts[action])


def part_text(part: Part) -> str:
    """Return one part in a line."""
    return f"{called(part.id, part.name)}: {part.what}"


Grouped = tuple[Action, bool, str, tuple[str, ...]]


def grouped_lines(parts: Sequence[Part]) -> list[Grouped]:
    """Return equal parts as one line each, with their subjects counted."""
    parts_of: dict[tuple[Action, bool, str, tuple[str, ...]], list[Part]] = {}
    for part in parts:
        parts_of.setdefault((part.action, part.forever is not None, part.what, part.details), []).append(part)
    lines: list[Grouped] = []
    for (action, forever, text, details), same in parts_of.items():
        names = list(dict.fromkeys(part.name or part.id for part in same))
        line = f"{few(names, _MOST_RULES)}: {text}" if len(same) > 1 else part_text(same[0])
        lines.append((action, forever, line, details))
    return sorted(lines, key=lambda line: not line[1])


def called(item_id: str, name: str) -> str:
    """Return a resource by its id, and its name."""
    return f"{item_id} ({name})" if name and name != item_id else item_id


# ---- against the base ----


def comparison_lines(comparison: Comparison, width: int, *, everything: bool) -> Iterator[Text]:
    """Yield the differences from the result of the base."""
    for line in wrapped(f"Against the base: {verdicts_text(comparison)}.", width):
        yield Text(line, "bold")
    if account := other_account(comparison):
        yield from _texts(wrapped(account, width), "bold red")
    for title, changes, style in (
        ("New findings", comparison.new, "red"),
        ("Findings that now block", comparison.blocking_since, "red"),
        ("Newly waived", comparison.newly_waived, "yellow"),
        ("Findings gone", comparison.gone, "green"),
    ):
        yield from _findings(title, changes, style, width, everything)
    if comparison.instances_added or comparison.instances_removed:
        for word, names in (
            ("move now too", comparison.instances_added),
            ("move no more", comparison.instances_removed),
        ):
            if names:
                shown = few(names, len(names) if everything else _MOST_FINDINGS)
                yield from _texts(wrapped(f"{number_of(len(names), 'instance')} {word}: {shown}", width))
    if comparison.dates:
        yield Text("Dates that moved", "bold")
        for date in comparison.dates:
            yield from _texts(wrapped(f"{date.what}: {_date(date.before)} -> {_date(date.after)}", width, "  "))
    if comparison.decisions:
        yield Text("Waivers and attestations", "bold")
        for item in comparison.decisions:
            yield from _texts(wrapped(decision_text(item), width, "  "))


def verdicts_text(comparison: Comparison) -> str:
    """Return the verdict before and after in a line."""
    before, after = comparison.before, comparison.after
    commit = f" (commit {before.commit[:12]}, judged {when(before.judged_at)})" if before.commit else ""
    commit = commit or f" (judged {when(before.judged_at)})"
    return (
        f"{before.readiness}{commit} -> {after.readiness}; blocking findings {before.blocking} -> {after.blocking}; "
        f"{len(comparison.new)} new, {len(comparison.gone)} gone, {len(comparison.newly_waived)} newly waived"
    )


def other_account(comparison: Comparison) -> str:
    """Return a warning where the base result is of another account; otherwise empty."""
    before, after = (printable(side.account or "not known") for side in (comparison.before, comparison.after))
    return "" if before == after else f"The base is of another account: {before}, and this change of {after}."


def decision_text(item: Decision) -> str:
    """Return one waiver or attestation in a line."""
    return f"{item.standing}: {item.kind} {item.what}, by {item.who}, until {_date(item.until)}"


def grouped_findings(changes: Sequence[FindingChange]) -> list[tuple[FindingChange, list[str]]]:
    """Return the findings by rule, the worst first, with the names of their subjects."""
    changes_of: dict[str, list[FindingChange]] = {}
    for item in changes:
        changes_of.setdefault(item.rule, []).append(item)
    order = ("critical", "high", "medium", "low")

    def rank(items: Sequence[FindingChange]) -> tuple[bool, int, str]:
        severity = items[0].severity
        return not any(i.blocking for i in items), order.index(severity) if severity in order else 9, items[0].rule

    return [(items[0], [item.name for item in items]) for items in sorted(changes_of.values(), key=rank)]


def _findings(title: str, changes: Sequence[FindingChange], style: str, width: int, everything: bool) -> Iterator[Text]:
    if not changes:
        return
    yield Text(f"{title}: {len(changes)}", f"bold {style}")
    grouped = grouped_findings(changes)
    for item, names in grouped if everything else grouped[:_MOST_FINDINGS]:
        shown = few(names, len(names) if everything else _MOST_RULES)
        how = f" ({item.severity}, {item.before or 'not judged'} -> {item.after or 'not judged'})"
        yield from _texts(wrapped(f"{item.title}{how}: {shown}", width, "  "))
    if not everything and len(grouped) > _MOST_FINDINGS:
        yield Text(f"  and {number_of(len(grouped) - _MOST_FINDINGS, 'more rule')}: --all shows them", "dim")


def _date(text: str | None) -> str:
    return when(text) if text else "none"
