"""Write counts, names and times, the same in findings and in all commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def number_of(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is 1, such as `1 finding` or `2 fixes`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x')) else 's'}"


def few(names: Sequence[str], most: int = 6) -> str:
    """Return the first names, and the number of the others, such as `web-1, web-2 and 3 more`."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def to_minute(moment: datetime) -> str:
    """Return a time to the minute with its own offset, such as `2026-12-06T02:00+08:00`."""
    return moment.isoformat(timespec="minutes")


def apart(*moments: datetime) -> tuple[str, ...]:
    """Return times that a text compares: to the minute, or to the second where two of them would look the same."""
    texts = tuple(map(to_minute, moments))
    if len(set(texts)) < len(set(moments)):
        return tuple(moment.isoformat(timespec="seconds") for moment in moments)
    return texts
