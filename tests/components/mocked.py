"""Declares components under Pulumi's mocks and records everything that reached the engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, resource, rpc
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.stack import run_pulumi_func

from provider import registry
from tests.contract import COMPONENTS, breaches

PROJECT, STACK = "classic-to-vpc", "test"

# Texts that a resource of the local provider has once it is made, by its type.
_MADE = {
    resource_type: [key for key, value in resource["properties"].items() if value.get("type") == "string"]
    for resource_type, resource in json.loads(registry.schema())["resources"].items()
}


@dataclass(frozen=True)
class Registered:
    """One resource as the engine was told of it; `outputs` are those that a component registered."""

    type: str
    name: str
    parent: str
    inputs: dict[str, Any]
    request: Any


@dataclass
class Recording:
    """All that a program declared, by URN."""

    resources: dict[str, Registered] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of_type(self, resource_type: str) -> dict[str, Registered]:
        """Resources of one type by name."""
        return {item.name: item for item in self.resources.values() if item.type == resource_type}

    def urn(self, resource_type: str, name: str) -> str:
        """The URN of one resource; there must be exactly one."""
        [urn] = [urn for urn, item in self.resources.items() if (item.type, item.name) == (resource_type, name)]
        return urn

    def children(self, urn: str) -> list[str]:
        """Types of a resource's children, sorted."""
        return sorted(item.type for item in self.resources.values() if item.parent == urn)


class _Answers(pulumi.runtime.Mocks):
    def __init__(self, preview: bool) -> None:
        self._preview = preview

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if self._preview:  # What is to be made has no id, and nothing that only the cloud knows.
            return None, args.inputs
        texts = {key: f"{args.name}-{key}" for key in _MADE.get(args.typ, ())}
        return f"{args.name}-id", {**texts, **args.inputs, "status": "Available"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"no component calls a function, but {args.token} was called")


class _Monitor(mocks.MockMonitor):
    def __init__(self, preview: bool) -> None:
        super().__init__(_Answers(preview))
        self.recording = Recording()
        self.twice: list[str] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the RPC
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object)
            self.twice += [response.urn] if response.urn in self.recording.resources else []
            self.recording.resources[response.urn] = Registered(
                request.type, request.name, request.parent, inputs, request
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the RPC
        self.recording.outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return empty_pb2.Empty()


def declare(program: Callable[[], object], *, preview: bool = False) -> Recording:
    """Runs a program under mocks in an event loop of its own; returns what it declared once all has arrived.

    In a preview nothing exists yet, and what the cloud would tell is unknown. Whatever is registered in an update is
    held to the contract of the facts.
    """
    monitor = _Monitor(preview)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(_Answers(preview), PROJECT, STACK, preview=preview, monitor=monitor)

        def run() -> None:
            program()

        # Where a resource stands in the source concerns no test, and takes long where pytest is below.
        with patch.object(resource, "_get_stack_trace", source_pb2.StackTrace):
            loop.run_until_complete(run_pulumi_func(run))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    recording = monitor.recording
    assert not monitor.twice, "the engine refuses a URN that is declared twice"
    taken_back = [
        urn
        for urn, item in recording.resources.items()
        if item.request.HasField("retainOnDelete") and not item.request.retainOnDelete
    ]
    assert not taken_back, "a child must not take back what its component's options say"
    registered = [(item.type, recording.outputs.get(urn, {})) for urn, item in recording.resources.items()]
    broken = [breach for kind, outputs in registered if kind in COMPONENTS for breach in breaches(kind, outputs)]
    assert preview or not broken, "what components register is not what docs/schema/facts.schema.json says"
    return recording
