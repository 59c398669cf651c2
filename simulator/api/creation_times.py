"""The filter by creation time that several lists of ECS have."""

from collections.abc import Callable
from datetime import datetime

from simulator.api.call import Call
from simulator.cloud.errors import NotFoundError

_KEYS = ("CreationStartTime", "CreationEndTime")
Created = Callable[[datetime | None], bool]


def creation_times(call: Call) -> Created | None:
    """Filter.N with the keys CreationStartTime and CreationEndTime, both inclusive; None where there is none.

    Raises InvalidFilterKey.NotFound and InvalidFilterValue (404 both).
    """
    bounds = {}
    for record in call.records("Filter"):
        key, value = record.optional("Key"), record.optional("Value")
        if key not in _KEYS:
            raise NotFoundError("InvalidFilterKey.NotFound", "The specified FilterKey is not found.")
        bounds[key] = _moment(value or "")
    if not bounds:
        return None
    start, end = (bounds.get(key) for key in _KEYS)

    def within(created: datetime | None) -> bool:
        return created is not None and (start is None or start <= created) and (end is None or created <= end)

    return within


def _moment(text: str) -> datetime:
    """UTC, to the minute or the second: 2017-12-05T22:40:00Z."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotFoundError("InvalidFilterValue", "The filter value is not valid.")
    return moment
