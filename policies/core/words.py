"""Write counts with their nouns, the same in findings and in all commands."""

from __future__ import annotations


def number_of(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is 1, such as `1 finding` or `2 fixes`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x')) else 's'}"
