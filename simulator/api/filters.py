"""Filters of list actions: read once a call, then asked of every item."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from simulator.api.call import Call
from simulator.api.shapes import has_tags

Item = TypeVar("Item")
Filter = Callable[[Any], bool]


def equal(call: Call, attributes: Mapping[str, str]) -> Filter:
    """Parameters that an attribute of an item must equal, such as {"VpcId": "vpc_id"}; absent ones let all pass."""
    wanted = [
        (attribute, value)
        for parameter, attribute in attributes.items()
        if (value := call.optional(parameter)) is not None
    ]
    return lambda item: all(getattr(item, attribute) == value for attribute, value in wanted)


def tagged(call: Call) -> Filter:
    """Tag.N.Key and Tag.N.Value, all of which an item must have; raises MissingParameter.TagKey."""
    tags = call.tags()
    return lambda item: not tags or has_tags(item.tags, tags)


def passing(items: Iterable[Item], *filters: Filter) -> list[Item]:
    """The items that all filters let pass."""
    return [item for item in items if all(passes(item) for passes in filters)]
