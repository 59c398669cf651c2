"""Faults on demand: what each does, when it strikes, and what is left as it was."""

from __future__ import annotations

import http.client
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from estate.client import Cloud
from estate.errors import Throttled
from estate.settings import CloudSettings
from simulator.api.call import Call
from simulator.api.registry import Action
from simulator.api.table import registry
from simulator.faults import FaultError, Faults, Past
from simulator.model.estate import Estate
from simulator.model.fault import Fault
from simulator.model.ram import User
from simulator.server import Simulator
from simulator.simulation import Simulation
from tests.simulator.sdk import Api, refused
from tests.simulator.signing import Direct

VPC = {"CidrBlock": "172.16.0.0/16"}
PERMISSIONS = [action.permission for action in registry().all()]


def _action(version: str, name: str) -> Action:
    action = registry().find(version, name)
    assert action is not None
    return action


READ, WRITE = _action("2016-04-28", "DescribeVpcs"), _action("2016-04-28", "CreateVpc")


DEMO = User(name="demo", user_id="2" * 18, access_key_id="demo", access_key_secret=SecretStr("none"))
CALL = Call({"RegionId": "cn-hangzhou", "VpcId": "vpc-1,vpc-2", "VpcIds": '["vpc-3"]', "Name": "[vpc-4"}, DEMO)

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def simulation(quick: Estate) -> Simulation:
    return Simulation(quick)


@pytest.fixture
def direct(simulation: Simulation) -> Direct:
    return Direct(simulation)


def _vpcs(direct: Direct) -> object:
    return direct("vpc:DescribeVpcs")["TotalCount"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"effect": "throttle"}, 400, "Throttling"),
        ({"effect": "throttle", "throttle_code": "Throttling.User"}, 400, "Throttling.User"),
        ({"effect": "throttle", "throttle_code": "Throttling.Api"}, 400, "Throttling.Api"),
        ({"effect": "throttle", "throttle_code": "Rejected.Throttling"}, 429, "Rejected.Throttling"),
        ({"effect": "error"}, 500, "InternalError"),
        ({"effect": "error", "error_code": "ServiceUnavailable"}, 503, "ServiceUnavailable"),
    ],
)
def test_the_typed_sdk_is_refused(
    simulator: Simulator, api: Api, fields: dict[str, Any], status: int, code: str
) -> None:
    simulator.faults.add(actions=["vpc:CreateVpc"], count=1, **fields)
    with refused(code, status):
        api("vpc:CreateVpc", **VPC)
    assert len(simulator.state()["vpcs"]) == 1
    assert api("vpc:CreateVpc", **VPC)["VpcId"]


def test_one_thing_refuses_and_all_others_answer(simulator: Simulator, api: Api) -> None:
    """By any code: a database that is being upgraded, a permission that is limited to others."""
    [one, other] = [api("vpc:CreateVpc", **VPC)["VpcId"] for _ in range(2)]
    refusal = {"code": "OperationDenied.Status", "status": 403, "message": "Not now."}
    simulator.faults.add(actions=["vpc:*"], about=one, effect="refuse", refusal=refusal)
    for action in ("vpc:DescribeVpcAttribute", "vpc:DeleteVpc"):
        with refused("OperationDenied.Status", 403):
            api(action, VpcId=one)
    assert api("vpc:DescribeVpcAttribute", VpcId=other)["VpcId"] == other
    assert api("vpc:DescribeVpcs")["TotalCount"] == 3
    fault = simulator.faults.all()[0]
    assert (fault["refusal"], fault["struck"]) == (refusal, 2)
    # One refusal by the way.
    simulator.faults.clear()
    simulator.faults.add(script=["ok", "refuse"], about=one, refusal={"code": "Conflict"})
    assert api("vpc:DescribeVpcAttribute", VpcId=one)["VpcId"] == one
    with refused("Conflict", 400):
        api("vpc:DescribeVpcAttribute", VpcId=one)
    assert api("vpc:DescribeVpcAttribute", VpcId=one)["VpcId"] == one


