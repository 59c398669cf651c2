"""`python -m bench.verdict`: the large proofs of the verdict. What fails is replayed by the command that is printed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bench.verdict import security_groups

Proof = Callable[[int], tuple[Mapping[str, int], list[str]]]
"""Tries the case of a seed: what it looked at, by name, and everything that is wrong."""

PROOFS: Final[Mapping[str, Proof]] = {"security-groups": security_groups.compare}
_MOST_SHOWN: Final = 5


def main(
    cases: Annotated[int, typer.Option(min=1, help="How many cases of each proof.")] = 2000,
    seed: Annotated[int | None, typer.Option(min=0, help="The first case; made up unless given.")] = None,
    only: Annotated[str | None, typer.Option(help="One proof by its name.")] = None,
) -> None:
    """Try the cases of all proofs; exit 1 where any fails."""
    if only is not None and only not in PROOFS:
        raise typer.BadParameter(f"there is no proof {only}; there is {', '.join(PROOFS)}")
    first = random.SystemRandom().randrange(10**9) if seed is None else seed
    console = Console()
    console.print(f"seed {first}, {cases} cases of each proof")
    table = Table("proof", "looked at", "cases that fail", "seconds")
    failed = 0
    for name, proof in PROOFS.items():
        if only in (None, name):
            failed += _tried(name, proof, range(first, first + cases), console, table)
    console.print(table)
    raise typer.Exit(1 if failed else 0)


def _tried(name: str, proof: Proof, seeds: range, console: Console, table: Table) -> int:
    began, looked_at, failed = time.perf_counter(), Counter[str](), 0
    for number in seeds:
        counted, problems = proof(number)
        looked_at.update(counted)
        failed += bool(problems)
        if problems and failed <= _MOST_SHOWN:
            console.print("\n".join(problems), markup=False, soft_wrap=True)
            console.print(f"again: make bench-verdict ARGS='--only {name} --seed {number} --cases 1'", markup=False)
    figures = ", ".join(f"{count:,} {what}" for what, count in looked_at.items())
    table.add_row(name, figures, f"{failed} of {len(seeds):,}", f"{time.perf_counter() - began:.0f}")
    return failed


if __name__ == "__main__":
    typer.run(main)
