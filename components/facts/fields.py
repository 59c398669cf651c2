"""Facts that are attributes of an object: one line declares such a fact and where its value comes from.

    class SnapshotFacts(TypedDict):
        diskId: str                                                 # the field diskId
        snapshotType: Annotated[str, field("type"), note("...")]    # a field with another name
        retentionDays: Annotated[int, field(otherwise=0)]           # 0 where the field is None

    snapshot_facts = reader(Snapshot, SnapshotFacts)

The object is of the estate or of the plan, the attribute a field or a property. Fields are named in camelCase, as in
the inventory file. One that is None is left out, where the key is NotRequired. Of all this mypy sees only the result,
so `reader` compares the types when the program starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, NotRequired, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime
from pydantic.alias_generators import to_camel

_Item = TypeVar("_Item")
_Facts = TypeVar("_Facts")


@dataclass(frozen=True)
class _Field:
    name: str | None = None
    otherwise: str | int | None = None


def field(name: str | None = None, *, otherwise: str | int | None = None) -> Any:
    """Return the source of a key: the field of another name, and the fact where that field is None."""
    return _Field(name, otherwise)


def reader(kind: type[_Item], facts: type[_Facts]) -> Callable[[_Item], _Facts]:
    """Return a function from an object to its facts; TypeError for a key that differs from its field."""
    fields, hints = _fields(kind), get_type_hints(facts, include_extras=True)
    sources = [(key, *_source(kind, fields, f"{facts.__name__}.{key}", hint)) for key, hint in hints.items()]

    def read(item: _Item) -> _Facts:
        values = ((key, _plain(getattr(item, name), otherwise)) for key, name, otherwise in sources)
        return cast(_Facts, {key: value for key, value in values if value is not None})

    return read


def _fields(kind: type) -> dict[str, tuple[str, Any]]:
    """Return the name of each field and property, and its type or the property itself, by its name in camelCase."""
    members = {name: item for base in reversed(kind.__mro__) for name, item in vars(base).items()}
    properties = {name: item for name, item in members.items() if isinstance(item, property)}
    return {to_camel(name): (name, item) for name, item in (get_type_hints(kind) | properties).items()}


def _source(kind: type, fields: Mapping[str, tuple[str, Any]], place: str, hint: Any) -> tuple[str, str | int | None]:
    """Return the attribute that holds the value of a key, and the fact where that is None."""
    optional = get_origin(hint) is NotRequired
    declared = get_args(hint)[0] if optional else hint
    expected, *notes = get_args(declared) if get_origin(declared) is Annotated else (declared,)
    source = next((item for item in notes if isinstance(item, _Field)), _Field())
    key = source.name or place.rpartition(".")[2]
    if key not in fields:
        raise TypeError(f"{place}: {kind.__name__} has no field {key}")
    name, found = fields[key]
    actual = _fact_type(get_type_hints(found.fget)["return"] if isinstance(found, property) else found)
    if actual != expected and (actual != expected | None or not (optional or source.otherwise is not None)):
        raise TypeError(f"{place} is {expected}, and the field {key} of {kind.__name__} is {actual}")
    return name, source.otherwise


def _fact_type(kind: Any) -> Any:
    """Return the type of the fact that a field of this type becomes."""
    if kind in (AwareDatetime, datetime):
        return str
    if get_origin(kind) is tuple:
        return list[_fact_type(get_args(kind)[0])]  # type: ignore[misc]  # made while the program runs
    if get_origin(kind) in (Union, UnionType):
        return Union[tuple(map(_fact_type, get_args(kind)))]  # noqa: UP007  # made while the program runs
    return kind


def _plain(value: Any, otherwise: str | int | None) -> Any:
    if value is None:
        return otherwise
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime) else value
