"""Between Pulumi's property values and plain Python data, with unknown values kept apart from all others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from pulumi.provider.experimental.property_value import Computed, PropertyValue


class _Unknown(Enum):
    """The type of `UNKNOWN`; an enum, so that it is one object however it is copied."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refuse to be asked: an unknown value is neither true nor false, and code that asks has forgotten it."""
        raise TypeError("an unknown value has no truth; ask is_unknown first")


#: A value that is known only in the update.
UNKNOWN: Final = _Unknown.UNKNOWN

# How the engine writes an unknown text, bool, number, list, object, asset and archive
# (sdk/go/common/resource/plugin/rpc.go). The SDK's property values let them through as texts, and can not write their
# own `Computed`.
_SENTINELS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
    }
)
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

#: Properties of a resource as plain data: str, int, float, bool, None, list, dict and `UNKNOWN`.
Properties = dict[str, Any]


def is_unknown(value: Any) -> bool:
    """Whether the value is unknown or has something unknown in it."""
    if isinstance(value, dict):
        return any(is_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(is_unknown(item) for item in value)
    return value is UNKNOWN


def to_plain(value: PropertyValue) -> Any:
    """Return the plain data of a property value; whole numbers become int, nulls in mappings are left out."""
    inner = value.value
    if isinstance(inner, Computed) or (isinstance(inner, str) and inner in _SENTINELS):
        return UNKNOWN
    if isinstance(inner, Mapping):
        return {key: to_plain(item) for key, item in inner.items() if item.value is not None}
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return [to_plain(item) for item in inner]
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    return inner


def properties(values: Mapping[str, PropertyValue]) -> Properties:
    """Return the plain data of a set of properties; what the engine adds for itself (`__internal`) is left out."""
    return {
        key: to_plain(value) for key, value in values.items() if value.value is not None and not key.startswith("__")
    }


def to_value(plain: Any) -> PropertyValue:
    """Return the property value of plain data."""
    if plain is UNKNOWN:
        return PropertyValue(_UNKNOWN_TEXT)
    if isinstance(plain, dict):
        return PropertyValue({key: to_value(item) for key, item in plain.items()})
    if isinstance(plain, list | tuple):
        return PropertyValue([to_value(item) for item in plain])
    if isinstance(plain, int) and not isinstance(plain, bool):
        return PropertyValue(float(plain))
    return PropertyValue(plain)


def values(plain: Properties, secret: Collection[str] = ()) -> dict[str, PropertyValue]:
    """Return the property values of a set of plain properties; those that `secret` names are marked as secrets."""
    return {key: to_value(item).with_secret(key in secret) for key, item in plain.items()}


def secret_names(*given: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Return the names of the properties that are, or hold, a secret in any of several sets."""
    return frozenset(key for values in given for key, value in values.items() if value.contains_secret())


def digest(plain: Properties) -> str:
    """Return a short digest of known properties, independent of the order of their keys: the output `applied`."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
