"""Filters of list actions: read once a call, then asked of every item."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from simulator.api.call import Call
from simulator.api.shapes import has_tags

Item = TypeVar("Item")
Filter = Callable[[Any], bool]


def equal(call: Call, attributes: Mapping[str, str]) -> Filter | None:
    """Parameters that an attribute of an item must equal, such as {"VpcId": "vpc_id"}; None where none is given."""
    given = {attribute: call.optional(parameter) for parameter, attribute in attributes.items()}
    wanted = {attribute: value for attribute, value in given.items() if value is not None}
    if not wanted:
        return None
    own = attrgetter(*wanted)
    values = tuple(wanted.values()) if len(wanted) > 1 else next(iter(wanted.values()))
    return lambda item: bool(own(item) == values)


def tagged(call: Call) -> Filter | None:
    """Tag.N.Key and Tag.N.Value, all of which an item must have; None without any. Raises MissingParameter.TagKey."""
    tags = call.tags()
    return (lambda item: has_tags(item.tags, tags)) if tags else None


def passing(items: Iterable[Item], *filters: Filter | None) -> list[Item]:
    """Return the items that all filters let pass."""
    found = list(items)
    for passes in filters:
        if passes is not None:
            found = [item for item in found if passes(item)]
    return found
