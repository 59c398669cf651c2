"""`preflight inventory`: write the estate of a region into a file to review, and list changes since an earlier one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from components.inputs import counted
from estate.inventory import Change, Inventory, InventoryError, changes, render, save_inventory
from policies.core.facts import safe
from policies.core.words import number_of
from policies.verdict import BAD_INPUT, NOT_JUDGED
from preflight.exits import CHANGED, NOT_ALLOWED, Stop
from preflight.options import RegionOption, check_writable, not_blank
from preflight.redaction import redacted
from preflight.region import Where, read_file, read_region
from preflight.screen import Progress, console, show, when, wrapped

EXITS: Final = f"""exit codes:

  0 done; with --diff, nothing changed

  {CHANGED} with --diff: something changed

  {BAD_INPUT} bad input

  {NOT_ALLOWED} credentials or permission

  {NOT_JUDGED} the cloud gave no whole answer"""

_SIGNS: Final = {"new": ("+", "green"), "gone": ("-", "red"), "changed": ("~", "yellow")}


def inventory(  # noqa: PLR0913 - one argument an option
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", "-s", help="Read the region of this stack; of the selected one if not given.", callback=not_blank
        ),
    ] = None,
    region: RegionOption = None,
    cloud: Annotated[
        Path | None, typer.Option(help="Use the alicloud: keys of this stack file; the stack itself need not exist.")
    ] = None,
    estate: Annotated[Path | None, typer.Option(help="Use the estate in this file, without calling a cloud.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the estate to this file.")] = None,
    diff: Annotated[Path | None, typer.Option(help="Show the changes since this inventory file.")] = None,
    project: Annotated[Path, typer.Option(help="The directory with Pulumi.yaml; here if not given.")] = Path(),
) -> None:
    """Read the estate of a region into a file that can be reviewed, and be judged by without the cloud.

    Without --output and --diff it is printed.
    """
    if output is not None:
        # Said before the region is read, which takes minutes where it is large.
        check_writable("--output", output)
    before = None if diff is None else read_file(diff)
    if estate is not None:
        if stack or region or cloud:
            raise Stop(BAD_INPUT, "--estate: expected no --stack, --region or --cloud beside it")
        now = read_file(estate)
    else:
        now = read_region(Where(project, stack, region, cloud), Progress(console(stderr=True)))
    if before is not None:
        _same_region(before, now, diff)
    if output is not None:
        _save(output, now)
    elif before is None:
        sys.stdout.write(render(now))
    if before is None:
        return
    differences = changes(before.estate, now.estate)
    show_changes(console(), before, now, differences)
    if differences:
        raise typer.Exit(CHANGED)


def _same_region(before: Inventory, after: Inventory, path: Path | None) -> None:
    of = [(item.estate.account_id, item.estate.region_id) for item in (before, after)]
    if of[0] != of[1]:
        one, other = (f"region {region} of account {account}" for account, region in of)
        raise Stop(BAD_INPUT, redacted(f"{path}: it is of {one}; expected one of {other}"))


def _save(path: Path, inventory: Inventory) -> None:
    try:
        save_inventory(path, inventory)
    except InventoryError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    show(console(stderr=True), Text(safe(f"Wrote {counted(inventory.estate)} to {path}")))


def show_changes(out: Console, before: Inventory, after: Inventory, differences: Sequence[Change]) -> None:
    """Show the changes between two readings, by kind of resource."""
    for kind, group in groupby(differences, key=lambda change: change.kind):
        show(out, Text(kind, "bold"))
        for change in group:
            sign, style = _SIGNS[change.status]
            text = f"{change.subject}: {change.text}" if change.text else change.subject
            for line in wrapped(text, out.width, f"  {sign} "):
                show(out, Text(line, style))
    since = when(before.estate.read_at.isoformat())
    number = len(differences)
    summary = "Nothing changed" if not number else number_of(number, "change")
    show(out, f"{summary} from {since} to {when(after.estate.read_at.isoformat())}.")
