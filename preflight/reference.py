"""Look-ups that need no stack: rules, findings of a result that was kept, and permissions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

import typer
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
from preflight.screen import console, show, show_findings, show_table, when
from preflight.workspace import ROOT


class _Commands(CodeBlock):
    """Commands as they are typed: the terminal folds them, so that one copies as one."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().splitlines():
            yield Text(f"    {line}", "cyan", no_wrap=True, overflow="ignore")


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "fence": _Commands}


def rules() -> None:
    """List the rules by which a stack is judged."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rule", no_wrap=True)
    for heading in ("severity", "mandatory", "waivers"):
        table.add_column(heading, no_wrap=True)
    for rule in all_rules():
        since = "always" if rule.lead_hours is None else f"{rule.lead_hours:g} h before"
        table.add_row(rule.id, rule.severity, since, "no" if rule.unwaivable else "yes")
    show_table(console(), table)


def explain(
    rule: Annotated[str, typer.Argument(help="The id of a rule, as a finding names it.")],
    instance: Annotated[
        list[str] | None,
        typer.Option(help="Show the rule's result for one instance, by id or name; repeat it for more."),
    ] = None,
    result: Annotated[
        Path | None, typer.Option(help="A result of `preflight check --result`.", envvar="PREFLIGHT_RESULT")
    ] = None,
) -> None:
    """Show what a rule checks, why, from when it is mandatory, and how to fix what it finds.

    With a result it shows first what the rule said in it, of each instance or of those chosen.
    """
    known_rules((rule,), "")
    if instance and result is None:
        raise Stop(BAD_INPUT, "--instance: expected --result beside it, the file that `preflight check --result` kept")
    out = console()
    if result is not None and (instance or result.exists()):
        _show_findings(out, rule, result, tuple(instance or ()))
    page = (ROOT / f"docs/rules/{rule}.md").read_text(encoding="utf-8")
    with out.capture() as captured:
        out.print(_Page(page), crop=False)
    for line in captured.get().splitlines():
        show(out, Text.from_ansi(line.rstrip()))
    show(out)
    show(out, f"This page: {read_pages(os.environ).of(rule)}")


def _show_findings(out: Console, rule_id: str, path: Path, instances: Sequence[str]) -> None:
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
    show(out, f"By the result of stack {safe(judged)}:")
    show_findings(out, chosen, rules)


class Permissions(StrEnum):
    """The use of a RAM policy document."""

    PREVIEW = "preview"
    UP = "up"
    CLEANUP = "cleanup"
    EVIDENCE = "evidence"
    STATE = "state"


def permissions(
    what: Annotated[
        Permissions,
        typer.Argument(
            help="For a preview, for an update and a destroy, for cleaning up alone, for collecting evidence, or for "
            "the bucket of the state."
        ),
    ],
) -> None:
    """Print the least RAM policy document that a run needs."""
    show(console(), documents()[f"{what}.json"].rstrip())
