"""Put pydantic's errors into the words of the stack file: key path and what was expected."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from components.config.base import PATTERN_WORDS
from components.config.errors import Problem

_EXAMPLE_TIME = '"2026-12-12T02:00:00+08:00"'
# What Pulumi makes of a time without quotes, for the program and, when it changes it, in the stack file.
_REWRITTEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+")
_IN_QUOTES = " in quotes (Pulumi replaces a time without them by another text)"

# For one map. Each is compared with all known keys to suggest the intended one.
_UNKNOWN_KEYS_SHOWN = 10

Location = tuple[str | int, ...]


def problems_of(error: ValidationError, root: type[BaseModel]) -> Iterator[Problem]:
    """Put pydantic's errors about a config of the model `root` into the words of the stack file."""
    details = error.errors(include_url=False)
    # A list is also reported as too short where its items are wrong; then only the items are reported.
    around = {location[:end] for location in map(_location, details) for end in range(len(location))}
    unknown: Counter[Location] = Counter()
    for detail in details:
        location = _location(detail)
        if detail["type"] == "too_short" and location in around:
            continue
        if detail["type"] == "extra_forbidden":
            unknown[location[:-1]] += 1
            if unknown[location[:-1]] > _UNKNOWN_KEYS_SHOWN:
                continue
        yield Problem(_path(_place(root, location).keys), _expected(detail, location, root))
    for location, count in unknown.items():
        if count > _UNKNOWN_KEYS_SHOWN:
            yield Problem(_path(_place(root, location).keys), f"{count - _UNKNOWN_KEYS_SHOWN} more unknown keys here")


def _location(detail: Mapping[str, Any]) -> Location:
    return tuple(detail["loc"])


class _Place(NamedTuple):
    """A place in the config: the keys that lead there, its model if any, or the modes to choose from."""

    keys: Location
    model: type[BaseModel] | None
    modes: Mapping[str, type[BaseModel]]

    @property
    def fields(self) -> Mapping[str, str]:
        """Key -> description, for the keys of the model at this place."""
        known = self.model.model_fields.items() if self.model else ()
        return {field.alias or name: field.description or "" for name, field in known}


def _place(root: type[BaseModel], location: Location) -> _Place:
    """Follow one of pydantic's locations.

    Pydantic adds the branch of a union, which is no key of the file and is left out here.
    """
    place = _Place((), root, {})
    for part in location:
        place = _step(place, part)
    return place


def _step(place: _Place, part: str | int) -> _Place:
    keys, model, modes = place
    if isinstance(part, int):
        return _Place((*keys, part), model, modes)
    if modes:
        return _Place(keys, modes.get(part), {})
    fields = model.model_fields if model else {}
    field = next((item for name, item in fields.items() if part == (item.alias or name)), None)
    if field is None:
        # A free key of a map: its value has the type of the map's values.
        return _Place((*keys, part), model, {})
    inner = list(_inner_models(field.annotation))
    if len(inner) > 1:
        return _Place((*keys, part), None, {get_args(item.model_fields["mode"].annotation)[0]: item for item in inner})
    return _Place((*keys, part), inner[0] if inner else None, {})


def _inner_models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner_models(argument)


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _expected(detail: Mapping[str, Any], location: Location, root: type[BaseModel]) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), sorted(_place(root, location[:-1]).fields))
    if kind == "missing":
        return f"expected this key: {_place(root, location[:-1]).fields[str(location[-1])]}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind.startswith(("datetime", "timezone")):
        quotes = _IN_QUOTES if isinstance(value, str) and _REWRITTEN.fullmatch(value) else ""
        return f"expected a date and time with its UTC offset, such as {_EXAMPLE_TIME}{quotes}; got {value!r}"
    if kind == "string_pattern_mismatch":
        return f"expected {PATTERN_WORDS[detail['ctx']['pattern']]}; got {value!r}"
    if kind.startswith("union_tag"):
        return f"expected a key mode with one of {', '.join(_place(root, location).modes)}"
    if kind in ("model_type", "model_attributes_type"):
        return f"expected a map with the keys {', '.join(sorted(_place(root, location).fields))}; got {value!r}"
    words = _KIND_WORDS.get(kind) or detail["msg"].replace("Input should be", "expected")
    return f"{words}; got {value!r}"


_KIND_WORDS = {
    "tuple_type": "expected a list",
    "dict_type": "expected a map",
    "too_short": "expected at least one item",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "string_type": "expected text",
}


def _unknown_key(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"unknown key; expected one of {', '.join(known)}{hint}"
