"""The request log: what it keeps, finds and hides."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from simulator.request_log import KEPT, MASK, LoggedRequest, RequestLog, masked


def _entry(action: str, caller: str = "demo", outcome: str = "OK", fault: str = "", number: int = 0) -> LoggedRequest:
    product, name = action.split(":")
    return LoggedRequest(str(number), "", product, name, caller, {}, outcome, 200, fault)


LOG = RequestLog()
for _entry_ in (
    _entry("ecs:CreateSnapshot"),
    _entry("ecs:DescribeInstances", caller="blind"),
    _entry("vpc:CreateVpc", outcome="Throttling.User", fault="slow+throttle"),
    _entry("vpc:CreateVpc"),
):
    LOG.append(_entry_)


@pytest.mark.parametrize(
    ("patterns", "numbers"),
    [
        ({}, [0, 1, 2, 3]),
        ({"action": "ecs:*"}, [0, 1]),
        ({"action": "*:create*"}, [0, 2, 3]),
        ({"action": "vpc:CreateVpc", "outcome": "OK"}, [3]),
        ({"caller": "blind"}, [1]),
        ({"caller": "b"}, []),
        ({"outcome": "Throttling*"}, [2]),
        ({"fault": "*throttle"}, [2]),
        ({"fault": ""}, [0, 1, 3]),
    ],
)
def test_entries_that_match_all_patterns_are_listed(patterns: Mapping[str, str], numbers: list[int]) -> None:
    everything = LOG.entries()
    assert LOG.entries(**patterns) == [everything[number] for number in numbers]


def test_it_does_not_grow_without_end() -> None:
    log = RequestLog(count=5)
    for number in range(KEPT + 2):
        log.append(_entry("ecs:DescribeRegions", number=number))
    entries = log.entries()
    assert (len(entries), entries[0]["request_id"], log.count) == (KEPT, "2", KEPT + 7)


@pytest.mark.parametrize(
    "name",
    [
        "Password",
        "AccountPassword",
        "LoginPassword",
        "PasswordInherit",
        "UserData",
        "VncPasswd",
        "SecretKey",
        "NetworkInterface.1.password",
        "LaunchConfiguration.UserData",
    ],
)
def test_secret_parameters_are_masked(name: str) -> None:
    assert masked({name: "hunter2", "VpcId": "vpc-1"}) == {name: MASK, "VpcId": "vpc-1"}
