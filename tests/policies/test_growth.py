"""The work of the pack grows with the stack, and not with its square: calls are counted, no time is measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeStackRequest

from bench.question import NOW, question_of
from policies.core.clock import Moment
from policies.core.plan import Plan
from policies.pack import adapter
from policies.pack.adapter import adapt
from policies.pack.document import document, write
from policies.pack.engine import types_read
from policies.pack.evaluation import Evaluator, evaluate
from policies.pack.messages import finding_text, grouped
from policies.pack.registry import all_rules
from tests.policies.recordings import recorded_request
from tests.policies.sdk import servicer

SIZE: Final = 160
"""Instances of the smaller stack: a whole period of the estate, so that the larger one is exactly twice as much."""
LINEAR: Final = 2.2
"""Twice the stack takes at most so many times the calls: sorting takes a little more than twice, a square four."""


def calls(work: Callable[[], object]) -> int:
    """Count the calls, of C as well, of a piece of work."""
    count = 0

    def visit(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(visit)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def counted(question: AnalyzeStackRequest, path: Path) -> dict[str, int]:
    """The calls of each step of one analysis, those of rules by the family."""
    counts: dict[str, int] = {}
    plan = Plan(())

    def read() -> None:
        nonlocal plan
        plan = Plan(adapt(question.resources, types_read()))

    counts["reading"] = calls(read)
    moment = Moment(datetime.fromisoformat(NOW), "cloud")
    counts["notes and deadlines"] = calls(lambda: Evaluator((), plan, moment))
    families = {rule.module.split(".")[2] for rule in all_rules()}
    for family in sorted(families):
        members = [rule for rule in all_rules() if rule.module.split(".")[2] == family]
        counts[family] = calls(lambda members=members: evaluate(members, plan, moment))  # type: ignore[misc]
    evaluation = evaluate(all_rules(), plan, moment)
    rules = {rule.id: rule for rule in all_rules()}
    counts["result"] = calls(lambda: write(path, document(evaluation, all_rules())))
    by_rule = {rule_id: [item for item in evaluation.results if item.rule_id == rule_id] for rule_id in rules}
    counts["messages"] = calls(
        lambda: [finding_text(rules[rule_id], group) for rule_id, items in by_rule.items() for group in grouped(items)]
    )
    return counts


def test_twice_the_stack_takes_twice_the_calls(tmp_path: Path) -> None:
    few, many = (counted(question_of(size), tmp_path / "result.json") for size in (SIZE, 2 * SIZE))
    assert {step: (few[step], many[step]) for step in few if many[step] > LINEAR * few[step]} == {}


def test_an_analysis_reads_each_value_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many policies there are: the SDK by itself decodes the stack for each of them."""
    read: list[object] = []
    plain = adapter._plain

    def counting(value: Any, depth: int) -> Any:
        read.append(value)
        return plain(value, depth)

    monkeypatch.setattr("policies.pack.adapter._plain", counting)
    _, question = recorded_request("first")
    servicer({}).AnalyzeStack(question, None)
    analysed = len(read)
    read.clear()
    adapt(question.resources, types_read())
    assert analysed == len(read) > 1_000
