"""The arguments of a benchmark: how large, and `--help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def numbers(about: str | None, name: str, default: Sequence[int]) -> list[int]:
    """Return any number of numbers, by default those of `default`. `about` is the docstring of the benchmark."""
    parser = _parser(about)
    parser.add_argument(
        name, metavar=name.upper(), type=int, nargs="*", help=f"by default {' '.join(map(str, default))}"
    )
    given: list[int] = getattr(parser.parse_args(), name)
    return given or list(default)


def named_numbers(about: str | None, **defaults: int) -> tuple[int, ...]:
    """Return a number for each name, by default its own; no names: there is only `--help`."""
    parser = _parser(about)
    for name, default in defaults.items():
        parser.add_argument(
            name, metavar=name.upper(), type=int, nargs="?", default=default, help=f"by default {default}"
        )
    given = vars(parser.parse_args())
    return tuple(given[name] for name in defaults)


def _parser(about: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
