"""Every action: answered over HTTP in the forms that the official SDK knows (conftest looks at each answer)."""

from __future__ import annotations

import functools

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.api.registry import Action
from simulator.api.table import registry
from simulator.model.estate import Estate
from simulator.server import Simulator
from simulator.simulation import Simulation
from tests.simulator.api.examples import Example, Refusal, examples, stocked
from tests.simulator.sdk import Api, refused, request_fields
from tests.simulator.signing import Direct, wire

# No typed SDK exists for the Location service, and those of KMS and RAM are not among ours (test_kms, test_ram); OSS
# speaks XML (test_oss).
ACTIONS = [action for action in registry().all() if action.product.code not in ("location", "oss", "kms", "ram")]
EXAMPLES = examples()
REFUSALS = [
    pytest.param(example, refusal, id=f"{example.permission}-{refusal.code}-{number}")
    for example in EXAMPLES.values()
    for number, refusal in enumerate(example.refusals)
]
ODD = ["", "x", "-1", "9" * 20, "1.5", "[]", '["x"]', "[{}]", "[1]", "null", "10.0.0.1/99", "1/70000", "é"]
FORMS = ["", ".1", ".1.Key"]  # a text, a list of texts, a list of records


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with what the examples need."""
    stocked(quick)
    return quick


def test_every_action_has_an_example() -> None:
    assert set(EXAMPLES) == {action.permission for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_every_declared_refusal_has_an_example(action: Action) -> None:
    shown = {refusal.code for refusal in EXAMPLES[action.permission].refusals}
    assert set(action.raises) <= shown


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_an_action_takes_only_what_the_sdk_knows(action: Action) -> None:
    assert action.takes <= request_fields(action.product.code, action.name)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_a_change_with_a_client_token_is_made_once(action: Action) -> None:
    takes_token = "ClientToken" in request_fields(action.product.code, action.name)
    assert action.remembers_token == (takes_token and not action.reads)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.permission)
def test_the_typed_sdk_gets_an_answer(example: Example, served: Simulator, quick: Estate) -> None:
    example.given(quick)
    served.simulation.reset(quick)
    assert Api(served)(example.permission, **example.call)["RequestId"]


@pytest.mark.parametrize(("example", "refusal"), REFUSALS)
def test_the_typed_sdk_is_refused(example: Example, refusal: Refusal, served: Simulator, quick: Estate) -> None:
    refusal.given(quick)
    served.simulation.reset(quick)
    with refused(refusal.code, refusal.status):
        Api(served)(example.permission, **refusal.call)


@functools.cache
def _one_key(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    return _NEW_KEY(public_exponent, key_size)


_NEW_KEY = rsa.generate_private_key


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_odd_values_are_answered_or_refused_as_declared(
    action: Action, quick: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of many key pairs, each would take a tenth of a second.
    monkeypatch.setattr(rsa, "generate_private_key", _one_key)
    example = EXAMPLES[action.permission]
    example.given(quick)
    simulation = Simulation(quick)
    direct, parameters = Direct(simulation), wire(dict(example.call))
    for parameter in sorted(action.takes):
        remaining = {name: value for name, value in parameters.items() if name.partition(".")[0] != parameter}
        for name in (f"{parameter}{form}" for form in FORMS):
            for value in ODD:
                # A code that is not declared is an exception here.
                reply = direct.reply(action.permission, **remaining, **{name: value})
                assert reply.status < 500
                if reply.status == 200 and not action.reads:
                    simulation.reset()


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.passes_over], ids=lambda action: action.permission
)
def test_ignored_parameters_of_an_action_change_nothing(action: Action, quick: Estate) -> None:
    assert not action.passes_over & request_fields(action.product.code, action.name)
    parameters = wire(dict(EXAMPLES[action.permission].call))
    without = Direct(Simulation(quick)).reply(action.permission, **parameters)
    for name in action.passes_over:
        assert Direct(Simulation(quick)).reply(action.permission, **parameters, **{f"{name}.1.Key": "x"}) == without


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.permission)
def test_a_parameter_that_is_not_there_is_refused_loudly(action: Action, simulator: Simulator) -> None:
    reply = Direct(simulator.simulation).reply(action.permission, Moon="full")
    assert (reply.status, reply.body["Code"]) == (400, "SimulatorNotImplemented")
    assert "Moon" in str(reply.body["Message"])
