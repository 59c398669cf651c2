"""Estates of any content, made of the model's own fields: a field that is added is drawn from then on."""

from __future__ import annotations

import types
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from estate.model import IS_ADDRESS, IS_BLOCK, Estate, SecurityGroupRule

# Whatever a person or the cloud may put into a name; half of a surrogate pair is no Unicode.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", "‮", "\x1b[2J", "名前", "long " * 60]
)
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=5, minutes=30))])
TIMES = st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    _ZONES,
)


def models(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Objects of a model, each field drawn by its type."""
    fields = {name: _of(item.annotation, tuple(item.metadata)) for name, item in model.model_fields.items()}
    if "id" in fields:
        fields["id"] = st.text("abz019-", min_size=1, max_size=4)
    if model is SecurityGroupRule:
        fields["cidr_ip"] = st.just("10.0.0.0/8")
    if model is Estate:
        for name, strategy in fields.items():
            inner = get_args(Estate.model_fields[name].annotation)
            if inner and "id" in getattr(inner[0], "model_fields", ()):
                fields[name] = strategy.map(lambda items: tuple({item.id: item for item in items}.values()))
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def _of(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    if IS_ADDRESS in metadata:
        return st.ip_addresses(v=4).map(str)
    if IS_BLOCK in metadata:
        return st.sampled_from(["10.0.0.0/8", "172.16.0.0/16", "192.168.1.0/28"])
    if annotation is AwareDatetime or annotation is datetime:
        return TIMES
    if hasattr(annotation, "__metadata__"):
        return _of(annotation.__origin__, annotation.__metadata__)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_of, arguments))
    if origin is tuple:
        return st.lists(_of(arguments[0]), max_size=2).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.deferred(lambda: models(annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(list(annotation))
    least = next((item.ge for item in _flat(metadata) if isinstance(item, Ge)), -(2**31))
    most = next((item.le for item in _flat(metadata) if isinstance(item, Le)), 2**31)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(int(str(least)), int(str(most))),
        type(None): st.none(),
    }
    return plain[annotation]


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    """The constraints, those of a pydantic Field too."""
    return [part for item in metadata for part in (item, *getattr(item, "metadata", ()))]
