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


@pytest.mark.parametrize(
    ("ops", "expected"),
    [
        (["same"], ["same"]),
        (["refresh"], []),
        (["read"], []),
        (["refresh", "update"], ["update"]),
        (["update", "refresh"], ["update"]),
        (["delete"], ["delete"]),
        (["discard"], ["discard"]),
        (["import"], ["import"]),
        (["delete-replaced", "create-replacement"], ["replace"]),
        (["create-replacement", "replace"], ["replace"]),
        (["create-replacement", "delete-replaced"], ["replace"]),
        (["delete-replaced"], []),
        (["remove-pending-replace"], []),
        (["discard-replaced"], []),
    ],
)
def test_each_resource_has_the_one_step_that_is_planned(ops: list[str], expected: list[str]) -> None:
    steps = heard(*(event(op, OURS, {"outputs": {"vpcId": "a"}}) for op in ops))
    assert [step.op for step in steps] == expected
    assert [step.deletes for step in steps] == [op in ("delete", "discard") for op in expected]
    assert [step.changes for step in steps] == [op != "same" for op in expected]


def test_what_goes_has_the_properties_that_it_has_and_what_stays_those_planned() -> None:
    [gone] = heard(event("delete", OURS, None, {"outputs": {"vpcId": "a"}}))
    [there] = heard(event("update", OURS, {"outputs": {"vpcId": "b"}}, {"outputs": {"vpcId": "a"}}))
    assert (gone.properties, there.properties) == ({"vpcId": "a"}, {"vpcId": "b"})


def test_id_parent_and_protection_are_those_of_the_state_that_is_there() -> None:
    parent = "urn:pulumi:test::p::classic-to-vpc:network:TargetNetwork::network"
    old = {"outputs": {}, "id": "old", "parent": parent, "protect": False}
    new = {"outputs": {}, "id": "new", "parent": parent, "protect": True}
    [made] = heard(event("create", OURS, new))
    [kept] = heard(event("same", OURS, new, old))
    [gone] = heard(event("delete", OURS, None, old))
    assert [(step.id, step.parent, step.protected) for step in (made, kept, gone)] == [
        ("new", parent, True),
        ("old", parent, True),
        ("old", parent, False),
    ]
    # In the pack's plan a parent that is not there is none.
    assert [item.parent for item in plan_of([made]).resources] == [None]


def test_inputs_stand_for_a_resource_of_ours_that_has_no_outputs_yet() -> None:
    [step] = heard(event("create", OURS, {"inputs": {"vpcId": "a"}, "outputs": {}}))
    assert step.after == {"vpcId": "a"}


def test_plain_values_are_those_that_a_rule_is_given() -> None:
    values = {"flag": True, "none": None, "whole": 3, "part": 0.5, "list": [1, {"a": 2}], "map": {"b": "c"}}
    [step] = heard(event("create", OURS, {"outputs": values}))
    assert step.after == {**values, "whole": 3.0, "list": [1.0, {"a": 2.0}]}
    assert step.after["flag"] is True


def test_an_event_that_is_about_no_resource_is_no_step() -> None:
    assert heard({"preludeEvent": {"config": {}}}) == ()


def test_a_deleted_resource_is_in_no_plan() -> None:
    steps = heard(event("delete", OURS, None, {"outputs": {"vpcId": "a"}, "retainOnDelete": True}))
    assert [(step.deletes, step.retained, step.before) for step in steps] == [(True, True, {"vpcId": "a"})]
    assert plan_of(steps).resources == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_conclude_from_steps_what_they_conclude_in_the_pack(name: str) -> None:
    moment = Moment(recorded(name).now, "cloud")
    from_steps = evaluate(all_rules(), plan_of(recorded_steps(name)), moment)
    assert from_steps.results == evaluated(name).results
