"""From the policy SDK's resources to plain data: the only module that touches the SDK's proxies.

The SDK wraps properties in proxies that raise on every unknown value, even for `in`, `get` and `dict()`, and then
turns that exception into advice that passes (pulumi-policy issue 181). Here each leaf is read by itself and becomes
`Leaf.UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeStackRequest
from pulumi_policy import PolicyResource
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
)

from policies.core.facts import Leaf, Value
from policies.core.plan import Resource

# The proxies raise on these; where a value comes without a proxy around it, it must not pass for a text.
_SENTINELS: Final = frozenset(
    {
        UNKNOWN_ARCHIVE_VALUE,
        UNKNOWN_ARRAY_VALUE,
        UNKNOWN_ASSET_VALUE,
        UNKNOWN_BOOLEAN_VALUE,
        UNKNOWN_NUMBER_VALUE,
        UNKNOWN_OBJECT_VALUE,
        UNKNOWN_STRING_VALUE,
    }
)
# No fact of the contract is nested deeper than a handful of levels; what is, is not ours to read.
_DEEPEST: Final = 40


def sealed(request: AnalyzeStackRequest) -> AnalyzeStackRequest:
    """The engine's question with an unknown in the place of every secret, which the SDK would hand over unmarked."""
    if SPECIAL_SECRET_SIG.encode() not in request.SerializeToString():
        return request
    copied = AnalyzeStackRequest.FromString(request.SerializeToString())
    for resource in copied.resources:
        _seal(resource.properties)
    return copied


def _seal(sent: struct_pb2.Struct) -> None:
    for value in sent.fields.values():
        _seal_value(value)


def _seal_value(value: struct_pb2.Value) -> None:
    for item in value.list_value.values:
        _seal_value(item)
    fields = value.struct_value.fields
    if SPECIAL_SIG_KEY in fields and fields[SPECIAL_SIG_KEY].string_value == SPECIAL_SECRET_SIG:
        value.string_value = UNKNOWN_STRING_VALUE
    else:
        _seal(value.struct_value)


def adapt(resources: Iterable[PolicyResource], types_read: Collection[str]) -> tuple[Resource, ...]:
    """Copies resources into plain data; never raises for anything that their properties hold.

    Properties of types that no rule reads are left out altogether: they cost time.
    """
    return tuple(
        Resource(
            type=resource.resource_type,
            urn=resource.urn,
            name=resource.name,
            parent=resource.parent.urn if resource.parent is not None else None,
            properties=_declared(resource) if resource.resource_type in types_read else {},
        )
        for resource in resources
    )


def _declared(resource: PolicyResource) -> Mapping[str, Value]:
    """The properties, with what the preview of the alicloud plugin leaves out put back as unknown.

    Of a resource that it would create, or update in place, the plugin's bridge gives an empty id, and leaves out every
    property whose value is not known (pulumi-terraform-bridge, SDK v1 providers). Which properties those are is told by
    the dependencies: what depends on nothing and is absent was not declared.
    """
    plain = _plain(resource.props, 0)
    properties = dict(plain) if isinstance(plain, Mapping) else {}
    if resource.resource_type.startswith("alicloud:") and not properties.get("id"):
        unknown: dict[str, Value] = dict.fromkeys(resource.property_dependencies, Leaf.UNKNOWN)
        return unknown | properties | {"id": Leaf.UNKNOWN}
    return properties


def _plain(value: Any, depth: int) -> Value:
    if isinstance(value, str) and value in _SENTINELS:
        return Leaf.UNKNOWN
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if depth >= _DEEPEST:
        return Leaf.UNKNOWN
    if isinstance(value, Mapping):
        return {str(key): _item(value, key, depth) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_item(value, index, depth) for index in range(len(value))]
    # Assets, archives, and whatever later versions of the SDK may add: nothing that a rule can read.
    return Leaf.UNKNOWN


def _item(container: Any, key: Any, depth: int) -> Value:
    try:
        value = container[key]
    except UnknownValueError:
        return Leaf.UNKNOWN
    return _plain(value, depth + 1)
