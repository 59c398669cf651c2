"""The command line: `python -m toolchain ensure` and `python -m toolchain env`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from toolchain.engine import Engine
from toolchain.errors import ToolchainError
from toolchain.provision import BUILD_VARIABLE, ensure


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m toolchain",
        description="Make a Pulumi engine with Python support and the alicloud plugin ready to use.",
        epilog="Progress goes to stderr, the answer to stdout.",
    )
    parser.add_argument(
        "command",
        choices=["ensure", "env"],
        help="ensure prints the directory to put on PATH; env prints export lines for eval",
    )
    parser.add_argument(
        "--build",
        action="store_true",
        help=f"use our own build even where pulumi is installed (the same as {BUILD_VARIABLE}=1)",
    )
    return parser.parse_args(arguments)


def answer(command: str, engine: Engine) -> str:
    """What `command` prints on stdout for `engine`."""
    return engine.exports(os.environ) if command == "env" else str(engine.bin_dir)


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
