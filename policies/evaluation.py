"""Asks every rule about every subject, and settles what is pending by the freeze."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policies.clock import Moment, Timeline, read_timeline
from policies.facts import UnreadableError, attempt, printable, safe
from policies.outcome import Outcome, Result, Subject, Verdict, failed, judged, not_applicable, unknown
from policies.plan import MIGRATION, Plan, Resource, has_moved
from policies.rule import InstanceRule, MigrationRule


@dataclass(frozen=True)
class Evaluation:
    """All results of one analysis, sorted by rule and subject, and the times that they hold for."""

    project: str
    stack: str
    moment: Moment
    timeline: Timeline
    results: tuple[Result, ...]


def evaluate(rules: Iterable[MigrationRule | InstanceRule], plan: Plan, moment: Moment) -> Evaluation:
    """Asks every rule about its subjects; never raises for anything that the plan holds or a rule does."""
    migration = attempt(lambda: plan.migration)
    timeline = read_timeline(moment.now, None if isinstance(migration, UnreadableError) else migration)
    project, stack = plan.project_and_stack
    results = [result for rule in rules for result in _ask(rule, plan, timeline)]
    results.sort(key=lambda result: (result.rule_id, result.subject.kind, result.subject.id, result.subject.urn or ""))
    return Evaluation(project, stack, moment, timeline, tuple(results))


def _ask(rule: MigrationRule | InstanceRule, plan: Plan, timeline: Timeline) -> list[Result]:
    if isinstance(rule, MigrationRule):
        return [_result(rule, migration_subject(plan), timeline, lambda: rule.check(plan, timeline))]
    if not plan.instances or len(plan.of_type(MIGRATION)) != 1:
        # Nothing to ask about is not an answer: without this a pack over an empty estate would be silent, and green.
        return [_result(rule, migration_subject(plan), timeline, _without_migration)]
    return [_ask_about(rule, plan, timeline, instance) for instance in plan.instances]


def _ask_about(rule: InstanceRule, plan: Plan, timeline: Timeline, instance: Resource) -> Result:
    if rule.until_move and has_moved(instance.facts):
        return _result(rule, instance_subject(instance), timeline, lambda: not_applicable("The instance has moved."))
    return _result(rule, instance_subject(instance), timeline, lambda: rule.check(plan, timeline, instance.facts))


def _without_migration() -> Verdict:
    return unknown(
        "Not checked for any instance: the stack does not declare exactly one Migration with its instances.",
        "see schedule-migration-declared",
    )


def _result(
    rule: MigrationRule | InstanceRule, subject: Subject, timeline: Timeline, check: Callable[[], Verdict]
) -> Result:
    verdict = _settled(_guarded(check), timeline)
    remediation = (
        "" if verdict.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) else verdict.remediation or rule.remediation
    )
    return Result(rule.id, subject, verdict.outcome, safe(verdict.reason), safe(remediation))


def _guarded(check: Callable[[], Verdict]) -> Verdict:
    try:
        return judged(check)
    except Exception as error:
        # Only the type: the message of an exception may hold values, and findings are shown in public comments.
        return failed(
            f"The rule itself crashed ({type(error).__name__}): nothing is known about what it checks.",
            "report this as a defect of the policy pack",
        )


def _settled(verdict: Verdict, timeline: Timeline) -> Verdict:
    """PENDING is enough until the freeze; from then on, or where the freeze's beginning is not known, it is not."""
    if verdict.outcome is not Outcome.PENDING or timeline.frozen is False:
        return verdict
    if timeline.freeze_starts_at is None:
        return unknown(
            f"{verdict.reason}\nWhether that may wait cannot be told: when the freeze begins is not known.",
            verdict.remediation,
        )
    began = timeline.freeze_starts_at.isoformat(timespec="minutes")
    return failed(f"{verdict.reason}\nThat may not wait any longer: the freeze began at {began}.", verdict.remediation)


def migration_subject(plan: Plan) -> Subject:
    """The migration as a whole: id is the stack's name, name the project's.

    Both empty where there is no resource at all.
    """
    project, stack = plan.project_and_stack
    return Subject("migration", stack, project, plan.stack_urn)


def instance_subject(instance: Resource) -> Subject:
    """One migrating instance; where its id cannot be read, the resource's name stands for it."""
    instance_id = attempt(lambda: instance.facts.text("instanceId"))
    name = attempt(lambda: instance.facts.text("instanceName"))
    fallback = printable(instance.name)
    return Subject(
        "instance",
        fallback if isinstance(instance_id, UnreadableError) else instance_id,
        fallback if isinstance(name, UnreadableError) else name,
        instance.urn,
    )
