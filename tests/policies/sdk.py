"""Prepared stacks as the requests that the engine sends, to the SDK's own servicer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

from policies.core.clock import machine_clock
from policies.core.facts import Leaf
from policies.pack.engine import Servicer, stack_policies
from tests.policies.prepared import Draft

UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, no secret


def secret(value: object) -> dict[str, object]:
    """A secret as the engine marks it."""
    return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value}


def wire(value: Any) -> Any:
    """Plain data as it travels: unknowns as the engine's sentinel."""
    if value is Leaf.UNKNOWN:
        return UNKNOWN_SENTINEL
    if isinstance(value, Mapping):
        return {key: wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [wire(item) for item in value]
    return value


def bridged(resource_type: str, properties: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """Properties as the alicloud plugin previews them, seen on the real engine, with the keys that it leaves out."""
    if not resource_type.startswith("alicloud:") or properties.get("id") is not Leaf.UNKNOWN:
        return properties, []
    left_out = [key for key, value in properties.items() if value is Leaf.UNKNOWN and key != "id"]
    return {key: value for key, value in properties.items() if key not in left_out} | {"id": ""}, left_out


def request(draft: Draft) -> proto.AnalyzeStackRequest:
    """The engine's question about a whole stack."""
    message = proto.AnalyzeStackRequest()
    for resource in draft.resources:
        given, left_out = bridged(resource.type, resource.properties)
        properties = struct_pb2.Struct()
        properties.update(wire(given))
        sent = proto.AnalyzerResource(
            type=resource.type,
            urn=resource.urn,
            name=resource.name,
            parent=resource.parent or "",
            properties=properties,
        )
        for key in left_out:
            sent.propertyDependencies[key].urns.append("urn:pulumi:dev::classic-to-vpc::other:index:Type::other")
        message.resources.append(sent)
    # As it arrives: serialised, so that nothing of the test's own objects is in it.
    return proto.AnalyzeStackRequest.FromString(message.SerializeToString())


class Asked(Servicer):
    """The pack as the engine asks it: about each resource that the program declares, and then about the stack."""

    def AnalyzeStack(self, request: Any, context: object) -> Any:  # noqa: N802
        for resource in request.resources:
            self.Analyze(about(resource), context)
        return super().AnalyzeStack(request, context)


def about(resource: Any) -> proto.AnalyzeRequest:
    """The engine's question about one declared resource of a stack."""
    return proto.AnalyzeRequest(type=resource.type, urn=resource.urn, properties=resource.properties)


def servicer(environment: Mapping[str, str], now: datetime | None = None) -> Any:
    """The pack as the SDK serves it; `now` is what this machine's clock says, its real time where None."""
    machine = machine_clock if now is None else lambda: now
    return Asked("pack", "0.0.1", list(stack_policies(environment, machine)), EnforcementLevel.ADVISORY)
