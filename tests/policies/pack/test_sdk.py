"""What the pack takes of the policy SDK beside its promises: another version is to be read before it is pinned."""

import hashlib
import importlib.metadata
import inspect
import threading
from typing import Any

import pulumi_policy
import pytest
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, PolicyConfigSchema, StackValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.pack import sdk
from policies.pack.engine import announced, not_checked, stack_policies, what_if
from tests.policies.prepared import prepared
from tests.policies.sdk import SIGNATURE_KEY, UNKNOWN_SENTINEL, request


def test_it_is_the_version_that_was_read() -> None:
    assert importlib.metadata.version("pulumi-policy") == sdk.VERSION


def test_analyze_stack_of_the_sdk_is_the_version_that_was_reviewed() -> None:
    """Read it again, and the docstring of policies/pack/sdk.py with it, before the digest here is changed."""
    source = inspect.getsource(_PolicyAnalyzerServicer.AnalyzeStack)
    digest = hashlib.sha256(source.encode()).hexdigest()
    assert digest == "3917a008482c2387d7da37f65d889970933e8df8efc57270559e20b36be837bf"


def test_the_engines_words_are_those_of_its_protocol() -> None:
    """Those of the engine, in sdk/go/common/resource/plugin/rpc.go."""
    assert {
        UNKNOWN_SENTINEL,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    } == sdk.UNKNOWN
    assert sdk.SIGNATURE == SIGNATURE_KEY


def test_each_policy_is_asked_in_the_callers_thread_with_its_settings_and_nothing_decoded() -> None:
    seen: list[Any] = []

    def validate(args: Any, report_violation: Any) -> None:
        seen.append((threading.get_ident(), list(args.resources), args.get_config()))
        report_violation("found", "urn")

    settable = PolicyConfigSchema({"most": {"type": "number", "default": 1.0}})
    policies: Any = [
        StackValidationPolicy(name, "Looks.", validate, config_schema=settable) for name in ("one", "other")
    ]
    pack: Any = sdk.Servicer("pack", "0.0.1", policies, EnforcementLevel.MANDATORY)
    config = proto.ConfigureAnalyzerRequest()
    config.policyConfig["other"].properties.update({"most": 2.0})
    config.policyConfig["other"].enforcementLevel = proto.ADVISORY
    pack.Configure(config, None)
    diagnostics = pack.AnalyzeStack(request(prepared()), None).diagnostics
    here = threading.get_ident()
    assert seen == [(here, [], {}), (here, [], {"most": 2.0})]
    levels = [("one", proto.MANDATORY), ("other", proto.ADVISORY)]
    assert [(item.policyName, item.enforcementLevel) for item in diagnostics] == levels
    assert {(item.message.splitlines()[-1], item.urn) for item in diagnostics} == {("found", "urn")}


def test_single_resources_are_answered_as_the_sdk_answers_for_this_pack() -> None:
    """It decodes each first. A policy about single resources would not be asked: none of the pack's is one."""
    policies: Any = [*stack_policies({}), what_if({}), not_checked({}), announced({})]
    assert {type(policy) for policy in policies} == {StackValidationPolicy}
    packs: list[Any] = [
        servicer("pack", "0.0.1", policies, EnforcementLevel.MANDATORY)
        for servicer in (sdk.Servicer, _PolicyAnalyzerServicer)
    ]
    for pack in packs:
        pack.Configure(proto.ConfigureAnalyzerRequest(), None)
    for resource in request(prepared()).resources:
        analysis = proto.AnalyzeRequest(type=resource.type, urn=resource.urn, properties=resource.properties)
        ours, theirs = packs
        assert ours.Analyze(analysis, None) == theirs.Analyze(analysis, None)
        assert ours.Remediate(analysis, None) == theirs.Remediate(analysis, None)


def test_a_pack_is_served_by_our_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name that PolicyPack looks up when it begins to serve."""
    monkeypatch.setattr("pulumi_policy.policy._PolicyAnalyzerServicer", _PolicyAnalyzerServicer)
    sdk.serve_by(sdk.Servicer)
    assert pulumi_policy.policy._PolicyAnalyzerServicer is sdk.Servicer
    assert "_PolicyAnalyzerServicer(" in inspect.getsource(pulumi_policy.PolicyPack.__init__)
