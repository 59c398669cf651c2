"""Cases of security groups that once fell short: estate and stack in tests/cases, through reader, program and pack.

The engine has no part in them: the program runs under Pulumi's mocks, the reader asks the simulated cloud.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from components.config import parse
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, make_plan
from estate.live import read_estate
from policies.core.clock import read_schedule
from policies.core.plan import Plan, Resource
from policies.core.rule import InstanceRule
from policies.pack.registry import all_rules
from simulator.server import running
from tests.components.mocked import Recording, declare
from tests.estate import estates

NOW = datetime.fromisoformat("2026-11-30T09:00:00+08:00")
CASES = Path(__file__).parent / "cases/security_groups"
OPENED, LOST = "security-group-nothing-opened", "security-group-every-rule-carried-over"

# What must come, by case and instance; of an instance that is not named, nothing.
FINDINGS: dict[str, dict[tuple[str, str], str]] = {
    "m1-map-egress-drop-lost": {
        (OPENED, "i-a1"): "egress TCP 3306 to i-b1 (b1), which migrates: opened by egress default; refused by sg-a",
    },
    "m3-map-target-block": {
        (OPENED, "i-a1"): "ingress TCP 22 from i-b1 (b1), which migrates, i-b2 (b2), which migrates: opened by",
    },
    "f1-linked-broad-accept": {
        (LOST, "i-a1"): "at i-c1 (c1), which is linked: ingress TCP 6379 from i-a1 (a1), which migrates: accepted by",
    },
    "f2-linked-accepts-target": {
        (OPENED, "i-a1"): "at i-c1 (c1), which is linked: ingress TCP 22 from i-a1 (a1), which migrates: opened by",
    },
    "h7": {},
}


def judged(case: str) -> dict[tuple[str, str], str]:
    """What the rules about security groups and links find on a case, by rule and instance."""
    findings = {}
    plan = as_plan(declare(lambda: Migration("migration", MigrationArgs(planned(case)))))
    schedule = read_schedule(NOW, plan)
    for rule in all_rules():
        if isinstance(rule, InstanceRule) and rule.id.startswith(("security-group-", "classic-link-")):
            for instance in plan.instances:
                verdict = rule.check(plan, schedule.of(instance.facts)[1], instance.facts)
                if verdict.outcome.blocks:
                    findings[rule.id, instance.facts.text("instanceId")] = verdict.reason
    return findings


def planned(case: str) -> MigrationPlan:
    """The plan of a case, its estate read from a simulated cloud."""
    stack = yaml.safe_load((CASES / f"{case}.stack.yaml").read_text(encoding="utf-8"))["config"]
    with running(CASES / f"{case}.estate.yaml") as cloud:
        estate = read_estate(estates.cloud(cloud, "demo"), NOW)
    return make_plan(parse(stack["classic-to-vpc:migration"], "Pulumi.case.yaml"), estate, "Pulumi.case.yaml")


def as_plan(recording: Recording) -> Plan:
    """What was declared, as the pack sees it once it exists."""
    return Plan(
        Resource(
            item.type,
            urn,
            item.name,
            item.parent or None,
            {**item.inputs, **recording.outputs.get(urn, {}), "id": f"{item.name}-id", "applied": "digest"},
        )
        for urn, item in recording.resources.items()
    )


@pytest.mark.parametrize("case", FINDINGS)
def test_each_case_has_exactly_the_expected_findings(case: str) -> None:
    findings = judged(case)
    assert findings.keys() == FINDINGS[case].keys(), findings
    for key, text in FINDINGS[case].items():
        assert text in findings[key]


def test_every_case_has_its_finding() -> None:
    assert {path.name.removesuffix(".estate.yaml") for path in CASES.glob("*.estate.yaml")} == FINDINGS.keys()
