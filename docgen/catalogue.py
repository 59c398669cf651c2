"""Write a page for each rule, their index, the pages on the notice and on coverage, and the pack's list of rules."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from policies.core.fixes import RULE, Fix, as_markdown, filled
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.core.rule import AnyRule, InstanceRule, ReviewRule
from policies.pack.registry import all_rules
from policies.subjects.notes import OF_WAVES, REPORTED
from policies.subjects.notice import ATTESTED, ITEMS
from policies.subjects.ways_in import table

_DECLARING = ("classic-to-vpc:", "alimigrate:", "alicloud:")
# They carry facts, and serve no item of the notice.
_FACTS = {MIGRATION, MIGRATING_INSTANCE}

# Rules of this family are about moved instances alone.
_AFTER = "after-"

# Pages of docs/components that show how to declare an item.
PAGES = {
    "network": ("N09", "N10"),
    "security-groups": ("N11", "N12", "N30"),
    "databases": ("N17", "N18"),
    "classic-link": ("N15",),
    "backups": ("N08",),
    "after": ("N23", "N24", "N32", "N33"),
}


def documents() -> dict[str, str]:
    """Return path below `docs` -> content."""
    pages = {f"rules/{rule.id}.md": _page(rule) for rule in all_rules()}
    return pages | {"rules/README.md": _index(), "notice.md": _matrix(), "coverage.md": table()}


def _page(rule: AnyRule) -> str:
    about = (importlib.import_module(rule.module).__doc__ or "").strip()
    sections = {
        "What it checks": f"{about}\n\n{_scope(rule)}",
        "Why it matters in the window": rule.why,
        "What it reads": _bullets(f"`{name}`" for name in rule.reads) + _permissions(rule),
        "When unknown may wait": rule.unknown_ok or "Never.",
        "Lead time and settings": _settings(rule),
        "How to fix it": _fixes(rule),
        "Waivers": "A waiver can cover it." if rule.unwaivable is None else f"No waiver can: {rule.unwaivable}.",
        "Notice items": _bullets(f"{item}: {ITEMS[item].text}" for item in rule.notice_items) or "None.",
        "Sources": _bullets([*rule.sources, f"<{rule.url}>"]),
    }
    body = "\n\n".join(f"## {title}\n\n{text.strip()}" for title, text in sections.items())
    return f"# {rule.title}\n\n`{rule.id}`, severity {rule.severity}\n\n{body}\n"


def _scope(rule: AnyRule) -> str:
    if isinstance(rule, InstanceRule):
        return "Checked once per migrating instance."
    if isinstance(rule, ReviewRule):
        return "Checked once for the migration as a whole, after all other rules."
    return "Checked once for the migration as a whole."


def _permissions(rule: AnyRule) -> str:
    if not rule.ram_actions:
        return ""
    listed = ", ".join(f"`{action}`" for action in rule.ram_actions)
    return "\n\n" + fill(f"The program reads that by the RAM actions {listed}.", 120, break_on_hyphens=False)


def _settings(rule: AnyRule) -> str:
    always = "Always mandatory.\n\n" if rule.lead_hours is None else ""
    if rule.fixed_by_up:
        always = "Blocks in the result file; the engine's policy is advisory, so that `pulumi up` can fix it.\n\n"
    return always + _bullets(
        f"`{name}`, default {item.default:g} ({item.minimum:g} to {item.maximum:g}): {item.meaning}"
        for name, item in rule.adjustable.items()
    )


def _fixes(rule: AnyRule) -> str:
    fix = _fix(rule, rule.remediation)
    if rule.id.startswith(_AFTER):
        return f"### After the move\n\n{fix}"
    return f"### Before the window\n\n{fix}\n\n### After the move\n\n{_afterwards(rule)}"


def _afterwards(rule: AnyRule) -> str:
    if isinstance(rule, InstanceRule) and rule.until_move:
        checked = "No longer checked once the instance has moved."
    else:
        checked = "Still checked after the move."
    fix = "The fix is the same." if rule.remediation_after is None else _fix(rule, rule.remediation_after)
    return f"{checked}\n\n{fix}"


def _fix(rule: AnyRule, fix: Fix) -> str:
    return as_markdown([filled(fix, {RULE: rule.id})])


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _index() -> str:
    rows = [
        f"| [`{rule.id}`]({rule.id}.md) | {rule.title} | {rule.severity} | {_mandatory(rule)} | "
        f"{'yes' if rule.unwaivable is None else 'no'} | {', '.join(rule.notice_items) or '-'} |"
        for rule in all_rules()
    ]
    head = "# Rules\n\nMade by `make docs` from the rules. The words: [glossary](../glossary.md).\n"
    titles = "| rule | title | severity | mandatory | waivable | notice items |"
    return "\n".join([head, titles, "|---|---|---|---|---|---|", *rows]) + "\n"


def _mandatory(rule: AnyRule) -> str:
    if rule.fixed_by_up:
        return "in the result file"
    return "always" if rule.lead_hours is None else f"from {rule.lead_hours:g} h before the window"


def _matrix() -> str:
    head = (
        "# The notice, item by item\n\nMade by `make docs`. What serves each item of the notice: a resource brings it "
        "about (declared), a rule checks it (checked), a named person answers for it (attested), or the result file "
        "reports it, and every preview too where it holds for a wave (reported)."
    )
    titles = ("item", "phase", "what the notice says", "declared", "checked", "attested", "reported", "tests")
    return "\n".join([head, "", _cells(titles), "|---" * len(titles) + "|", *(_row(item) for item in ITEMS)]) + "\n"


def _row(item: str) -> str:
    entry, row = ITEMS[item], served(item)
    return _cells([item, entry.phase, entry.text, *(", ".join(texts) or "-" for texts in row.values())])


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def served(item: str) -> dict[str, list[str]]:
    """Return what serves an item of the notice: of each kind in `Item.how`, and the tests."""
    how = ITEMS[item].how
    rules = [rule for rule in all_rules() if item in rule.notice_items]
    types = sorted({name for rule in rules for name in rule.reads if name.startswith(_DECLARING)} - _FACTS)
    pages = [page for page, items in PAGES.items() if item in items]
    declared = [f"[{page}](components/{page}.md)" for page in pages] + [f"`{name}`" for name in types]
    reports = [] if item not in REPORTED else ["wave" if item in OF_WAVES else "instance"]
    return {
        "declare": declared if "declare" in how else [],
        "check": [f"[`{rule.id}`](rules/{rule.id}.md)" for rule in rules],
        "attest": [f"`{ATTESTED[item]}`"] if item in ATTESTED else [],
        "report": reports,
        "tests": [
            *(f"`{mirror(rule)}`" for rule in rules),
            *(["`tests/e2e/test_component_docs.py`"] if "declare" in how else []),
            *(["`tests/policies/subjects/test_notes.py`"] if reports else []),
        ],
    }


def mirror(rule: AnyRule) -> str:
    """Return the path of a rule's tests."""
    family, _, name = rule.module.removeprefix("policies.rules.").partition(".")
    return f"tests/policies/rules/{family}/test_{name}.py"


def write(directory: Path) -> None:
    """Write all pages, and remove those of rules that no longer exist."""
    texts = documents()
    for stale in (directory / "rules").glob("*.md"):
        if f"rules/{stale.name}" not in texts:
            stale.unlink()
    for name, content in texts.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def list_rules() -> str:
    """Return the ids of all rules, a line each: the rules of a whole pack (`policies/rules.txt`)."""
    return "".join(f"{rule.id}\n" for rule in all_rules())
