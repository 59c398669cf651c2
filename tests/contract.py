"""Holds plain data to docs/schema/facts.schema.json, with what a preview does not know yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policies.core.facts import Leaf

SCHEMA: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "docs/schema/facts.schema.json").read_text(encoding="utf-8")
)
COMPONENTS: Final[Mapping[str, Any]] = SCHEMA["properties"]

_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    # The engine makes a float of every number.
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == int(value),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}


def breaches(resource_type: str, properties: Mapping[str, Any]) -> list[str]:
    """What a component registers against the contract; what is not known yet may be of any kind."""
    return list(_breaches(properties, COMPONENTS[resource_type], resource_type.rpartition(":")[2]))


def keys() -> frozenset[str]:
    """All keys of the contract."""
    return frozenset(key for kind in SCHEMA["$defs"].values() for key in kind["properties"])


def _breaches(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if isinstance(value, Leaf):
        return
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if allowed is not None and value not in allowed:
        yield f"{place}: {value!r} is none of {allowed}"
    if not _KINDS[schema["type"]](value):
        yield f"{place}: {value!r} is no {schema['type']}"
    elif schema["type"] == "array":
        for number, item in enumerate(value):
            yield from _breaches(item, schema["items"], f"{place}[{number}]")
    elif schema["type"] == "object":
        yield from _members(value, schema, place)


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{place}: {key} is missing"
    for key, item in value.items():
        inner = schema.get("properties", {}).get(key, schema["additionalProperties"])
        if inner is False:
            yield f"{place}: {key} is not in the contract"
        else:
            yield from _breaches(item, inner, f"{place}.{key}")
