"""The command line `preflight`."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from policies.pack.run import manifest
from policies.verdict import BAD_INPUT, CONDITIONS
from preflight import exits, inventory, reference
from preflight.check import Wish
from preflight.check import check as run_check
from preflight.exits import INTERRUPTED, Stop
from preflight.screen import console


class Permissions(StrEnum):
    """What a RAM policy document is for."""

    PREVIEW = "preview"
    UP = "up"
    EVIDENCE = "evidence"


app = typer.Typer(
    name="preflight",
    help="Says whether a stack is ready for its move from the classic network to a VPC, and what is left to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _commands() -> None:
    """Say whether a stack is ready for its move from the classic network to a VPC, and what is left to do."""


@app.command(epilog=exits.HELP.replace("\n  ", "\n\n  "))
def check(  # noqa: PLR0913 - one argument an option
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="The stack; the selected one if not given.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            help="Ask about another time, such as 2026-12-11T03:00:00+08:00: a what-if, which passes no gate.",
            parser=lambda text: _moment(text),
            metavar="TIME",
        ),
    ] = None,
    wave: Annotated[str | None, typer.Option(help="Judge one wave, not the whole stack.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every finding and every fix.")] = False,
    instance: Annotated[
        list[str] | None, typer.Option(help="Show the findings of one instance, by id or name; repeat it.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Show the findings of one rule; repeat it.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help=f"Exit {CONDITIONS} if ready with conditions.")] = False,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Judge a simulated cloud as if it were Alibaba's; never for a gate.")
    ] = False,
    result: Annotated[
        Path | None, typer.Option(help="Keep the whole result in this file.", envvar="PREFLIGHT_RESULT")
    ] = None,
    project: Annotated[Path, typer.Option(help="The directory with Pulumi.yaml; here if not given.")] = Path(),
) -> None:
    """Preview the stack with the policy pack on, and show the verdict and the fixes.

    Nothing is changed in the cloud.
    """
    known = manifest()
    if unknown := [name for name in rule or () if name not in known]:
        raise Stop(BAD_INPUT, f"--rule {', '.join(unknown)}: there is no such rule; docs/rules/README.md lists them")
    wish = Wish(
        project=project,
        stack=stack,
        at=at,
        wave=wave,
        everything=everything,
        instances=tuple(instance or ()),
        rules=tuple(rule or ()),
        strict=strict,
        rehearsal=rehearsal,
        result=result,
    )
    raise typer.Exit(run_check(wish, console(), console(stderr=True)))


@app.command()
def rules() -> None:
    """List the rules by which a stack is judged."""
    reference.show_rules(console())


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="The id of a rule, as a finding names it.")]) -> None:
    """Show what a rule checks, why, from when it is mandatory, and how to fix what it finds."""
    reference.explain(console(), rule)


@app.command()
def permissions(
    what: Annotated[
        Permissions, typer.Argument(help="For a preview, for an update and a destroy, or for collecting evidence.")
    ],
) -> None:
    """Print the least RAM policy document that a run needs."""
    reference.show_permissions(console(), what.value)


app.command("inventory", epilog=inventory.EXITS)(inventory.inventory)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise typer.BadParameter(f"expected a time with its offset, such as 2026-12-11T03:00:00+08:00; found {text!r}")
    return moment


def main() -> None:
    """Run the command line; every error is one message on stderr, and an exit code that says its kind."""
    try:
        app(prog_name="preflight")
    except Stop as stop:
        _stop(str(stop), stop.code)
    except KeyboardInterrupt:
        _stop("interrupted; nothing was changed in the cloud", INTERRUPTED)


def _stop(message: str, code: int) -> None:
    typer.echo(f"preflight: {message}", err=True)
    sys.exit(code)
