"""Statuses of instances and their system events."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.system_events import SystemEvent
from tests.simulator.api.examples.ecs_events import reboot
from tests.simulator.api.sample_ids import MON_1, WEB_1
from tests.simulator.sdk import Api, refused

ALL = {"InstanceEventCycleStatus": ["Scheduled", "Executed"]}
REBOOT, STOPPED = "e-bp1reboot0000000001", "e-bp1stopped000000001"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """web-1 is to be rebooted, mon-1 has been stopped."""
    reboot(quick)
    quick.events.append(
        SystemEvent.model_validate(
            {
                "id": STOPPED,
                "instance_id": MON_1,
                "type": "AccountUnbalanced.Stop",
                "status": "Executed",
                "not_before": "2026-11-20T00:00:00+08:00",
                "published_at": "2026-11-18T00:00:00+08:00",
                "finished_at": "2026-11-20T00:05:00+08:00",
            }
        )
    )
    return quick


def _history(api: Api, **filters: Any) -> list[str]:
    answer = api("ecs:DescribeInstanceHistoryEvents", **filters)["InstanceSystemEventSet"]
    return [event["EventId"] for event in answer["InstanceSystemEventType"]]


def _full(api: Api, **filters: Any) -> dict[str, list[str]]:
    answer = api("ecs:DescribeInstancesFullStatus", PageSize=100, **filters)["InstanceFullStatusSet"]
    return {
        status["InstanceId"]: [
            event["EventId"] for event in status["ScheduledSystemEventSet"]["ScheduledSystemEventType"]
        ]
        for status in answer["InstanceFullStatusType"]
    }


@pytest.mark.parametrize(
    ("filters", "events"),
    [
        ({}, [STOPPED]),
        ({"InstanceEventCycleStatus": ["Scheduled", "Executed"]}, [REBOOT, STOPPED]),
        ({"InstanceId": WEB_1}, []),
        ({"ResourceId": [MON_1]}, [STOPPED]),
        ({"EventId": [REBOOT], "EventCycleStatus": "Scheduled"}, [REBOOT]),
        ({"InstanceEventCycleStatus": ["Scheduled", "Executing"]}, [REBOOT]),
        ({"EventCycleStatus": "Executed"}, [STOPPED]),
        ({"EventType": "SystemMaintenance.Reboot", **ALL}, [REBOOT]),
        ({"InstanceEventType": ["AccountUnbalanced.Stop"], "EventType": "SystemMaintenance.Reboot"}, [STOPPED]),
        ({"NotBefore": {"Start": "2026-12-01T00:00:00Z"}, **ALL}, [REBOOT]),
        ({"NotBefore": {"End": "2026-12-01T00:00:00Z"}, **ALL}, [STOPPED]),
        ({"EventPublishTime": {"Start": "2026-11-28T02:00:00Z", "End": "2026-11-28T02:00:00Z"}, **ALL}, [REBOOT]),
    ],
)
def test_history(api: Api, filters: dict[str, Any], events: list[str]) -> None:
    assert _history(api, **filters) == events


@pytest.mark.parametrize("filters", [{"EventCycleStatus": "Gone"}, {"NotBefore": {"Start": "tomorrow"}}])
def test_invalid_filters_are_refused(api: Api, filters: dict[str, Any]) -> None:
    with refused("InvalidParameter"):
        _history(api, **filters)


def test_finished_events_are_listed_with_all_statuses(simulator: Any, api: Api) -> None:
    simulator.simulation.clock.advance(20 * 86_400)
    assert _history(api) == []
    assert _history(api, **ALL) == [REBOOT]


def test_the_full_status_has_scheduled_events_only(api: Api) -> None:
    statuses = _full(api)
    assert len(statuses) == 10
    assert {instance: events for instance, events in statuses.items() if events} == {WEB_1: [REBOOT]}


@pytest.mark.parametrize(
    ("filters", "instances"),
    [
        ({"EventType": "SystemMaintenance.Reboot"}, [WEB_1]),
        ({"InstanceId": [WEB_1, MON_1]}, [WEB_1, MON_1]),
        ({"HealthStatus": "Impaired"}, []),
        ({"HealthStatus": "Warning"}, [WEB_1]),
        ({"Status": "Stopped"}, ["i-bp1batch100000000001"]),
    ],
)
def test_filters_of_the_full_status(api: Api, filters: dict[str, Any], instances: list[str]) -> None:
    assert list(_full(api, **filters)) == instances
