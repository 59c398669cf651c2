"""Pulumi's Python component host for `package.components`, with errors that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi.output import Unknown
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.analyzer import PropertyDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from estate.errors import EstateError
from package.components import ClonedSecurityGroups, DatabaseAccess, TargetNetwork

NAME: Final = "classic-to-vpc"
VERSION: Final = "0.1.0"


class Host(ComponentProvider):
    """Serves the components as `component_provider_host` does, with readable errors.

    The SDK's host shows a Python traceback for every exception of a constructor. This one shows only the message. It
    also names an argument that has to be known but still depends on a resource to be created.
    """

    def __init__(self) -> None:
        super().__init__([TargetNetwork, ClonedSecurityGroups, DatabaseAccess], NAME, version=VERSION)

    @property
    def package_schema(self) -> str:
        """Return the package's schema, as JSON."""
        return str(self.schema)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Declare one component; raise an input error, without a traceback, for what its user has to fix."""
        for key, definition in self._component_defs[resource_type.rpartition(":")[2]].inputs.items():
            _require_known(key, definition, inputs.get(key), self._type_defs)
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.InputPropertyError):
                raise error.inner from None
            if isinstance(error.inner, pulumi.RunError):
                raise _refusal(_as_written(str(error.inner))) from None
            if isinstance(error.inner, EstateError):
                raise _refusal(str(error.inner)) from None
            raise


def _refusal(message: str) -> pulumi.InputPropertiesError:
    # Without a list, even an empty one, the SDK's server fails on the error (pulumi 3.272.0).
    return pulumi.InputPropertiesError(message, [])


def _as_written(message: str) -> str:
    """Return a component's message with the argument names as every language's schema has them."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda match: match[1].upper(), message)


def _require_known(path: str, definition: PropertyDefinition, value: Any, types: Mapping[str, Any]) -> None:
    """Raise InputPropertyError for an output where the component needs a value."""
    described = types.get(definition.ref.rpartition(":")[2]) if definition.ref else None
    if (definition.plain or described) and isinstance(value, pulumi.Output | Unknown):
        raise pulumi.InputPropertyError(path, "expected a value that is known before anything is made, not an output")
    if definition.items is not None and isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            _require_known(f"{path}[{index}]", definition.items, item, types)
    if described is not None and isinstance(value, Mapping):
        for key, inner in described.properties.items():
            _require_known(f"{path}.{key}", inner, value.get(key), types)


def main(args: Sequence[str]) -> None:
    """Serve until the engine ends this process; `args` are the engine's."""
    serve(Host(), list(args))
