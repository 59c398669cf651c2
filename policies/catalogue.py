"""Writes a page a rule, their index, and the matrix of the notice: `python -m policies.catalogue DOCS`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from policies.notice import ITEMS
from policies.registry import all_rules
from policies.rule import AnyRule, InstanceRule, ReviewRule

_DECLARING = ("classic-to-vpc:", "alimigrate:", "alicloud:")


def documents() -> dict[str, str]:
    """Path below `docs` to content."""
    pages = {f"rules/{rule.id}.md": _page(rule) for rule in all_rules()}
    return pages | {"rules/README.md": _index(), "notice.md": _matrix()}


def _page(rule: AnyRule) -> str:
    about = (importlib.import_module(rule.module).__doc__ or "").strip()
    sections = {
        "What it checks": f"{about}\n\n{_asked(rule)}",
        "Why it matters in the window": rule.why,
        "What it reads": _bullets(f"`{name}`" for name in rule.reads) + _permissions(rule),
        "When unknown may wait": rule.unknown_ok or "Never.",
        "Lead time and settings": _settings(rule),
        "How to fix it": f"```\n{rule.remediation}\n```",
        "After the window": _afterwards(rule),
        "Waivers": "A waiver may cover it." if rule.unwaivable is None else f"It cannot be waived: {rule.unwaivable}.",
        "Notice items": _bullets(f"{item}: {ITEMS[item].text}" for item in rule.notice_items) or "None.",
        "Sources": _bullets([*rule.sources, f"<{rule.url}>"]),
    }
    body = "\n\n".join(f"## {title}\n\n{text.strip()}" for title, text in sections.items())
    return f"# {rule.title}\n\n`{rule.id}`, severity {rule.severity}\n\n{body}\n"


def _asked(rule: AnyRule) -> str:
    if isinstance(rule, InstanceRule):
        return "Asked about each migrating instance."
    if isinstance(rule, ReviewRule):
        return "Asked about the migration as a whole, once all other rules have been."
    return "Asked about the migration as a whole."


def _permissions(rule: AnyRule) -> str:
    if not rule.ram_actions:
        return ""
    return f"\n\nReading that took {', '.join(f'`{action}`' for action in rule.ram_actions)}."


def _settings(rule: AnyRule) -> str:
    always = "Mandatory always.\n\n" if rule.lead_hours is None else ""
    return always + _bullets(
        f"`{name}`, {item.default:g} unless set ({item.minimum:g} to {item.maximum:g}): {item.what}"
        for name, item in rule.adjustable.items()
    )


def _afterwards(rule: AnyRule) -> str:
    if isinstance(rule, InstanceRule) and rule.until_move:
        return "It does not apply to an instance that has moved."
    return "It is asked after the move as before, and mended the same way."


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _index() -> str:
    rows = [
        f"| [`{rule.id}`]({rule.id}.md) | {rule.title} | {rule.severity} | {_mandatory(rule)} | "
        f"{'yes' if rule.unwaivable is None else 'no'} | {', '.join(rule.notice_items) or '-'} |"
        for rule in all_rules()
    ]
    head = "# Rules\n\nMade by `make docs` from what each rule says of itself.\n"
    titles = "| rule | title | severity | mandatory | waivable | notice items |"
    return "\n".join([head, titles, "|---|---|---|---|---|---|", *rows]) + "\n"


def _mandatory(rule: AnyRule) -> str:
    return "always" if rule.lead_hours is None else f"from {rule.lead_hours:g} h before the window"


def _matrix() -> str:
    head = (
        "# The notice, item by item\n\nMade by `make docs`. What each item of the notice is served by in this version; "
        "an item without a rule is not checked.\n\n| item | phase | what the notice says | rules | resources that they "
        "read | tests |\n|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_row(item) for item in ITEMS)]) + "\n"


def _row(item: str) -> str:
    rules = [rule for rule in all_rules() if item in rule.notice_items]
    links = ", ".join(f"[`{rule.id}`](rules/{rule.id}.md)" for rule in rules)
    types = sorted({name for rule in rules for name in rule.reads if name.startswith(_DECLARING)})
    tests = ", ".join(f"`{mirror(rule)}`" for rule in rules)
    entry = ITEMS[item]
    return (
        f"| {item} | {entry.phase} | {entry.text} | {links or 'none'} | "
        f"{', '.join(f'`{name}`' for name in types) or '-'} | {tests or '-'} |"
    )


def mirror(rule: AnyRule) -> str:
    """Path of a rule's tests."""
    family, _, name = rule.module.removeprefix("policies.rules.").partition(".")
    return f"tests/policies/rules/{family}/test_{name}.py"


def write(directory: Path) -> None:
    """Writes all pages, and removes those of rules that are gone."""
    made = documents()
    for stale in (directory / "rules").glob("*.md"):
        if f"rules/{stale.name}" not in made:
            stale.unlink()
    for name, content in made.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
