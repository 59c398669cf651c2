"""The form of all facts: camel case keys and plain values, as the engine and the policy pack see them.

There is never a null, because Pulumi drops it: an unknown fact is absent (NotRequired). Sizes are GiB, bandwidths
Mbit/s, times ISO 8601 with an offset. Each key that is not self-explanatory has a `note`.
"""

from typing import Any, Final, TypeAlias

from pydantic import Field

SCHEMA_VERSION: Final = 4

Facts = dict[str, Any]
"""Facts of any kind."""

Later: TypeAlias = Any
"""A value that is unknown before a resource exists: the engine decides how a preview shows it."""


def note(text: str) -> Any:
    """Return the note on a key in docs/facts.md and docs/schema/facts.schema.json."""
    return Field(description=text)
