"""Facts that are fields of something in the estate: one line declares such a fact and where its value comes from.

    class SnapshotFacts(TypedDict):
        diskId: str                                                 # the field diskId
        snapshotType: Annotated[str, field("type"), note("...")]    # a field with another name
        retentionDays: Annotated[int, field(otherwise=0)]           # 0 where the field is None

    snapshot_facts = reader(Snapshot, SnapshotFacts)

Fields are named as in the inventory file. One that is None is left out, where the key is NotRequired. Of all this mypy
sees only the result, so `reader` compares the types when the program starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, NotRequired, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel

_Model = TypeVar("_Model", bound=BaseModel)
_Facts = TypeVar("_Facts")


@dataclass(frozen=True)
class _Field:
    name: str | None = None
    otherwise: str | int | None = None


def field(name: str | None = None, *, otherwise: str | int | None = None) -> Any:
    """Return the source of a key: the field of another name, and the fact where that field is None."""
    return _Field(name, otherwise)


def reader(model: type[_Model], facts: type[_Facts]) -> Callable[[_Model], _Facts]:
    """Return a function from an object of the model to its facts; TypeError for a key that differs from its field."""
    hints = get_type_hints(facts, include_extras=True)
    sources = [(key, *_source(model, f"{facts.__name__}.{key}", key, hint)) for key, hint in hints.items()]

    def read(item: _Model) -> _Facts:
        values = ((key, _plain(getattr(item, name), otherwise)) for key, name, otherwise in sources)
        return cast(_Facts, {key: value for key, value in values if value is not None})

    return read


def _source(model: type[BaseModel], place: str, key: str, hint: Any) -> tuple[str, str | int | None]:
    """Return the attribute that holds the value of a key, and the fact where that is None."""
    optional = get_origin(hint) is NotRequired
    declared = get_args(hint)[0] if optional else hint
    kind, *notes = get_args(declared) if get_origin(declared) is Annotated else (declared,)
    source = next((item for item in notes if isinstance(item, _Field)), _Field())
    alias = source.name or key
    name = next((name for name, info in model.model_fields.items() if info.alias == alias), None)
    if name is None:
        raise TypeError(f"{place}: {model.__name__} has no field {alias}")
    actual = _fact_type(model.model_fields[name].annotation)
    if actual != kind and (actual != kind | None or not (optional or source.otherwise is not None)):
        raise TypeError(f"{place} is {kind}, and the field {alias} of {model.__name__} is {actual}")
    return name, source.otherwise


def _fact_type(kind: Any) -> Any:
    """Return the type of the fact that a field of this type becomes."""
    arguments = get_args(kind)
    if kind is AwareDatetime:
        return str
    if get_origin(kind) is Annotated:
        return _fact_type(arguments[0])
    if get_origin(kind) is tuple:
        return list[_fact_type(arguments[0])]  # type: ignore[misc]  # made while the program runs
    if get_origin(kind) in (Union, UnionType):
        return Union[tuple(_fact_type(item) for item in arguments)]  # noqa: UP007  # made while the program runs
    return kind


def _plain(value: Any, otherwise: str | int | None) -> Any:
    if value is None:
        return otherwise
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime) else value
