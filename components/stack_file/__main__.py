"""Change a stack file by parts of its config: `preflight set`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from components.config import ConfigError
from components.stack_file import change_stack_file

BAD_INPUT: Final = 2

_HELP = f"""Change the config of a stack, as findings of the policy pack say.

Comments stay. Nothing is written where the program would refuse the config. Exit codes: 0 done, {BAD_INPUT} bad config
or change."""

app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def stack_file() -> None:
    """Leave `set` a command of its own."""


@app.command("set")
def set_parts(
    stack: Annotated[str, typer.Option(help="The stack, whose file is Pulumi.<stack>.yaml in this directory.")],
    parts: Annotated[list[str], typer.Argument(help="Parts of classic-to-vpc:migration, as YAML in one line.")],
) -> None:
    """Merge parts of the migration's config into the stack file, and show what changed.

    Maps are merged key by key, lists by the ids of their items.

    Example: preflight set --stack dev 'backups: {retentionDays: 30}' 'later: [i-bp1...]'
    """
    changed = change_stack_file(Path(f"Pulumi.{stack.rpartition('/')[2]}.yaml"), parts)
    typer.echo(changed or "nothing to change", nl=not changed)


def main() -> None:
    """Run the command line; bad input is one message on stderr."""
    try:
        app()
    except ConfigError as error:
        typer.echo(str(error), err=True)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
