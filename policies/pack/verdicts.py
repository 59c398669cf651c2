"""Turn results into the answer for a team: whether an instance, a wave, the stack may go ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from policies.core.outcome import Outcome, Result
from policies.pack.evaluation import Evaluation


class Readiness(StrEnum):
    """The answer. Only READY means that nothing is left to do; NOT READY and UNKNOWN both mean: do not go ahead.

    WHAT-IF is about another time than the present, or about a cloud that may not be Alibaba Cloud: its answer is shown
    beside it, and no gate may use it.
    """

    READY = "READY"
    READY_WITH_CONDITIONS = "READY WITH CONDITIONS"
    NOT_READY = "NOT READY"
    UNKNOWN = "UNKNOWN"
    WHAT_IF = "WHAT-IF"


@dataclass(frozen=True)
class Judgement:
    """One answer, and the share of applicable checks that could be decided.

    `raised_by` are the undecided rules, whose fixes would raise the confidence. `hypothetical` is the answer inside a
    WHAT-IF; otherwise None.
    """

    readiness: Readiness
    decided: int
    applicable: int
    raised_by: tuple[str, ...]
    hypothetical: Readiness | None = None

    @property
    def confidence(self) -> float:
        """The share of the applicable checks that could be decided, 0 to 1; 0 where none applies."""
        return round(self.decided / self.applicable, 4) if self.applicable else 0.0


def judge(results: Iterable[Result]) -> Judgement:
    """Return the judgement by some results.

    If no rule applies, nothing is known, and the lack of results is no good sign.
    """
    applicable = [result for result in results if result.outcome is not Outcome.NOT_APPLICABLE]
    undecided = [result for result in applicable if Outcome.UNKNOWN in (result.outcome, result.waived)]
    return Judgement(
        _readiness(applicable),
        len(applicable) - len(undecided),
        len(applicable),
        tuple(sorted({result.rule_id for result in undecided})),
    )


def _readiness(applicable: list[Result]) -> Readiness:
    blocking = {result.outcome for result in applicable if result.blocking}
    if Outcome.FAIL in blocking:
        return Readiness.NOT_READY
    if blocking or not applicable:
        return Readiness.UNKNOWN
    if all(result.outcome is Outcome.PASS for result in applicable):
        return Readiness.READY
    return Readiness.READY_WITH_CONDITIONS


def _about(evaluation: Evaluation, results: Iterable[Result]) -> Judgement:
    """Return the judgement by some results of an evaluation: a WHAT-IF where no gate may use it."""
    judgement = judge(results)
    if not evaluation.moment.what_if and not evaluation.moment.rehearsal:
        return judgement
    return replace(judgement, readiness=Readiness.WHAT_IF, hypothetical=judgement.readiness)


def judge_stack(evaluation: Evaluation) -> Judgement:
    """Judge by all results."""
    return _about(evaluation, evaluation.results)


def judge_instance(evaluation: Evaluation, urn: str | None) -> Judgement:
    """Judge by its own results and those about the migration as a whole, without which it does not move."""
    return _about(evaluation, (*evaluation.of_the_migration, *evaluation.of_instances.get(urn, ())))


def judge_wave(evaluation: Evaluation, name: str) -> Judgement:
    """Judge by the results of its instances, of those without a known wave, and about the migration as a whole."""
    return _about(evaluation, (item for item in evaluation.results if item.wave in (None, name)))
