"""How a rule is asked: about whom, what its crash is worth, and how long something declared may wait."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from policies.core.clock import Moment, Timeline
from policies.core.facts import UnreadableError
from policies.core.fixes import UP, task
from policies.core.outcome import Outcome, Result, Subject, Verdict, failed, not_applicable, passed, pending, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.core.rule import AnyRule, InstanceRule, MigrationRule, ReviewRule
from policies.core.settings import Threshold
from policies.pack.evaluation import Evaluator, evaluate
from policies.pack.registry import all_rules
from tests.policies.prepared import IN_FREEZE, UNKNOWN, Draft, prepared, urn

RULES: Final = {rule.id: rule for rule in all_rules()}
# One of each kind.
KINDS: Final = {
    "migration": "schedule-window-in-future",
    "instance": "instance-type-supports-eni",
    "review": "waiver-in-order",
}
FREEZE: Final = datetime.fromisoformat("2026-12-11T02:00:00+08:00")
SECOND: Final = timedelta(seconds=1)


def ruled(kind: str, verdict: Verdict | Exception, **changes: Any) -> AnyRule:
    """A rule of one kind that concludes, or crashes, as it is told."""

    def check(*_: object) -> Verdict:
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return replace(RULES[KINDS[kind]], check=check, remediation=task("Correct it."), **changes)  # type: ignore[arg-type]


def results(draft: Draft, *rules: AnyRule, **configuration: object) -> list[Result]:
    configurations = {rule.id: configuration for rule in rules}
    return list(evaluate(rules, draft.plan(), Moment(draft.now, "cloud"), configurations).results)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("verdict", "outcome", "blocking", "remediation"),
    [
        (passed("It is there."), Outcome.PASS, False, ""),
        (not_applicable("There is none."), Outcome.NOT_APPLICABLE, False, ""),
        (failed("It is missing."), Outcome.FAIL, True, "Correct it."),
        (failed("It is missing.", task("Correct\x1b that.")), Outcome.FAIL, True, "Correct? that."),
        (unknown("It cannot be told."), Outcome.UNKNOWN, True, "Correct it."),
        (UnreadableError("A thing: key", "is missing"), Outcome.UNKNOWN, True, "Correct it."),
        (ValueError("hunter2"), Outcome.UNKNOWN, True, "Report this as a defect of the policy pack."),
        (RecursionError("hunter2"), Outcome.UNKNOWN, True, "Report this as a defect of the policy pack."),
    ],
)
def test_each_verdict_becomes_its_outcome_with_reason_and_fix(
    kind: str, verdict: Verdict | Exception, outcome: Outcome, blocking: bool, remediation: str
) -> None:
    evaluated = results(prepared(), ruled(kind, verdict))
    assert len(evaluated) == (2 if kind == "instance" else 1)
    for result in evaluated:
        assert (result.outcome, result.blocking, result.remediation) == (outcome, blocking, remediation)
        assert "hunter2" not in result.reason
        assert result.reason


def test_a_crash_is_reported_by_its_type_and_what_cannot_be_read_by_its_path() -> None:
    (crashed,) = results(prepared(), ruled("migration", KeyError("hunter2")))
    assert "crashed (KeyError)" in crashed.reason
    (unreadable,) = results(prepared(), ruled("migration", UnreadableError("A thing: key\x1b", "is missing")))
    assert unreadable.reason == "Not known: A thing: key? is missing."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("now", "outcome"), [(FREEZE - SECOND, Outcome.PENDING), (FREEZE, Outcome.FAIL), (IN_FREEZE, Outcome.FAIL)]
)
def test_pending_fails_once_the_freeze_begins(kind: str, now: datetime, outcome: Outcome) -> None:
    draft = prepared()
    draft.now = now
    for result in results(draft, ruled(kind, pending("It is declared.", UP))):
        assert (result.outcome, result.blocking) == (outcome, outcome is Outcome.FAIL)
        assert result.remediation == "pulumi up"
        assert result.reason.startswith("It is declared.")
        assert ("the freeze began at 2026-12-11T02:00+08:00" in result.reason) == result.blocking


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["freezeHours", "waves"])
def test_pending_is_unknown_while_the_freeze_is_unknown(kind: str, damage: str) -> None:
    draft = prepared()
    draft.now = FREEZE - timedelta(days=20)
    draft.facts(MIGRATION)[damage] = UNKNOWN
    for result in results(draft, ruled(kind, pending("It is declared."))):
        assert (result.outcome, result.blocking, result.remediation) == (Outcome.UNKNOWN, True, "pulumi up")
        assert result.reason.startswith("It is declared.\n")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("now", "outcome"), [(FREEZE - SECOND, Outcome.PENDING), (FREEZE, Outcome.UNKNOWN), (IN_FREEZE, Outcome.UNKNOWN)]
)
def test_by_a_file_nobody_knows_what_was_made_since_it_was_declared(kind: str, now: datetime, outcome: Outcome) -> None:
    draft = prepared()
    draft.now = now
    rule = ruled(kind, pending("It is declared.", UP))
    evaluated = evaluate([rule], draft.plan(), Moment(now, "system", estate_file="estate.json")).results
    assert evaluated
    for result in evaluated:
        assert (result.outcome, result.blocking) == (outcome, outcome is Outcome.UNKNOWN)
        assert result.reason.startswith("It is declared.")
        assert ("the estate is from estate.json" in result.reason) == result.blocking


def test_a_lead_time_makes_advice_of_a_finding_and_not_of_what_passes() -> None:
    draft = prepared()
    draft.now = FREEZE - timedelta(days=20)
    for verdict in (failed("It is missing."), unknown("It cannot be told."), ValueError()):
        for kind in KINDS:
            evaluated = results(draft, ruled(kind, verdict, lead_hours=24.0))
            assert [(item.blocking, item.advice) for item in evaluated] == [(False, True)] * len(evaluated)
    (fine, _) = results(draft, ruled("instance", passed("It is there."), lead_hours=24.0))
    assert (fine.blocking, fine.advice) == (False, False)


MOST: Final = Threshold("most", 5, 0, 10, "A limit.")


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_that_cannot_be_used_blocks_once_whatever_the_rule_would_say(kind: str) -> None:
    rule = ruled(kind, passed("It is there."), thresholds=(MOST,), lead_hours=1.0)
    draft = prepared()
    draft.now = FREEZE - timedelta(days=20)
    (result,) = results(draft, rule, most=11.0)
    assert (result.outcome, result.blocking, result.subject.kind) == (Outcome.UNKNOWN, True, "migration")
    assert "most is not a number from 0 to 10" in result.reason
    assert rule.id in result.remediation


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_reaches_the_rule_and_only_that_one(kind: str) -> None:
    def check(_plan: object, timeline: Timeline, *_: object) -> Verdict:
        return failed(f"{timeline.threshold(MOST):g}")

    rule = replace(RULES[KINDS[kind]], check=check, thresholds=(MOST,))  # type: ignore[arg-type]
    assert {result.reason for result in results(prepared(), rule, most=7.0)} == {"7"}
    draft = prepared()
    other = {"another-rule": {"most": 7.0}}
    evaluated = evaluate([rule], draft.plan(), Moment(draft.now, "cloud"), other)
    assert {result.reason for result in evaluated.results} == {"5"}


def test_a_rule_is_asked_once_a_configuration_and_remembers_nothing_of_another() -> None:
    hours: list[float] = []

    def check(plan: Any, timeline: Timeline, *_: object) -> Verdict:
        hours.append(timeline.threshold(MOST))
        return failed(f"{plan.remember('most', lambda: timeline.threshold(MOST)):g}")

    rule = replace(RULES[KINDS["migration"]], check=check, thresholds=(MOST,))  # type: ignore[arg-type]
    draft = prepared()
    evaluator = Evaluator([rule], draft.plan(), Moment(draft.now, "cloud"))
    reasons = [
        evaluator.evaluation({rule.id: given}).results[0].reason for given in ({}, {}, {"most": 7.0}, {"most": 8.0})
    ]
    assert reasons == ["5", "5", "7", "8"]
    assert hours == [5, 7, 8]


def _no_instance(draft: Draft) -> None:
    draft.remove(MIGRATING_INSTANCE, "i-web")
    draft.remove(MIGRATING_INSTANCE, "i-app")


@pytest.mark.parametrize(
    "change",
    [
        _no_instance,
        lambda draft: draft.remove(MIGRATION),
        lambda draft: draft.add(MIGRATION, "another", dict(draft.facts(MIGRATION))),
    ],
    ids=["no instance", "no migration", "two migrations"],
)
def test_a_plan_without_instances_is_unknown(change: Callable[[Draft], object]) -> None:
    draft = prepared()
    change(draft)
    (result,) = results(draft, ruled("instance", passed("It is there.")))
    assert (result.outcome, result.blocking, result.subject.kind) == (Outcome.UNKNOWN, True, "migration")
    assert result.remediation == "See schedule-migration-declared."


def test_each_instance_is_asked_about_by_its_id_and_its_resource() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(instanceId=UNKNOWN, instanceName=UNKNOWN)
    evaluated = results(draft, ruled("instance", passed("It is there.")), ruled("migration", passed("It is there.")))
    assert {result.subject for result in evaluated} == {
        Subject("instance", "i-app", "app-1", urn(MIGRATING_INSTANCE, "i-app")),
        Subject("instance", "i-web", "i-web", urn(MIGRATING_INSTANCE, "i-web")),
        Subject("migration", "dev", "classic-to-vpc", urn(MIGRATION, "migration")),
    }


def test_the_results_are_sorted_by_rule_and_id_whatever_the_resources_are_called() -> None:
    draft = prepared()
    draft.one(MIGRATING_INSTANCE, "i-app").name = "z"
    rule = ruled("instance", passed("It is there."))
    other = replace(rule, module="policies.rules.instance.a_rule")
    evaluated = results(draft, ruled("review", passed("It is there.")), rule, other)
    assert [(result.rule_id, result.subject.id) for result in evaluated] == [
        ("instance-a-rule", "i-app"),
        ("instance-a-rule", "i-web"),
        ("instance-type-supports-eni", "i-app"),
        ("instance-type-supports-eni", "i-web"),
        ("waiver-in-order", "dev"),
    ]
    assert [subject.id for subject in draft.evaluation().instances] == ["i-app", "i-web"]


@pytest.mark.parametrize("moved", [True, False, UNKNOWN, None])
def test_only_whoever_has_moved_for_certain_is_not_asked_what_holds_until_the_move(moved: object) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = moved
    for until_move in (True, False):
        evaluated = results(draft, ruled("instance", failed("It is missing."), until_move=until_move))
        spared = [result.subject.id for result in evaluated if result.outcome is Outcome.NOT_APPLICABLE]
        assert spared == (["i-web"] if until_move and moved is True else [])
        assert {result.wave for result in evaluated} == {"all"}


def test_a_review_judges_what_the_waivers_left() -> None:
    """It is asked last, sees the findings as they were, and cannot be waived itself."""
    seen: list[Any] = []

    def check(_plan: object, _timeline: object, review: Any) -> Verdict:
        seen.extend(result.outcome for result in review.results)
        return passed("Seen.")

    rule = replace(RULES[KINDS["review"]], check=check)  # type: ignore[arg-type]
    evaluated = results(prepared(), rule, ruled("migration", failed("It is missing.")))
    assert seen == [Outcome.FAIL]
    assert [result.outcome for result in evaluated] == [Outcome.FAIL, Outcome.PASS]


def test_the_kinds_are_what_they_are_called() -> None:
    kinds = {"migration": MigrationRule, "instance": InstanceRule, "review": ReviewRule}
    assert {kind: type(RULES[rule_id]) for kind, rule_id in KINDS.items()} == kinds
