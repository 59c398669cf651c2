"""`python -m bench.verdict`: the large proofs of the verdict. What fails is replayed by the command that is printed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from bench.verdict import answers, later_permissions, permissions, reaching, security_groups


class Proof(NamedTuple):
    """`compare` tries the case of a seed: what it looked at, by name, and everything that is wrong.

    `cases` counts the cases there are, after which they come again; None: each seed is another one.
    """

    compare: Callable[[int], tuple[Mapping[str, int], list[str]]]
    cases: Callable[[], int] | None = None


PROOFS: Final[Mapping[str, Proof]] = {
    "security-groups": Proof(security_groups.compare),
    "reach": Proof(reaching.compare),
    "answers": Proof(answers.compare, lambda: len(answers.defects())),
    "permissions": Proof(permissions.compare, lambda: len(permissions.cases())),
    **{
        f"permissions-{time}": Proof(
            partial(later_permissions.compare, time), partial(lambda time: len(later_permissions.cases(time)), time)
        )
        for time in later_permissions.TIMES
    },
}
_FIGURES: Final = Path(__file__).parents[2] / "docs/verdict.md"
_MOST_SHOWN: Final = 5


def main(
    cases: Annotated[int, typer.Option(min=1, help="How many cases of each proof.")] = 2000,
    seed: Annotated[int | None, typer.Option(min=0, help="The first case; made up unless given.")] = None,
    only: Annotated[str | None, typer.Option(help="One proof by its name.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Write the figures into docs/verdict.md.")] = False,
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
            many = min(cases, proof.cases()) if proof.cases else cases
            row = _tried(name, proof, range(first, first + many), console)
            table.add_row(name, row.looked_at, f"{row.failed} of {many:,}", f"{row.seconds:.0f}")
            failed += row.failed
            if record:
                _record(name, row, first, many)
    console.print(table)
    raise typer.Exit(1 if failed else 0)


class _Row(NamedTuple):
    looked_at: str
    failed: int
    seconds: float


def _record(name: str, row: _Row, first: int, many: int) -> None:
    """Put the figures into the table of docs/verdict.md, in the place of those of an earlier run."""
    lines = _FIGURES.read_text(encoding="utf-8").splitlines()
    today = datetime.now(UTC).date()
    cells = (f"`{name}`", f"{today}", f"{first}", f"{many:,}", row.looked_at, f"{row.failed}", f"{row.seconds:.0f}")
    place = next(number for number, line in enumerate(lines) if line.startswith(f"| `{name}` |"))
    lines[place] = f"| {' | '.join(cells)} |"
    _FIGURES.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _tried(name: str, proof: Proof, seeds: range, console: Console) -> _Row:
    began, looked_at, failed = time.perf_counter(), Counter[str](), 0
    for number in seeds:
        counted, problems = proof.compare(number)
        looked_at.update(counted)
        failed += bool(problems)
        if problems and failed <= _MOST_SHOWN:
            console.print("\n".join(problems), markup=False, soft_wrap=True)
            console.print(f"again: make bench-verdict ARGS='--only {name} --seed {number} --cases 1'", markup=False)
    figures = ", ".join(f"{count:,} {subject}" for subject, count in looked_at.items())
    return _Row(figures, failed, time.perf_counter() - began)


if __name__ == "__main__":
    typer.run(main)
