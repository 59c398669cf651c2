"""Read plain data of a preview for display: a value that is missing, unknown or of another type counts as empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.core.facts import Value, printable


def text(data: Mapping[str, Value], key: str) -> str:
    """Return a text, safe to show."""
    value = data.get(key)
    return printable(value) if isinstance(value, str) else ""


def texts(data: Mapping[str, Value], key: str) -> tuple[str, ...]:
    """Return the texts of a list, safe to show."""
    return tuple(printable(item) for item in _items(data, key) if isinstance(item, str))


def objects(data: Mapping[str, Value], key: str) -> list[Mapping[str, Value]]:
    """Return the objects of a list."""
    return [item for item in _items(data, key) if isinstance(item, Mapping)]


def _items(data: Mapping[str, Value], key: str) -> Sequence[Value]:
    value = data.get(key)
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
