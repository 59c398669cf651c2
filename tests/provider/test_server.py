"""What the engine hears over gRPC: plain messages, and what is there after half-done work."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format
from pulumi.provider.experimental import provider as sdk
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from provider.resource import PartialFailure, ResourceError
from provider.server import EngineLog, Servicer, main


class _Failing(sdk.Provider):
    """Fails each creation with a given error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        raise self._error


def answer_to_create(error: Exception) -> grpc.aio.AioRpcError:
    """Return what the engine gets when a creation fails with `error`."""

    async def ask() -> Any:
        server = grpc.aio.server()
        servicer = Servicer([], "0.0.0", _Failing(error), engine_address="")
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            try:
                await provider_pb2_grpc.ResourceProviderStub(channel).Create(provider_pb2.CreateRequest())
            finally:
                await server.stop(None)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        asyncio.run(ask())
    return caught.value


def test_a_refusal_is_its_message_and_no_traceback() -> None:
    heard = answer_to_create(ResourceError("The group has rules of others."))
    assert (heard.code(), heard.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "The group has rules of others.")


def test_half_done_work_comes_with_the_state() -> None:
    heard = answer_to_create(PartialFailure("sg-1", {"a": 1}, {"a": 1, "b": "x"}, {"a": 1}, "The second batch failed."))
    packed = dict(heard.trailing_metadata() or ())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(packed)
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("sg-1", ["The second batch failed."])
    state = json_format.MessageToDict(detail.properties)
    assert state == {"a": 1, "b": "x", "declared": {"a": 1}, "drift": []}
    assert dict(detail.inputs) == {"a": 1}


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    heard = answer_to_create(KeyError("oops"))
    assert "Traceback" in str(heard.details()) or "test_server.py" in str(heard.details())


class _Engine(engine_pb2_grpc.EngineServicer):
    """Keeps the messages that it gets."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, str]] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name of the RPC
        self.messages.append((request.severity, request.message))
        return empty_pb2.Empty()


def test_warnings_of_a_resource_reach_the_engine() -> None:
    engine, server = _Engine(), grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    record = logging.LogRecord("alimigrate", logging.WARNING, "", 0, "%s stays.", ("rm-1",), None)
    EngineLog(f"127.0.0.1:{port}").emit(record)
    server.stop(None).wait()
    assert engine.messages == [(2, "rm-1 stays.")]
    # An engine that is gone hears nothing, and nothing fails for it.
    EngineLog(f"127.0.0.1:{port}").emit(record)


def test_without_an_engine_it_says_what_it_is() -> None:
    with pytest.raises(SystemExit, match="Pulumi provider plugin"):
        main(["--logtostderr"])
