"""ECS: statuses of instances and their scheduled system events."""

from datetime import datetime

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing
from simulator.api.paging import by_either, by_number
from simulator.api.registry import ECS, action
from simulator.api.shapes import seconds
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.system_events import SystemEvent

# EventCycleStatus as DescribeInstanceHistoryEvents gives it, with its code (DescribeInstanceHistoryEvents, 2021).
_CYCLE_CODES = {
    "Scheduled": 24,
    "Avoided": 37,
    "Executing": 26,
    "Executed": 25,
    "Canceled": 28,
    "Failed": 29,
    "Inquiring": 38,
}
_STATUS_CODES = {"Pending": 0, "Starting": 1, "Running": 1, "Stopping": 4, "Stopped": 3}
_RANGES = "EventPublishTime NotBefore"
# What has not been dealt with, and is told beside the status of an instance.
_OPEN = ("Scheduled", "Executing", "Inquiring")


@action(
    ECS,
    "DescribeInstanceStatus",
    "InstanceId ZoneId PageNumber PageSize",
    raises="InvalidZoneId.NotFound",
    resources="instance/*",
)
def describe_instance_status(cloud: Cloud, call: Call) -> Answer:
    """Id and status of instances (InstanceId.N, at most 100); PageSize at most 50, 10 by default."""
    if zone_id := call.optional("ZoneId"):
        cloud.zone(zone_id)
    found = passing(cloud.estate.instances.among(_ids(call, "InstanceId")), equal(call, {"ZoneId": "zone_id"}))
    page = by_number(call, found, maximum=50)
    items = [{"InstanceId": instance.id, "Status": instance.status} for instance in page.items]
    return {"InstanceStatuses": {"InstanceStatus": items}, **page.fields}


@action(
    ECS,
    "DescribeInstancesFullStatus",
    f"InstanceId EventId EventType InstanceEventType {_RANGES} HealthStatus Status PageNumber PageSize",
    resources="instance/*",
)
def describe_instances_full_status(cloud: Cloud, call: Call) -> Answer:
    """Status and open system events of instances (InstanceId.N, at most 100); PageSize at most 100, 10 by default.

    With a filter on events only instances with such an event are answered, with those. Every instance is healthy:
    another HealthStatus than Ok finds none.
    """
    filters = _event_filters(call)
    health = call.optional("HealthStatus")
    events = passing(cloud.estate.events, lambda event: event.status in _OPEN, *filters)
    by_instance: dict[str, list[SystemEvent]] = {}
    for event in events:
        by_instance.setdefault(event.instance_id, []).append(event)
    candidates = passing(cloud.estate.instances.among(_ids(call, "InstanceId")), equal(call, {"Status": "status"}))
    found = [
        instance for instance in candidates if health in (None, "Ok") and (not filters or instance.id in by_instance)
    ]
    page = by_number(call, found, maximum=100)
    items = [_full_status(instance, by_instance.get(instance.id, [])) for instance in page.items]
    return {"InstanceFullStatusSet": {"InstanceFullStatusType": items}, **page.fields}


@action(
    ECS,
    "DescribeInstanceHistoryEvents",
    "InstanceId ResourceId ResourceType EventId EventType InstanceEventType EventCycleStatus InstanceEventCycleStatus "
    f"{_RANGES} MaxResults NextToken PageNumber PageSize",
    resources="instance/*",
)
def describe_instance_history_events(cloud: Cloud, call: Call) -> Answer:
    """System events of instances, whatever became of them; PageSize at most 100, MaxResults drawn into 10..100.

    Lists of ids at most 100 long. Times as 2026-12-01T00:00:00Z, both ends included.
    """
    if call.optional("ResourceType") not in (None, "instance"):
        raise NotSimulatedError(f"system events of ResourceType {call.optional('ResourceType')}")
    ids = _ids(call, "ResourceId") or call.commas("InstanceId")
    found = passing(cloud.estate.events, *_event_filters(call))
    if ids is not None:
        found = [event for event in found if event.instance_id in ids]
    page = by_either(call, found, maximum=100, token_maximum=100, clamp=True)
    items = [_history(event) for event in page.items]
    return {"InstanceSystemEventSet": {"InstanceSystemEventType": items}, **page.fields}


def _ids(call: Call, name: str) -> list[str] | None:
    """`Name.1` and so on, at most 100; None where absent."""
    ids = call.repeated(name)
    if len(ids) > 100:
        raise CloudError("InvalidParameter", f"At most 100 {name} can be given in one call.")
    return ids or None


def _event_filters(call: Call) -> list[Filter]:
    """The filters on events that are given; a list goes before the single value of the same kind."""
    filters: list[Filter] = []
    if ids := _ids(call, "EventId"):
        filters.append(lambda event: event.id in ids)
    if types := call.repeated("InstanceEventType") or _one(call, "EventType"):
        filters.append(lambda event: event.type in types)
    if statuses := call.repeated("InstanceEventCycleStatus") or _one(call, "EventCycleStatus"):
        if unknown := set(statuses) - set(_CYCLE_CODES):
            raise invalid_parameter(f"EventCycleStatus {', '.join(sorted(unknown))}")
        filters.append(lambda event: event.status in statuses)
    for name, attribute in (("EventPublishTime", "published_at"), ("NotBefore", "not_before")):
        filters += _range(call, name, attribute)
    return filters


def _one(call: Call, name: str) -> list[str]:
    value = call.optional(name)
    return [] if value is None else [value]


def _range(call: Call, name: str, attribute: str) -> list[Filter]:
    filters: list[Filter] = []
    if (start := _time(call, f"{name}.Start")) is not None:
        filters.append(lambda event: getattr(event, attribute) >= start)
    if (end := _time(call, f"{name}.End")) is not None:
        filters.append(lambda event: getattr(event, attribute) <= end)
    return filters


def _time(call: Call, name: str) -> datetime | None:
    text = call.optional(name)
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise invalid_parameter(name) from None


def _event(event: SystemEvent) -> Answer:
    return {
        "EventId": event.id,
        "EventType": {"Code": 1, "Name": event.type},
        "EventCycleStatus": {"Code": _CYCLE_CODES[event.status], "Name": event.status},
        "EventPublishTime": seconds(event.published_at),
        "NotBefore": seconds(event.not_before),
        "Reason": event.reason,
    }


def _full_status(instance: Instance, events: list[SystemEvent]) -> Answer:
    return {
        "InstanceId": instance.id,
        "Status": {"Code": _STATUS_CODES[instance.status], "Name": instance.status},
        "HealthStatus": {"Code": 0, "Name": "Ok"},
        "ScheduledSystemEventSet": {
            "ScheduledSystemEventType": [{**_event(event), "ImpactLevel": str(event.impact_level)} for event in events]
        },
    }


def _history(event: SystemEvent) -> Answer:
    return {
        **_event(event),
        "InstanceId": event.instance_id,
        "ResourceType": "instance",
        "EventFinishTime": seconds(event.finished_at),
        "ImpactLevel": str(event.impact_level),
    }
