"""The contract of the facts, as a JSON Schema and as a page.

Both are made of the types beside the writers in `components/facts`. The policy pack imports none of them: tests hold
both sides to the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from components.facts.contract import COMPONENTS
from components.facts.guest import NOT_TOLD
from estate.guest import GuestFacts

_HEAD: Final = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Facts of classic-to-vpc",
    "description": "What each component registers, by its type. A value that is not known in a preview may be missing.",
}
_INTRODUCTION: Final = """# Facts

What the components register for the policy pack: written by [components/facts](../components/facts), read in
[policies](../policies), and held to [one schema](schema/facts.schema.json) at both ends. `make docs` writes this page.

There is no null: what is not known is absent, unless a note says what that means. Sizes are GiB, bandwidths Mbit/s,
times (ISO) ISO 8601 with an offset. Keys with a `?` are not always there.
"""


def schema() -> dict[str, Any]:
    """Return the JSON Schema: an object with the facts of each component below its type."""
    adapters = [(key, "validation", TypeAdapter(facts)) for key, facts in COMPONENTS.items()]
    schemas, definitions = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]  # the mode is a literal
    types: dict[str, Any] = definitions["$defs"]
    guest = GuestFacts.model_json_schema()
    types["GuestFacts"]["properties"] |= {
        key: _present(value) for key, value in guest["properties"].items() if key not in NOT_TOLD
    }
    types |= {name: _all_present(value) for name, value in guest["$defs"].items()}
    properties = {key: schemas[key, "validation"] for key, _, _ in adapters}
    return _HEAD | {"type": "object", "properties": properties, "$defs": dict(sorted(map(_closed, types.items())))}


def _closed(item: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Close an object to keys outside the contract, and leave out what pydantic adds."""
    name, definition = item
    properties = {key: _untitled(value) for key, value in definition["properties"].items()}
    # That it is one of pydantic's types is no part of the contract.
    fields = {key: value for key, value in definition.items() if key not in ("title", "properties")}
    return name, {**fields, "properties": properties, "additionalProperties": False}


def _untitled(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != "title"}


def _all_present(definition: dict[str, Any]) -> dict[str, Any]:
    return definition | {"properties": {key: _present(value) for key, value in definition["properties"].items()}}


def _present(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that is present: a fact that is None is left out."""
    fields = {key: item for key, item in value.items() if key not in ("anyOf", "default")}
    kinds = [item for item in value.get("anyOf", ()) if item != {"type": "null"}]
    return fields | (kinds[0] if kinds else {})


# ---- the page ----


def page() -> str:
    """Return the page: a table for each component, and for each kind of object in them."""
    whole = schema()
    types = whole["$defs"]
    tops = {value["$ref"].rpartition("/")[2]: key for key, value in whole["properties"].items()}
    order = list(dict.fromkeys(name for top in tops for name in _reached(top, types)))
    lines = [_INTRODUCTION]
    for name in order:
        title = f"## {_title(tops[name])}" if name in tops else f"### {name.removesuffix('Facts')}"
        lines += [title, ""]
        if name in tops:
            lines += [f"`{tops[name]}`", ""]
        lines += [_sentence(types[name].get("description", "")), ""]
        lines += ["| key | type | note |", "|---|---|---|", *_rows(types[name], tops), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _title(component: str) -> str:
    return component.rpartition(":")[2]


def _sentence(description: str) -> str:
    """Return a docstring as prose of the page."""
    return "\n".join(line.strip() for line in description.splitlines())


def _reached(name: str, types: Mapping[str, Any]) -> Iterator[str]:
    """Yield a kind of object, and those below it."""
    yield name
    for value in types[name]["properties"].values():
        for kind in _kinds(value):
            yield from _reached(kind, types)


def _kinds(value: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in value:
        yield value["$ref"].rpartition("/")[2]
    for part in (value.get("items"), value.get("additionalProperties")):
        if isinstance(part, Mapping):
            yield from _kinds(part)


def _rows(definition: Mapping[str, Any], tops: Mapping[str, str]) -> Iterator[str]:
    required = definition.get("required", ())
    for key, value in definition["properties"].items():
        mark = "" if key in required else "?"
        yield f"| `{key}`{mark} | {_kind(value, tops)} | {value.get('description', '').replace('|', chr(92) + '|')} |"


def _kind(value: Mapping[str, Any], tops: Mapping[str, str]) -> str:
    """Return a type as the page shows it."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        title = _title(tops[name]) if name in tops else name.removesuffix("Facts")
        return f"[{title}](#{title.lower()})"
    if "enum" in value or "const" in value:
        return ", ".join(f"`{json.dumps(item)}`" for item in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        return f"list of {_kind(value['items'], tops)}"
    if value.get("type") == "object":
        return f"map to {_kind(value['additionalProperties'], tops)}"
    return {"string": "text", "boolean": "true or false"}.get(value["type"], "number")


def main(docs: Path) -> None:
    """Write both files."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    (docs / "schema" / "facts.schema.json").write_text(text, encoding="utf-8")
    (docs / "facts.md").write_text(page(), encoding="utf-8")
