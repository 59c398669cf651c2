"""The admin endpoints, as `curl` meets them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from simulator.server import Simulator
from tests.simulator.sdk import Api, refused


def _ask(simulator: Simulator, path: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{simulator.url}/_simulator/{path}", data, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_state(simulator: Simulator, api: Api) -> None:
    api.new_vpc()
    assert _ask(simulator, "state") == (200, simulator.state())


def test_the_request_log_and_its_filters(simulator: Simulator, api: Api, blind: Api) -> None:
    api("ecs:DescribeRegions")
    blind("ecs:DescribeZones")
    with refused("InvalidVpcId.NotFound", 404):
        api("vpc:DescribeVpcAttribute", VpcId="vpc-none")
    entries = simulator.requests()
    assert _ask(simulator, "requests") == (200, entries)
    assert _ask(simulator, "requests?action=ecs:*") == (200, entries[:2])
    assert _ask(simulator, "requests?action=ecs:Describe*&caller=blind") == (200, entries[1:2])
    assert _ask(simulator, "requests?outcome=InvalidVpcId.NotFound") == (200, entries[2:])
    assert _ask(simulator, "requests?fault=?*") == (200, [])
    status, answer = _ask(simulator, "requests?actions=ecs:*")
    assert (status, "actions" in answer["error"]) == (400, True)


def test_faults_are_added_shown_and_cleared(simulator: Simulator, api: Api) -> None:
    fault = {"actions": ["ecs:Describe*"], "effect": "throttle", "count": 2}
    shown = {**fault, "throttle_code": "Throttling", "error_code": "InternalError", "seconds": 1.0, "skip": 0}
    shown |= {"probability": 1.0, "seed": 0, "matched": 0, "struck": 0}
    assert _ask(simulator, "faults", "POST", fault) == (200, [shown])
    with refused("Throttling"):
        api("ecs:DescribeRegions")
    assert _ask(simulator, "faults") == (200, [{**shown, "matched": 1, "struck": 1}])
    assert _ask(simulator, "faults", "DELETE") == (200, [])
    assert api("ecs:DescribeRegions")["RequestId"]


def test_the_clock_is_shown_and_moved(simulator: Simulator) -> None:
    status, answer = _ask(simulator, "clock")
    assert (status, answer["now"][:16], answer["now"][-6:]) == (200, "2026-11-30T09:00", "+08:00")
    status, answer = _ask(simulator, "clock", "POST", {"advance": 86400})
    assert (status, answer["now"][:16]) == (200, "2026-12-01T09:00")
    status, answer = _ask(simulator, "clock", "POST", {"now": "2026-12-24T00:00:00Z"})
    assert (status, answer["now"][:16]) == (200, "2026-12-24T08:00")
    assert simulator.now.startswith("2026-12-24T08:00")


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("faults", b"{", "JSON"),
        ("faults", b"\xff", "JSON"),
        ("faults", {}, "exactly one of effect, script"),
        ("faults", {"effect": "explode"}, "effect: "),
        ("faults", {"effect": "error", "when": "now"}, "when: "),
        ("faults", {"effect": "error", "actions": ["ecs:DescribeMoon"]}, "ecs:DescribeMoon matches no action"),
        ("clock", b"{", ""),
        ("clock", b"\xff", ""),
        ("clock", b"", ""),
        ("clock", {}, "now: "),
        ("clock", {"now": "2026-11-29T00:00:00Z"}, "never goes back"),
        ("clock", {"now": "2027-01-01T00:00:00"}, "now: "),
        ("clock", {"now": "2027-01-01T00:00:00Z", "advance": 1}, "now: "),
        ("clock", {"advance": -1}, "advance: "),
        ("clock", {"advance": "a while"}, "advance: "),
        ("clock", {"advance": 1e18}, "beyond"),
    ],
)
def test_invalid_bodies_are_refused(simulator: Simulator, path: str, body: object, message: str) -> None:
    status, answer = _ask(simulator, path, "POST", body)
    assert status == 400
    assert message in answer["error"]
    assert _ask(simulator, "faults") == (200, [])
    assert simulator.now.startswith("2026-11-30T09:0")


def test_reset_takes_everything_back(simulator: Simulator, api: Api) -> None:
    before = simulator.state()
    api.new_vpc()
    simulator.clock.advance(86400)
    simulator.faults.add(effect="error")
    assert _ask(simulator, "reset", "POST") == (200, {})
    assert simulator.state() == before
    assert simulator.requests() == []
    assert simulator.faults.all() == []
    assert simulator.now.startswith("2026-11-30T09:0")


@pytest.mark.parametrize(
    ("path", "method"), [("state", "POST"), ("requests", "DELETE"), ("reset", "GET"), ("clock", "DELETE")]
)
def test_other_methods_do_nothing(simulator: Simulator, path: str, method: str) -> None:
    status, answer = _ask(simulator, path, method)
    assert status == 405
    assert answer["error"].startswith(f"{method} /_simulator/{path}: expected one of GET|POST /, ")


def test_an_unknown_endpoint_lists_the_known_ones(simulator: Simulator) -> None:
    status, answer = _ask(simulator, "fault")
    assert status == 404
    assert answer["error"].startswith("GET /_simulator/fault: expected one of ")
    assert "DELETE|GET|POST /_simulator/faults" in answer["error"]


def test_they_are_not_in_the_request_log(simulator: Simulator) -> None:
    _ask(simulator, "state")
    assert simulator.requests() == []
