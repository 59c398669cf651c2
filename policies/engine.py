"""Between the policy SDK and the rules: a stack policy a rule, all of them answered from one evaluation."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies import PACK_NAME
from policies.adapter import adapt
from policies.clock import NOW_VARIABLE, read_clock
from policies.document import RESULT_VARIABLE, document, write
from policies.evaluation import Evaluation, evaluate
from policies.messages import finding_text, listed
from policies.notice import unchecked
from policies.plan import MIGRATING_INSTANCE, MIGRATION, SHARED_SECURITY_GROUP, Plan
from policies.registry import all_rules
from policies.rule import InstanceRule, MigrationRule

ADVICE: Final = "not-checked"

_SEVERITIES: Final = {
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}


class Analyst:
    """Evaluates all rules once an analysis, however many policies the SDK then asks one after another.

    The SDK decodes the request anew for every policy and says nowhere which analysis it is in. But the options of the
    resources that it hands over are views of the request's own message, and one message has one such view as long as
    somebody holds it: so a view held here and met again means the same analysis, whatever thread asks and whichever
    policies are switched off. Should a later SDK copy the options, every policy gets an evaluation of its own: slower,
    and as right.
    """

    def __init__(self, rules: tuple[MigrationRule | InstanceRule, ...], environment: Mapping[str, str]) -> None:
        self._rules = rules
        self._environment = environment
        self._types_read = frozenset(
            {MIGRATION, MIGRATING_INSTANCE, SHARED_SECURITY_GROUP} | {name for rule in rules for name in rule.reads}
        )
        self._lock = threading.Lock()
        self._analysis: object = None
        self._evaluation: Evaluation | None = None

    def evaluation(self, args: StackValidationArgs) -> Evaluation:
        """The evaluation of this analysis, whose result is written before anything is reported.

        Raises UnreadableError where the clock is set to no time, OSError where the result cannot be written.
        """
        analysis = args.resources[0].opts.aliases if args.resources else None
        with self._lock:
            if self._evaluation is None or analysis is None or analysis is not self._analysis:
                self._analysis, self._evaluation = None, None
                evaluation = evaluate(
                    self._rules, Plan(adapt(args.resources, self._types_read)), read_clock(self._environment)
                )
                self._write(evaluation)
                self._analysis, self._evaluation = analysis, evaluation
            return self._evaluation

    def _write(self, evaluation: Evaluation) -> None:
        if path := self._environment.get(RESULT_VARIABLE):
            write(Path(path), document(evaluation, self._rules))


def stack_policies(environment: Mapping[str, str]) -> list[StackValidationPolicy]:
    """A mandatory stack policy a rule, with everything that the SDK has a field for."""
    rules = all_rules()
    analyst = Analyst(rules, environment)
    return [_policy(rule, analyst) for rule in rules]


def advice(environment: Mapping[str, str]) -> StackValidationPolicy:
    """Says with every preview what a passing one does not mean: silence would be taken for ready."""
    missing = unchecked(item for rule in all_rules() for item in rule.notice_items)
    texts = ["Passing says nothing of what this version does not check; look at it yourself:", *missing]
    if not missing:
        texts = ["Passing says that what the rules look at is as they want it, and nothing more."]
    if now := environment.get(NOW_VARIABLE):
        texts.append(f"The time is not the clock's: {NOW_VARIABLE} says {now}")

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        root = next((item.urn for item in args.resources if item.resource_type == MIGRATION), None)
        report_violation(listed("\n".join(texts)), root)

    return StackValidationPolicy(
        name=ADVICE,
        description="What a passing preview does not tell.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        display_name="Not checked",
        severity=Severity.MEDIUM,
    )


def _policy(rule: MigrationRule | InstanceRule, analyst: Analyst) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        try:
            evaluation = analyst.evaluation(args)
        except Exception as error:
            # An exception here would end the whole analysis and hide the findings of other packs. Its type alone is
            # told: its message may hold values.
            report_violation(
                f"The policy pack itself failed ({type(error).__name__}): nothing was checked.\n"
                "Fix: check that PREFLIGHT_NOW, if set, is a time with an offset and PREFLIGHT_RESULT can be "
                "written, or report a defect",
                None,
            )
            return
        for result in evaluation.results:
            if result.rule_id == rule.id and result.outcome.blocks:
                report_violation(finding_text(rule, result), result.subject.urn)

    return StackValidationPolicy(
        name=rule.id,
        description=f"{rule.title}.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        display_name=rule.title,
        severity=_SEVERITIES[rule.severity],
        tags=list(rule.notice_items),
        remediation_steps=rule.remediation,
        url=rule.url,
    )


def serve() -> None:
    """Serves the pack to the engine; does not return.

    A result left by an earlier run is removed first, so that nobody takes it for this one's. Raises OSError where that
    fails.
    """
    if path := os.environ.get(RESULT_VARIABLE):
        Path(path).unlink(missing_ok=True)
    PolicyPack(
        name=PACK_NAME,
        policies=[*stack_policies(os.environ), advice(os.environ)],
        enforcement_level=EnforcementLevel.MANDATORY,
        description="Fails the preview while anything is missing that the move to a VPC needs.",
        display_name="Classic network to VPC preflight",
        provider="alicloud",
    )
