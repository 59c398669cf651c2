"""Check that an answer of the cloud is whole: each reading action declares its parts, and they are looked for.

An answer is checked before the SDK makes a model of it. The SDK's models drop unknown keys, coerce no types, and read a
foreign body as one without lists. Paths are the API's own names, joined by dots; `[]` goes through a list
(`OperationLocks.LockReason[].LockReason`). A part that is null counts as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from estate.errors import UnusableAnswer


class Source(NamedTuple):
    """Where something was read: the action, the RequestId of the answer, and the requested id, if there was one."""

    action: str
    request_id: str
    of: str = ""


_SHOWN: Final = 60

# Fields of requests that name one resource, the narrowest first, and its name in messages; some products share a field.
_SUBJECT_BY: Final = {
    "vserver_group_id": "vServer group",
    "load_balancer_id": "load balancer",
    "acl_id": "access control list",
    "security_group_id": "security group",
    "dbinstance_id": "database",
    "instance_id": "instance",
    "route_table_id": "route table",
    "network_acl_id": "network ACL",
    "vpc_id": "VPC",
    "bucket": "bucket",
}
_INSTANCES_OF: Final = {"kvstore": "database", "cr": "registry"}


def subject_of(action: str, fields: Mapping[str, Any]) -> str:
    """Return the one resource that a request is about, such as "security group sg-1"; empty where there is none."""
    for name, noun in _SUBJECT_BY.items():
        value = fields.get(name)
        if isinstance(value, str) and value and "," not in value:
            known = _INSTANCES_OF.get(action.partition(":")[0], noun) if name == "instance_id" else noun
            return f"{known} {value}"
    return ""


class Kind(NamedTuple):
    """The type of a part: its name, its allowed values, and one sample value for tests that make up answers.

    `words` are its known words by their small letters, where it has no other values.
    """

    name: str
    fits: Callable[[Any], bool]
    example: Any
    words: Mapping[str, str] = MappingProxyType({})


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_list_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) and item != "" for item in value)


TEXT: Final = Kind("a text that is not empty", lambda value: isinstance(value, str) and value != "", "text")
ANY_TEXT: Final = Kind("a text", lambda value: isinstance(value, str), "")
WHOLE: Final = Kind("a whole number", _is_whole, 1)
#: Some references show a number, some the same number as a text.
NUMERAL: Final = Kind("a whole number or its digits", lambda value: _is_whole(value) or _is_digits(value), "1")
SECONDS: Final = Kind(
    "a whole number of seconds or an empty text",
    lambda value: _is_whole(value) or _is_digits(value) or value == "",
    "60",
)
FLAG: Final = Kind("true or false", lambda value: isinstance(value, bool), True)
TIME: Final = Kind("a time in ISO 8601", _is_time, "2026-11-23T08:00Z")
TEXTS: Final = Kind("a list of texts", lambda value: _is_list_of(str, value), [])
SOME_TEXTS: Final = Kind("a list of texts that is not empty", lambda value: _is_list_of(str, value) and value, ["text"])
ITEMS: Final = Kind("a list of objects", lambda value: _is_list_of(dict, value), [])


def one_of(*values: str) -> Kind:
    """Return the kind with these values only; case does not matter, because the products differ in it."""
    words = {value.lower(): value for value in values}
    name = f"one of {', '.join(values)}"
    return Kind(name, lambda value: isinstance(value, str) and value.lower() in words, values[0], words)


class When(NamedTuple):
    """A condition for a part: another part beside it has this `value`, in any case."""

    part: str
    value: str | bool


@dataclass(frozen=True)
class Part:
    """A part of an answer, or of each item of its list.

    `absent` gives the reason why the part may be missing, with the source. Without it, an answer that lacks the part is
    refused. `when` limits the part to items that meet a condition.
    """

    path: str
    kind: Kind
    absent: str = ""
    when: When | None = None


def parts(kind: Kind, *paths: str, absent: str = "", when: When | None = None) -> tuple[Part, ...]:
    """Return one part for each path."""
    return tuple(Part(path, kind, absent, when) for path in paths)


@dataclass(frozen=True)
class ByToken:
    """Pages of at most `size` items, fetched by a token; the last page has none.

    The reference calls TotalCount meaningless with a token (SDK-ECS 7.11.8). `counted` actions return it when called by
    PageNumber, so one more call counts the list.
    """

    size: int
    size_as: str = "max_results"
    token: str = "NextToken"  # noqa: S105 - the name of a field
    counted: bool = False


@dataclass(frozen=True)
class ByNumber:
    """Pages of at most `size` items, fetched by number; every answer has the `total`."""

    size: int
    size_as: str = "page_size"
    number_as: str = "page_number"
    total: str = "TotalCount"
    #: Where the SDK's request model wants a text.
    size_is_text: bool = False


@dataclass(frozen=True)
class Items:
    """The list of an answer: its path, the same in the SDK's response model, and what identifies an item.

    `ids` are parts of an item. Without them, or for an item that lacks them, repetitions go unnoticed. `of_one` means
    that the list holds the resource that the request names, or nothing.
    """

    path: str
    attribute: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The declared answer of a reading action: a paged list or one resource, and its `parts`.

    With a list, `parts` are those of each item, and `around` those of the answer itself. `success` names the flag by
    which a product reports refusals with status 200.
    """

    parts: tuple[Part, ...] = ()
    items: Items | None = None
    paging: ByToken | ByNumber | None = None
    around: tuple[Part, ...] = ()
    success: str = ""

    def all_parts(self) -> tuple[Part, ...]:
        """Return the parts of the whole answer, by paths from its root."""
        if self.items is None:
            return (*self.around, *self.parts)
        prefix = f"{self.items.path}[]."
        total = (Part(self.paging.total, WHOLE),) if isinstance(self.paging, ByNumber) else ()
        own = tuple(Part(prefix + part.path, part.kind, part.absent, part.when) for part in self.parts)
        return (Part(self.items.path, ITEMS), *total, *self.around, *own)


