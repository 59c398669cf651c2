"""Assign the priorities of a migration's VPC rules: in bands where planes overlap, else at their classic number.

An instance is in several groups, and the rules of all of them are merged by priority, lower first, drop before accept.
So all groups share one mapping from classic to VPC priorities, which keeps order and ties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple

from components.conversion.rules import VpcRule
from estate.model import RulePolicy

LOWEST = 100
"""The priority that is evaluated last. System rules made before 2020-05-27 have 110, which can no longer be set."""


class Band(IntEnum):
    """The order of rules in one direction: intranet rules first."""

    INTRANET = 0
    GUARD = 1
    INTERNET = 2


Level = tuple[Band, int]
"""A place in the order of evaluation: a band, and the classic priority in it."""


class Draft(NamedTuple):
    """A VPC rule whose priority is still the classic one."""

    band: Band
    rule: VpcRule

    @property
    def level(self) -> Level:
        """The place of the rule among those of its direction."""
        return self.band, self.rule.priority


@dataclass(frozen=True)
class Ladder:
    """The priority of every level of one direction; `slots` is the number of priorities used.

    Where `slots` exceeds `LOWEST`, the first levels share priority 1: then a drop may win that used to lose, so traffic
    is cut, but none is admitted.
    """

    priorities: Mapping[Level, int]
    slots: int


def make_ladder(drafts: Iterable[Draft], *, banded: bool) -> Ladder:
    """Assign the priorities of all drafts of one direction.

    If not `banded`, no packet matches rules of two bands, and each band is numbered as if the other did not exist.
    """
    policies: dict[Level, set[RulePolicy]] = {}
    for draft in drafts:
        policies.setdefault(draft.level, set()).add(draft.rule.policy)
    levels = sorted(policies)
    parts = [levels] if banded else [list(part) for _, part in groupby(levels, key=lambda level: level[0])]
    priorities: dict[Level, int] = {}
    slots = 0
    for part in parts:
        steps = [[level] for level in part]
        if len(steps) > LOWEST:
            steps = _joined(part, policies)
        slots = max(slots, len(steps))
        numbers = _numbers([step[0][1] for step in steps])
        priorities |= {level: number for step, number in zip(steps, numbers, strict=True) for level in step}
    return Ladder(priorities, slots)


def _joined(levels: Sequence[Level], policies: Mapping[Level, set[RulePolicy]]) -> list[list[Level]]:
    """Join adjacent levels of one band that all accept, or all drop: their order decides nothing."""
    steps: list[list[Level]] = []
    for level in levels:
        last = steps[-1][-1] if steps else None
        if last and last[0] == level[0] and len(policies[last] | policies[level]) == 1:
            steps[-1].append(level)
        else:
            steps.append([level])
    return steps


def _numbers(wishes: Sequence[int]) -> list[int]:
    """Return numbers for steps in order, each as near to its wish as the others allow."""
    numbers: list[int] = []
    for number in wishes:
        numbers.append(max(number, numbers[-1] + 1) if numbers else max(number, 1))
    lowest_first = range(LOWEST - len(numbers) + 1, LOWEST + 1)
    return [max(1, min(number, highest)) for number, highest in zip(numbers, lowest_first, strict=True)]
