"""The command line `preflight`."""

from __future__ import annotations

import sys
from typing import Final

import typer

from components.config import ConfigError
from components.evidence.__main__ import app as evidence
from components.run import failure_kind
from components.stack_file.__main__ import set_parts
from estate.errors import EstateError
from estate.guest import EvidenceFileError, OutputError
from policies.verdict import BAD_INPUT
from policies.verdict import main as read_verdict
from preflight import exits, inventory
from preflight.access import EXIT_CODES
from preflight.check import check
from preflight.exits import BY_SIGNAL, Stop
from preflight.fix.command import fix
from preflight.fleet import command as fleet_planning
from preflight.fleet.reporting import report as report_fleet
from preflight.init.command import EXITS as INIT_EXITS
from preflight.init.command import init
from preflight.interruption import Interrupted, ending_cleanly
from preflight.plan.command import plan
from preflight.reach import command as reaching
from preflight.redaction import redacted
from preflight.reference import explain, permissions, rules
from preflight.report.command import report
from preflight.timeline.command import timeline
from preflight.up.command import EXITS as UP_EXITS
from preflight.up.command import up

app = typer.Typer(
    name="preflight",
    help="Show whether a stack is ready for its move from the classic network to a VPC, and what is left to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _commands() -> None:
    """Show whether a stack is ready for its move from the classic network to a VPC, and what is left to do."""


def verdict(context: typer.Context) -> None:
    """Read a result that was kept, for a gate: what `python -m policies.verdict` does, with its options."""
    raise typer.Exit(read_verdict(context.args, "preflight verdict"))


_JUDGED: Final = exits.HELP.replace("\n  ", "\n\n  ")

# In the order of their use. The second text is the line in `preflight --help`: at 80 columns it is not cut.
app.command(epilog=INIT_EXITS, short_help="Write a first stack file from what a region has.")(init)
app.command(epilog=_JUDGED, short_help="Show the verdict on a stack, and each fix once.")(check)
app.command(epilog=_JUDGED, short_help="Write the fixes that are configuration into the stack file.")(fix)
app.command(epilog=_JUDGED, short_help="Show what a change does, and what cannot be undone.")(plan)
app.command(epilog=UP_EXITS, short_help="Update just what was judged and shown.")(up)
app.command(epilog=reaching.EXITS, short_help="Show who reaches whom before the move and after it.")(reaching.reach)
app.command(epilog=_JUDGED, short_help="Show what happens when.")(timeline)
app.command(epilog=_JUDGED, short_help="Write the verdict for a pull request, a scanner, an audit.")(report)
app.command(short_help="Show the page of a rule.")(explain)
app.command(short_help="List the rules.")(rules)
app.command("set", short_help="Merge parts of the config into the stack file.")(set_parts)
app.add_typer(evidence, name="evidence", short_help="Collect what only the guest systems show.")
app.command("inventory", epilog=inventory.EXITS, short_help="Read the estate of a region into a file.")(
    inventory.inventory
)

fleet = typer.Typer(
    help="Plan the stacks of a region that one cannot take, and report on all of them as one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
fleet.command("plan", epilog=fleet_planning.EXITS, short_help="Plan the stacks, and write their files.")(
    fleet_planning.plan
)
fleet.command("report", epilog=_JUDGED, short_help="Show one verdict of all stacks.")(report_fleet)
app.add_typer(fleet, name="fleet", short_help="Plan and judge a region that one stack cannot take.")
app.command(short_help="Print the least RAM policy that a run needs.")(permissions)
app.command(
    "verdict",
    short_help="Read a result that was kept, for a gate.",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
)(verdict)


def main() -> None:
    """Run the command line; every error is one message on stderr, and an exit code for its kind."""
    try:
        with ending_cleanly():
            app(prog_name="preflight")
    except Stop as stop:
        _stop(str(stop), stop.code)
    except OutputError as error:
        _stop(redacted(str(error)), BAD_INPUT)
    except (ConfigError, EstateError, EvidenceFileError) as error:
        _stop(redacted(str(error)), EXIT_CODES[failure_kind(error)])
    except Interrupted as interrupted:
        _stop(f"interrupted by {interrupted}; {interrupted.left}", BY_SIGNAL + interrupted.number)


def _stop(message: str, code: int) -> None:
    typer.echo(f"preflight: {message}", err=True)
    sys.exit(code)
