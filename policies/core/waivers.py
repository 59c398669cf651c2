"""Waivers: approved exceptions to findings, for a limited time. If anything is wrong with one, the finding stands."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from policies.core.approvals import void
from policies.core.clock import Schedule
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import ID, RULE, Fix, change
from policies.core.outcome import Outcome, Result
from policies.core.plan import Plan
from policies.core.times import to_minute

_MATCHED: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING)


@dataclass(frozen=True)
class Waiver:
    """One waiver of the stack config: a rule, and some instances, a wave, or (neither) all."""

    rule: str
    instance_ids: tuple[str, ...]
    wave: str | None
    reason: str
    owner: str
    approved_by: str
    approved_at: datetime
    expires: datetime

    def covers(self, result: Result) -> bool:
        """Whether the result is in its scope. Only a waiver for all covers the migration as a whole."""
        if self.rule != result.rule_id:
            return False
        if self.instance_ids:
            return result.subject.kind == "instance" and result.subject.id in self._named
        return self.wave is None or (result.subject.kind == "instance" and self.wave == result.wave)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.instance_ids)

    @property
    def scope(self) -> str:
        """Return its scope in words."""
        if self.instance_ids:
            return ", ".join(self.instance_ids)
        return "all" if self.wave is None else f"wave {self.wave}"

    def __str__(self) -> str:
        return f"the waiver of {self.owner} for {self.scope} (approved by {self.approved_by}: {self.reason})"


def waiver(instance_id: str = ID) -> Fix:
    """Return the fix by a waiver of the rule for an instance; a person fills in owner and approver."""
    return change(
        "waivers",
        [
            {
                "rule": RULE,
                "instances": [instance_id],
                "reason": "<what was done>",
                "owner": "<who answers for it>",
                "approvedBy": "<somebody else>",
                "approvedAt": "<when>",
                "expires": "<by the end of the window>",
            }
        ],
    )


def read_waivers(plan: Plan) -> tuple[Waiver | UnreadableError, ...]:
    """Return the waivers of the migration; one that cannot be read does not count, and is reported by its place."""
    if attempt(lambda: "waivers" in plan.migration.data) is not True:
        return ()
    entries = attempt(lambda: plan.migration.objects("waivers"))
    if isinstance(entries, UnreadableError):
        return (entries,)
    return tuple(attempt(partial(_waiver, entry)) for entry in entries)


def _waiver(entry: Facts) -> Waiver:
    waiver = Waiver(
        rule=entry.text("rule"),
        instance_ids=entry.texts("instanceIds") if "instanceIds" in entry.data else (),
        wave=entry.text("wave") if "wave" in entry.data else None,
        reason=entry.name("reason"),
        owner=entry.text("owner"),
        approved_by=entry.text("approvedBy"),
        approved_at=entry.moment("approvedAt"),
        expires=entry.moment("expires"),
    )
    scopes = [bool(waiver.instance_ids), waiver.wave is not None, "all" in entry.data and entry.flag("all")]
    if sum(scopes) != 1:
        raise UnreadableError(entry.path, "does not have exactly one scope: instanceIds, wave, or all")
    return waiver


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
        return any(result.outcome in _MATCHED and waiver.covers(result) for result in self._of(waiver.rule))

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
            self._end_of(result) for result in self._of(waiver.rule) if waiver.instance_ids and waiver.covers(result)
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
        return (waiver for waiver in self._waivers.get(result.rule_id, ()) if waiver.covers(result))

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
