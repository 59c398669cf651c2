"""What can be looked up without a stack: the rules, and the permissions that a run needs."""

from __future__ import annotations

import difflib

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from components.ram import documents
from policies.core.facts import safe
from policies.pack.registry import all_rules
from policies.pack.run import manifest
from policies.verdict import BAD_INPUT
from preflight.exits import Stop
from preflight.screen import show
from preflight.workspace import ROOT


def show_rules(console: Console) -> None:
    """List the rules by id, with severity, from when each is mandatory, and whether it can be waived."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rule", no_wrap=True)
    for heading in ("severity", "mandatory", "waivers"):
        table.add_column(heading, no_wrap=True)
    for rule in all_rules():
        since = "always" if rule.lead_hours is None else f"{rule.lead_hours:g} h before"
        table.add_row(rule.id, rule.severity, since, "no" if rule.unwaivable else "yes")
    console.print(table)


def explain(console: Console, rule_id: str) -> None:
    """Show the page of a rule. Raises Stop where there is no such rule, with the ids that are like it."""
    known = manifest()
    if rule_id not in known:
        alike = difflib.get_close_matches(rule_id, known, cutoff=0.4)
        said = f" Did you mean {', '.join(alike)}?" if alike else ""
        raise Stop(BAD_INPUT, f"there is no rule {safe(rule_id)}.{said} `preflight rules` lists them.")
    page = (ROOT / f"docs/rules/{rule_id}.md").read_text(encoding="utf-8")
    console.print(Markdown(page))


def show_permissions(console: Console, what: str) -> None:
    """Print the RAM policy document for a preview, an update or the collecting of evidence, and nothing else."""
    show(console, documents()[f"{what}.json"].rstrip())
