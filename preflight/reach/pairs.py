"""Say for each two instances what one reaches of the other, before the move and after it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.core.facts import UnreadableError, attempt, printable
from policies.core.plan import has_moved
from policies.security_groups.reaching import Pair, pairs
from preflight.reach.comparison import Comparison
from preflight.reach.describing import end_of, flows_of
from preflight.reach.model import PairReach, Status


def pair_results(comparison: Comparison) -> Iterator[PairReach]:
    """Yield the result for each pair, one way each; pairs with equal ends together.

    Where rules cannot be read, nothing is yielded, and the reason is added to the comparison's `unknown`.
    """
    read = attempt(lambda: list(pairs(comparison.plan)))
    if isinstance(read, UnreadableError):
        comparison.unknown.setdefault("pairs of instances", printable(str(read)))
        return
    moved = {item for item, facts in comparison.movers.items() if has_moved(facts)}
    for pair in read:
        status = _status_of(pair)
        source = pair.sources[0]
        target = next((peer for peer in pair.targets if peer is not source), pair.targets[0])
        accepted = (
            status == "opened"
            and (comparison.has_reasons(source) or comparison.has_reasons(target))
            and comparison.accepts(source, target)
            and comparison.accepts(target, source)
        )
        yield PairReach(
            source=end_of(pair.sources, moved),
            target=end_of(pair.targets, moved),
            status=status,
            kept=flows_of(pair.kept),
            lost=flows_of(pair.lost),
            opened=flows_of(pair.opened),
            one_end=flows_of(pair.one_end),
            between=pair.between,
            accepted=accepted,
            note=_note(pair),
        )


def _status_of(pair: Pair) -> Status:
    # An opening at one end alone is a rule that is too broad, even while the other end refuses the traffic.
    if pair.opened or pair.one_end:
        return "opened"
    return "kept" if not pair.lost else "lost in part" if pair.kept else "lost"


def _note(pair: Pair) -> str:
    notes = []
    if pair.apart:
        stays = next(peer for peer in (pair.sources[0], pair.targets[0]) if not peer.moves)
        notes.append(f"{printable(stays.name)} stays in the classic network, and nothing links it to the VPC")
    elif not pair.known:
        notes.append("the rules of one end are not read: it is taken to accept everything")
    if pair.one_end and not pair.opened:
        notes.append(f"one end accepts {flows_of(pair.one_end).text} after the move, the other end refuses it")
    if pair.between:
        notes.append("until the later wave moves")
    return "; ".join(notes)


def number_of_pairs(item: PairReach) -> int:
    """Return how many ordered pairs of different instances stand in a row."""
    in_both = len(set(item.source.ids) & set(item.target.ids))
    return len(item.source.ids) * len(item.target.ids) - in_both
