"""What the engine's events tell of each resource; the rules conclude from it what they conclude in the pack."""

from __future__ import annotations

import pytest
from pulumi.automation import events

from policies.core.clock import Moment
from policies.core.facts import Leaf
from policies.pack.evaluation import evaluate
from policies.pack.registry import all_rules
from policies.pack.sdk import SIGNATURE, UNKNOWN
from preflight.steps import Step, Steps, plan_of
from tests.policies.recordings import NAMES, evaluated, recorded
from tests.preflight.stepped import event, recorded_steps

URN = "urn:pulumi:test::p::alicloud:vpc/network:Network::shop"
OURS = "urn:pulumi:test::p::alimigrate:vpc:ClassicLink::link"
NOT_KNOWN = min(UNKNOWN)


def heard(*engine_events: dict[str, object]) -> tuple[Step, ...]:
    steps = Steps()
    for item in engine_events:
        steps.hear(events.EngineEvent.from_json({"sequence": 1, "timestamp": 1, **item}))
    return steps.all()


def test_the_last_event_of_a_resource_shows_the_most() -> None:
    [step] = heard(
        event("refresh", URN, {"outputs": {"cidrBlock": "old"}}),
        event("create", URN, {"outputs": {}}),
        event("create", URN, {"outputs": {"cidrBlock": "10.0.0.0/8"}, "retainOnDelete": True}),
    )
    assert (step.op, step.after["cidrBlock"], step.retained) == ("create", "10.0.0.0/8", True)


def test_unknown_and_secret_outputs_are_marked_and_never_shown() -> None:
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    [step] = heard(event("create", OURS, {"outputs": {"vpcId": NOT_KNOWN, "rules": [secret, 1], "applied": NOT_KNOWN}}))
    assert step.after == {"vpcId": Leaf.UNKNOWN, "rules": [Leaf.UNKNOWN, 1.0], "applied": Leaf.UNKNOWN}


def test_properties_that_the_plugin_leaves_out_are_unknown() -> None:
    inputs = {"vpcId": NOT_KNOWN, "cidrBlock": "10.0.0.0/8"}
    [step] = heard(event("create", URN, {"inputs": inputs, "outputs": {"cidrBlock": "10.0.0.0/8", "id": ""}}))
    assert step.after == {"vpcId": Leaf.UNKNOWN, "cidrBlock": "10.0.0.0/8", "id": Leaf.UNKNOWN}
    [there] = heard(event("same", URN, {"inputs": inputs, "outputs": {"id": "vpc-1", "__meta": "{}"}}))
    assert there.after == {"vpcId": Leaf.UNKNOWN, "id": "vpc-1"}


def test_a_replacement_is_one_step_with_what_comes_and_what_goes() -> None:
    [step] = heard(
        event("create-replacement", OURS, {"outputs": {"vpcId": "b"}}, {"outputs": {"vpcId": "a"}, "id": "a"}),
        event("replace", OURS, {"outputs": {}}, {"outputs": {"vpcId": "a"}}),
        event("delete-replaced", OURS, None, {"outputs": {"vpcId": "a"}}),
    )
    assert (step.op, step.before, step.after) == ("replace", {"vpcId": "a"}, {"vpcId": "b"})


def test_a_deleted_resource_is_in_no_plan() -> None:
    steps = heard(event("delete", OURS, None, {"outputs": {"vpcId": "a"}, "retainOnDelete": True}))
    assert [(step.deletes, step.retained, step.before) for step in steps] == [(True, True, {"vpcId": "a"})]
    assert plan_of(steps).resources == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_conclude_from_steps_what_they_conclude_in_the_pack(name: str) -> None:
    moment = Moment(recorded(name).now, "cloud")
    from_steps = evaluate(all_rules(), plan_of(recorded_steps(name)), moment)
    assert from_steps.results == evaluated(name).results
