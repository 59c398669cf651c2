"""Plain data with explicit unknowns, and the only way for rules to read it.

A read never yields an unknown value: it raises `UnreadableError`, and the evaluation gives that subject the outcome
UNKNOWN. So a rule cannot pass on an unknown fact, and a forgotten check cannot crash it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Final, TypeAlias, TypeVar

from policies.core.identities import identity

T = TypeVar("T")


class Leaf(Enum):
    """A value that cannot be read: it is unknown before the update."""

    UNKNOWN = "not known in this preview"


Value: TypeAlias = "bool | float | str | Leaf | Sequence[Value] | Mapping[str, Value] | None"

_ABSENT: Final = object()
# Longer texts are cut: a finding is read in a terminal and in comments of limited size.
_LONGEST_TEXT: Final = 200
# What the provider alimigrate says ends with a command to paste, which is nothing when it is cut.
_LONGEST_MESSAGE: Final = 4_000


class UnreadableError(Exception):
    """A fact that a rule needs is unknown, missing or malformed; the message states which and how, never its value."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path} {problem}")


def printable(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Make text from the estate safe for a terminal: replace control characters, limit the length."""
    if len(text) <= longest and text.isprintable():
        return text
    # What is far too long is not looked through.
    clean = safe(text[: longest + 1]).replace("\n", "?")
    return clean if len(text) <= longest else clean[: longest - 3] + "..."


def safe(text: str) -> str:
    """Make text of several lines safe for a terminal: replace control characters except line ends."""
    if text.isprintable() or text.replace("\n", "").isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


@dataclass(frozen=True)
class Facts:
    """One object of the plain data; `path` is its name in messages, such as `MigratingInstance web-1: disks[0]`.

    Every reader raises UnreadableError unless the key is present, known and of the requested type.
    """

    data: Mapping[str, Value]
    path: str

    # Cache of readings: many rules read the same lists and objects, and those of the migration for each instance.
    @cached_property
    def _texts(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _objects(self) -> dict[str, tuple[Facts, ...]]:
        return {}

    @cached_property
    def _object(self) -> dict[str, Facts]:
        return {}

    def text(self, key: str) -> str:
        """Return a string that is not empty, with control characters replaced."""
        value = self.data.get(key)
        if isinstance(value, str) and value:
            return printable(value)
        self._known(key)
        raise self.malformed(key, "a text")

    def name(self, key: str) -> str:
        """Return text that names an owner or a reason. Blank text is no name."""
        value = self.text(key)
        if not identity(str(self._known(key))):
            raise self.malformed(key, "text that is not blank")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a string, or None where the key is absent, null or empty."""
        return None if self.data.get(key) in (None, "") else self.text(key)

    def optional_message(self, key: str) -> str | None:
        """Return what the provider says in some sentences, or None where the key is absent, null or empty."""
        self.optional_text(key)
        value = self.data.get(key)
        return printable(value, _LONGEST_MESSAGE) if isinstance(value, str) and value else None

    def number(self, key: str) -> float:
        """Return a finite number that is not negative: no fact of the contract is below zero."""
        value = self._known(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise self.malformed(key, "a number of zero or more")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return a boolean."""
        value = self._known(key)
        if not isinstance(value, bool):
            raise self.malformed(key, "true or false")
        return value

    def choice(self, key: str, *choices: str) -> str:
        """Return one of the given strings."""
        value = self._known(key)
        if not isinstance(value, str) or value not in choices:
            raise self.malformed(key, "one of " + ", ".join(choices))
        return value

    def moment(self, key: str) -> datetime:
        """Return a time in ISO 8601 with an offset: without one it names no instant."""
        value = self._known(key)
        try:
            parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            parsed = None
        if parsed is None or parsed.utcoffset() is None:
            raise self.malformed(key, "a date and time with its UTC offset, such as 2026-12-12T02:00:00+08:00")
        return parsed

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, all of them known."""
        if key not in self._texts:
            self._texts[key] = tuple(
                # Most are plain, and need no name for a message.
                entry
                if isinstance(entry, str) and 0 < len(entry) <= _LONGEST_TEXT and entry.isprintable()
                else Facts({f"{key}[{index}]": entry}, self.path).text(f"{key}[{index}]")
                for index, entry in enumerate(self._list(key))
            )
        return self._texts[key]

    def objects(self, key: str) -> tuple[Facts, ...]:
        """Return a list of objects."""
        if key not in self._objects:
            entries = self._list(key)
            self._objects[key] = tuple(
                Facts({name: entry}, self.path)._read_object(name) for name, entry in _numbered(key, entries)
            )
        return self._objects[key]

    def object(self, key: str) -> Facts:
        """Return an object."""
        if key not in self._object:
            self._object[key] = self._read_object(key)
        return self._object[key]

    def entries(self) -> tuple[tuple[str, Facts], ...]:
        """Return the members of a map of objects, sorted by key."""
        return tuple((key, self.object(key)) for key in sorted(self.data))

    def is_known(self, key: str) -> bool:
        """Whether the key has a value; an absent key, null and unknown do not count."""
        value = self.data.get(key)
        return value is not None and not isinstance(value, Leaf)

    def malformed(self, key: str, expected: str) -> UnreadableError:
        """Return the error for a value that is present but cannot be used; `expected` is what can."""
        return UnreadableError(self._path_of(key), f"is not {expected}")

    def _read_object(self, key: str) -> Facts:
        value = self._known(key)
        if not isinstance(value, Mapping):
            raise self.malformed(key, "an object")
        return Facts(value, self._path_of(key))

    def _list(self, key: str) -> Sequence[Value]:
        value = self._known(key)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.malformed(key, "a list")
        return value

    def _known(self, key: str) -> Value:
        value = self.data.get(key, _ABSENT)
        if value is _ABSENT:
            raise UnreadableError(self._path_of(key), self._why_absent(key))
        if isinstance(value, Leaf):
            raise UnreadableError(self._path_of(key), f"is {value.value}")
        return value  # type: ignore[return-value]  # mypy cannot see that the sentinel is gone

    def _why_absent(self, key: str) -> str:
        """Return the reader's reason for a part that the cloud refused, else that the fact is missing."""
        unread = self.data.get("unread")
        reason = unread.get(key) if isinstance(unread, Mapping) else None
        return f"was not read: {printable(reason)}" if isinstance(reason, str) else "is missing"

    def _path_of(self, key: str) -> str:
        separator = "." if ": " in self.path else ": "
        return f"{self.path}{separator}{printable(key)}"


def _numbered(key: str, entries: Sequence[Value]) -> list[tuple[str, Value]]:
    return [(f"{key}[{index}]", entry) for index, entry in enumerate(entries)]


def attempt(read: Callable[[], T]) -> T | UnreadableError:
    """Return the outcome of a read as a value, for rules that continue with the other facts when one cannot be read."""
    try:
        return read()
    except UnreadableError as problem:
        return problem
