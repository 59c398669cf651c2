"""The command line: `python -m toolchain ensure`, `... env` and `... shell`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from toolchain.engine import Engine, export_lines
from toolchain.errors import ToolchainError
from toolchain.provision import BUILD_VARIABLE, ensure
from toolchain.shell import BACKEND_VARIABLE, shell_settings

_PROJECT = Path(__file__).resolve().parent.parent


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m toolchain",
        description="Make a Pulumi engine with Python support and the alicloud plugin ready to use.",
        epilog="Progress goes to stderr, the answer to stdout.",
    )
    parser.add_argument(
        "command",
        choices=["ensure", "env", "shell"],
        help="ensure prints the directory to put on PATH; env prints export lines for eval; shell prints those, "
        "and what previews of this project need: the policy pack, and a backend for trials where you have none",
    )
    parser.add_argument(
        "--build",
        action="store_true",
        help=f"use our own build even where pulumi is installed (the same as {BUILD_VARIABLE}=1)",
    )
    return parser.parse_args(arguments)


def answer(command: str, engine: Engine) -> str:
    """What `command` prints on stdout for `engine`."""
    if command == "ensure":
        return str(engine.bin_dir)
    if command == "env":
        return engine.exports(os.environ)
    settings = shell_settings(engine, _PROJECT, os.environ)
    if trial := settings.get(BACKEND_VARIABLE):
        # Pulumi makes no directory for a backend in a file.
        Path(url2pathname(urlsplit(trial).path)).mkdir(mode=0o700, exist_ok=True)
        print(f"toolchain: you have no Pulumi backend: for trials, state goes to {trial}", file=sys.stderr)
    return export_lines(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when an engine is ready, 1 when none can be had."""
    options = parse_arguments(arguments)
    try:
        engine = ensure(force_build=options.build)
    except ToolchainError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"toolchain: {error}; check that the disk is not full and that the cache can be written", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("toolchain: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    print(answer(options.command, engine))
    return 0


if __name__ == "__main__":
    sys.exit(main())
