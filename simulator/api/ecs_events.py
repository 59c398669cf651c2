"""ECS: statuses of instances and their scheduled system events.

Numbers beside names are answered where an example of the references has them (DescribeInstancesFullStatus and
DescribeInstanceHistoryEvents, 2020 to 2026); the others are left out. Events of migration plans: our reading, told in
`simulator.cloud.system_events`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing
from simulator.api.paging import by_either, by_number
from simulator.api.registry import ECS, action
from simulator.api.shapes import seconds
from simulator.cloud.errors import CloudError, ForbiddenError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.system_events import present
from simulator.model.ecs import Instance
from simulator.model.system_events import EventCycleStatus, SystemEvent

_CYCLE_CODES = {"Scheduled": 24, "Executed": 0, "Avoided": 8}
_TYPE_CODES = {"SystemMaintenance.Reboot": 1, "InstanceExpiration.Stop": 34, "SystemFailure.Reboot": 65}
_STATUS_CODES = {"Running": 1}
_HEALTH_CODES = {"Ok": 0, "Warning": 64}
_CYCLE_STATUSES = frozenset(get_args(EventCycleStatus))
_RANGES = "EventPublishTime NotBefore"
# The statuses that the history answers by default, and how long it keeps events.
_ENDED = ("Avoided", "Executed", "Canceled", "Failed")
_KEPT = timedelta(days=30)


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
    instances = passing(cloud.estate.instances.among(_ids(call, "InstanceId")), equal(call, {"ZoneId": "zone_id"}))
    page = by_number(call, instances, maximum=50)
    items = [{"InstanceId": instance.id, "Status": instance.status} for instance in page.items]
    return {"InstanceStatuses": {"InstanceStatus": items}, **page.fields}


@action(
    ECS,
    "DescribeInstancesFullStatus",
    f"InstanceId EventId EventType InstanceEventType {_RANGES} HealthStatus Status PageNumber PageSize",
    raises="InvalidParameter.TimeEndBeforeStart",
    resources="instance/*",
)
def describe_instances_full_status(cloud: Cloud, call: Call) -> Answer:
    """Status and Scheduled system events of instances (InstanceId.N, at most 100); PageSize at most 100, 10 by default.

    With a filter on events only instances with such an event are answered, with those. HealthStatus is Warning where
    an event is scheduled, else Ok.
    """
    filters = _event_filters(call)
    health = call.optional("HealthStatus")
    scheduled = passing(present(cloud), lambda event: event.status == "Scheduled")
    warned = {event.instance_id for event in scheduled}
    events = passing(scheduled, *filters)
    by_instance: dict[str, list[SystemEvent]] = {}
    for event in events:
        by_instance.setdefault(event.instance_id, []).append(event)
    candidates = passing(cloud.estate.instances.among(_ids(call, "InstanceId")), equal(call, {"Status": "status"}))
    instances = [
        instance
        for instance in candidates
        if health in (None, "Warning" if instance.id in warned else "Ok")
        and (not filters or instance.id in by_instance)
    ]
    page = by_number(call, instances, maximum=100)
    items = [
        _full_status(instance, "Warning" if instance.id in warned else "Ok", by_instance.get(instance.id, []))
        for instance in page.items
    ]
    return {"InstanceFullStatusSet": {"InstanceFullStatusType": items}, **page.fields}


@action(
    ECS,
    "DescribeInstanceHistoryEvents",
    "InstanceId ResourceId ResourceType EventId EventType InstanceEventType EventCycleStatus InstanceEventCycleStatus "
    f"{_RANGES} MaxResults NextToken PageNumber PageSize",
    raises="InvalidParameter.TimeEndBeforeStart",
    resources="instance/*",
)
def describe_instance_history_events(cloud: Cloud, call: Call) -> Answer:
    """System events of instances; PageSize at most 100, MaxResults clamped to 10..100.

    Every instance of a migration plan has one, with ReasonCode VPCMigrationEcs. Without a filter on their status only
    those that have ended, at most 30 days ago. Lists of ids at most 100 long. Times as 2026-12-01T00:00:00Z, both ends
    included.
    """
    if call.optional("ResourceType") not in (None, "instance"):
        raise NotSimulatedError(f"system events of ResourceType {call.optional('ResourceType')}")
    ids = _ids(call, "ResourceId") or call.commas("InstanceId")
    filters = _event_filters(call)
    if not (call.repeated("InstanceEventCycleStatus") or call.optional("EventCycleStatus")):
        filters.append(lambda event: event.status in _ENDED)
    if ids is not None:
        filters.append(lambda event: event.instance_id in ids)
    since = cloud.clock.now() - _KEPT
    filters.append(lambda event: event.status not in _ENDED or (event.finished_at or event.not_before) >= since)
    events = passing(present(cloud), *filters)
    page = by_either(call, events, maximum=100, token_maximum=100, clamp=True)
    items = [_history(event) for event in page.items]
    return {"InstanceSystemEventSet": {"InstanceSystemEventType": items}, **page.fields}


def _ids(call: Call, name: str) -> list[str] | None:
    """`Name.1` and so on, at most 100; None where absent."""
    ids = call.repeated(name)
    if len(ids) > 100:
        raise CloudError("InvalidParameter", f"At most 100 {name} can be given in one call.")
    return ids or None


def _event_filters(call: Call) -> list[Filter]:
    """Return the filters on events; a list takes precedence over the single value of the same kind."""
    filters: list[Filter] = []
    if ids := _ids(call, "EventId"):
        filters.append(lambda event: event.id in ids)
    if types := call.repeated("InstanceEventType") or _at_most_one(call, "EventType"):
        filters.append(lambda event: event.type in types)
    if statuses := call.repeated("InstanceEventCycleStatus") or _at_most_one(call, "EventCycleStatus"):
        if unknown := set(statuses) - _CYCLE_STATUSES:
            raise invalid_parameter(f"EventCycleStatus {', '.join(sorted(unknown))}")
        filters.append(lambda event: event.status in statuses)
    for name, attribute in (("EventPublishTime", "published_at"), ("NotBefore", "not_before")):
        filters += _range(call, name, attribute)
    return filters


def _at_most_one(call: Call, name: str) -> list[str]:
    value = call.optional(name)
    return [] if value is None else [value]


def _range(call: Call, name: str, attribute: str) -> list[Filter]:
    filters: list[Filter] = []
    start, end = _time(call, f"{name}.Start"), _time(call, f"{name}.End")
    if start is not None and end is not None and end < start:
        raise ForbiddenError("InvalidParameter.TimeEndBeforeStart", f"The end of {name} is before its start.")
    if start is not None:
        filters.append(lambda event: getattr(event, attribute) >= start)
    if end is not None:
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
        "EventType": _name_and_code(event.type, _TYPE_CODES),
        "EventCycleStatus": _name_and_code(event.status, _CYCLE_CODES),
        "EventPublishTime": seconds(event.published_at),
        "NotBefore": seconds(event.not_before),
        "Reason": event.reason,
    }


def _name_and_code(name: str, codes: Mapping[str, int]) -> Answer:
    return {"Name": name, "Code": codes[name]} if name in codes else {"Name": name}


def _full_status(instance: Instance, health: str, events: list[SystemEvent]) -> Answer:
    return {
        "InstanceId": instance.id,
        "Status": _name_and_code(instance.status, _STATUS_CODES),
        "HealthStatus": _name_and_code(health, _HEALTH_CODES),
        "ScheduledSystemEventSet": {
            "ScheduledSystemEventType": [{**_event(event), "ImpactLevel": str(event.impact_level)} for event in events]
        },
    }


def _history(event: SystemEvent) -> Answer:
    return {
        **_event(event),
        "InstanceId": event.instance_id,
        "ResourceType": "instance",
        "ReasonCode": event.reason_code,
        "EventFinishTime": seconds(event.finished_at),
        "ImpactLevel": str(event.impact_level),
    }
