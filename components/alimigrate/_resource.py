"""What the generated classes of this SDK share; the one module here that is written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi


class Resource(pulumi.CustomResource):
    """Name properties in snake_case for the program and in camelCase for the engine."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]]
    """Python name -> engine's name, where the two differ."""

    def translate_input_property(self, prop: str) -> str:
        """Return the engine's name of a property."""
        return self._ENGINE_NAMES.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the Python name of one of the engine's."""
        return next((python for python, engine in self._ENGINE_NAMES.items() if engine == prop), prop)


def as_json(value: pulumi.Input[Mapping[str, Any] | str] | None) -> pulumi.Output[str] | None:
    """Return an object as JSON, for the engine takes only texts in a provider's configuration; a text is kept."""
    if value is None:
        return None
    return pulumi.Output.from_input(value).apply(lambda known: known if isinstance(known, str) else json.dumps(known))


def as_secret(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    """Return a value that the state holds encrypted."""
    return None if value is None else pulumi.Output.secret(value)
