"""Turn the engine's request into plain data, once: the only module that reads its wire format.

The policy SDK wraps properties in proxies that raise on every unknown value, even for `in`, `get` and `dict()`, and
then turns that exception into advice that passes (pulumi-policy issue 181). It also passes on secrets unmarked. Here
each leaf is read by itself: one that is unknown, secret, or of no readable type becomes `Leaf.UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from google.protobuf import struct_pb2
from pulumi.runtime.proto.analyzer_pb2 import AnalyzerResource

from policies.core.facts import Leaf, Value
from policies.core.plan import Resource
from policies.pack.sdk import SIGNATURE, UNKNOWN

# Facts of the contract have only a few levels; deeper data is not ours.
_DEEPEST: Final = 40


def adapt(resources: Iterable[AnalyzerResource], types_read: Collection[str]) -> tuple[Resource, ...]:
    """Copy resources into plain data; never raises, whatever their properties hold.

    Properties of types that no rule reads are left out, because they cost time.
    """
    sent = tuple(resources)
    urns = {resource.urn for resource in sent}
    return tuple(
        Resource(
            type=resource.type,
            urn=resource.urn,
            name=resource.name,
            parent=resource.parent if resource.parent in urns else None,
            properties=_declared(resource) if resource.type in types_read else {},
        )
        for resource in sent
    )


def _declared(resource: AnalyzerResource) -> Mapping[str, Value]:
    """Return the properties; those that the preview of the alicloud plugin leaves out are restored as unknown.

    For a resource that it would create, or update in place, the plugin's bridge returns an empty id, and leaves out
    every property with an unknown value (pulumi-terraform-bridge, SDK v1 providers). The dependencies show which
    properties those are: one that depends on nothing and is absent was not declared.
    """
    properties = {key: _plain(value, 1) for key, value in resource.properties.fields.items()}
    if resource.type.startswith("alicloud:") and not properties.get("id"):
        unknown: dict[str, Value] = dict.fromkeys(resource.propertyDependencies, Leaf.UNKNOWN)
        return unknown | properties | {"id": Leaf.UNKNOWN}
    return properties


def _plain(value: struct_pb2.Value, depth: int) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return Leaf.UNKNOWN if text in UNKNOWN else text
    if kind == "number_value":
        return value.number_value
    if kind == "bool_value":
        return value.bool_value
    if kind not in ("struct_value", "list_value"):
        return None
    if depth >= _DEEPEST:
        return Leaf.UNKNOWN
    if kind == "list_value":
        return [_plain(item, depth + 1) for item in value.list_value.values]
    fields = value.struct_value.fields
    if SIGNATURE in fields:
        # A secret, which no rule may show; an asset, an archive, and kinds of later engines.
        return Leaf.UNKNOWN
    return {key: _plain(item, depth + 1) for key, item in fields.items()}
