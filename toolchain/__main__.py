"""The command line: `python -m toolchain ensure`, `... env` and `... shell`."""

from __future__ import annotations

import signal

# While it loads, ctrl-c ends it without a traceback.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from toolchain.engine import Engine, export_lines
from toolchain.errors import ToolchainError
from toolchain.provision import BUILD_VARIABLE, ensure
from toolchain.shell import make_trial_backend, shell_settings

_PROJECT = Path(__file__).resolve().parent.parent


app = typer.Typer(
    help="Make a Pulumi engine with Python support and the alicloud plugin ready to use.",
    epilog="Progress goes to stderr, the answer to stdout.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Build = Annotated[
    bool,
    typer.Option("--build", help=f"Use our own build even where pulumi is installed (the same as {BUILD_VARIABLE}=1)."),
]


@app.command("ensure")
def _ensure(build: Build = False) -> None:
    """Print the directory to put on PATH."""
    raise typer.Exit(_answer("ensure", build))


@app.command("env")
def _env(build: Build = False) -> None:
    """Print export lines for eval."""
    raise typer.Exit(_answer("env", build))


@app.command("shell")
def _shell(build: Build = False) -> None:
    """Print those lines, and the settings of a preview: the policy pack, and a backend for trials if you have none."""
    raise typer.Exit(_answer("shell", build))


def answer(command: str, engine: Engine) -> str:
    """Return what `command` prints on stdout for `engine`."""
    if command == "ensure":
        return str(engine.bin_dir)
    if command == "env":
        return engine.exports(os.environ)
    settings = shell_settings(engine, _PROJECT, os.environ)
    if trial := make_trial_backend(settings):
        print(f"toolchain: you have no Pulumi backend: for trials, state goes to {trial}", file=sys.stderr)
    return export_lines(settings)


def _answer(command: str, build: bool) -> int:
    # From here on ctrl-c is an exception.
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        engine = ensure(force_build=build)
    except ToolchainError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"toolchain: {error}; check that the disk is not full and that the cache can be written", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("toolchain: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    print(answer(command, engine))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when an engine is ready, 1 when none can be had."""
    try:
        app(arguments, prog_name="python -m toolchain")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
