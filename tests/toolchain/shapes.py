"""The shapes of resources and functions: as a Pulumi schema has them, and as the published Python SDK has them.

A shape is plain data: "string", "integer", "number", "boolean", "any", ["list", SHAPE], ["map", SHAPE], or a dict of an
object's properties by Pulumi name, each a pair of its shape and whether it is required.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi import _types as sdk_types

Shape = str | list[Any] | dict[str, tuple[Any, bool]]
Schema = Mapping[str, Any]

#: The token of the provider itself, whose inputs are its configuration.
PROVIDER = "pulumi:providers:alicloud"

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "any"}


class SchemaShapes:
    """Reads shapes out of a Pulumi package schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def inputs(self, token: str) -> Shape:
        """Return the inputs of a resource, or of a function."""
        if token in self._schema["functions"]:
            return self._properties(self._schema["functions"][token].get("inputs", {}))
        resource = self._resource(token)
        required = resource.get("requiredInputs", [])
        return self._properties({"properties": resource.get("inputProperties", {}), "required": required})

    def outputs(self, token: str) -> Shape:
        """Return the outputs of a resource, or the result of a function."""
        if token in self._schema["functions"]:
            return self._properties(self._schema["functions"][token]["outputs"])
        return self._properties(self._resource(token))

    def _resource(self, token: str) -> Schema:
        resource: Schema = self._schema["provider"] if token == PROVIDER else self._schema["resources"][token]
        return resource

    def _properties(self, described: Schema) -> Shape:
        required = set(described.get("required", []))
        properties = described.get("properties", {})
        return {name: (self._shape(property_), name in required) for name, property_ in properties.items()}

    def _shape(self, property_: Schema) -> Shape:
        if "$ref" in property_:
            reference = property_["$ref"]
            if reference == "pulumi.json#/Any":
                return "any"
            return self._properties(self._schema["types"][reference.removeprefix("#/types/")])
        if property_["type"] == "array":
            return ["list", self._shape(property_["items"])]
        if property_["type"] == "object":
            return ["map", self._shape(property_.get("additionalProperties", {"type": "string"}))]
        return str(property_["type"])


class SdkShapes:
    """Reads shapes out of the classes of the installed `pulumi_alicloud`."""

    def inputs(self, token: str) -> Shape:
        """Return the inputs of a resource, or of a function."""
        module, member = _parts(token)
        if member[0].islower():
            name = snake_case(member)
            return self._parameters(getattr(module, name), getattr(module, f"{name}_output"))
        return self._input_class(getattr(module, f"{member}Args"))

    def outputs(self, token: str) -> Shape:
        """Return the outputs of a resource, or the result of a function."""
        module, member = _parts(token)
        if member[0].islower():
            function = getattr(module, snake_case(member))
            result = typing.get_type_hints(function)["return"].__mro__[1]
            return self._output_class(result, sdk_types.output_type_types(result))
        resource = getattr(module, member)
        return self._output_class(resource, sdk_types.resource_types(resource))

    def _parameters(self, function: Callable[..., Any], lifted: Callable[..., Any]) -> Shape:
        """Read the types from the plain function, and what is required from the one that takes outputs too.

        Every parameter has a default; of an optional one the lifted function's source says Optional twice.
        """
        hints = typing.get_type_hints(function)
        optional = re.findall(r"\b(\w+): pulumi\.Input\[Optional\[Optional\[", inspect.getsource(lifted))
        names = dict(re.findall(r"__args__\['(\w+)'\] = (\w+)", inspect.getsource(function)))
        return {
            pulumi_name: (
                self._shape(hints[name]),
                name not in optional,
            )
            for pulumi_name, name in names.items()
        }

    def _input_class(self, class_: type) -> Shape:
        types_ = sdk_types.input_type_types(class_)
        names = sdk_types.input_type_py_to_pulumi_names(class_)
        parameters = inspect.signature(class_.__init__).parameters  # type: ignore[misc]
        return {
            names[name]: (self._shape(types_[names[name]]), parameter.default is inspect.Parameter.empty)
            for name, parameter in parameters.items()
            if name in names
        }

    def _output_class(self, class_: type, types_: Mapping[str, Any]) -> Shape:
        optional = set(_optional_outputs(class_))
        return {name: (self._shape(type_), name not in optional) for name, type_ in types_.items()}

    def _shape(self, type_: Any) -> Shape:
        if type_ in _SCALARS:
            return _SCALARS[type_]
        origin, arguments = typing.get_origin(type_), typing.get_args(type_)
        if origin in (typing.Union, types.UnionType):
            return self._shape(_of_union(arguments))
        if origin is not None and issubclass(origin, Mapping):
            return ["map", self._shape(arguments[1])]
        if origin is not None and issubclass(origin, Sequence):
            return ["list", self._shape(arguments[0])]
        if sdk_types.is_input_type(type_):
            return self._input_class(type_)
        if sdk_types.is_output_type(type_):
            return self._output_class(type_, sdk_types.output_type_types(type_))
        raise TypeError(f"the SDK has a type that is not understood here: {type_!r}")


def differences(ours: Shape, theirs: Shape, path: str = "") -> Iterator[str]:
    """Say each way in which `ours` is not `theirs`, with the path of the property."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            where = f"{path}.{name}" if path else name
            if name not in ours:
                yield f"{where}: missing"
            elif name not in theirs:
                yield f"{where}: not in the SDK"
            else:
                if ours[name][1] != theirs[name][1]:
                    yield f"{where}: {'required' if ours[name][1] else 'optional'}"
                yield from differences(ours[name][0], theirs[name][0], where)
    elif isinstance(ours, list) and isinstance(theirs, list) and ours[0] == theirs[0]:
        yield from differences(ours[1], theirs[1], f"{path}[]")
    elif ours != theirs:
        yield f"{path}: {_kind(ours)}, {_kind(theirs)} in the SDK"


def snake_case(name: str) -> str:
    """Spell a camelCase name as the Python SDK does."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _kind(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "object"
    return shape if isinstance(shape, str) else f"{shape[0]} of {_kind(shape[1])}"


def _parts(token: str) -> tuple[Any, str]:
    if token == PROVIDER:
        return importlib.import_module("pulumi_alicloud"), "Provider"
    _, module, member = token.split(":")
    package = module.split("/")[0]
    return importlib.import_module("pulumi_alicloud" if package == "index" else f"pulumi_alicloud.{package}"), member


def _of_union(arguments: Sequence[Any]) -> Any:
    """Pick the plain type, or the class of arguments, of what an input may be."""
    plain = [one for one in arguments if one is not type(None) and not _is_lazy(one)]
    classes = [one for one in plain if sdk_types.is_input_type(one)]
    return (classes or plain)[0]


def _is_lazy(type_: Any) -> bool:
    return (typing.get_origin(type_) or type_) in (pulumi.Output, typing.Awaitable) or "Awaitable" in str(type_)


def _optional_outputs(class_: type) -> Iterator[str]:
    for name, member in inspect.getmembers(class_, lambda one: isinstance(one, property)):
        annotation = typing.get_type_hints(member.fget)["return"]
        if typing.get_origin(annotation) is pulumi.Output:
            annotation = typing.get_args(annotation)[0]
        if type(None) in typing.get_args(annotation):
            yield getattr(member.fget, "_pulumi_name", name)
