"""Connect the policy SDK with the rules: a stack policy for each rule, all answered from one evaluation.

The SDK gives a policy one level for all its reports. So each rule's own policy is mandatory and reports blocking
findings, except for rules whose findings `pulumi up` fixes (`Rule.fixed_by_up`). Two advisory policies report, for all
rules together, advice before the lead time and waived findings.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from difflib import get_close_matches
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.analyzer_pb2 import (
    DISABLED,
    MANDATORY,
    AnalyzeRequest,
    AnalyzeResponse,
    AnalyzeStackRequest,
    ConfigureAnalyzerRequest,
)
from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies import PACK_NAME
from policies.core.clock import NOW_VARIABLE, MachineClock, machine_clock, read_clock, read_schedule
from policies.core.facts import UnreadableError, attempt
from policies.core.fixes import RULE, as_text, filled
from policies.core.outcome import Outcome, Result
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SHARED_SECURITY_GROUP, Plan
from policies.core.rule import AnyRule
from policies.core.settings import schema
from policies.pack import sdk
from policies.pack.adapter import adapt
from policies.pack.budget import within_limit
from policies.pack.document import RESULT_VARIABLE, document, write
from policies.pack.evaluation import Configuration, Evaluation, Evaluator
from policies.pack.kept import keep_verdict
from policies.pack.messages import advice_text, finding_text, grouped, joined_alike, listed
from policies.pack.presence import show_presence
from policies.pack.registry import all_rules
from policies.pack.run import Run, manifest, read_run
from policies.subjects.notes import announcement, notes
from policies.subjects.notice import not_checked as not_checked_texts

ADVICE: Final = "advice"
WAIVED: Final = "waived"
TOLD: Final = "not-checked"
ANNOUNCED: Final = "announced"
WHAT_IF: Final = "what-if"
# Pulumi's own word for every policy of a pack.
_ALL: Final = "all"

_SEVERITIES: Final = {
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}


_plan_of_request: Final[ContextVar[Plan]] = ContextVar("plan_of_request")
"""The stack of the engine's request, for the policies that are evaluated."""


@cache
def types_read() -> frozenset[str]:
    """Return the types of resources whose properties some rule reads."""
    reads = (name for rule in all_rules() for name in rule.reads)
    return frozenset((MIGRATION, MIGRATING_INSTANCE, SHARED_SECURITY_GROUP, *reads))


class Analyst:
    """Evaluate all rules once for each analysis, although the SDK calls the policies one after another.

    An analysis is identified by its stack, which is read once, in any thread and with any policies switched off.

    Each policy gets only its own configuration. A rule whose configuration differs from its declaration is therefore
    evaluated again when its policy's turn comes, and the result is written again.
    """

    def __init__(self, rules: tuple[AnyRule, ...], environment: Mapping[str, str], machine: MachineClock) -> None:
        self._rules = rules
        self._environment = environment
        self._machine = machine
        self._lock = threading.Lock()
        self._plan: Plan | None = None
        self._evaluator: Evaluator | None = None
        self._evaluation: Evaluation | None = None
        self._run = Run()
        self._configurations: dict[str, Configuration] = {}

    def evaluation(self, args: StackValidationArgs, rule: AnyRule | None = None) -> Evaluation:
        """Return the evaluation of this analysis; its result is written before anything is reported.

        `rule` is the one whose policy is evaluated, and whose configuration `args` therefore hold. Raises
        UnreadableError where PREFLIGHT_NOW is no time, OSError where the result cannot be written.
        """
        plan = _plan_of_request.get()
        with self._lock:
            if self._evaluator is None or plan is not self._plan:
                self._plan, self._evaluator, self._evaluation, self._configurations = plan, None, None, {}
                self._evaluator = Evaluator(self._rules, plan, read_clock(self._environment, plan, self._machine))
                self._run = read_run(self._environment, plan)
            if self._reconfigured(args, rule) or self._evaluation is None:
                self._evaluation = None
                evaluation = self._evaluator.evaluation(self._configurations)
                self._write(evaluation)
                self._evaluation = evaluation
            return self._evaluation

    def _reconfigured(self, args: StackValidationArgs, rule: AnyRule | None) -> bool:
        if rule is None:
            return False
        # The engine fills in missing configuration from the schema.
        defaults = {name: item.default for name, item in rule.adjustable.items()}
        given = {name: value for name, value in args.get_config().items() if defaults.get(name) != value}
        changed = given != self._configurations.get(rule.id, {})
        self._configurations[rule.id] = given
        return changed

    def _write(self, evaluation: Evaluation) -> None:
        if path := self._environment.get(RESULT_VARIABLE):
            write(Path(path), document(evaluation, self._rules, self._run))
        if self._plan is not None:
            keep_verdict(evaluation, self._plan, self._rules, self._environment)


