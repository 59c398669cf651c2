"""Evaluate every rule for every subject, settle pending results by the freeze, and apply the waivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from policies.core.clock import Moment, Schedule, Timeline, in_offset_of, read_schedule
from policies.core.facts import UnreadableError, attempt, printable, safe
from policies.core.fixes import ID, RULE, STACK, Fix, as_text, filled, task
from policies.core.outcome import Outcome, Result, Subject, Verdict, failed, judged, not_applicable, unknown
from policies.core.plan import MIGRATION, Plan, Resource, has_moved
from policies.core.review import Review
from policies.core.rule import AnyRule, InstanceRule, MigrationRule, ReviewRule, Rule
from policies.core.settings import Settings, read_settings
from policies.core.waivers import read_waivers
from policies.core.words import to_minute
from policies.subjects.deadlines import deadlines
from policies.subjects.notes import Note, notes

Configuration = Mapping[str, Any]
"""The settings of one rule from `--policy-pack-config`; others are the rule's own."""


@dataclass(frozen=True)
class Evaluation:
    """All results of one analysis, sorted by rule and subject, and the times for which they hold."""

    project: str
    stack: str
    moment: Moment
    schedule: Schedule
    instances: tuple[Subject, ...]
    results: tuple[Result, ...]
    notes: tuple[Note, ...] = ()
    deadlines: tuple[datetime, ...] = ()
    """When time alone may change results, apart from lead times."""
    migration_urn: str | None = None
    """The resource of a finding about several instances."""

    @cached_property
    def of_the_migration(self) -> tuple[Result, ...]:
        """Results about the migration as a whole."""
        return tuple(result for result in self.results if result.subject.kind == "migration")

    @cached_property
    def of_instances(self) -> Mapping[str | None, list[Result]]:
        """Results about instances, by their URN."""
        found: dict[str | None, list[Result]] = defaultdict(list)
        for result in self.results:
            if result.subject.kind != "migration":
                found[result.subject.urn].append(result)
        return found

    @cached_property
    def blocking(self) -> Mapping[str, list[Result]]:
        """Results that block, by rule."""
        found: dict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            if result.blocking:
                found[result.rule_id].append(result)
        return found


@dataclass(frozen=True)
class _Member:
    """A migrating instance, and what every rule about it needs."""

    instance: Resource
    subject: Subject
    wave: str | None
    timeline: Timeline


class Evaluator:
    """Evaluates rules for one plan at one moment; never raises for any content of the plan, or for a rule's error."""

    def __init__(self, rules: Iterable[AnyRule], plan: Plan, moment: Moment) -> None:
        self._rules = tuple(rules)
        self._plan = plan
        self._moment = moment
        self._stack = plan.project_and_stack[1] or STACK
        self._schedule = read_schedule(moment.now, plan)
        self._notes = notes(plan, self._schedule)
        self._deadlines = deadlines(plan, self._schedule)
        self._migration = migration_subject(plan)
        self._members = [
            _Member(instance, instance_subject(instance), *self._schedule.of(instance.facts))
            for instance in plan.instances
        ]
        self._offsets = {name: self._offset_of(name) for name in (None, *(wave.name for wave in self._schedule.waves))}
        self._evaluated: dict[str, tuple[Configuration, list[Result]]] = {}

    def evaluation(self, configurations: Mapping[str, Configuration]) -> Evaluation:
        """Return the results of all rules, under the configuration of those that have one, by rule id."""
        results = [
            result
            for rule in self._rules
            if not isinstance(rule, ReviewRule)
            for result in self._answers(rule, configurations.get(rule.id, {}))
        ]
        review = Review(
            {rule.id: rule.unwaivable for rule in self._rules},
            read_waivers(self._plan),
            tuple(results),
            self._schedule,
        )
        results = [review.applied(result) for result in results]
        for rule in self._rules:
            if isinstance(rule, ReviewRule):
                results += self._review(rule, review, configurations.get(rule.id, {}))
        results = [self._in_own_offset(result) for result in results]
        results.sort(key=lambda result: (result.rule_id, result.subject))
        project, stack = self._plan.project_and_stack
        instances = sorted(member.subject for member in self._members)
        return Evaluation(
            project,
            stack,
            self._moment,
            self._schedule,
            tuple(instances),
            tuple(results),
            self._notes,
            self._deadlines,
            self._plan.stack_urn,
        )

    def _in_own_offset(self, result: Result) -> Result:
        """Write the times of a result in the offset of its window; for several windows, where they agree."""
        reason = in_offset_of(self._offsets.get(result.wave), result.reason)
        return result if reason == result.reason else replace(result, reason=reason)

    def _offset_of(self, name: str | None) -> datetime | None:
        """Return the start whose offset a wave's results are written in, of all waves without a name; None: in none."""
        starts = [wave.timeline.start for wave in self._schedule.waves if name in (None, wave.name)]
        agree = len({None if start is None else start.utcoffset() for start in starts}) == 1
        return starts[0] if agree else None

    def _answers(self, rule: MigrationRule | InstanceRule, given: Configuration) -> list[Result]:
        """Each rule is asked once a configuration: the engine tells the pack of each one's only when it is its turn."""
        evaluated = self._evaluated.get(rule.id)
        if evaluated is None or evaluated[0] != given:
            evaluated = self._evaluated[rule.id] = (given, self._configured(rule, given))
        return evaluated[1]

    def _configured(self, rule: MigrationRule | InstanceRule, given: Configuration) -> list[Result]:
        try:
            settings = read_settings(rule.adjustable, given)
        except ValueError as problem:
            return [self._of_migration(rule, Timeline(self._moment.now), _misconfigured(rule, str(problem)))]
        # Values cached in a plan may come from a threshold that is different now.
        return self._ask(rule, Plan(self._plan.resources) if given else self._plan, settings)

    def _ask(self, rule: MigrationRule | InstanceRule, plan: Plan, settings: Settings) -> list[Result]:
        first = replace(self._schedule.first, settings=settings)
        if isinstance(rule, MigrationRule):
            return [self._of_migration(rule, first, lambda: rule.check(plan, first))]
        if not plan.instances or len(plan.of_type(MIGRATION)) != 1:
            # No subject is no answer: without this a pack over an empty estate would be silent, and green.
            return [self._of_migration(rule, first, _without_migration)]
        of_waves = {member.wave: member.timeline for member in self._members}
        timelines = {wave: replace(timeline, settings=settings) for wave, timeline in of_waves.items()}
        return [self._ask_about(rule, plan, timelines[member.wave], member) for member in self._members]

    def _ask_about(self, rule: InstanceRule, plan: Plan, timeline: Timeline, member: _Member) -> Result:
        facts = member.instance.facts
        if rule.until_move and has_moved(facts):
            verdict = not_applicable("The instance has moved.")
        else:
            verdict = _guarded(lambda: rule.check(plan, timeline, facts))
        return self._result(rule, member.subject, timeline, verdict, member.wave)

    def _review(self, rule: ReviewRule, review: Review, given: Configuration) -> list[Result]:
        try:
            timeline = replace(self._schedule.first, settings=read_settings(rule.adjustable, given))
        except ValueError as problem:
            return [self._of_migration(rule, Timeline(self._moment.now), _misconfigured(rule, str(problem)))]
        return [self._of_migration(rule, timeline, lambda: rule.check(self._plan, timeline, review))]

    def _of_migration(self, rule: Rule, timeline: Timeline, check: Callable[[], Verdict]) -> Result:
        return self._result(rule, self._migration, timeline, _guarded(check))

    def _result(
        self,
        rule: Rule,
        subject: Subject,
        timeline: Timeline,
        verdict: Verdict,
        wave: str | None = None,
    ) -> Result:
        verdict = _settled(verdict, timeline, self._moment.estate_file)
        needless = verdict.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)
        fixes = () if needless else self._filled(rule, verdict.fixes or (rule.remediation,), subject)
        return Result(
            rule.id,
            subject,
            verdict.outcome,
            safe(verdict.reason),
            "" if needless else as_text(fixes, self._stack),
            blocking=verdict.outcome.blocks and timeline.mandatory,
            wave=wave,
            mandatory_from=timeline.mandatory_from,
            fixes=fixes,
        )

    def _filled(self, rule: Rule, fixes: tuple[Fix, ...], subject: Subject) -> tuple[Fix, ...]:
        """Return the fixes for their subject.

        For an instance without a readable id, `<id>` stays.
        """
        values = {RULE: rule.id, STACK: self._stack} | ({ID: subject.id} if subject.kind == "instance" else {})
        return tuple(filled(fix, values, safe) for fix in fixes)


