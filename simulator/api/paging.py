"""The two ways of paging in the OpenAPI. Each action has its own sizes, from the texts of the SDK's models."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from simulator.api.call import Answer, Call
from simulator.cloud.errors import invalid_parameter

Item = TypeVar("Item")


class Page(Generic[Item]):
    """The items of one page and the answer's fields about paging."""

    def __init__(self, items: Sequence[Item], fields: Answer) -> None:
        self.items = items
        self.fields = fields


def by_number(call: Call, items: Sequence[Item], maximum: int, default: int = 10) -> Page[Item]:
    """PageNumber and PageSize; raises InvalidParameter for a number below 1 or a size outside 1..`maximum`."""
    number = _in_range(call, "PageNumber", 1, None, 1)
    size = _in_range(call, "PageSize", 1, maximum, default)
    start = (number - 1) * size
    fields: Answer = {"PageNumber": number, "PageSize": size, "TotalCount": len(items)}
    return Page(items[start : start + size], fields)


@dataclass(frozen=True)
class Size:
    """The page sizes that are allowed, and the parameter that sets the size."""

    maximum: int
    default: int = 10
    minimum: int = 1
    name: str = "MaxResults"


def by_token(call: Call, items: Sequence[Item], size: Size) -> Page[Item]:
    """Cut a page by its size and NextToken; raise InvalidParameter for a size that is not allowed."""
    return _from_token(call, items, _in_range(call, size.name, size.minimum, size.maximum, size.default))


def by_either(
    call: Call, items: Sequence[Item], maximum: int, token_maximum: int, *, clamp: bool = False
) -> Page[Item]:
    """Cut a page by token if MaxResults or NextToken is given (page parameters have no effect then), else by number.

    `clamp` limits MaxResults to 10..`token_maximum`, as DescribeInstances and DescribeDisks document it.
    """
    if clamp and (call.optional("MaxResults") or call.optional("NextToken")):
        return _from_token(call, items, max(10, min(token_maximum, call.integer("MaxResults") or 10)))
    if call.optional("MaxResults") or call.optional("NextToken"):
        return by_token(call, items, Size(token_maximum))
    page = by_number(call, items, maximum)
    page.fields["NextToken"] = ""
    return page


def _from_token(call: Call, items: Sequence[Item], size: int) -> Page[Item]:
    """Cut the page of `size` that NextToken begins; the last page has an empty NextToken."""
    start = _offset(call)
    has_more = len(items) > start + size
    return Page(items[start : start + size], {"NextToken": _token(start + size) if has_more else ""})


def _in_range(call: Call, name: str, low: int, high: int | None, default: int) -> int:
    value = call.integer(name)
    if value is None:
        return default
    if value < low or (high is not None and value > high):
        raise invalid_parameter(name)
    return value


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(call: Call) -> int:
    token = call.optional("NextToken")
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:  # not Base64, or not of a text
        word, number = "", ""
    if word != "offset" or not number.isdecimal():
        raise invalid_parameter("NextToken")
    return int(number)
