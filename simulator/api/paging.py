"""The two ways of paging of the OpenAPI. Each action tells its sizes, which come from the texts of the SDK's models."""

import base64
from collections.abc import Sequence
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


def by_token(
    call: Call,
    items: Sequence[Item],
    maximum: int,
    default: int = 10,
    minimum: int = 1,
    *,
    clamp: bool = False,
    name: str = "MaxResults",
) -> Page[Item]:
    """MaxResults and NextToken; the last page has an empty NextToken.

    A size outside `minimum`..`maximum` is refused with InvalidParameter, or with `clamp` drawn to the nearer end, as
    DescribeInstances and DescribeDisks document it.
    """
    if clamp:
        size = max(minimum, min(maximum, call.integer(name) or default))
    else:
        size = _in_range(call, name, minimum, maximum, default)
    start = _offset(call)
    rest = len(items) > start + size
    return Page(items[start : start + size], {"NextToken": _token(start + size) if rest else ""})


def by_either(
    call: Call, items: Sequence[Item], maximum: int, token_maximum: int, *, clamp: bool = False
) -> Page[Item]:
    """By token where MaxResults or NextToken is given (the page parameters are void then), else by number.

    With `clamp` the documented least MaxResults is 10.
    """
    if call.optional("MaxResults") or call.optional("NextToken"):
        return by_token(call, items, token_maximum, minimum=10 if clamp else 1, clamp=clamp)
    page = by_number(call, items, maximum)
    page.fields["NextToken"] = ""
    return page


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
    except ValueError:  # no Base64, or not of a text
        word, number = "", ""
    if word != "offset" or not number.isdecimal():
        raise invalid_parameter("NextToken")
    return int(number)
