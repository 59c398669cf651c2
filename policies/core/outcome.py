"""The conclusions of a rule about one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from policies.core.facts import UnreadableError
from policies.core.fixes import UP, Fix, joined
from policies.core.waivers import Waiver


class Outcome(StrEnum):
    """PENDING: declared, but not created yet; it passes until the freeze. UNKNOWN never passes.

    WAIVED: FAIL or UNKNOWN, covered by an approved waiver; no rule returns it by itself.
    """

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    PENDING = "PENDING"
    WAIVED = "WAIVED"

    @property
    def blocks(self) -> bool:
        """Whether a preview with this outcome of a mandatory rule must fail."""
        return self in (Outcome.FAIL, Outcome.UNKNOWN)


@dataclass(frozen=True)
class Verdict:
    """The outcome, its reason in sentences for a person, and the fixes, all of them needed; none: the rule's own."""

    outcome: Outcome
    reason: str
    fixes: tuple[Fix, ...] = ()


def passed(reason: str) -> Verdict:
    """Return that the requirement is met."""
    return Verdict(Outcome.PASS, reason)


def failed(reason: str, *fixes: Fix) -> Verdict:
    """Return that the requirement is not met."""
    return Verdict(Outcome.FAIL, reason, fixes)


def unknown(reason: str, *fixes: Fix) -> Verdict:
    """Return that it cannot be determined whether the requirement is met."""
    return Verdict(Outcome.UNKNOWN, reason, fixes)


def pending(reason: str, *fixes: Fix) -> Verdict:
    """Return that the required resource is declared, and not created yet."""
    return Verdict(Outcome.PENDING, reason, fixes or (UP,))


def not_applicable(reason: str) -> Verdict:
    """Return that the rule does not concern the subject."""
    return Verdict(Outcome.NOT_APPLICABLE, reason)


def judged(check: Callable[[], Verdict]) -> Verdict:
    """Return the verdict of `check`, or UNKNOWN where it needs a fact that cannot be read."""
    try:
        return check()
    except UnreadableError as problem:
        return unknown(f"Not known: {problem}.")


# From the worst: the order in which verdicts on the parts of a subject become one.
_WORST_FIRST: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING, Outcome.PASS, Outcome.NOT_APPLICABLE)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return one verdict for all parts: the worst outcome, with the reasons of every part that has it or also blocks.

    Raises ValueError for no verdicts at all.
    """
    ordered = sorted(verdicts, key=lambda verdict: _WORST_FIRST.index(verdict.outcome))
    if not ordered:
        raise ValueError("no verdicts")
    outcome = ordered[0].outcome
    relevant = [verdict for verdict in ordered if verdict.outcome is outcome or verdict.outcome.blocks]
    fixes = joined(fix for verdict in relevant for fix in verdict.fixes)
    return Verdict(outcome, "\n".join(dict.fromkeys(v.reason for v in relevant)), fixes)


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on the best of several ways to satisfy a rule. Raises ValueError for no verdicts at all."""
    ordered = sorted(verdicts, key=lambda verdict: _BEST_FIRST.index(verdict.outcome))
    if not ordered:
        raise ValueError("no verdicts")
    outcome = ordered[0].outcome
    if not outcome.blocks:
        return ordered[0]
    return worst(verdict for verdict in ordered if verdict.outcome is outcome)


_BEST_FIRST: Final = (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.PENDING, Outcome.UNKNOWN, Outcome.FAIL)


@dataclass(frozen=True, order=True)
class Subject:
    """The subject of a result. `urn` is None where it has no resource; the engine then shows the stack."""

    kind: Literal["instance", "migration"]
    id: str
    name: str
    urn: str | None


@dataclass(frozen=True)
class Result:
    """The outcome of one rule for one subject.

    `fixes`, all of them needed, and `remediation`, the same as text, are empty for PASS and NOT_APPLICABLE. A FAIL or
    UNKNOWN that is not `blocking` is advice until `mandatory_from`. `wave` is that of the instance; None for the
    migration, or where it is unknown. Where the outcome is WAIVED, `waived` is the outcome without the waiver.
    """

    rule_id: str
    subject: Subject
    outcome: Outcome
    reason: str
    remediation: str
    blocking: bool
    wave: str | None = None
    mandatory_from: datetime | None = None
    waived: Outcome | None = None
    waiver: Waiver | None = None
    fixes: tuple[Fix, ...] = ()

    @property
    def advice(self) -> bool:
        """Whether it is reported but fails nothing, because the rule is not mandatory yet."""
        return self.outcome.blocks and not self.blocking
