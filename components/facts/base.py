"""What all facts are made of: camel case keys and plain values, as the engine and the policy pack see them.

There is never a null: Pulumi drops it, so what is not known is absent (NotRequired). Sizes are GiB, bandwidths Mbit/s,
times ISO 8601 with an offset. Each key that does not speak for itself has a `note`.
"""

from typing import Any, Final, TypeAlias

from pydantic import Field

SCHEMA_VERSION: Final = 2

Facts = dict[str, Any]
"""Facts of any kind."""

Later: TypeAlias = Any
"""A value that is not known before a resource exists: what a preview shows of it is up to the engine."""


def note(text: str) -> Any:
    """Return what docs/facts.md and docs/schema/facts.schema.json say of a key."""
    return Field(description=text)
