"""The inventory file: strict to read, and the same text for the same estate.

A file is written whole. Only keys whose absence means "none" may be left out (`estate.model`), so a truncated file is
refused, and never read as a smaller estate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from estate.documents import MAX_JSON_BYTES, DocumentError, as_json, decode, parse_json, read_bytes, write_whole
from estate.errors import EstateError, listing
from estate.model import Estate

SCHEMA_VERSION: Final = 1
#: Names the inventory file that a preview uses in place of the cloud.
VARIABLE: Final = "PREFLIGHT_ESTATE"

# Lists whose order the cloud does not promise. In the others the order has a meaning, such as the first address.
_SETS: Final = frozenset(
    {
        "addresses",
        "entries",
        "excludedAddresses",
        "excludedVpcs",
        "linkedVpcIds",
        "listeners",
        "rules",
        "securityGroups",
        "securityIps",
        "servers",
        "tags",
        "unread",
        "unreadLists",
        "vpcs",
        "whitelistGroups",
    }
)
_REQUEST_ID: Final = re.compile(r" \(RequestId [^)]*\)")
_LINE: Final = 160


class InventoryError(EstateError):
    """An inventory file cannot be used; the message has a line for each fault: file, key and what was expected."""


class Inventory(BaseModel):
    """An estate, and whether it is real: `rehearsal` lists the reasons why it may not be Alibaba Cloud's."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    schema_version: Literal[1]
    rehearsal: tuple[str, ...]
    estate: Estate


def render(inventory: Inventory) -> str:
    """Return the text of the file. Two readings of the same cloud differ only in their time.

    Invisible characters are escaped, so that a review shows everything.
    """
    content = inventory.model_dump(mode="json", by_alias=True, exclude_none=True)
    return "".join(_escaped(part) for part in _lines(_sorted(content), "")) + "\n"


def save_inventory(path: Path, inventory: Inventory) -> None:
    """Write the file, whole or not at all. Raises InventoryError where that fails."""
    text = render(inventory)
    if len(text.encode()) > MAX_JSON_BYTES:
        raise InventoryError(f"{path}: the estate takes more than the {MAX_JSON_BYTES // 2**20} MiB that can be read")
    try:
        write_whole(path, text)
    except OSError as error:
        raise InventoryError(f"{path}: expected a file that can be written: {error.strerror}") from None


class Origin(NamedTuple):
    """The account and region of an inventory file, and when they were read."""

    account_id: str
    region_id: str
    read_at: datetime


def load_inventory(path: Path) -> Inventory:
    """Read a file that `save_inventory` wrote. Raises InventoryError with every fault of it."""
    return _valid(path, _as_written(path))


def load_origin(path: Path) -> Origin:
    """Read where an inventory is from, in a third of the memory and time that `load_inventory` takes.

    Raises InventoryError for a fault of the file, but for values in lists that only `load_inventory` looks at.
    """
    estate = _valid(path, _as_written(path, lists=False)).estate
    return Origin(estate.account_id, estate.region_id, estate.read_at)


def _as_written(path: Path, *, lists: bool = True) -> bytes:
    """Return the JSON of a file whose keys are right, with or without the lists of its estate.

    What it was parsed into is let go before a model is made of it: both are hundreds of MiB for 10,000 instances.
    """
    try:
        content = parse_json(decode(read_bytes(path)))
        version = content.get("schemaVersion") if isinstance(content, Mapping) else None
        if version != SCHEMA_VERSION or isinstance(version, bool):
            raise ValueError(f"schemaVersion: expected {SCHEMA_VERSION}, as `preflight inventory` writes it")
        if faults := list(_faults(Inventory, content, "")):
            raise ValueError(listing(faults))
        estate = content["estate"]
        if not lists and isinstance(estate, Mapping):
            content["estate"] = {key: value for key, value in estate.items() if not isinstance(value, list)}
        return as_json(content)
    except DocumentError as error:
        raise InventoryError(str(error)) from None
    except json.JSONDecodeError as error:
        raise InventoryError(f"{path}: expected JSON, as `preflight inventory` writes it: {error}") from None
    except ValueError as error:
        raise InventoryError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None


