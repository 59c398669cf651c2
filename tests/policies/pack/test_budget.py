"""Whatever the estate, an answer stays below what the engine takes, and what failed the preview still does."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto.analyzer_pb2 import ADVISORY, MANDATORY, AnalyzeDiagnostic, AnalyzeResponse, PolicySeverity

from policies.core.plan import MIGRATING_INSTANCE
from policies.pack import engine
from policies.pack.budget import LIMIT, within_limit
from policies.pack.engine import ADVICE, ANNOUNCED, TOLD, WAIVED
from policies.pack.registry import all_rules
from tests.policies.prepared import prepared
from tests.policies.sdk import request, servicer

# What the gRPC client of Pulumi's language hosts takes, its default.
GRPC_LIMIT: Final = 4 * 1024 * 1024

SEVERITIES: Final = {rule.id: PolicySeverity.Value(f"POLICY_SEVERITY_{rule.severity.upper()}") for rule in all_rules()}
ADVISORY_POLICIES: Final = (ADVICE, ANNOUNCED, TOLD, WAIVED)


def _findings(policy: str, sizes: list[int]) -> list[AnalyzeDiagnostic]:
    rule = next((rule for rule in all_rules() if rule.id == policy), None)
    return [
        AnalyzeDiagnostic(
            policyName=policy,
            policyPackName="classic-to-vpc-preflight",
            policyPackVersion="0.1.0",
            description=rule.title if rule else "Advice.",
            message="m" * size,
            urn=f"urn:pulumi:dev::classic-to-vpc::{MIGRATING_INSTANCE}::" + "i" * (size % 300),
            enforcementLevel=MANDATORY if rule else ADVISORY,
            severity=SEVERITIES.get(policy, PolicySeverity.POLICY_SEVERITY_MEDIUM),
        )
        for size in sizes
    ]


def _answer(sizes: dict[str, list[int]]) -> AnalyzeResponse:
    return AnalyzeResponse(diagnostics=[item for name, size in sizes.items() for item in _findings(name, size)])


# Up to 5,000 findings of one policy, up to 200 kB long: from nothing to some twenty times the limit.
_SIZES = st.builds(
    lambda count, length, odd: [*[length] * count, *odd],
    st.integers(0, 5_000),
    st.integers(0, 3_000),
    st.lists(st.integers(0, 200_000), max_size=5),
)
_ESTATES = st.dictionaries(st.sampled_from([*SEVERITIES, *ADVISORY_POLICIES]), _SIZES, max_size=5)


@given(_ESTATES, st.sampled_from([None, "result.json", "r" * 4_000]))
@settings(max_examples=25, deadline=None)
def test_an_answer_is_bounded_and_no_finding_is_lost(sizes: dict[str, list[int]], path: str | None) -> None:
    answer = _answer(sizes)
    bounded = within_limit(answer, path)
    assert bounded.ByteSize() <= LIMIT < GRPC_LIMIT
    if answer.ByteSize() <= LIMIT:
        assert bounded == answer
        return
    rests = [item for item in bounded.diagnostics if item.message.startswith("Not shown here:")]
    shown = [item for item in bounded.diagnostics if not item.message.startswith("Not shown here:")]
    counts = Counter(item.policyName for item in shown)
    assert rests
    for rest in rests:
        hidden, number = (int(word) for word in rest.message.split() if word.isdigit())
        assert (number, hidden) == (len(sizes[rest.policyName]), len(sizes[rest.policyName]) - counts[rest.policyName])
        assert hidden > 0
        assert rest.message.endswith(f"Fix: read all of them in {path or 'the file that PREFLIGHT_RESULT=path names'}")
    for name, found_sizes in sizes.items():
        levels = {item.enforcementLevel for item in bounded.diagnostics if item.policyName == name}
        assert levels == ({ADVISORY if name in ADVISORY_POLICIES else MANDATORY} if found_sizes else set())
        assert counts[name] == len(found_sizes) or name in {rest.policyName for rest in rests}


def test_the_worst_findings_are_shown_and_in_their_order() -> None:
    critical, low = (
        next(rule.id for rule in all_rules() if rule.severity == severity) for severity in ("critical", "medium")
    )
    sizes = {ADVICE: [1_000_000] * 3, low: [1_000_000, 1_000_000, 10], critical: [1_000_000, 1_000_000, 20]}
    bounded = within_limit(_answer(sizes), None)
    shown = [
        (item.policyName, len(item.message) if "Not shown" not in item.message else "rest")
        for item in bounded.diagnostics
    ]
    assert shown == [
        (ADVICE, "rest"),
        (low, 1_000_000),
        (low, 10),
        (low, "rest"),
        (critical, 1_000_000),
        (critical, 1_000_000),
        (critical, 20),
    ]


def test_an_analysis_is_answered_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_RESULT", "all.json")
    limit = 240 * len(all_rules())
    monkeypatch.setattr(engine, "within_limit", lambda answer, path: within_limit(answer, path, limit))
    draft = prepared()
    draft.resources = []
    bounded = servicer({}, draft.now).AnalyzeStack(request(draft), None)
    assert bounded.ByteSize() <= limit
    assert {item.policyName for item in bounded.diagnostics} == {rule.id for rule in all_rules()}
    advisory = {rule.id for rule in all_rules() if rule.fixed_by_up}
    assert {item.policyName for item in bounded.diagnostics if item.enforcementLevel != MANDATORY} == advisory
    assert next(item.message for item in bounded.diagnostics if "Not shown" in item.message).endswith("in all.json")