def _meant(name: str, names: list[str]) -> str:
    return "".join(f"; is {like} meant?" for like in get_close_matches(name, names, 1))


def _is_disabled(policy: str, request: ConfigureAnalyzerRequest) -> bool:
    return policy in request.policyConfig and request.policyConfig[policy].enforcementLevel == DISABLED


class Servicer(sdk.Servicer):
    """The SDK's side of the engine's protocol, which refuses names that are no policy, and bounds its answer.

    Only what the program of this run declares is judged. The engine also shows what the program no longer declares, and
    this very update takes away: everything that it has refreshed before, and what `--target` or `--exclude` spares. It
    asks about each declared resource by itself first, and about no other.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._declared: set[str] = set()

    def Configure(self, request: ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        """Take the settings of `--policy-pack-config`; the engine ignores names that are no policy."""
        names = [*(rule.id for rule in all_rules()), ADVICE, WAIVED, ANNOUNCED, TOLD, _ALL]
        problems = [
            f"{name} is not a policy of this pack{_meant(name, names)}"
            for name in sorted(request.policyConfig)
            if name not in (*names, WHAT_IF)
        ]
        if problems:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"--policy-pack-config: {', '.join(problems)}")
        if WHAT_IF in request.policyConfig:
            # No level lets a what-if pass.
            request.policyConfig[WHAT_IF].enforcementLevel = MANDATORY
        taken = super().Configure(request, context)
        if not all(_is_disabled(rule.id, request) for rule in all_rules()):
            show_presence(sys.argv[1:], os.environ)
        return taken

    def Analyze(self, request: AnalyzeRequest, context: object) -> AnalyzeResponse:  # noqa: N802
        """Note that the program declares the resource."""
        self._declared.add(request.urn)
        return super().Analyze(request, context)

    def AnalyzeStack(self, request: AnalyzeStackRequest, context: object) -> AnalyzeResponse:  # noqa: N802
        """Evaluate all policies for the whole stack; the answer stays below the engine's limit."""
        # What is made here is needed until the end: collections took an eighth of the time, and freed nothing.
        gc.disable()
        try:
            return within_limit(self._answer(request, context), os.environ.get(RESULT_VARIABLE))
        finally:
            gc.enable()

    def _answer(self, request: AnalyzeStackRequest, context: object) -> AnalyzeResponse:
        declared = (item for item in request.resources if item.urn in self._declared)
        token = _plan_of_request.set(Plan(adapt(declared, types_read())))
        try:
            return super().AnalyzeStack(request, context)
        finally:
            _plan_of_request.reset(token)


def stack_policies(
    environment: Mapping[str, str], machine: MachineClock = machine_clock
) -> list[StackValidationPolicy]:
    """Return a mandatory stack policy for each rule, and advisory policies for advice and for waived findings."""
    rules = all_rules()
    analyst = Analyst(rules, environment, machine)
    return [
        *(_policy(rule, analyst) for rule in rules),
        _companion(
            ADVICE,
            "Advice now; fails the preview from the date below.",
            "Advice",
            analyst,
            lambda result: result.advice,
        ),
        _companion(
            WAIVED,
            "Findings that an approved waiver covers.",
            "Waived",
            analyst,
            lambda result: result.outcome is Outcome.WAIVED,
        ),
    ]


def not_checked(environment: Mapping[str, str]) -> StackValidationPolicy:
    """Report with every preview what a passing one does not cover: silence would look like ready."""
    missing = not_checked_texts(item for rule in all_rules() for item in rule.notice_items)
    heads = "; ".join(text.partition(": ")[0] for text in missing)
    reminder = f"Check this yourself (docs/coverage.md): {heads}."

    def validate(_args: StackValidationArgs, report_violation: ReportViolation) -> None:
        plan = _plan_of_request.get()
        attempted = attempt(lambda: read_clock(environment, plan).rehearsal)
        rehearsal = () if isinstance(attempted, UnreadableError) else attempted
        notes = [f"This is a rehearsal, which passes no gate: {reason}" for reason in rehearsal]
        report_violation("\n".join(map(listed, [reminder, *notes])), plan.stack_urn)

    return StackValidationPolicy(
        name=TOLD,
        description="What no rule checks.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        display_name="Not checked",
        severity=Severity.MEDIUM,
    )


def what_if(environment: Mapping[str, str]) -> StackValidationPolicy:
    """Fail every run about another time than the present: it must pass no gate, whatever it finds."""

    def validate(_args: StackValidationArgs, report_violation: ReportViolation) -> None:
        if NOW_VARIABLE not in environment:
            return
        plan = _plan_of_request.get()
        found = attempt(lambda: read_clock(environment, plan))
        reasons = (str(found),) if isinstance(found, UnreadableError) else found.what_if
        text = listed("This is a what-if:\n" + "\n".join(reasons))
        report_violation(f"{text}\nFix: unset {NOW_VARIABLE}", plan.stack_urn)

    return StackValidationPolicy(
        name=WHAT_IF,
        description="A verdict about another time than the present passes no gate.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        display_name="What-if",
        severity=Severity.CRITICAL,
    )