def evaluate(
    rules: Iterable[AnyRule], plan: Plan, moment: Moment, configurations: Mapping[str, Configuration] | None = None
) -> Evaluation:
    """Evaluate every rule for its subjects, once."""
    return Evaluator(rules, plan, moment).evaluation(configurations or {})


def _without_migration() -> Verdict:
    return unknown(
        "Not checked for any instance: the stack does not declare exactly one Migration with its instances.",
        task("See schedule-migration-declared."),
    )


def _misconfigured(rule: Rule, problem: str) -> Callable[[], Verdict]:
    return lambda: unknown(
        f"Not checked: its policy configuration cannot be used: {problem}.",
        task(f"Correct {rule.id} in the file that --policy-pack-config names; policies/README.md shows its form."),
    )


def _guarded(check: Callable[[], Verdict]) -> Verdict:
    try:
        return judged(check)
    except Exception as error:
        # Only the type: the message of an exception may hold values, and findings are shown in public comments.
        return unknown(
            f"The rule itself crashed ({type(error).__name__}): what it checks is not known.",
            task("Report this as a defect of the policy pack."),
        )


def _settled(verdict: Verdict, timeline: Timeline, estate_file: str | None) -> Verdict:
    """Return a PENDING result unchanged before the freeze; from then on, or where the freeze is unknown, it fails.

    In a run by a file it is unknown whether an update has created the declared resource since.
    """
    if verdict.outcome is not Outcome.PENDING or timeline.frozen is False:
        return verdict
    if estate_file is not None:
        return unknown(
            f"{verdict.reason}\nOnly the cloud shows whether it exists by now: the estate is from {estate_file}.",
            *verdict.fixes,
        )
    if timeline.freeze_starts_at is None:
        return unknown(
            f"{verdict.reason}\nThe facts do not show when the freeze begins, so it is unknown whether "
            "declared is enough.",
            *verdict.fixes,
        )
    began = to_minute(timeline.freeze_starts_at)
    return failed(f"{verdict.reason}\nDeclared is no longer enough: the freeze began at {began}.", *verdict.fixes)


def migration_subject(plan: Plan) -> Subject:
    """Return the migration as a whole: id is the stack's name, name the project's.

    Both empty where there is no resource at all.
    """
    project, stack = plan.project_and_stack
    return Subject("migration", stack, project, plan.stack_urn)


def instance_subject(instance: Resource) -> Subject:
    """Return one migrating instance; without a readable id, the resource's name replaces it."""
    instance_id = attempt(lambda: instance.facts.text("instanceId"))
    name = attempt(lambda: instance.facts.text("instanceName"))
    fallback = printable(instance.name)
    return Subject(
        "instance",
        fallback if isinstance(instance_id, UnreadableError) else instance_id,
        fallback if isinstance(name, UnreadableError) else name,
        instance.urn,
    )
