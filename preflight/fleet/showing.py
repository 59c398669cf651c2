"""Show the report of a fleet in a terminal of 80 columns or more, and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from rich.table import Table
from rich.text import Text

from policies.core.facts import safe
from policies.core.words import number_of
from preflight.fleet.rollup import Rollup, StackVerdict
from preflight.report.markdown import code, prose
from preflight.screen import STYLES, styled, when, wrapped

_MOST_STACKS: Final = 20
_MOST_PROBLEMS: Final = 6
_MOST_FIXES: Final = 5
_MOST_ROWS: Final = 256


def screen(rollup: Rollup, width: int, *, everything: bool = False) -> Iterator[Text | Table]:
    """Yield the stacks, the reasons of those not judged, the worst blocking fixes, and last the fleet's verdict."""
    stacks = rollup.stacks if everything else rollup.stacks[:_MOST_STACKS]
    yield _table(stacks, width)
    if len(stacks) < len(rollup.stacks):
        yield Text(f"and {len(rollup.stacks) - len(stacks)} more stacks, none of them worse: --all shows them")
    yield Text()
    problems = _problems(rollup)
    if problems:
        yield Text("Not judged, or judged against the plan", "bold")
        yield from _listed(problems, width, problems if everything else problems[:_MOST_PROBLEMS])
    if rollup.fixes:
        yield Text("What blocks, the worst first", "bold")
        fixes = [_fix(rollup, place) for place in range(len(rollup.fixes))]
        yield from _listed(fixes, width, fixes if everything else fixes[:_MOST_FIXES])
    if problems or rollup.fixes:
        yield Text()
    yield styled(rollup.readiness, f": {_summary(rollup)}")
    for line in wrapped(_counted(rollup), width):
        yield Text(line)


def _table(stacks: tuple[StackVerdict, ...], width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("stack", overflow="ellipsis", no_wrap=True, max_width=width // 5)
    table.add_column("readiness", no_wrap=True)
    for heading in ("decided", "moving", "blocking"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("next window", overflow="fold")
    for item in stacks:
        table.add_row(Text(safe(item.name)), Text(item.readiness, STYLES.get(item.readiness, "")), *_cells(item))
    return table


def _cells(item: StackVerdict) -> tuple[str, str, str, str]:
    if not item.instances:
        return "-", "-", "-", "-"
    confidence = f"{math.floor(item.confidence * 100)} %"
    left = len(item.instances) - item.moved
    window = when(item.start) if item.start else "not known" if left else "moved"
    return confidence, str(left), str(item.blocking), window


def _problems(rollup: Rollup) -> list[str]:
    of_stacks = [f"{item.name}: {text}" for item in rollup.stacks for text in item.problems]
    return [*rollup.problems, *of_stacks]


def _fix(rollup: Rollup, place: int) -> str:
    fix = rollup.fixes[place]
    return f"{fix.severity}, {number_of(fix.stacks, 'stack')}, {number_of(fix.findings, 'finding')}: {fix.title}"


def _listed(texts: list[str], width: int, lines: list[str]) -> Iterator[Text]:
    for text in lines:
        for place, line in enumerate(wrapped(text, width - 4)):
            yield Text(f"{'    ' if place else '  '}{line}")
    if len(lines) < len(texts):
        yield Text(f"  and {len(texts) - len(lines)} more: --all shows them")


def _summary(rollup: Rollup) -> str:
    stacks = number_of(len(rollup.stacks), "stack")
    return f"fleet of {stacks} in {safe(rollup.fleet.region_id)}, account {safe(rollup.fleet.account_id)}"


def _counted(rollup: Rollup) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in rollup.counts.items())
    read = sorted({item.estate_read_at for item in rollup.stacks if item.estate_read_at})
    reading = f" The estate was read {when(read[0])}" if read else ""
    reading += f" to {when(read[-1])}" if len(read) > 1 else ""
    return f"{counts}.{reading}{'.' if reading else ''}"


def markdown(rollup: Rollup) -> str:
    """Return a comment for a pull request; a hidden first line lets the next run find and replace it."""
    blocks = ["<!-- preflight fleet -->", f"## {rollup.readiness}: {prose(_summary(rollup))}", prose(_counted(rollup))]
    if problems := _problems(rollup):
        blocks.append("\n".join(f"- {prose(text)}" for text in problems[:_MOST_ROWS]))
    rows = ["| stack | readiness | decided | moving | blocking | next window |", "|---|---|---:|---:|---:|---|"]
    rows += [
        f"| {code(item.name)} | {item.readiness} | {' | '.join(_cells(item))} |" for item in rollup.stacks[:_MOST_ROWS]
    ]
    blocks.append("\n".join(rows))
    if rollup.fixes:
        fixes = [f"1. {prose(_fix(rollup, place))}" for place in range(min(len(rollup.fixes), _MOST_ROWS // 8))]
        blocks.append("\n".join(["### What blocks, the worst first", "", *fixes]))
    return "\n\n".join(blocks) + "\n"
