"""The review of all results under the waivers. If anything is wrong with a waiver, the finding stands."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from policies.core.approvals import void
from policies.core.clock import Schedule
from policies.core.facts import UnreadableError
from policies.core.outcome import Outcome, Result
from policies.core.waivers import Waiver
from policies.core.words import to_minute

_MATCHED: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING)


def covers(waiver: Waiver, result: Result) -> bool:
    """Whether the result is in the scope. Only a waiver for all covers the migration as a whole."""
    if waiver.rule != result.rule_id:
        return False
    if waiver.instance_ids:
        return result.subject.kind == "instance" and result.subject.id in waiver.named
    return waiver.wave is None or (result.subject.kind == "instance" and waiver.wave == result.wave)


@dataclass(frozen=True)
class Review:
    """The input of a review rule: the results of all other rules, without waivers."""

    unwaivable: Mapping[str, str | None]
    """Ids of all rules, each with the reason why it may not be waived."""
    waivers: tuple[Waiver | UnreadableError, ...]
    results: tuple[Result, ...]
    schedule: Schedule

    def matched(self, waiver: Waiver) -> bool:
        """Whether any result needs it."""
        return any(result.outcome in _MATCHED and covers(waiver, result) for result in self._of(waiver.rule))

    def void(self, waiver: Waiver, now: datetime, end: datetime | None) -> str | None:
        """Return why the waiver is void for a window that ends at `end`; None where it holds."""
        if waiver.rule not in self.unwaivable:
            near = difflib.get_close_matches(waiver.rule, self.unwaivable, n=1)
            return f"there is no such rule{f'; did you mean {near[0]}?' if near else ''}"
        if why := self.unwaivable[waiver.rule]:
            return f"this rule cannot be waived ({why})"
        if problem := void(waiver.owner, waiver.approved_by, waiver.approved_at, waiver.expires, now):
            return problem
        if end is None:
            return "the end of the window is not known, and no waiver holds past it"
        if end <= now:
            return f"the window ended at {to_minute(end)}, and no waiver holds past it"
        if waiver.expires > end:
            return f"it expires after the window, whose end is {to_minute(end)}"
        return None

    def end_for(self, waiver: Waiver) -> datetime | None:
        """Return the end of the last window that the waiver covers; None where it is unknown."""
        ends = [
            self._end_of(result) for result in self._of(waiver.rule) if waiver.instance_ids and covers(waiver, result)
        ]
        ends = ends or [self.schedule.end(waiver.wave)]
        return None if None in ends else max(end for end in ends if end is not None)

    def applied(self, result: Result) -> Result:
        """Return the result under the waivers: waived, or unchanged with the void waivers named."""
        if result.outcome not in (Outcome.FAIL, Outcome.UNKNOWN):
            return result
        end, now = self._end_of(result), self.schedule.now
        reasons = []
        for waiver in self._covering(result):
            problem = self.void(waiver, now, end)
            if problem is None:
                return replace(
                    result,
                    outcome=Outcome.WAIVED,
                    blocking=False,
                    waiver=waiver,
                    waived=result.outcome,
                    reason=f"{result.reason}\nWaived until {to_minute(waiver.expires)}: {waiver}.",
                )
            reasons.append(f"\nNot waived: {waiver} does not hold, {problem}.")
        return replace(result, reason=result.reason + "".join(reasons)) if reasons else result

    def _end_of(self, result: Result) -> datetime | None:
        """Return the end of the window of the result; unknown for an instance without a known wave."""
        if result.subject.kind == "instance" and result.wave is None:
            return None
        return self.schedule.end(result.wave)

    def _covering(self, result: Result) -> Iterator[Waiver]:
        return (waiver for waiver in self._waivers.get(result.rule_id, ()) if covers(waiver, result))

    def _of(self, rule_id: str) -> list[Result]:
        return self._results.get(rule_id, [])

    @cached_property
    def _results(self) -> Mapping[str, list[Result]]:
        results_of: dict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            results_of[result.rule_id].append(result)
        return results_of

    @cached_property
    def _waivers(self) -> Mapping[str, list[Waiver]]:
        waivers_of: dict[str, list[Waiver]] = defaultdict(list)
        for waiver in self.waivers:
            if isinstance(waiver, Waiver):
                waivers_of[waiver.rule].append(waiver)
        return waivers_of
