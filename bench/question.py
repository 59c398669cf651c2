"""What the engine asks the policy pack about an estate, without the engine: components under Pulumi's mocks.

As in a first preview: nothing exists, and no id is known. The evidence is of systems of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeStackRequest
from pulumi.runtime.stack import run_pulumi_func

from bench.estates import START, config_of, estate_of
from components.config import parse
from components.migration import Migration, MigrationArgs
from components.plan import make_plan
from policies.core.plan import MIGRATION

NOW: Final = (START - timedelta(days=14)).isoformat()
"""The time that the question is asked at."""

_MADE: Final = "made by mocks: "
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's word for a text that is not known."""


def question_of(instances: int) -> AnalyzeStackRequest:
    """Return the question about the stack that moves an estate of so many instances."""
    estate = estate_of(instances)
    config = parse(config_of(estate), "Pulumi.bench.yaml")
    plan = make_plan(config, estate, "Pulumi.bench.yaml")
    request = _declared(lambda: Migration("migration", MigrationArgs(plan)))
    for resource in request.resources:
        if resource.type == MIGRATION:
            resource.properties.update({"clock": {"cloudTime": NOW, "machineTime": NOW}, "rehearsal": []})
    return request


class _Answers(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{_MADE}{args.name}", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"no component calls a function, but {args.token} was called")


class _Monitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Answers())
        self.registered: list[tuple[Any, str]] = []
        self.outputs: dict[str, struct_pb2.Struct] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the RPC
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self.registered.append((request, response.urn))
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the RPC
        self.outputs[request.urn] = request.outputs
        return empty_pb2.Empty()


def _declared(program: Callable[[], object]) -> AnalyzeStackRequest:
    monitor = _Monitor()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(_Answers(), "classic-to-vpc", "bench", preview=True, monitor=monitor)

        def run() -> None:
            program()

        loop.run_until_complete(run_pulumi_func(run))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    question = AnalyzeStackRequest()
    for request, urn in monitor.registered:
        sent = question.resources.add(type=request.type, urn=urn, name=request.name, parent=request.parent)
        sent.properties.CopyFrom(monitor.outputs.get(urn, request.object if request.custom else struct_pb2.Struct()))
        if request.type.startswith("alicloud:"):
            sent.properties.fields["id"].string_value = ""
        for value in sent.properties.fields.values():
            _hide_what_is_made(value)
        for key, of_it in request.propertyDependencies.items():
            sent.propertyDependencies[key].urns.extend(of_it.urns)
    return question


def _hide_what_is_made(value: struct_pb2.Value) -> None:
    if value.string_value.startswith(_MADE):
        value.string_value = _UNKNOWN
    for item in (*value.list_value.values, *value.struct_value.fields.values()):
        _hide_what_is_made(item)