@dataclass(frozen=True)
class _Place:
    """One place in an answer that a path leads to: its value, and its position for a person.

    `owner` is the object that contains it, `item` the item of the outermost list.
    """

    where: str
    value: Any
    owner: dict[str, Any] = field(default_factory=dict)
    item: Any = None


def check(action: str, reading: Reading, body: dict[str, Any]) -> None:
    """Raise `UnusableAnswer` with the first part of an answer that is missing or not understood.

    Known words get the spelling that is declared, so that a reader can compare them.
    """
    request_id = str(body.get("RequestId") or "") or None
    for part in reading.all_parts():
        for place in _places(body, part.path):
            problem = _problem(part, place)
            if problem:
                item = _item(reading, place)
                of_item = f" of {item}" if item else ""
                raise UnusableAnswer(action, f"{place.where}{of_item} {problem}", request_id, item=item)
            if part.kind.words and place.value:
                _spell(part, place)


def _spell(part: Part, place: _Place) -> None:
    *holders, name = part.path.rpartition("[].")[2].split(".")
    holder = at(place.owner, ".".join(holders)) if holders else place.owner
    holder[name] = part.kind.words[place.value.lower()]


def identity(items: Items, item: Any) -> tuple[str, ...] | None:
    """Return what identifies an item of a list, None where the answer does not contain it."""
    ids = [at(item, path) for path in items.ids]
    return None if not ids or None in ids or "" in ids else tuple(map(str, ids))


def _problem(part: Part, place: _Place) -> str:
    due = part.when is None or _holds(part.when, place.owner)
    # A part whose condition does not hold may be missing, or empty.
    if place.value is None or (not due and not place.value):
        return "is missing" if due and not part.absent else ""
    return "" if part.kind.fits(place.value) else f"is not {part.kind.name}: {shown(place.value)}"


def shown(value: object) -> str:
    """Return a value as an error shows it, shortened if it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _item(reading: Reading, place: _Place) -> str:
    """Return the id of the item that contains a place, empty where there is none."""
    known = reading.items and identity(reading.items, place.owner if place.item is None else place.item)
    return " ".join(known) if known else ""


def at(body: object, path: str) -> Any:
    """Return the value at a path without lists, None where there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _places(body: Any, path: str, where: str = "", inside: Any = None) -> Iterator[_Place]:
    """Yield each place that a path leads to; a missing list yields none, and its own part reports it."""
    head, brackets, rest = path.partition("[]")
    reached = f"{where}.{head}".strip(".")
    value = at(body, head)
    if not brackets:
        yield _Place(reached, value, body if isinstance(body, dict) else {}, inside)
        return
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from _places(item, rest.strip("."), f"{reached}[{number}]", item if inside is None else inside)


def _holds(when: When, owner: Mapping[str, Any]) -> bool:
    """Whether the condition of a part holds in the item, or answer, that contains it."""
    value = at(owner, when.part)
    if isinstance(value, str) and isinstance(when.value, str):
        return value.lower() == when.value.lower()
    return bool(value == when.value)