def announced(environment: Mapping[str, str], machine: MachineClock = machine_clock) -> StackValidationPolicy:
    """Report with every preview what the waves mean, independent of findings, such as that there is no way back."""

    def validate(_args: StackValidationArgs, report_violation: ReportViolation) -> None:
        plan = _plan_of_request.get()
        try:
            schedule = read_schedule(read_clock(environment, plan, machine).now, plan)
        except UnreadableError:  # reported by the rules' own policies, which are mandatory
            return
        found = notes(plan, schedule)
        if schedule.waves:
            report_violation(listed(announcement(found, [wave.name for wave in schedule.waves])), plan.stack_urn)

    return StackValidationPolicy(
        name=ANNOUNCED,
        description="What the move means for each wave.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        display_name="Announced",
        severity=Severity.LOW,
    )


def _policy(rule: AnyRule, analyst: Analyst) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        try:
            evaluation = analyst.evaluation(args, rule)
        except Exception as error:
            # An exception here would end the whole analysis and hide the findings of other packs. Only its type is
            # reported: its message may hold values.
            report_violation(
                f"The policy pack itself failed ({type(error).__name__}): nothing was checked.\n"
                "Fix: check that PREFLIGHT_NOW, if set, is a time with an offset and PREFLIGHT_RESULT can be "
                "written, or report a defect",
                None,
            )
            return
        for results in grouped(evaluation.blocking.get(rule.id, ())):
            report_violation(finding_text(rule, results, evaluation.stack), _urn(evaluation, results))

    settable = schema(rule.adjustable)
    return StackValidationPolicy(
        name=rule.id,
        description=f"{rule.title}.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY if rule.fixed_by_up else EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema(settable) if settable else None,
        display_name=rule.title,
        severity=_SEVERITIES[rule.severity],
        tags=list(rule.notice_items),
        remediation_steps=as_text([filled(rule.remediation, {RULE: rule.id})]),
        url=rule.url,
    )


def _urn(evaluation: Evaluation, results: Sequence[Result]) -> str | None:
    """Return the URN of a violation: its instance's, or the Migration's for several."""
    return results[0].subject.urn if len(results) == 1 else evaluation.migration_urn


def _companion(
    name: str, description: str, title: str, analyst: Analyst, concerns: Callable[[Result], bool]
) -> StackValidationPolicy:
    """Return an advisory policy that reports some results of all rules, each under the name of its rule."""
    rules = {rule.id: rule for rule in all_rules()}

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        try:
            evaluation = analyst.evaluation(args)
        except Exception:  # reported by the rules' own policies, which are mandatory
            return
        concerned = [result for result in evaluation.results if concerns(result)]
        of_rules = groupby(concerned, lambda result: result.rule_id)
        for alike in joined_alike(group for _, of_rule in of_rules for group in grouped(of_rule)):
            found = [(rules[group[0].rule_id], group) for group in alike]
            report_violation(advice_text(found, evaluation.stack), _urn(evaluation, alike[0]))

    return StackValidationPolicy(
        name=name,
        description=description,
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        display_name=title,
        severity=Severity.MEDIUM,
    )


def incomplete() -> str | None:
    """Return what is wrong if the pack's rules differ from its manifest; None where they do not."""
    rule_ids = {rule.id for rule in all_rules()}
    try:
        listed_ids = set(manifest())
    except OSError:
        differing = ["it has no rules.txt"]
    else:
        differing = [
            *(f"the rule {rule_id} is missing" for rule_id in sorted(listed_ids - rule_ids)),
            *(f"the rule {rule_id} is not listed in rules.txt" for rule_id in sorted(rule_ids - listed_ids)),
        ]
    if not differing:
        return None
    return (
        f"The policy pack is not whole: {', '.join(differing)}. Get it anew. If you changed its rules, run make docs."
    )


def serve() -> None:
    """Serve the pack to the engine; does not return.

    A result of an earlier run is removed first, so that it cannot pass for this one's. Raises OSError where that fails.
    """
    if path := os.environ.get(RESULT_VARIABLE):
        Path(path).unlink(missing_ok=True)
    if problem := incomplete():
        sys.exit(problem)
    sdk.serve_by(Servicer)
    PolicyPack(
        name=PACK_NAME,
        policies=[
            *stack_policies(os.environ),
            what_if(os.environ),
            not_checked(os.environ),
            announced(os.environ),
        ],
        enforcement_level=EnforcementLevel.MANDATORY,
        description="Fails the preview while anything is missing that the move to a VPC needs.",
        display_name="Classic network to VPC preflight",
        provider="alicloud",
    )
