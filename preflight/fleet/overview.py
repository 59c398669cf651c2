"""Show a fleet plan in a terminal: its stacks, the ties that are cut, and the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich.text import Text

from policies.core.words import few, number_of
from preflight.fleet.document import CutDocument
from preflight.fleet.files import Draft
from preflight.fleet.files import starts as times_of
from preflight.fleet.limits import Limit
from preflight.fleet.placing import FleetStack
from preflight.init.overview import counted_zones
from preflight.screen import when, wrapped

_MOST_STACKS: Final = 20
_MOST_CUTS: Final = 6
_KINDS: Final = {"rule": "rules between", "database": "databases"}


def plan_lines(draft: Draft, limits: Sequence[Limit], width: int, *, everything: bool) -> Iterator[Text]:
    """Yield the stacks with their instances, the ties that are cut with their costs, and the limits with their use."""
    fleet, cuts = draft.fleet, draft.document.cuts
    starts = times_of(fleet, draft.orders)
    yield Text("Stacks", "bold")
    stacks = fleet.stacks if everything else fleet.stacks[:_MOST_STACKS]
    for place, stack in enumerate(stacks):
        yield from _paragraph(_stack(stack, starts, first=place == 0 and len(fleet.stacks) > 1), width, "green")
    yield from _more(len(fleet.stacks) - len(stacks))
    if cuts:
        yield Text("Ties that are cut, because their instances are too many for one stack", "bold")
        texts = [_cut(cut) for cut in cuts] if everything else list(_cuts(cuts))
        for text in texts if everything else texts[:_MOST_CUTS]:
            yield from _paragraph(text, width, "yellow")
        yield from _more(0 if everything else len(texts) - _MOST_CUTS)
    else:
        yield Text("No tie is cut.", "bold")
    yield Text("Limits", "bold")
    for limit in limits:
        style = "bold red" if limit.exceeded else ""
        yield from _paragraph(f"{limit.name}: {limit.used} of {limit.most}", width, style)


def _cut(cut: CutDocument) -> str:
    parts = ", ".join(f"{count} in {name}" for name, count in cut.stacks.items())
    return f"{cut.name} ({parts}): {cut.why}. {cut.cost}"


def _cuts(cuts: Sequence[CutDocument]) -> Iterator[str]:
    """Yield one line per set of stacks and kind of tie, the most ties first, with the cost of the dearest tie."""
    cuts_of: dict[tuple[tuple[str, ...], str], list[CutDocument]] = {}
    for cut in cuts:
        cuts_of.setdefault((tuple(cut.stacks), cut.kind), []).append(cut)
    for (stacks, kind), items in sorted(cuts_of.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        dearest = max(items, key=lambda cut: (cut.days, cut.links, cut.id))
        ties = f"{_KINDS[kind]} {few([cut.name for cut in items], 3)}"
        cost = dearest.cost if len(items) == 1 else f"The dearest of them: {dearest.cost[0].lower()}{dearest.cost[1:]}"
        yield f"{', '.join(stacks)}: {ties}. {cost}"


def _stack(stack: FleetStack, starts: Mapping[str, datetime], *, first: bool) -> str:
    moving = stack.moving
    begin, end = (limit(starts[item.id] for item in moving) for limit in (min, max))
    text = f"{stack.name}: {number_of(len(moving), 'instance')} in {counted_zones(moving)}; "
    text += f"{number_of(len(stack.waves), 'wave')}, {when(begin.isoformat())}"
    text += f" to {when(end.isoformat())}" if begin < end else ""
    if stack.later:
        text += f"; {len(stack.later)} later: {few([item.name or item.id for item, _ in stack.later], 3)}"
    return text + ("; makes network and clones" if first else "")


def _more(count: int) -> Iterator[Text]:
    if count > 0:
        yield Text(f"  and {count} more: --all shows them")


def _paragraph(text: str, width: int, style: str) -> Iterator[Text]:
    for place, line in enumerate(wrapped(text, width - 4, "")):
        yield Text(f"{'    ' if place else '  '}{line}", "" if place else style)
