"""Filters of list actions: read once per call, then applied to every item."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from simulator.api.call import Call
from simulator.api.shapes import has_tags

Item = TypeVar("Item")
Filter = Callable[[Any], bool]


def equal(call: Call, attributes: Mapping[str, str]) -> Filter | None:
    """Return a filter by attributes, such as {"VpcId": "vpc_id"} by parameter; None if no parameter is given."""
    values_by_attribute = {attribute: call.optional(parameter) for parameter, attribute in attributes.items()}
    requested = {attribute: value for attribute, value in values_by_attribute.items() if value is not None}
    if not requested:
        return None
    own = attrgetter(*requested)
    values = tuple(requested.values()) if len(requested) > 1 else next(iter(requested.values()))
    return lambda item: bool(own(item) == values)


def tagged(call: Call) -> Filter | None:
    """Return a filter by all of Tag.N.Key and Tag.N.Value; None if none is given. Raises MissingParameter.TagKey."""
    tags = call.tags()
    return (lambda item: has_tags(item.tags, tags)) if tags else None


def passing(items: Iterable[Item], *filters: Filter | None) -> list[Item]:
    """Return the items that pass all filters."""
    matching = list(items)
    for passes in filters:
        if passes is not None:
            matching = [item for item in matching if passes(item)]
    return matching