@pytest.mark.parametrize(("effect", "created"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_is_closed_without_a_word(simulator: Simulator, effect: str, created: int) -> None:
    simulator.faults.add(actions=["vpc:CreateVpc"], effect=effect)
    before = len(simulator.state()["vpcs"])
    call = Direct(simulator.simulation, host=simulator.host).request("vpc:CreateVpc", **VPC)
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request(call.method, "/", call.body, dict(call.headers))
    with pytest.raises(ConnectionError):
        connection.getresponse()
    connection.close()
    assert len(simulator.state()["vpcs"]) == before + created


def test_a_slow_answer_comes(simulator: Simulator, api: Api) -> None:
    simulator.faults.add(effect="slow", seconds=0.01)
    assert api("vpc:DescribeVpcs")["TotalCount"] == 1
    assert simulator.requests()[-1]["fault"] == "slow"


def test_a_slow_answer_is_kept_back_for_so_long(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(actions=["vpc:*"], effect="slow", seconds=30)
    assert direct.reply("vpc:DescribeVpcs").delay == 30
    assert direct.reply("vpc:DescribeVpcAttribute", VpcId="vpc-none").delay == 30
    assert direct.reply("ecs:DescribeZones").delay == 0


# --- when ------------------------------------------------------------------------------------------------------------


@given(skip=st.integers(0, 4), count=st.none() | st.integers(1, 4))
def test_it_strikes_so_often_after_so_many(skip: int, count: int | None) -> None:
    faults = Faults(PERMISSIONS, [Fault(effect="throttle", skip=skip, count=count)])
    struck = [bool(faults.strike(READ, CALL, NOW).effects) for _ in range(12)]
    least, most = skip, 12 if count is None else skip + count
    assert struck == [least <= number < most for number in range(12)]


@given(st.lists(st.sampled_from(["ok", "throttle", "error", "slow", "drop-before", "drop-after"]), min_size=1))
def test_a_script_has_an_effect_for_each_call(script: list[Any]) -> None:
    faults = Faults(PERMISSIONS, [Fault(script=script, skip=1)])
    struck = ["+".join(faults.strike(READ, CALL, NOW).effects) or "ok" for _ in range(len(script) + 2)]
    assert struck == ["ok", *script, "ok"]


@given(rate=st.integers(1, 4), gaps=st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_each_action_has_so_many_calls_a_minute(rate: int, gaps: list[int]) -> None:
    faults = Faults(PERMISSIONS, [Fault(actions=["vpc:*"], effect="throttle", per_minute=rate)])
    now, let_through = NOW, Counter[tuple[str, int]]()
    for number, gap in enumerate(gaps):
        now += timedelta(seconds=gap)
        action = (READ, WRITE)[number % 2]
        minute = (action.name, (now - NOW) // timedelta(minutes=1))
        refused = faults.strike(action, CALL, now).refusal is not None
        assert refused == (let_through[minute] == rate)
        let_through[minute] += not refused


@given(probability=st.floats(0.05, 0.95), seed=st.integers(0, 100))
def test_the_same_seed_throws_the_same_dice(probability: float, seed: int) -> None:
    faults = Faults(PERMISSIONS, [Fault(effect="error", probability=probability, seed=seed)])
    dice = random.Random(seed)  # noqa: S311 - the same as the fault's
    for _ in range(20):
        assert bool(faults.strike(READ, CALL, NOW).effects) == (dice.random() < probability)


@pytest.mark.parametrize(
    ("fields", "concerned"),
    [
        ({}, True),
        ({"actions": ["vpc:DescribeVpcs"]}, True),
        ({"actions": ["vpc:describe*"]}, True),
        ({"actions": ["ecs:*", "vpc:Describe????"]}, True),
        ({"actions": ["vpc:DescribeVpc?"], "caller": "demo"}, True),
        ({"actions": ["vpc:Create*"]}, False),
        ({"actions": ["*Vpc"]}, False),
        ({"caller": "blind"}, False),
        ({"caller": "Demo"}, False),
        *(({"about": f"vpc-{number}"}, True) for number in (1, 2, 3)),
        ({"about": "vpc-1,vpc-2"}, True),
        ({"about": "vpc-4"}, False),
        ({"about": "vpc"}, False),
    ],
)
def test_a_fault_strikes_only_matching_calls(fields: dict[str, Any], concerned: bool) -> None:
    faults = Faults(PERMISSIONS, [Fault(effect="error", **fields)])
    assert bool(faults.strike(READ, CALL, NOW).effects) == concerned


def test_only_a_call_of_somebody_known_is_counted(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(effect="error", count=1)
    right = direct.credentials
    direct.credentials = (right[0], "wrong")
    assert direct.code("vpc:DescribeVpcs") == (400, "SignatureDoesNotMatch")
    direct.credentials = right
    assert direct.code("vpc:NoSuchAction") == (400, "SimulatorNotImplemented")
    assert direct.code("vpc:DescribeVpcs") == (500, "InternalError")


def test_several_are_asked_in_the_order_in_which_they_came(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(effect="slow", seconds=1, count=3)
    simulation.faults.add(effect="throttle", count=1)
    simulation.faults.add(effect="slow", seconds=2)
    simulation.faults.add(effect="error", count=1)
    replies = [direct.reply("vpc:DescribeVpcs") for _ in range(4)]
    assert [(reply.status, reply.delay) for reply in replies] == [(400, 1), (500, 3), (200, 3), (200, 2)]
    assert [entry["fault"] for entry in simulation.requests()] == [
        "slow+throttle",
        "slow+slow+error",
        "slow+slow",
        "slow",
    ]
    assert [(fault["matched"], fault["struck"]) for fault in simulation.faults.all()] == [
        (3, 3),
        (1, 1),
        (3, 3),
        (1, 1),
    ]


def test_none_strikes_once_they_are_cleared(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(effect="error")
    simulation.faults.clear()
    assert direct.code("vpc:DescribeVpcs") == (200, None)
    assert simulation.faults.all() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "exactly one of effect, script"),
        ({"effect": "slow", "script": ["ok"]}, "exactly one of effect, script"),
        ({"script": ["ok"], "count": 1}, "neither count nor probability"),
        ({"script": ["ok"], "probability": 0.5}, "neither count nor probability"),
        ({"script": []}, "at least 1"),
        ({"effect": "explode"}, "drop-before"),
        ({"effect": "slow", "seconds": 0}, "greater than 0"),
        ({"effect": "slow", "second": 1}, "not permitted"),
        ({"effect": "refuse"}, "expected refusal where"),
        ({"effect": "error", "refusal": {"code": "Conflict"}}, "expected refusal where"),
        ({"script": ["refuse"]}, "expected refusal where"),
        ({"effect": "refuse", "refusal": {"code": "Conflict", "status": 200}}, "greater than or equal to 400"),
    ],
)
def test_a_fault_that_says_nothing_clear_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Faults(PERMISSIONS).add(**fields)


def test_a_fault_that_could_never_strike_is_refused() -> None:
    with pytest.raises(FaultError, match="ecs:DescribeInstance matches no action"):
        Faults(PERMISSIONS).add(actions=["ecs:DescribeInstance"], effect="error")


def test_those_of_the_estate_file_are_there_from_the_beginning(quick: Estate) -> None:
    quick.faults = [Fault(actions=["vpc:*"], effect="throttle", count=1)]
    simulation = Simulation(quick)
    direct = Direct(simulation)
    assert direct.code("vpc:DescribeVpcs") == (400, "Throttling")
    assert direct.code("vpc:DescribeVpcs") == (200, None)
    simulation.faults.add(effect="error")
    simulation.reset()
    assert direct.code("vpc:DescribeVpcs") == (400, "Throttling")
    assert direct.code("vpc:DescribeVpcs") == (200, None)


# --- what happens to a ClientToken -----------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["throttle", "error", "drop-before"])
def test_a_call_that_was_kept_from_its_effect_uses_up_no_token(
    simulation: Simulation, direct: Direct, effect: str
) -> None:
    simulation.faults.add(actions=["vpc:CreateVpc"], effect=effect, count=1)
    direct.reply("vpc:CreateVpc", **VPC, ClientToken="token-1")
    assert _vpcs(direct) == 1
    assert direct("vpc:CreateVpc", CidrBlock="10.0.0.0/8", ClientToken="token-1")["VpcId"]


def test_a_retry_after_a_lost_answer_gets_that_answer(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(actions=["vpc:CreateVpc"], effect="drop-after", count=1)
    lost = direct.reply("vpc:CreateVpc", **VPC, ClientToken="token-1")
    again = direct("vpc:CreateVpc", **VPC, ClientToken="token-1")
    assert (lost.dropped, lost.body["VpcId"]) == (True, again["VpcId"])
    assert _vpcs(direct) == 2
    assert (
        direct.code("vpc:CreateVpc", CidrBlock="10.0.0.0/8", ClientToken="token-1")[1] == "IdempotentParameterMismatch"
    )


def test_a_refusal_whose_answer_was_lost_uses_up_no_token(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(actions=["vpc:CreateVpc"], effect="drop-after", count=1)
    assert direct.reply("vpc:CreateVpc", CidrBlock="nonsense", ClientToken="token-1").dropped
    assert direct("vpc:CreateVpc", **VPC, ClientToken="token-1")["VpcId"]


def test_while_an_answer_is_kept_back_its_call_is_still_running(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(actions=["vpc:CreateVpc"], effect="slow", seconds=3600, count=1)
    assert direct.reply("vpc:CreateVpc", **VPC, ClientToken="token-1").delay == 3600
    assert direct.code("vpc:CreateVpc", **VPC, ClientToken="token-1") == (403, "IdempotentProcessing")
    assert (
        direct.code("vpc:CreateVpc", CidrBlock="10.0.0.0/8", ClientToken="token-1")[1] == "IdempotentParameterMismatch"
    )
    assert _vpcs(direct) == 2


def test_the_products_own_client_makes_one_thing_through_it_all(simulator: Simulator) -> None:
    simulator.faults.add(actions=["vpc:CreateVpc"], script=["throttle", "drop-before", "drop-after"])
    fields: dict[str, Any] = {"region_id": simulator.region, "cidr_block": VPC["CidrBlock"], "client_token": "token-1"}
    answer = _client(simulator).call("vpc:CreateVpc", **fields)
    assert {vpc["id"] for vpc in simulator.state()["vpcs"]} >= {answer.vpc_id}
    assert len(simulator.state()["vpcs"]) == 2
    calls = [(entry["outcome"], entry["fault"]) for entry in simulator.requests()]
    assert calls == [
        ("Throttling", "throttle"),
        ("Dropped", "drop-before"),
        ("OK", "drop-after"),
        ("OK", ""),
    ]


def test_the_products_own_client_gives_up_in_the_end(simulator: Simulator) -> None:
    simulator.faults.add(effect="throttle", throttle_code="Throttling.User")
    with pytest.raises(Throttled, match=r"Throttling\.User"):
        _client(simulator).call("vpc:DescribeVpcs", region_id=simulator.region)


def _client(simulator: Simulator) -> Cloud:
    key, secret = simulator.credentials
    config = {
        "alicloud:region": simulator.region,
        "alicloud:protocol": "HTTP",
        "alicloud:endpoints": [simulator.endpoints],
        "alicloud:accessKey": key,
        "alicloud:secretKey": secret,
    }
    return Cloud(CloudSettings.from_config(config, {}), sleep=lambda seconds: None)


# --- stale reads -----------------------------------------------------------------------------------------------------


def test_a_stale_read_is_what_was_before_the_last_writes(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(actions=["vpc:Describe*"], effect="stale", seconds=600)
    first = direct("vpc:CreateVpc", **VPC)["VpcId"]
    simulation.clock.advance(300)
    second = direct("vpc:CreateVpc", CidrBlock="10.0.0.0/8")["VpcId"]
    assert direct.code("vpc:DescribeVpcAttribute", VpcId=first) == (404, "InvalidVpcId.NotFound")
    simulation.clock.advance(301)
    assert direct("vpc:DescribeVpcAttribute", VpcId=first)["VpcId"] == first
    assert direct.code("vpc:DescribeVpcAttribute", VpcId=second) == (404, "InvalidVpcId.NotFound")
    simulation.clock.advance(300)
    assert direct("vpc:DescribeVpcAttribute", VpcId=second)["VpcId"] == second


def test_a_stale_list_still_shows_deleted_resources(simulation: Simulation, direct: Direct) -> None:
    vpc_id = direct("vpc:CreateVpc", **VPC)["VpcId"]
    simulation.clock.advance(60)
    simulation.faults.add(actions=["vpc:DescribeVpcs"], effect="stale", seconds=60)
    direct("vpc:DeleteVpc", VpcId=vpc_id)
    simulation.clock.advance(1)  # It is Deleting first.
    assert direct("vpc:DescribeVpcs", VpcId=vpc_id)["TotalCount"] == 1
    assert direct.code("vpc:DescribeVpcAttribute", VpcId=vpc_id)[0] == 404, "another action"
    simulation.clock.advance(61)
    assert direct("vpc:DescribeVpcs", VpcId=vpc_id)["TotalCount"] == 0


def test_time_passes_in_what_is_seen_late(simulation: Simulation, direct: Direct) -> None:
    vpc_id = direct("vpc:CreateVpc", **VPC)["VpcId"]
    simulation.faults.add(actions=["vpc:DescribeVpc*"], effect="stale", seconds=600)
    direct("vpc:CreateVpc", CidrBlock="10.0.0.0/8")
    simulation.clock.advance(1)
    assert _vpcs(direct) == 2
    assert direct("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Available"


def test_a_write_never_acts_on_what_is_stale(simulation: Simulation, direct: Direct) -> None:
    simulation.faults.add(effect="stale", seconds=600, count=1)
    direct("vpc:CreateVpc", **VPC)
    assert _vpcs(direct) == 1
    assert _vpcs(direct) == 2, "one strike only: writes are not counted"


@pytest.mark.parametrize(
    "spent",
    [
        lambda simulation, direct: None,
        lambda simulation, direct: simulation.faults.add(effect="slow", seconds=1),
        lambda simulation, direct: (simulation.faults.add(effect="stale", count=1), direct("vpc:DescribeVpcs")),
        lambda simulation, direct: (simulation.faults.add(effect="stale"), simulation.faults.clear()),
        lambda simulation, direct: (simulation.faults.add(script=["stale"]), direct("vpc:DescribeVpcs")),
    ],
)
def test_without_a_stale_fault_to_come_nothing_is_copied(
    simulation: Simulation,
    direct: Direct,
    monkeypatch: pytest.MonkeyPatch,
    spent: Callable[[Simulation, Direct], object],
) -> None:
    spent(simulation, direct)
    copied: list[object] = []
    monkeypatch.setattr(Past, "keep", lambda self, cloud, seconds: copied.append(cloud))
    direct("vpc:CreateVpc", **VPC)
    assert copied == []
