"""Look-ups that need no stack: rules, findings of a result that was kept, and permissions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown, MarkdownElement
from rich.table import Table
from rich.text import Text

from components.ram import documents
from policies.core.facts import safe
from policies.pack.registry import all_rules
from policies.results import findings
from policies.verdict import BAD_INPUT, NotJudgedError, load
from preflight.exits import Stop
from preflight.findings import chosen_of, known_rules
from preflight.pages import read_pages
from preflight.screen import show, show_findings, show_table, when
from preflight.workspace import ROOT


class _Commands(CodeBlock):
    """Commands as they are typed: the terminal folds them, so that one copies as one."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().splitlines():
            yield Text(f"    {line}", "cyan", no_wrap=True, overflow="ignore")


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "fence": _Commands}


def show_rules(console: Console) -> None:
    """List the rules by id, with severity, from when each is mandatory, and whether it can be waived."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rule", no_wrap=True)
    for heading in ("severity", "mandatory", "waivers"):
        table.add_column(heading, no_wrap=True)
    for rule in all_rules():
        since = "always" if rule.lead_hours is None else f"{rule.lead_hours:g} h before"
        table.add_row(rule.id, rule.severity, since, "no" if rule.unwaivable else "yes")
    show_table(console, table)


def known_rule(rule_id: str) -> None:
    """Raise Stop for an unknown rule."""
    known_rules((rule_id,), "")


def explain(console: Console, rule_id: str) -> None:
    """Show the page of a rule. Raises Stop for an unknown rule."""
    known_rule(rule_id)
    page = (ROOT / f"docs/rules/{rule_id}.md").read_text(encoding="utf-8")
    with console.capture() as captured:
        console.print(_Page(page), crop=False)
    for line in captured.get().splitlines():
        show(console, Text.from_ansi(line.rstrip()))
    show(console)
    show(console, f"This page: {read_pages(os.environ).of(rule_id)}")


def explain_findings(console: Console, rule_id: str, path: Path, instances: Sequence[str]) -> None:
    """Show a rule's results in a result that was kept, for some instances or all, including passes and waived ones.

    Raises Stop where the file is no result, or has nothing about an instance.
    """
    try:
        result = load(path)
        rules = {rule["id"]: rule for rule in result["rules"]}
        of_rule = [item for item in findings(result) if item["rule"] == rule_id]
        chosen = chosen_of(of_rule, result, (), instances)
        judged = f"{result['stack']}, judged {when(result['now'])}"
    except NotJudgedError as problem:
        raise Stop(BAD_INPUT, f"--result {path}: {problem}") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Stop(BAD_INPUT, f"--result {path}: it lacks what a result of its schema version must have") from None
    if not chosen:
        of_it = f" about {', '.join(instances)}" if instances else ""
        raise Stop(BAD_INPUT, f"--result {path}: {rule_id} says nothing{of_it}")
    show(console, f"By the result of stack {safe(judged)}:")
    show_findings(console, chosen, rules)


def show_permissions(console: Console, use: str) -> None:
    """Print the RAM policy document for that use, and nothing else."""
    show(console, documents()[f"{use}.json"].rstrip())
