"""Pulumi's Python component host for `package.components`, with errors that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi.output import Unknown
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.analyzer import PropertyDefinition, PropertyType
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from estate.errors import EstateError
from package.components import ClonedSecurityGroups, DatabaseAccess, TargetNetwork

NAME: Final = "classic-to-vpc"
VERSION: Final = "0.1.0"

_NOT_KNOWN: Final = "expected a value that is known before anything is made, not an output or a secret"

_WRITTEN: Final = {
    PropertyType.STRING: ("a text", str),
    PropertyType.BOOLEAN: ("true or false", bool),
    PropertyType.ARRAY: ("a list", list),
    PropertyType.OBJECT: ("an object", dict),
}


class Host(ComponentProvider):
    """Serves the components as `component_provider_host` does, with readable errors.

    The SDK's host shows a Python traceback for every exception of a constructor. This one shows only the message. It
    also names an argument that the schema does not have, that is of another type, or that has to be known but still
    depends on a resource to be created.
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
        _check_keys("", self._component_defs[resource_type.rpartition(":")[2]].inputs, inputs, self._type_defs)
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


def _check(path: str, definition: PropertyDefinition, value: Any, types: Mapping[str, Any]) -> None:
    """Raise InputPropertyError for a value of another type than the schema's, or an output where it must be known.

    Programs in Python and YAML can send any value, those in TypeScript and Go what a cast lets through.
    """
    described = types.get(definition.ref.rpartition(":")[2]) if definition.ref else None
    if isinstance(value, pulumi.Output | Unknown):
        if definition.plain or described:
            raise pulumi.InputPropertyError(path, _NOT_KNOWN)
        return
    expected, of_type = _WRITTEN[definition.type or PropertyType.OBJECT]
    if not isinstance(value, of_type):
        raise pulumi.InputPropertyError(path, f"expected {expected}, found {value!r}")
    if isinstance(value, list) and definition.items is not None:
        for index, item in enumerate(value):
            _check(f"{path}[{index}]", definition.items, item, types)
    if isinstance(value, dict) and described is not None:
        _check_keys(f"{path}.", described.properties, value, types)


def _check_keys(
    prefix: str, definitions: Mapping[str, PropertyDefinition], values: Mapping[str, Any], types: Mapping[str, Any]
) -> None:
    """Raise InputPropertyError for an unknown key, or for what `_check` refuses; missing keys are the SDK's to tell."""
    for key, value in values.items():
        if key not in definitions:
            raise pulumi.InputPropertyError(f"{prefix}{key}", f"unknown key, expected one of {', '.join(definitions)}")
        if value is not None:
            _check(f"{prefix}{key}", definitions[key], value, types)


def main(args: Sequence[str]) -> None:
    """Serve until the engine ends this process; `args` are the engine's."""
    serve(Host(), list(args))
