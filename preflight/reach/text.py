"""Who reaches whom, as a table for a terminal: openings and losses first, kept traffic counted or in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from policies.core.facts import printable
from policies.core.words import few, number_of
from preflight.reach.model import Document, End, PairReach, Reach
from preflight.screen import show, show_table, when, wrapped

_STYLES: Final = {
    "opened": "bold red",
    "lost": "red",
    "lost in part": "yellow",
    "unknown": "magenta",
    "kept": "green",
}
_ORDER: Final = tuple(_STYLES)
_MOST_ROWS: Final = 15
_MOST_KEPT: Final = 10
_MOST_NAMES: Final = 3
_MOST_WORDS: Final = 6
_WHOLE_VSWITCHES: Final = (
    "To keep others out of a database, give its users a VSwitch of their own (tier). To accept them: "
    "--accept-whole-vswitches."
)


@dataclass(frozen=True)
class Row:
    """One row: the result for the traffic of some instances with others."""

    status: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    traffic: str


def show_reach(out: Console, document: Document, *, everything: bool, only: Sequence[str]) -> None:
    """Show who reaches whom; `only` some instances, by id or name. The answer is the last line."""
    reach, width = document.reach, out.width
    for line in wrapped(head_text(document), width):
        show(out, Text(line, "bold"))
    for title, rows in (
        (f"Instances: {counts_text(reach)}", pair_rows(reach.pairs, only)),
        (
            "Others: addresses of no instance of the region, and members of groups",
            outside_rows(reach, only, whole=everything),
        ),
        (f"Databases: {database_counts_text(reach)}", database_rows(reach, only)),
        ("Public addresses", public_rows(reach, only)),
    ):
        if rows:
            show(out)
            for line in wrapped(title, width):
                show(out, Text(line, "bold"))
            _show_rows(out, rows, everything=everything or bool(only))
    if reach.unknown:
        show(out)
        show(out, Text("Not known", "bold magenta"))
        for item in reach.unknown:
            for line in wrapped(f"{item.subject}: {item.reason}", width, "  "):
                show(out, line)
    show(out)
    if any(item.status == "opened" and not item.accepted for item in reach.databases):
        for line in wrapped(_WHOLE_VSWITCHES, width):
            show(out, line)
    for line in wrapped(answer_text(document), width):
        show(out, Text(line, "bold red" if document.exit_code else "bold green"))


def head_text(document: Document) -> str:
    """Return the subject of the table, and when it was read."""
    stack = document.reach.stack
    if document.basis == "cloud":
        after = "as the cloud is now"
    elif document.moved:
        after = f"once the plan is carried out ({document.moved} have moved, {document.to_move} have not)"
    else:
        after = "once the plan is carried out"
    return f"Who reaches whom, stack {stack}: before the move, and {after}; read {when(document.judged_at)}."


def counts_text(reach: Reach) -> str:
    """Return the pairs of instances in a line."""
    counts = reach.instances
    return _counted(
        f"{counts.before} pairs could talk, one way each", counts.kept, counts.lost_in_part, counts.lost, counts.opened
    )


def database_counts_text(reach: Reach) -> str:
    """Return the pairs of an instance and a database in a line."""
    counts = reach.to_databases
    text = _counted(
        f"{counts.before} pairs with an instance", counts.kept, counts.lost_in_part, counts.lost, counts.opened
    )
    return text + (f", {counts.unknown} not known" if counts.unknown else "")


def _counted(subject: str, unchanged: int, part: int, lost: int, opened: int) -> str:
    parts = [f"{unchanged} still can"]
    parts += [f"{number} {word}" for number, word in ((part, "in part"), (lost, "cannot")) if number]
    return f"{subject}: {', '.join(parts)}" + (f"; {opened} could not before" if opened else "; nothing is opened")


def answer_text(document: Document) -> str:
    """Return the answer that the exit code reports."""
    reach = document.reach
    parts = []
    if reach.opened:
        parts.append(
            f"OPENED: {number_of(reach.opened, 'row')} above show access that is new, and that nobody accepted"
        )
    if reach.unknown or reach.to_databases.unknown:
        parts.append("UNKNOWN: not everything can be read")
    elif document.estate_file is not None:
        parts.append(f"UNKNOWN: by the estate in {printable(document.estate_file)} alone, and no cloud was asked")
    if not parts:
        parts.append("NOTHING OPENED")
    if reach.lost:
        parts.append(f"{number_of(reach.lost, 'row')} lost, in part or whole")
    return f"{'; '.join(parts)}: stack {reach.stack}"


# ---- rows ----


def pair_rows(pairs: Iterable[PairReach], only: Sequence[str]) -> list[Row]:
    """Return pairs of instances, those with equal results in one row."""
    rows = [
        Row(_status(item.status, accepted=item.accepted), item.source.names, item.target.names, pair_text(item))
        for item in pairs
        if _is_chosen(item.source, only) or _is_chosen(item.target, only)
    ]
    return _together(rows)


def pair_text(item: PairReach) -> str:
    """Return the result for a pair."""
    parts = ((item.opened, "opened"), (item.lost, "lost"), (item.kept, "kept"))
    given_parts = [(flows, word) for flows, word in parts if flows.parts]
    texts = [
        flows.text if len(given_parts) == 1 and word == item.status else f"{word} {flows.text}"
        for flows, word in given_parts
    ]
    return "; ".join([*texts, *([item.note] if item.note else [])])


def outside_rows(reach: Reach, only: Sequence[str], *, whole: bool) -> list[Row]:
    """Return the traffic of instances with all others; with `whole`, every block is named."""
    rows = []
    for item in reach.outside:
        if _is_chosen(item.at, only):
            peers = ", ".join(item.blocks) if whole and "more blocks" in item.peers else item.peers
            ends = (peers,), item.at.names
            source, target = ends if item.direction == "ingress" else (ends[1], ends[0])
            text = f"{item.traffic}: {item.rule}" if item.rule else item.traffic
            rows.append(Row(_status(item.status, accepted=item.accepted), source, target, text))
    return _together(rows)


def database_rows(reach: Reach, only: Sequence[str]) -> list[Row]:
    """Return who reaches which database."""
    rows = [
        Row(
            _status(item.status, accepted=item.accepted),
            item.source.names,
            (item.name or item.database,),
            item.reason,
        )
        for item in reach.databases
        if _is_chosen(item.source, only)
    ]
    return _together(rows)


def public_rows(reach: Reach, only: Sequence[str]) -> list[Row]:
    """Return the results for public addresses."""
    return [
        Row(item.status, (item.name,), item.addresses, item.reason)
        for item in reach.public
        if not only or {item.instance, item.name} & set(only)
    ]


def _status(status: str, *, accepted: bool) -> str:
    return f"{status}, accepted" if accepted else status


def _is_chosen(end: End, only: Sequence[str]) -> bool:
    return not only or bool({*end.ids, *end.names} & set(only))


def _together(rows: Iterable[Row]) -> list[Row]:
    """Return rows that differ only in their sources as one, then those that differ only in their targets."""
    by_target: dict[tuple[str, tuple[str, ...], str], dict[str, None]] = {}
    for row in rows:
        by_target.setdefault((row.status, row.targets, row.traffic), {}).update(dict.fromkeys(row.sources))
    by_source: dict[tuple[str, tuple[str, ...], str], dict[str, None]] = {}
    for (status, targets, flows), sources in by_target.items():
        by_source.setdefault((status, tuple(sources), flows), {}).update(dict.fromkeys(targets))
    joined = [Row(status, sources, tuple(targets), flows) for (status, sources, flows), targets in by_source.items()]
    return sorted(joined, key=lambda row: _ORDER.index(row.status.partition(",")[0]))


def _show_rows(out: Console, rows: Sequence[Row], *, everything: bool) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, width=out.width)
    table.add_column(no_wrap=True)
    table.add_column(ratio=3, overflow="fold")
    # A column of its own: a name that fills the line beside it would begin below it.
    table.add_column(no_wrap=True)
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=6, overflow="fold")
    listed = list(rows if everything else _few_rows(rows))
    for row in listed:
        table.add_row(
            Text(row.status, _STYLES.get(row.status.partition(",")[0], "")),
            Text(_names(row.sources, everything)),
            Text("->"),
            Text(_names(row.targets, everything)),
            Text(row.traffic if everything else _shortened(row.traffic)),
        )
    show_table(out, table)
    if len(listed) < len(rows):
        more = len(rows) - len(listed)
        show(out, Text(f"and {number_of(more, 'more row')}: --all shows them, --instance those of one", "dim"))


def _few_rows(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the first rows; of kept traffic fewer than of the rest."""
    kept_rows = [row for row in rows if row.status == "kept"]
    other_rows = [row for row in rows if row.status != "kept"]
    yield from other_rows[:_MOST_ROWS]
    yield from kept_rows[:_MOST_KEPT]


def _names(names: Sequence[str], everything: bool) -> str:
    return printable(few(names, len(names) if everything else _MOST_NAMES))


def _shortened(text: str) -> str:
    return few(text.split(", "), _MOST_WORDS)