def _valid(path: Path, text: bytes) -> Inventory:
    try:
        return Inventory.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InventoryError(listing([f"{path}: {line}" for line in _wrong(error)])) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an inventory file, for docs/schema."""
    schema = Inventory.model_json_schema(by_alias=True, schema_generator=_AsWritten)
    schema["title"] = "Inventory of a region, as `preflight inventory` writes it"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _AsWritten(GenerateJsonSchema):
    """Requires the keys that a file always has."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        del total
        schema = field["schema"]
        return bool(schema["type"] != "default" or schema.get("default") is not None or "default_factory" in schema)


# ---- writing ----


def _sorted(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _sorted(part, name) for name, part in value.items()}
    if isinstance(value, list):
        items = [_sorted(item) for item in value]
        return sorted(items, key=_compact) if key in _SETS else items
    # Each reading has a RequestId of its own.
    return _REQUEST_ID.sub("", value) if key == "reason" else value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Yield JSON with a line for each object that has no lists, so that a changed rule is one changed line."""
    compact = _compact(value)
    if not isinstance(value, dict | list):
        yield compact
        return
    parts = value.values() if isinstance(value, dict) else value
    flat = not any(isinstance(part, dict | list) for part in parts)
    if flat and (isinstance(value, dict) or len(indent) + len(compact) <= _LINE):
        yield compact
        return
    inner = f"{indent}  "
    start, end = "{}" if isinstance(value, dict) else "[]"
    yield start
    for place, item in enumerate(value):
        yield f"{',' if place else ''}\n{inner}"
        if isinstance(value, dict):
            yield f"{_compact(item)}: "
        yield from _lines(value[item] if isinstance(value, dict) else item, inner)
    yield f"\n{indent}{end}"


def _escaped(text: str) -> str:
    """Escape what is not printable, which JSON allows only inside texts: direction marks, separators."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]


# ---- reading ----


def _faults(model: type[BaseModel], value: object, place: str) -> Iterator[str]:
    """Yield missing and unknown keys, at any depth; the model reports values of a wrong type."""
    if not isinstance(value, Mapping):
        return
    known = {str(field.alias): field for field in model.model_fields.values()}
    for key in value:
        if key not in known:
            yield f"{_place(place, key)}: unknown key; expected one of {', '.join(sorted(known))}"
    for key, field in known.items():
        if key not in value:
            if field.is_required() or field.default is not None:
                yield f"{_place(place, key)}: expected this key, found nothing"
        elif inner := _inner(field):
            of = value[key] if inner is not field.annotation else [value[key]]
            for index, item in enumerate(of if isinstance(of, list) else ()):
                at = _place(place, key)
                yield from _faults(inner, item, at if inner is field.annotation else f"{at}[{index}]")


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model whose objects a field holds: one, or a list of them."""
    annotations = [field.annotation, *get_args(field.annotation)]
    annotations += [part for item in annotations for part in get_args(item)]
    return next((item for item in annotations if isinstance(item, type) and issubclass(item, BaseModel)), None)


def _place(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)


def _wrong(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        place = ""
        for part in fault["loc"]:
            place = f"{place}[{part}]" if isinstance(part, int) else _place(place, part)
        if fault["type"].startswith(("datetime", "timezone")):
            yield f'{place}: expected a time with its UTC offset, such as "2026-12-01T09:00:00+08:00"'
        elif fault["type"] == "value_error":
            yield f"{place}: {fault['msg'].removeprefix('Value error, ')}"
        else:
            yield f"{place}: {_expected(fault['msg'])}; got {_shown(fault['input'])}"


def _expected(message: str) -> str:
    return message.replace("Input should be", "expected").replace("a valid array", "a list")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76]} ..."
